import { expect, signIn, test } from "./server";

test("every page draws without an error and asks no other host", async ({ page, luodi }) => {
  const wrong: string[] = [];
  page.on("pageerror", (e) => wrong.push(e.message));
  page.on("console", (m) => m.type() === "error" && wrong.push(m.text())); // a breach of the content policy is one
  page.on("request", (r) => !/^data:/.test(r.url()) && !r.url().startsWith(luodi.url) && wrong.push(r.url()));
  await signIn(page, luodi.account("centre_operator"));
  wrong.length = 0; // asking who is there, before anybody signed in, is answered 401
  for (const [path, shown] of [
    ["/inbox?box=cc", "待办事项"], ["/projects?sort=-agreed_amount", "项目库"], ["/reviews?open=true", "落地前研判"],
    ["/reviews/new", "发起研判"], ["/panels?stage=convened", "研判会"], ["/panels/new", "召集研判会"], ["/proxies", "我的代理"],
    ["/statistics?year=2023", "年度统计"], ["/bulletins?year=2023", "月通报"], ["/bulletins/2023-12", "2023年12月招商引资月通报"], ["/targets?year=2023", "目标任务"], ["/funnel?year=2023&by=team", "转化分析"], ["/campaigns?year=2023", "专项行动"],
    ["/rulebooks", "考核细则"], ["/chains", "产业链"], ["/teams?year=2023", "驻外专班"], ["/ambassadors", "招商大使"], ["/events", "招商活动"],
    ["/liaisons", "包联任务"], ["/liaison-lists", "包联清单"], ["/dispatches", "周调度"], ["/calendar?year=2023", "工作日历"], ["/nowhere", "没有这个页面"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(shown);
    await page.waitForLoadState("networkidle");
  }
  expect(wrong).toEqual([]);
});

test("a wrong password is told in words", async ({ page, luodi }) => {
  await page.goto("/projects");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fprojects$/);
  await expect(page.getByRole("note")).toContainText("示例");
  await page.screenshot({ path: "test-results/sign-in.png" });
  await page.getByLabel("登录名").fill(luodi.account("centre_operator").login);
  await page.getByLabel("密码", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("密码不正确");
  await expect(page).toHaveURL(/sign-in/);
});

test("one click on a demonstration account signs in and leads to the page asked for", async ({ page, luodi }) => {
  await page.goto("/statistics?year=2023");
  const account = luodi.account("city_leader");
  await page.getByRole("button", { name: account.name }).first().click();
  await expect(page).toHaveURL(/\/statistics\?year=2023$/);
  await expect(page.locator("dl.figures")).toContainText("731");
  await expect(page.locator("dl.figures")).toContainText("4,194.5");
  await expect(page.getByText("19.0")).not.toHaveCount(0);
  await page.screenshot({ path: "test-results/statistics.png", fullPage: true });
  await page.getByRole("button", { name: /退出/ }).click();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a broken sheet is refused with the cell that is wrong", async ({ page, luodi }) => {
  await signIn(page, luodi.account("centre_operator"), "/projects");
  await page.screenshot({ path: "test-results/projects.png" });
  await page.getByRole("button", { name: /导入表格/ }).click();
  const dialog = page.getByRole("dialog");
  const input = dialog.locator("input[type=file]");
  await input.setInputFiles("e2e/broken.xlsx");
  await expect(dialog.getByRole("table", { name: "表格中的错误" })).toContainText(/![A-Z]+\d+/);
  await expect(dialog.getByRole("button", { name: "确认导入" })).toBeDisabled();
  await page.screenshot({ path: "test-results/import-broken.png" });
});

test("an exported list is a workbook, narrowed like the list", async ({ page, luodi }) => {
  await signIn(page, luodi.account("centre_operator"), "/projects?industry_tier=lead&year=2023");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /导出当前列表/ }).click();
  const file = await download;
  expect(file.url()).toContain("industry_tier=lead");
  expect(file.suggestedFilename()).toMatch(/\.xlsx$/);
});

test("the calendar names the notice behind a day, and an administrator can record one", async ({ page, luodi }) => {
  await signIn(page, luodi.account("administrator"), "/calendar?year=2023");
  await page.getByRole("note", { name: /^2023-10-07/ }).focus();
  await expect(page.getByRole("tooltip")).toContainText("2023年");
  await page.screenshot({ path: "test-results/calendar.png", fullPage: true });
  await page.getByRole("button", { name: "登记放假通知" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "登记", exact: true }).click();
  await expect(dialog.getByText("请填写发文字号")).toBeVisible();

  await dialog.getByLabel("发文字号").fill("示例〔2022〕1号");
  await dialog.getByLabel("标题").fill("关于2023年国庆节安排的补充通知(示例)");
  await dialog.getByLabel("节日").fill("国庆节");
  for (const [end, date] of [["开始日期", "2023-10-09"], ["结束日期", "2023-10-10"]] as const) {
    await dialog.getByPlaceholder(end).fill(date);
    await page.keyboard.press("Enter");
  }
  await dialog.getByRole("button", { name: "登记", exact: true }).click();
  const done = page.getByRole("dialog").filter({ hasText: "通知已登记" });
  await expect(done).toContainText("在办事项");
  await done.getByRole("button").click();
  await expect(page.getByRole("note", { name: /^2023-10-10/ })).toContainText("休");
});
