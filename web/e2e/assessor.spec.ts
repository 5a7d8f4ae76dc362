import type { APIRequestContext } from "@playwright/test";
import { act, as, button, finish, radio, select, text } from "./acts";
import { expect, signIn, test } from "./server";

/** must posts what has to succeed. */
async function must(api: APIRequestContext, path: string, data: unknown): Promise<void> {
  const answer = await api.post(path, { data });
  expect(answer.status(), `${path}: ${await answer.text()}`).toBeLessThan(300);
}

const path = "/assessments/2025";
const steps = `/api/v1${path}/actions`;

test("an assessor's year: targets, self-reports, verification, marks, scores, publicity and an appeal", async ({ page, luodi }) => {
  const assessor = luodi.account("assessor");
  const leader = luodi.account("centre_leader");
  const county = luodi.account("county_operator", "danjiangkou");
  const office = await as(luodi, assessor);

  await test.step("a year is opened with a published rule book", async () => {
    await signIn(page, assessor, "/assessments");
    await expect(page.getByRole("table", { name: "年度考核" })).toContainText("已锁定");
    await page.getByRole("button", { name: "建立年度考核" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("spinbutton", { name: "年度" }).fill("2025");
    await select(page, "细则", "2024.1");
    await dialog.getByRole("button", { name: /建\s*立$/ }).click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await must(office, `${steps}/set_members`, { members: ["danjiangkou", "fangxian"].map((unit_id) => ({ unit_id, group: "县市区" })) });
    await must(office, `${steps}/set_judges`, { judges: ["fagai", "jingxin"].map((unit) => ({ user_id: `demo-${unit}.yanpan`, topics: ["营商环境"] })) });
  });

  await test.step("targets are broken down, and issued by somebody else", async () => {
    await page.goto(`${path}/targets`);
    for (const [unit, n] of [["丹江口市", "40"], ["房县", "30"]] as const) {
      await page.getByRole("textbox", { name: `${unit} 签约项目目标` }).fill(n);
      await page.getByRole("textbox", { name: `${unit} 签约金额目标` }).fill(`${n}0亿元`);
      await page.getByRole("textbox", { name: `${unit} 外出批次目标` }).fill("一百");
    }
    await page.getByRole("button", { name: "保存6处" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "不是数" })).toBeVisible();
    for (const unit of ["丹江口市", "房县"]) await page.getByRole("textbox", { name: `${unit} 外出批次目标` }).fill("100");
    await page.getByRole("button", { name: "保存6处" }).click();
    await expect(page.getByText("已保存,变动6处")).toBeVisible();
    await page.screenshot({ path: "test-results/year-targets.png", fullPage: true });
    await signIn(page, leader, path);
    await act(page, "下达任务");
    await signIn(page, assessor, path);
    await act(page, "布置自评");
  });

  await test.step("a county states its figures beside the registry's", async () => {
    await signIn(page, county, `${path}/units/danjiangkou`);
    await page.getByRole("button", { name: "一键采用登记数" }).click();
    await page.getByRole("textbox", { name: "外出招商批次 自报数" }).fill("90");
    await page.getByRole("textbox", { name: "签约项目数 自报数" }).fill("3");
    await page.getByRole("button", { name: /^保存填报/ }).click();
    await expect(page.getByText("已保存填报").first()).toBeVisible();
    await (await button(page, "提交自评")).click();
    await page.getByRole("dialog").getByRole("button", { name: "确认提交自评" }).click(); // a difference needs a reason
    await expect(page.getByRole("table", { name: "自评数据" }).last()).toContainText("须说明理由");
    await page.getByRole("textbox", { name: "签约项目数 差异理由" }).fill("三个项目正在补登");
    await page.screenshot({ path: "test-results/year-report.png", fullPage: true });
    await act(page, "提交自评"); // saves first
    await expect(page.locator("#main").getByText("核实中", { exact: true }).first()).toBeVisible();

    const other = await as(luodi, luodi.account("county_operator", "fangxian"));
    const unit = `/api/v1${path}/units/fangxian`;
    const { items } = (await (await other.get(unit)).json()) as { items: { name: string; registry: string; optional: boolean }[] };
    await must(other, `${unit}/actions/fill`, { items: items.filter((x) => x.registry || !x.optional).map((x) => ({ figure: x.name, value: x.registry || "80" })) });
    await must(other, `${unit}/actions/submit`, {});
  });

  await test.step("the office verifies, one figure by a correction", async () => {
    await signIn(page, assessor, path);
    await act(page, "结束自评,进入核实");
    await page.goto(`${path}/units/danjiangkou`);
    await page.getByRole("button", { name: "更正 签约项目数" }).click();
    await finish(page, "更正", async () => {
      await text(page, "核实数", "1");
      await text(page, "更正理由", "只有一个项目有合同");
    });
    await act(page, "核实属实");
    await expect(page.locator("#main").getByText("已核实", { exact: true }).first()).toBeVisible();
    await must(office, `/api/v1${path}/units/fangxian/actions/confirm`, {});
  });

  await test.step("judges mark unseen", async () => {
    await signIn(page, luodi.account("panel_member", "fagai"), `${path}/marks`);
    await page.getByRole("textbox", { name: "营商环境 丹江口市" }).fill("101");
    await expect(page.getByText("0至100,最多两位小数")).toBeVisible();
    await page.getByRole("textbox", { name: "营商环境 丹江口市" }).fill("88.5");
    await page.getByRole("textbox", { name: "营商环境 房县" }).fill("90");
    await page.getByRole("button", { name: "保存2个分" }).click();
    await expect(page.getByText("已保存2个分")).toBeVisible();
    await must(await as(luodi, luodi.account("panel_member", "jingxin")), `${steps}/mark`, { topic: "营商环境", marks: [{ unit_id: "danjiangkou", mark: "86" }, { unit_id: "fangxian", mark: "92" }] });
  });

  await test.step("trial runs, the official run, the recheck by somebody else, and the publicity", async () => {
    await signIn(page, assessor, path);
    await act(page, "结束核实,进入计分");
    await page.goto(`${path}/runs`);
    const runs = page.getByRole("table", { name: "历次计分" });
    await act(page, "试算");
    await expect(runs).toContainText("试算");
    await expect(runs.getByRole("link", { name: "第1次" })).toBeVisible();
    await act(page, "正式计分");
    await expect(runs.getByRole("link", { name: "第2次" })).toBeVisible({ timeout: 30_000 });
    await page.screenshot({ path: "test-results/year-runs.png", fullPage: true });
    await signIn(page, leader, `${path}/runs`);
    await act(page, "复核通过");
    await act(page, "公示");
  });

  await test.step("the county reads its card down to the events, and appeals", async () => {
    await signIn(page, county, `${path}/scores`);
    await page.getByRole("link", { name: "丹江口市" }).first().click();
    await expect(page).toHaveURL(new RegExp(`${path}/scores/danjiangkou`));
    await expect(page.locator("#main")).toContainText("外出招商");
    await page.screenshot({ path: "test-results/year-card.png", fullPage: true });
    await page.goto(`${path}/scores/danjiangkou/E1`);
    await expect(page.locator("#main")).toContainText("外出招商批次");
    await expect(page.locator("#main")).toContainText("第六条(一)");
    await page.goto(`${path}/appeals?indicator=E1`);
    await finish(page, "提出申诉", () => text(page, "申诉理由", "漏计赴大湾区的10批次外出招商。"));
    await expect(page.locator("#main")).toContainText("待裁定");
  });

  await test.step("somebody who did not verify rules, and every score that moved is shown", async () => {
    await signIn(page, leader, `${path}/appeals`);
    await page.getByRole("group", { name: "办理第1件申诉" }).getByRole("button", { name: "裁定申诉" }).click();
    await finish(page, "裁定申诉", async () => {
      await radio(page, "成立");
      await text(page, "裁定理由", "经查行程和报销凭证,情况属实。");
      const rows = page.getByRole("dialog").getByRole("group", { name: "更正数据" });
      await rows.getByRole("button", { name: "添加" }).click();
      await radio(page, "外出招商批次");
      await text(page, "更正为", "100");
    });
    const moves = page.getByRole("table", { name: "第1件申诉使得分和名次的变动" });
    await expect(moves).toContainText("丹江口市", { timeout: 30_000 });
    await page.screenshot({ path: "test-results/year-appeal.png", fullPage: true });
  });
});

test("a locked year reproduces itself, and a unit asks what if", async ({ page, luodi }) => {
  const county = luodi.account("county_operator", "danjiangkou");
  await test.step("the lock of 2023 is computed again", async () => {
    await signIn(page, luodi.account("assessor"), "/assessments/2023");
    await page.getByRole("button", { name: "重新计算并核验" }).click();
    await expect(page.locator("#main").getByText(/一致/).first()).toBeVisible();
    await page.goto("/assessments/2023/scores");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "得分工作簿" }).click()]);
    expect(file.suggestedFilename()).toMatch(/2023年度.*得分\.xlsx$/);
  });
  await test.step("a county supposes three more construction starts", async () => {
    await signIn(page, county, "/assessments/2024/forecast");
    await expect(page.locator("#main")).toContainText("不是考核结果");
    await page.getByRole("textbox", { name: /落地开工数/ }).fill("3");
    await page.getByRole("button", { name: /^测\s*算/ }).click();
    await expect(page.getByLabel("假设测算的结果")).toBeVisible();
    await page.screenshot({ path: "test-results/year-forecast.png", fullPage: true });
  });
});
