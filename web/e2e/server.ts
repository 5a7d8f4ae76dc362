import { test as base, expect, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const binary = process.env.LUODI_BIN ?? "../bin/luodi";
const started = 60_000;

export interface Account {
  login: string;
  password: string;
  name: string;
  unit_id: string;
  roles: string[];
}

export interface Luodi {
  url: string;
  accounts: Account[];
  /** account finds who holds a role, in a unit if one is named. */
  account(role: string, unitID?: string): Account;
}

/** test gives every test the address of one demonstration, started afresh for the worker. */
export const test = base.extend<object, { luodi: Luodi }>({
  luodi: [
    // Playwright reads from the braces that this fixture needs no other
    // eslint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const data = await mkdtemp(join(tmpdir(), "luodi-e2e-"));
      const server = spawn(binary, ["serve", "--demo", "--listen", "127.0.0.1:0", "--data", data], { stdio: ["ignore", "pipe", "inherit"] });
      try {
        const url = await ready(server);
        const answer = await fetch(`${url}/api/v1/demo/accounts`);
        const { accounts } = (await answer.json()) as { accounts: Account[] };
        await provide({
          url,
          accounts,
          account: (role, unitID) => {
            const found = accounts.find((a) => a.roles.includes(role) && (!unitID || a.unit_id === unitID));
            if (!found) throw new Error(`no demonstration account with role ${role} in ${unitID ?? "any unit"}`);
            return found;
          },
        });
      } finally {
        await stop(server);
        await rm(data, { recursive: true, force: true });
      }
    },
    { scope: "worker", timeout: started + 10_000 },
  ],
  baseURL: async ({ luodi }, provide) => provide(luodi.url),
});

function ready(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("luodi was not ready in time")), started);
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`luodi ended with ${code} before it was ready`)));
    createInterface({ input: server.stdout! }).on("line", (line) => {
      const address = /^luodi: ready (http:\S+)/.exec(line)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address.replace(/\/$/, ""));
    });
  });
}

function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    server.kill("SIGINT");
  });
}

/** signIn goes through the sign-in page; whoever was signed in before leaves. */
export async function signIn(page: Page, account: Account, path = "/inbox"): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await page.getByLabel("登录名").fill(account.login);
  await page.getByLabel("密码", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.locator("header .who")).toContainText(account.name);
}

export { expect };
