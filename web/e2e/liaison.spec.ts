import { act, finish, select, text, today } from "./acts";
import { expect, signIn, test } from "./server";

test("a list is drafted, checked and published; a department's week and the centre's dispatch", async ({ page, luodi }) => {
  const operator = luodi.account("centre_operator");
  const leader = luodi.account("centre_leader");
  const handler = luodi.account("department_handler", "wenlv");
  let address = "";

  await test.step("the centre drafts a list and adds a project", async () => {
    await signIn(page, operator, "/liaison-lists");
    await page.getByRole("button", { name: "拟定清单" }).click();
    await text(page, "标题", "补充包联清单");
    await page.getByRole("dialog").getByRole("button", { name: /确\s*定/ }).click();
    await expect(page.getByRole("heading", { name: "补充包联清单" })).toBeVisible();
    address = new URL(page.url()).pathname;
    await page.getByRole("button", { name: "添加" }).click();
    await select(page, /项目$/, "饮用水二期");
    await select(page, /包联单位$/, "文旅", "市文化和旅游局");
    await text(page, /包联领导姓名/, "王某(示例)");
    await page.getByRole("dialog").getByRole("button", { name: /保\s*存/ }).click();
    await expect(page.getByRole("table", { name: "包联项目" })).toContainText("饮用水二期");
    await page.screenshot({ path: "test-results/list-draft.png" });
  });

  await test.step("the leader checks and publishes it; the liaison runs", async () => {
    await signIn(page, leader, address);
    await act(page, "核对通过");
    await act(page, "下达");
    await expect(page.locator("#main").getByText("已下达", { exact: true })).toBeVisible();
    await expect(page.getByRole("heading", { name: /第一批/ })).toBeVisible();
    await page.getByRole("table", { name: "包联项目" }).getByRole("link", { name: /待签收/ }).click();
    await expect(page.getByRole("heading", { name: /包联:.*饮用水二期/ })).toBeVisible();
    address = new URL(page.url()).pathname;
  });

  await test.step("the department acknowledges, reports a milestone, raises a problem and writes the weekly report", async () => {
    await signIn(page, handler, address);
    await act(page, "签收");
    await page.getByRole("row", { name: /^注册/ }).getByRole("button", { name: "报告节点完成" }).click();
    await finish(page, "报告节点完成", async () => {
      await page.getByRole("dialog").getByLabel("完成日期").fill(today());
      await page.keyboard.press("Enter");
      await text(page, "完成情况", "公司已注册");
    });
    await act(page, "提出问题", async () => {
      await select(page, /类别/, "用地", "用地");
      await text(page, "问题", "地块边界未定");
      await select(page, /责任单位/, "自然资源", "市自然资源和规划局");
    });
    await page.getByRole("group", { name: /^办理.*周报$/ }).getByRole("button", { name: "报送周报" }).click();
    await finish(page, "报送周报", () => text(page, "本周进展", "完成公司注册,用地在办"));
    await page.getByRole("tab", { name: /^问题 1项未销号/ }).click();
    await expect(page.getByRole("tabpanel", { name: /^问题/ })).toContainText("地块边界未定");
    await page.screenshot({ path: "test-results/liaison-week.png" });
  });

  await test.step("the centre sends the report back, and sees the milestone in the timeline", async () => {
    await signIn(page, operator, address);
    await page.getByRole("tab", { name: "周报" }).click();
    await page.getByRole("button", { name: "退回周报" }).first().click();
    await finish(page, "退回周报", () => text(page, "退回原因", "请补充用地进展"));
  });

  await test.step("the centre makes last week's sheet, gives an instruction, and the leader issues it", async () => {
    const past = new Date(Date.now() - 7 * 86_400_000);
    await signIn(page, operator, "/dispatches");
    await page.getByRole("button", { name: "制作往周调度单" }).click();
    await expect(page.getByRole("dialog")).toContainText("将制作");
    await page.getByRole("dialog").getByRole("button", { name: /制\s*作$/ }).click();
    await expect(page).toHaveURL(/\/dispatches\/\d{4}-W\d{2}$/);
    await expect(page.getByText("周报按时率").first()).toBeVisible();
    const sheet = new URL(page.url()).pathname;
    await act(page, "交办", async () => {
      await text(page, "交办内容", "一周内协调落实用地");
      await page.getByRole("dialog").getByLabel("办理期限").fill(new Date(past.getTime() + 14 * 86_400_000).toISOString().slice(0, 10));
      await page.keyboard.press("Enter");
      await select(page, /针对的包联/, "饮用水二期");
    });
    await signIn(page, leader, sheet);
    await act(page, "印发");
    await expect(page.getByText("已印发", { exact: true }).first()).toBeVisible();
    await page.screenshot({ path: "test-results/dispatch.png" });
  });

  await test.step("the instruction is the department's to answer", async () => {
    await signIn(page, handler, address);
    await page.getByRole("tab", { name: /^调度交办 1项待回复/ }).click();
    await page.getByRole("button", { name: "回复交办事项" }).click();
    await finish(page, "回复交办事项", () => text(page, "办理情况", "已与资规局会商"));
  });
});
