import type { APIRequestContext, Page } from "@playwright/test";
import { request } from "@playwright/test";
import { expect, type Account, type Luodi } from "./server";

/** button finds an action's button: among the main ones, or behind 更多操作. */
export async function button(page: Page, name: string) {
  const bar = page.getByRole("toolbar", { name: "可办事项" });
  const found = bar.getByRole("button", { name, exact: true });
  const more = bar.getByRole("button", { name: "更多操作" });
  await expect(page.getByRole("dialog")).toHaveCount(0); // one that still closes would catch the click
  await expect(more).toBeVisible();
  await expect(async () => {
    if (!(await found.isVisible())) await more.click(); // a page that reloads closes the menu again
    await expect(found).toBeVisible({ timeout: 2_000 });
  }).toPass();
  return found;
}

/** act opens an action's form, fills it, sends it and waits for the answer. */
export async function act(page: Page, name: string, fill?: () => Promise<void>): Promise<void> {
  await (await button(page, name)).click();
  await finish(page, name, fill);
}

/** actOn does an action with an item of a meeting's agenda. */
export async function actOn(page: Page, item: string, name: string, fill?: () => Promise<void>): Promise<void> {
  await page.getByRole("group", { name: item }).getByRole("button", { name, exact: true }).click();
  await finish(page, name, fill);
}

/** finish fills an open action's form, sends it and waits until it is gone. */
export async function finish(page: Page, name: string, fill?: () => Promise<void>): Promise<void> {
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  await fill?.();
  await dialog.getByRole("button", { name: new RegExp(`(提交|确认${name})$`) }).click();
  await expect(page.getByText(`已${name}`, { exact: true }).first()).toBeVisible();
  await expect(dialog).toBeHidden();
}

/** text fills a field of the open form. */
export const text = (page: Page, label: string | RegExp, value: string) => page.getByRole("dialog").getByRole("textbox", { name: label }).fill(value);

/** radio chooses one of the open form's options. */
export const radio = (page: Page, name: string | RegExp) => page.getByRole("dialog").getByRole("radio", { name, exact: typeof name === "string" }).click();

export async function opine(page: Page, opinion: string, words: string): Promise<void> {
  await act(page, "出具意见", async () => {
    await radio(page, opinion);
    await text(page, /意见内容$/, words);
  });
}

/**
 * select opens a select, types into it where that narrows it, and chooses the option. A list that the server narrows may
 * be drawn anew between the mouse's going down and up: then nothing was chosen, and the option is clicked again.
 */
export async function select(page: Page, label: string | RegExp, typed: string, option = typed): Promise<void> {
  const box = page.getByRole("combobox", { name: label });
  const chosen = page.locator(".ant-select").filter({ has: box });
  await box.click();
  if (await box.isEditable()) await box.fill(typed);
  const offered = page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter({ hasText: option }).first();
  await expect(async () => {
    await offered.click({ timeout: 2_000 });
    await expect(chosen).toContainText(option, { timeout: 2_000 });
  }).toPass({ timeout: 15_000 });
}

/** today is the date in Shanghai. */
export const today = (): string => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date());

/** as speaks to the API for an account, for what a test needs but does not show. */
export async function as(luodi: Luodi, account: Account): Promise<APIRequestContext> {
  const api = await request.newContext({ baseURL: luodi.url });
  const answer = await api.post("/api/v1/session", { data: { login: account.login, password: account.password } });
  expect(answer.status()).toBeLessThan(300);
  return api;
}
