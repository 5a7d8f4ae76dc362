import { readFile } from "node:fs/promises";
import { act, as, select, text } from "./acts";
import { expect, signIn, test } from "./server";

test("the centre's month: a bulletin is made, checked by a second person, published and read", async ({ page, luodi }) => {
  const operator = luodi.account("centre_operator");
  const leader = luodi.account("centre_leader");
  const county = luodi.account("county_operator", "danjiangkou");
  const last = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 7); // a month that is over
  let address = "";

  await test.step("the operator makes the bulletin, writes a note and submits it", async () => {
    await signIn(page, operator, "/bulletins");
    await expect(page.getByRole("table", { name: "月通报" })).toContainText("〔2023〕第12期");
    await page.getByRole("button", { name: "编制通报" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "月份" }).fill(last);
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: /编\s*制$/ }).click();
    await expect(page).toHaveURL(new RegExp(`/bulletins/${last}$`));
    address = new URL(page.url()).pathname;
    await expect(page.getByRole("table", { name: "全市指标" })).toBeVisible();
    await act(page, "编写编者按", () => text(page, "编者按", "本月工作平稳推进。"));
    await act(page, "提交校核");
    await expect(page.locator("#main").getByText("待校核", { exact: true })).toBeVisible();
  });

  await test.step("a county doesn't see it yet; the leader checks and signs it", async () => {
    const api = await as(luodi, county);
    expect((await api.get(`/api/v1${address}`)).status()).toBe(404);
    await signIn(page, leader, address);
    await act(page, "校核通过");
    await act(page, "签发");
    await expect(page.locator("#main").getByText("已发布", { exact: true })).toBeVisible();
    await expect(page.getByText(/〔\d{4}〕第1期/).first()).toBeVisible();
    await page.getByRole("button", { name: "重新计算并核验" }).click();
    await expect(page.getByRole("status").filter({ hasText: "逐字节一致" })).toBeVisible();
  });

  await test.step("the county reads December: figures, ranking, charts and files", async () => {
    await signIn(page, county, "/bulletins/2023-12");
    await expect(page.locator("dl.figures")).toContainText("4,194.5");
    await expect(page.locator("dl.figures")).toContainText("超序时进度91.0个百分点");
    await page.getByRole("tab", { name: "排名与红黑榜" }).click();
    await expect(page.getByRole("table", { name: "县市区排名" }).getByRole("row")).toHaveCount(11);
    await page.getByRole("tab", { name: "图表" }).click();
    await expect(page.getByRole("img", { name: /各县市区累计签约金额/ }).locator("canvas")).toBeVisible();
    await page.screenshot({ path: "test-results/bulletin.png", fullPage: true });
    await act(page, "已阅");
    for (const [name, ext] of [["PDF", "pdf"], ["Word", "docx"], ["Excel", "xlsx"]] as const) {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
      expect(file.suggestedFilename()).toMatch(new RegExp(`2023年12月招商引资月通报\\.${ext}$`));
    }
  });

  await test.step("the centre sets a county's target, and the history says so", async () => {
    await signIn(page, operator, "/targets?year=2023");
    await page.getByRole("textbox", { name: "丹江口市 签约项目数" }).fill("80");
    await page.getByRole("textbox", { name: "全市 签约项目数" }).fill("多");
    await page.getByRole("button", { name: "下达2项变动" }).click();
    await expect(page.getByRole("alert")).toContainText("签约项目数目标应为1至1000000的整数");
    await page.getByRole("textbox", { name: "全市 签约项目数" }).fill("700");
    await page.getByRole("button", { name: "下达2项变动" }).click();
    await expect(page.getByText("已下达,变动2项")).toBeVisible();
    await expect(page.getByText(/签约项目数目标:各县市区合计80,全市700/)).toBeVisible();
    await page.getByRole("tab", { name: "下达记录" }).click();
    await expect(page.getByRole("table", { name: "下达记录" })).toContainText("丹江口市");
    await page.screenshot({ path: "test-results/targets.png" });
  });
});

