import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./server";

/** act opens an action's form, fills it, sends it and waits for the answer. */
async function act(page: Page, name: string, submit: string, fill: () => Promise<void>): Promise<void> {
  await page.getByRole("toolbar").getByRole("button", { name, exact: true }).click();
  await fill();
  await page.getByRole("dialog").getByRole("button", { name: submit, exact: true }).click();
  await expect(page.getByText(`已${name}`, { exact: true })).toBeVisible();
  await expect(page.getByRole("dialog")).toBeHidden();
}

const text = (page: Page, label: string | RegExp, value: string) => page.getByRole("dialog").getByRole("textbox", { name: label }).fill(value);

async function opine(page: Page, opinion: string, words: string): Promise<void> {
  await act(page, "出具意见", "提交", async () => {
    await page.getByRole("dialog").getByRole("radio", { name: opinion, exact: true }).click();
    await text(page, /意见内容$/, words);
  });
}

interface Seat {
  id: string;
  unit_name: string;
  veto: boolean;
}

test("a project is reviewed from submission to clearance", async ({ page, luodi }) => {
  const initiator = luodi.account("county_operator");
  const leader = luodi.account("centre_leader");

  await signIn(page, initiator, "/projects?stage=negotiating");
  await expect(page.getByRole("heading", { name: "项目库" })).toBeVisible();
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page).toHaveURL(/\/projects\/[^/?]+$/);
  const project = new URL(page.url()).pathname;
  await page.getByRole("button", { name: "发起研判" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("table", { name: "会审部门" })).toContainText("个工作日");
  await page.screenshot({ path: "test-results/start.png" });
  await dialog.getByLabel(/说明/).fill("请各部门依职责会审。");
  await dialog.getByRole("button", { name: "提交研判" }).click();
  await expect(page).toHaveURL(/\/reviews\/[^/]+$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("研判:");
  const review = new URL(page.url()).pathname;

  // what the initiator may not do is there, greyed, with its reason for the keyboard
  const accept = page.getByRole("toolbar").getByRole("button", { name: "受理", exact: true });
  await expect(accept).toHaveAttribute("aria-disabled", "true");
  await accept.focus();
  await expect(page.getByRole("tooltip")).toContainText("由招商中心受理");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.screenshot({ path: "test-results/denied.png" });

  await signIn(page, luodi.account("centre_operator"));
  await page.screenshot({ path: "test-results/inbox.png" });
  await page.goto(review);
  await act(page, "受理", "提交", () => text(page, "受理说明", "材料齐全"));
  await expect(page.getByRole("table", { name: "会审部门" })).toBeVisible();
  const { seats } = (await (await page.request.get(`/api/v1${review}`)).json()) as { seats: Seat[] };
  expect(seats.length).toBeGreaterThan(1);

  // one department asks for supplements: its clock stands still, the others go on
  const [first, ...others] = seats;
  const handler = (seat: Seat) => luodi.accounts.find((a) => a.unit_id === seat.id && a.roles.some((r) => r === "department_handler" || r === "department_leader"))!;
  await signIn(page, handler(first!), review);
  await act(page, "退回补正", "提交", () => text(page, /需要补正的内容/, "请补充用地勘界图"));
  await expect(page.getByText(`${first!.unit_name}退回补正,该环节暂停计时`)).toBeVisible();
  await page.screenshot({ path: "test-results/returned.png" });

  for (const [i, seat] of others.entries()) {
    await signIn(page, handler(seat), review);
    await opine(page, i === 0 ? "有条件同意" : "同意", i === 0 ? "同意落地,投产前须完成节能验收。" : "符合规划与政策,同意。");
  }
  await page.screenshot({ path: "test-results/opinions.png" });

  await signIn(page, initiator, "/inbox");
  await page.getByRole("link", { name: /补正材料/ }).click();
  await act(page, "补正后重新提交", "提交", () => text(page, /补正说明/, "已补充用地勘界图"));
  await signIn(page, handler(first!), review);
  await opine(page, "同意", "补正材料符合要求,同意。");

  await signIn(page, leader, review);
  await expect(page.getByRole("toolbar").getByRole("button", { name: "作出决定" })).not.toHaveAttribute("aria-disabled");
  await page.screenshot({ path: "test-results/decision.png" });
  await act(page, "作出决定", "提交", async () => {
    await page.getByRole("dialog").getByRole("radio", { name: "有条件通过" }).click();
    await text(page, /决定意见/, "同意落地,落实各部门所附条件。");
  });
  await expect(page.getByRole("heading", { level: 1 }).locator("..")).toContainText("有条件通过");
  await expect(page.getByText("研判办结:有条件通过")).toBeVisible();
  await page.screenshot({ path: "test-results/ended.png", fullPage: true });

  await page.goto(project);
  await expect(page.locator(".page-head")).toContainText("准予落地");
  await page.screenshot({ path: "test-results/project.png" });
});
