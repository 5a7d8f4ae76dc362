import type { Page } from "@playwright/test";
import { act, actOn, button, opine, radio, select, text, today } from "./acts";
import { expect, signIn, test } from "./server";

const project = "医药中间体项目(示例在谈02)"; // chemicals: 应急管理局 signs off, and a panel meets
const shot = (page: Page, name: string, fullPage = false) => page.screenshot({ path: `test-results/${name}.png`, fullPage });

test("a reviewer's day: from a saved draft to the last condition and the document", async ({ page, luodi }) => {
  const county = luodi.account("county_operator", "danjiangkou");
  const centre = luodi.account("centre_operator");
  const leader = luodi.account("centre_leader");
  const handler = (unit: string) => luodi.account("department_handler", unit);
  let review = "";

  await test.step("the county submits, with a draft saved and taken up again", async () => {
    await signIn(page, county, "/reviews");
    await page.getByRole("button", { name: /发起研判/ }).click();
    await select(page, "项目", "医药中间体");
    await expect(page.getByRole("table", { name: "会审部门" })).toContainText("涉及危险化学品");
    await expect(page.getByRole("table", { name: "会审部门" })).toContainText("一票否决");
    await expect(page.getByRole("table", { name: "办理预计" })).toContainText("研判会");
    await shot(page, "new-review", true);
    await page.getByLabel(/说明/).fill("请各部门依职责会审。");
    await page.getByRole("button", { name: "暂存" }).click();
    await expect(page.getByText("已暂存,下次打开可继续填写")).toBeVisible();
    await page.reload();
    await page.getByRole("button", { name: "继续填写" }).click();
    await expect(page.getByLabel(/说明/)).toHaveValue("请各部门依职责会审。");
    await page.getByRole("button", { name: "提交研判" }).click();
    await expect(page).toHaveURL(/\/reviews\/(?!new)[^/]+$/);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`研判:${project}`);
    review = new URL(page.url()).pathname;
  });

  await test.step("what the initiator may not do is there, greyed, with its reason and who may", async () => {
    const accept = await button(page, "受理");
    await expect(accept).toHaveAttribute("aria-disabled", "true");
    await accept.focus();
    await expect(page.getByRole("tooltip", { name: /由招商中心受理。可办理人:招商中心/ })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toBeHidden();
    await shot(page, "denied");
  });

  await test.step("the centre accepts", async () => {
    await signIn(page, centre);
    await shot(page, "inbox-centre");
    await page.getByRole("row", { name: new RegExp(project.slice(0, 5)) }).getByRole("link", { name: /受理/ }).click();
    await act(page, "受理", () => text(page, "受理说明", "材料齐全"));
    await expect(page.getByRole("table", { name: "会审部门" })).toContainText("市应急管理局");
    await shot(page, "opinions", true);
  });

  await test.step("a department agrees, another returns the project through the centre", async () => {
    await signIn(page, handler("fagai"), review);
    await opine(page, "同意", "符合产业政策。");
    await signIn(page, handler("ziran"), review);
    await act(page, "退回", async () => {
      await text(page, /退回原因/, "请补充用地勘界图,并核实协议金额");
      await radio(page, /逐级/);
      await shot(page, "return");
    });
    await expect(page.getByText("市自然资源和规划局退回补正,该环节暂停计时")).toBeVisible();
  });

  await test.step("the county corrects the project and submits again", async () => {
    await signIn(page, county);
    await page.getByRole("link", { name: /补正材料/ }).click();
    await (await button(page, "补正后重新提交")).click();
    const dialog = page.getByRole("dialog", { name: "补正后重新提交" });
    await expect(dialog).toContainText("项目情况与上次提交相同");
    await dialog.getByRole("link", { name: "修改项目" }).click();
    const edit = page.getByRole("dialog", { name: "修改项目情况" });
    await edit.getByLabel("协议金额").fill("34000");
    await edit.getByLabel("用地面积").fill("80");
    await shot(page, "edit-project");
    await edit.getByRole("button", { name: "保存" }).click();
    await expect(edit).toBeHidden();
    await page.goto(review);
    await act(page, "补正后重新提交", async () => {
      await expect(page.getByRole("list", { name: "将提交的变化" })).toContainText("3.2 亿元 → 3.4 亿元");
      await expect(page.getByRole("dialog")).toContainText("将请市发展和改革委员会出具意见");
      await text(page, /补正说明/, "已补充用地勘界图,协议金额核实为3.4亿元");
      await shot(page, "resubmit");
    });
    await page.getByRole("tab", { name: /提交与比对/ }).click();
    const compared = page.getByRole("table", { name: "两次提交比对" });
    await expect(compared.getByRole("row", { name: /协议金额/ })).toContainText(/3\.2 亿元.*3\.4 亿元/);
    await expect(compared.locator("tr.differs")).toHaveCount(2);
    await shot(page, "compare");
    await signIn(page, centre, review);
    await act(page, "审核转送", () => text(page, "转送说明", "补正属实"));
  });

  await test.step("departments opine: again, with a condition, and by draft and signature", async () => {
    await signIn(page, handler("fagai"), review);
    await opine(page, "同意", "金额调整后仍符合产业政策。");
    await signIn(page, handler("jingxin"), review);
    await act(page, "出具意见", async () => {
      await radio(page, "有条件同意");
      await text(page, /意见内容$/, "同意落地,须完成节能验收。");
      const rows = page.getByRole("dialog").getByRole("group", { name: /所附条件/ });
      await rows.getByRole("button", { name: "添加" }).click();
      await rows.getByRole("textbox", { name: /条件$/ }).fill("投产前完成节能验收");
      await select(page, /责任单位/, "丹江口");
      const due = rows.getByRole("textbox", { name: /期限/ });
      await due.fill("2020-01-01");
      await due.press("Enter");
      await page.getByRole("dialog").getByRole("button", { name: "提交", exact: true }).click();
      await expect(page.getByRole("dialog").getByText("日期早于今天").first()).toBeVisible();
      await shot(page, "opine-conditions");
      await due.fill(`${Number(today().slice(0, 4)) + 1}-06-30`);
      await due.press("Enter");
    });
    for (const unit of ["ziran", "shengtai", "keji", "shichang"]) {
      await signIn(page, handler(unit), review);
      await opine(page, "同意", "依职责审核,同意。");
    }
    await signIn(page, handler("yingji"), review);
    await opine(page, "同意", "安全条件符合要求。");
    const seat = page.getByRole("table", { name: "会审部门" }).getByRole("row", { name: /市应急管理局/ });
    await expect(seat).toContainText("待签发");
    await signIn(page, luodi.account("department_leader", "yingji"), review);
    await act(page, "签发意见");
    await expect(seat).toContainText("拟稿");
    await expect(page.getByText("须集体研判:涉及危险化学品")).toBeVisible();
    await shot(page, "opined", true);
  });

  const members = [leader, luodi.account("department_leader", "fagai"), luodi.account("city_leader")];
  let meeting = "";

  await test.step("the centre convenes a panel", async () => {
    await signIn(page, centre, "/panels");
    await page.getByRole("button", { name: /召集研判会/ }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("召集研判会");
    await page.getByLabel("会议名称").fill("十堰市落地前研判会(示例)");
    await page.getByLabel("会议时间").fill(`${today()} 23:59`);
    await page.keyboard.press("Enter");
    await page.getByLabel("地点").fill("市政府第二会议室");
    for (const [i, m] of members.entries()) await select(page, `成员${i + 1}`, m.name);
    await select(page, "主持人", leader.name);
    await select(page, "议题1", project.slice(0, 5));
    await shot(page, "convene", true);
    await page.getByRole("button", { name: "召集会议" }).click();
    await expect(page).toHaveURL(/\/panels\/(?!new)[^/]+$/);
    meeting = new URL(page.url()).pathname;
  });

  await test.step("the panel meets and votes", async () => {
    await act(page, "代为签到", () => radio(page, new RegExp(members[2]!.name.slice(0, 2))));
    await signIn(page, members[1]!, meeting);
    await act(page, "签到");
    await signIn(page, leader, meeting);
    await act(page, "签到");
    await act(page, "开会");
    await actOn(page, "第1项议题", "开始表决");
    await actOn(page, "第1项议题", "投票", () => radio(page, "同意"));
    await shot(page, "panel-voting", true);
    await signIn(page, members[1]!, meeting);
    await actOn(page, "第1项议题", "投票", async () => {
      await radio(page, "同意");
      await text(page, "意见", "注意危化品运输管理");
    });
    await signIn(page, members[2]!);
    await page.getByRole("link", { name: /投票/ }).click();
    await actOn(page, "第1项议题", "投票", () => radio(page, "弃权"));
    await signIn(page, leader, meeting);
    await actOn(page, "第1项议题", "结束表决");
    await expect(page.getByRole("group", { name: "第1项议题" })).toContainText("同意2、不同意0、弃权1");
    await signIn(page, centre, meeting);
    await act(page, "整理纪要", () => text(page, "纪要", "会议一致认为项目可行,落实各部门所附条件。"));
    await act(page, "散会");
    await expect(page.locator(".page-head")).toContainText("散会");
    await shot(page, "panel-closed", true);
  });

  await test.step("the leader decides, with the conditions", async () => {
    await signIn(page, leader, review);
    await expect(page.getByRole("table", { name: "记名投票" })).toContainText("弃权");
    await act(page, "作出决定", async () => {
      await radio(page, "有条件通过");
      await text(page, /决定意见/, "同意落地,落实各部门所附条件。");
      await shot(page, "decide");
    });
    await expect(page.locator(".page-head")).toContainText("有条件通过");
    await expect(page.getByRole("table", { name: "条件" })).toContainText("投产前完成节能验收");
  });

  await test.step("the owner hands in evidence with a file, and the condition is closed", async () => {
    await signIn(page, county);
    await page.getByRole("button", { name: "本单位待落实条件" }).click();
    await page.getByRole("link", { name: /落实条件:投产前完成节能验收/ }).click();
    await act(page, "提交落实材料", async () => {
      await text(page, "落实情况", "已取得节能验收意见");
      await page.getByRole("dialog").locator("input[type=file]").setInputFiles({ name: "节能验收意见.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") });
      await expect(page.getByRole("dialog").getByText("节能验收意见.pdf")).toBeVisible();
      await shot(page, "evidence");
    });
    await signIn(page, handler("jingxin"), review);
    const file = page.getByRole("link", { name: /节能验收意见\.pdf/ });
    const got = page.waitForEvent("download");
    await file.click();
    expect((await got).suggestedFilename()).toBe("节能验收意见.pdf");
    await act(page, "核销条件", () => text(page, "核销意见", "材料属实,同意核销"));
    await expect(page.getByRole("table", { name: "条件" })).toContainText("已核销");
    await expect(page.locator(".page-head")).toContainText("办结");
  });

  await test.step("the document is downloaded", async () => {
    const pdf = page.getByRole("link", { name: /下载PDF/ }).first();
    await expect(pdf).toBeVisible();
    await expect(page.getByText(/^SHA-256 [0-9a-f]{16}…$/).first()).toBeVisible();
    await shot(page, "ended", true);
    const got = page.waitForEvent("download");
    await pdf.click();
    expect((await got).suggestedFilename()).toMatch(/\.pdf$/);
    await page.getByRole("link", { name: "查看项目" }).click();
    await expect(page.locator(".page-head")).toContainText("准予落地");
    await shot(page, "project", true);
  });
});
