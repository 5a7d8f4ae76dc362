import { describe, expect, it } from "vitest";
import type { Action, AssessmentAppeal, AssessmentRun, Forecast, ScoreIndicator } from "../../api/types";
import { appealOf } from "./Card";
import { codeOf } from "./Explained";
import {
  appealsOf, brief, changedIf, evidenceAddress, figureText, forecastable, isPublic, moved, offeredIndicator, pairOf, quotasOf, rowsOf, runAsked, standingOf, supposing, totalsOf, wrongAdd,
} from "./scores";

const run = (no: number, more: Partial<AssessmentRun> = {}) => ({ no, kind: "official", standing: false, ...more }) as AssessmentRun;

describe("a score as it is shown", () => {
  it("has at most four places, rounded half up, and is never a float", () => {
    expect(["98.7", "11.3333333333", "0.00005", "-2.99995", "99.99999", "", "无"].map(brief)).toEqual(["98.7", "11.3333", "0.0001", "-3", "100", "—", "无"]);
    expect(brief("12345678901234567890.123456")).toBe("12345678901234567890.1235");
  });
  it("moves by an exact difference with its sign", () => {
    expect([moved("0.1", "0.3"), moved("30", "27.5"), moved("5", "5.0"), moved("", "3")]).toEqual(["+0.2", "-2.5", "", ""]);
  });
});

describe("the tree of indicators", () => {
  const of = (id: string, parent?: string) => ({ id, name: id, parent }) as ScoreIndicator;
  it("puts each heading before what is below it and says which are leaves", () => {
    expect(rowsOf([of("A"), of("B"), of("A1", "A"), of("A11", "A1"), of("A2", "A")]).map((r) => [r.id, r.depth, r.leaf])).toEqual([
      ["A", 0, false], ["A1", 1, false], ["A11", 2, true], ["A2", 1, true], ["B", 0, true],
    ]);
  });
  it("loses no score whose heading is missing", () => {
    expect(rowsOf([of("A1", "A"), of("B")]).map((r) => r.id)).toEqual(["A1", "B"]);
  });
});

describe("which scorings are compared", () => {
  const runs = [run(4), run(3, { failed: "缺数" }), run(2), run(1)];
  it("compares the last two that have scores", () => {
    expect(pairOf(runs)).toEqual([2, 4]);
    expect(pairOf([run(1), run(2, { failed: "缺数" })])).toBeUndefined();
  });
  it("takes those of the address where they exist", () => {
    expect(pairOf(runs, 1, 2)).toEqual([1, 2]);
    expect(pairOf(runs, 3, 9)).toEqual([2, 4]);
    expect(pairOf(runs, 4)).toEqual([4, 2]);
    expect(pairOf(runs, undefined, 1)).toEqual([4, 1]);
  });
  it("reads only the number of a run from an address, and keeps it in links", () => {
    expect([runAsked("3"), runAsked("0"), runAsked("x"), runAsked("1.5"), runAsked(null)]).toEqual([3, undefined, undefined, undefined, undefined]);
    expect(evidenceAddress("2023", "u/1", "A1", 3)).toBe("/assessments/2023/scores/u%2F1/A1?run=3");
  });
});

describe("what a scoring is worth", () => {
  const round = { no: 1, run: 2, days: 5, from: "", due: "" };
  it("is never a result when it was a trial", () => {
    expect(standingOf(run(1, { kind: "trial" }), { stage: "locked", publicity: [round] }).text).toBe("试算,不作为结果");
  });
  it("follows the year's steps", () => {
    const text = (r: AssessmentRun, year: Parameters<typeof standingOf>[1]) => standingOf(r, year).text;
    expect(text(run(2, { standing: true }), { stage: "rechecking", publicity: [] })).toBe("未公示");
    expect(text(run(2, { standing: true }), { stage: "publicity", publicity: [round] })).toBe("公示中");
    expect(text(run(2, { standing: true }), { stage: "grading", publicity: [round] })).toBe("已公示,未锁定");
    expect(text(run(3, { standing: true, kind: "appeal" }), { stage: "appealing", publicity: [round] })).toBe("申诉后重算,未锁定");
    expect(text(run(2), { stage: "appealing", publicity: [round] })).toBe("已由后来的计分代替");
    expect(text(run(1, { void: "复核退回" }), { stage: "scoring", publicity: [] })).toBe("已作废");
    expect(text(run(1, { failed: "缺数" }), { stage: "scoring", publicity: [] })).toBe("未算出");
    expect(text(run(2, { standing: true }), { stage: "locked", publicity: [round], locked: { run: 2, at: "", by: { name: "" }, hash: "", grades: {} } })).toBe("已锁定");
  });
  it("tells quotas in the order of the book, and which are exceeded", () => {
    expect(quotasOf({ counts: { 良好: 5, 优秀: 4, "": 1 }, limits: { 优秀: 3, 良好: -1, 不合格: 0 } }, ["优秀", "良好"])).toEqual([
      { grade: "优秀", count: 4, limit: 3, over: true }, { grade: "良好", count: 5, limit: undefined, over: false }, { grade: "不合格", count: 0, limit: 0, over: false },
    ]);
  });
});