test("a number opens its list, and a register finds its projects", async ({ page, luodi }) => {
  const operator = luodi.account("centre_operator");
  const county = luodi.account("county_operator", "danjiangkou");

  await test.step("a figure of the funnel leads to as many projects", async () => {
    await signIn(page, operator, "/funnel?year=2023&until=2023-12-31&by=event");
    const row = page.getByRole("table", { name: "按招商活动" }).getByRole("row", { name: /大湾区/ });
    const figure = row.getByRole("link").first();
    const count = Number(await figure.textContent());
    expect(count).toBe(51);
    await page.screenshot({ path: "test-results/funnel.png", fullPage: true });
    await figure.click();
    await expect(page.getByRole("heading", { name: "项目库" })).toBeVisible();
    await expect(page.getByRole("group", { name: "其他筛选条件" })).toContainText("招商活动:湖北十堰—大湾区产业链供应链对接大会");
    const more = page.getByRole("button", { name: /加载更多/ });
    await expect(async () => {
      if (await more.isEnabled({ timeout: 500 }).catch(() => false)) await more.click({ timeout: 500 }).catch(() => undefined); // it goes with the last page
      await expect(page.getByText(`共${count}条`)).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
  });

  await test.step("the campaigns of 2023 are what was published", async () => {
    await page.goto("/campaigns?year=2023");
    const table = page.getByRole("table", { name: "五百行动" });
    await expect(table.getByRole("row", { name: /百支招商专班/ })).toContainText("111 支");
    await expect(table.getByRole("row", { name: /百名招商大使/ })).toContainText("173 名");
    await page.screenshot({ path: "test-results/campaigns.png" });
  });

  await test.step("a county registers its team and a trip", async () => {
    await signIn(page, county, "/teams");
    await page.getByRole("button", { name: "登记专班" }).click();
    await text(page, "名称", "驻成都招商专班(示例)");
    await select(page, /派出单位$/, "丹江口", "丹江口市");
    await text(page, "驻地", "成都");
    await page.getByRole("dialog").getByRole("button", { name: /保\s*存$/ }).click();
    await expect(page.getByRole("heading", { name: "驻成都招商专班(示例)" })).toBeVisible();
    await page.getByRole("button", { name: "登记外出" }).click();
    await text(page, "地点", "德阳");
    await text(page, "事由", "拜访装备制造企业");
    await page.getByRole("dialog").getByRole("button", { name: /保\s*存$/ }).click();
    await page.getByRole("tab", { name: "外出 1" }).click();
    await expect(page.getByRole("table", { name: "外出" })).toContainText("德阳");
    await page.screenshot({ path: "test-results/team.png" });
  });

  await test.step("the centre finds it, and takes it out of use", async () => {
    await signIn(page, operator, "/teams?q=" + encodeURIComponent("成都"));
    await page.getByRole("link", { name: "驻成都招商专班(示例)" }).click();
    await page.getByRole("button", { name: /停\s*用$/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: /确\s*定$/ }).click();
    await expect(page.getByRole("button", { name: "恢复使用" })).toBeVisible();
    await page.getByRole("tab", { name: "修改记录" }).click();
    await expect(page.getByRole("table", { name: "修改记录" }).getByRole("row")).toHaveCount(4);
  });
});

test("a rule book is checked, taken in, published by somebody else, and compared", async ({ page, luodi }) => {
  const assessor = luodi.account("assessor");
  const leader = luodi.account("centre_leader");
  const book = await readFile("../internal/rulebook/rulebooks/admission.yaml", "utf8");
  let address = "";

  await test.step("a broken book is told line by line, a sound one is taken in", async () => {
    await signIn(page, assessor, "/rulebooks");
    await expect(page.getByRole("table", { name: "考核细则" })).toContainText("已发布");
    await page.getByRole("button", { name: "上传细则" }).click();
    const dialog = page.getByRole("dialog");
    const file = (text: string) => ({ name: "细则.yaml", mimeType: "application/yaml", buffer: Buffer.from(text) });
    await dialog.locator("input[type=file]").setInputFiles(file(book.replace("格式: 1", "格式: 9")));
    await expect(dialog.getByRole("table", { name: "检查结果" })).toContainText(/第\d+行/);
    await expect(dialog.getByRole("button", { name: /收\s*录$/ })).toBeDisabled();
    await dialog.locator("input[type=file]").setInputFiles(file(book));
    await expect(dialog.getByText("全部相符")).toBeVisible();
    await dialog.getByRole("button", { name: /收\s*录$/ }).click();
    await expect(page).toHaveURL(/\/rulebooks\/[0-9a-f-]+$/);
    address = new URL(page.url()).pathname;
    await expect(page.getByRole("button", { name: "审定发布" })).toBeDisabled();
    await page.screenshot({ path: "test-results/rulebook.png", fullPage: true });
  });

  await test.step("the leader publishes it, and compares it with another", async () => {
    await signIn(page, leader, address);
    await page.getByRole("button", { name: "审定发布" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /确\s*定$/ }).click();
    await expect(page.locator("#main").getByText("已发布", { exact: true }).first()).toBeVisible();
    await page.getByRole("tab", { name: "与其他版本比较" }).click();
    await select(page, "另一版本", "县市区");
    await expect(page.getByRole("table", { name: "差异" }).getByRole("row").nth(2)).toBeVisible();
  });
});