describe("appeals", () => {
  const appeal = (no: number, status: AssessmentAppeal["status"]) => ({ no, status }) as AssessmentAppeal;
  const action: Action = { action: "appeal", label: "提出申诉", allowed: true, schema: { properties: { indicator: { oneOf: [{ const: "A1", title: "签约" }] } } } };
  it("puts those that await a ruling first", () => {
    const list = [appeal(1, "accepted"), appeal(2, "open"), appeal(3, "refused")];
    expect(appealsOf(list, "all").map((a) => a.no)).toEqual([2, 3, 1]);
    expect(appealsOf(list, "refused").map((a) => a.no)).toEqual([3]);
  });
  it("fills in only an indicator that the form offers", () => {
    expect(offeredIndicator(action, "A1")).toEqual({ indicator: "A1" });
    expect(offeredIndicator(action, "Z9")).toBeUndefined();
  });
  it("are taken until the publicity is closed or its time is up", () => {
    const due = "2024-01-22T09:30:00Z", now = new Date("2024-01-20T00:00:00Z");
    expect([isPublic({ due }, now), isPublic({ due, over: "2024-01-19T00:00:00Z" }, now), isPublic({ due, over: "0001-01-01T00:00:00Z" }, now), isPublic({ due }, new Date("2024-01-23T00:00:00Z"))]).toEqual([true, false, true, false]);
  });
  it("are offered on the standing card of one's own unit only", () => {
    const year = { my_units: ["a"], actions: [action] } as unknown as Parameters<typeof appealOf>[1];
    const card = (unit_id: string, standing: boolean) => ({ unit_id, run: run(1, { standing }) });
    expect([appealOf(card("a", true), year)?.action, appealOf(card("b", true), year), appealOf(card("a", false), year)]).toEqual(["appeal", undefined, undefined]);
  });
  it("takes a record's code from its text", () => {
    expect([codeOf("SY055 示例项目055"), codeOf("SY055")]).toEqual(["SY055", "SY055"]);
  });
});

describe("what if", () => {
  const figure = (name: string, value: string, measure?: string): Forecast["figures"][number] => ({ name, value, measure, target: false, counted: true, records: 0 });
  const figures = [figure("开工", "4", "个"), figure("按时率", "85%", "%"), figure("事故", "否"), figure("批次", "", "次")];
  it("sends what was typed and leaves out what changes nothing", () => {
    expect(supposing(figures, { 开工: " +3 ", 按时率: "5", 事故: "是", 批次: "-1" })).toEqual([
      { figure: "开工", add: "3" }, { figure: "按时率", add: "5%" }, { figure: "事故", value: "是" }, { figure: "批次", add: "-1" },
    ]);
    expect(supposing(figures, { 开工: "0", 按时率: "x", 事故: "否", 别的: "3" })).toEqual([]);
  });
  it("says what is wrong with what was typed", () => {
    expect([wrongAdd("3"), wrongAdd("-1.5"), wrongAdd("5%"), wrongAdd("")]).toEqual([undefined, undefined, undefined, undefined]);
    expect(wrongAdd("三个")).toContain("请填写数字");
  });
  it("shows a figure with its measure once", () => {
    expect(figures.map(figureText)).toEqual(["4 个", "85%", "否", "无"]);
  });
  it("lists the indicators that come out otherwise", () => {
    const i = (id: string, score: string, then?: string) => ({ id, name: id, score, if: then, working: "" });
    expect(changedIf([i("A", "1", "2"), i("B", "1", "1"), i("C", "1")]).map((x) => x.id)).toEqual(["A"]);
  });
  it("leaves a gap in the line for a month without a score", () => {
    expect(totalsOf([{ month: 1, as_of: "", total: "10.5", rank: 1 }, { month: 3, as_of: "", total: "30", rank: 1 }]).slice(0, 4)).toEqual([10.5, null, 30, null]);
  });
  it("lets the office forecast any unit that goes on, others their own", () => {
    const member = (unit_id: string, merged_into?: string) => ({ unit_id, name: unit_id, book_name: unit_id, group: "县市区", merged_into });
    const members = [member("a"), member("b"), member("c", "a")];
    expect(forecastable({ members, my_units: [], reads_all: true }).map((u) => u.value)).toEqual(["a", "b"]);
    expect(forecastable({ members, my_units: ["b"], reads_all: false }).map((u) => u.value)).toEqual(["b"]);
  });
});
