import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import type { ReactNode } from "react";
import { MemoryRouter, Route, Routes } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { newQueryClient } from "../../api/queries";
import type { AssessmentAppeal, AssessmentData, AssessmentRun, Forecast, Me, RunDifference, ScoreCardData, ScoreEvidence, ScoreIndicator, Scores } from "../../api/types";
import { SessionContext } from "../../app/session";
import { Appeals } from "./Appeals";
import { ScoreCardPage } from "./Card";
import { EvidencePage } from "./Evidence";
import { ForecastPage } from "./Forecast";
import { ProjectScores } from "./ProjectScores";
import { Ranking } from "./Ranking";
import { Runs } from "./Runs";

configure({ asyncUtilTimeout: 15_000 }); // a busy machine draws tables slowly

vi.mock("../../components/Chart", () => ({ Chart: ({ label }: { label: string }) => <div role="img" aria-label={label} />, linesOf: () => ({}) })); // jsdom has no canvas

const by = { name: "王敏", unit_name: "招商中心" };
const run = (no: number, more: Partial<AssessmentRun> = {}): AssessmentRun => ({
  no, kind: "official", kind_label: "正式计分", as_of: "2023-12-31", known_at: "2024-01-10T02:00:00Z", by, book: "b", engine: "1", inputs: "a1b2c3d4e5f6a7b8", output: "0f1e2d3c4b5a6978",
  findings: 1, units: 2, problems: [], standing: false, ...more,
});
const runs = [
  run(4, { kind: "appeal", kind_label: "申诉重算", appeal: 1, standing: true }), run(3), run(2, { kind: "trial", kind_label: "试算" }),
  run(1, { kind: "trial", kind_label: "试算", failed: "缺1项数据", problems: ["甲县缺“外出批次”"] }),
];

const on = (action: string, label: string, properties: Record<string, unknown>, more: Partial<AssessmentData["actions"][number]> = {}): AssessmentData["actions"][number] => ({ action, label, allowed: true, who: "考核人员", schema: { type: "object", properties }, ...more });
const open: AssessmentAppeal = {
  no: 2, round: 1, unit_id: "a", unit_name: "甲县", indicator: "B", title: "B 开工率", text: "开工项目少计一个", at: "2024-01-18T05:00:00Z", by, files: [{ id: "f", name: "施工许可证.pdf", size: 2048 }],
  figures: ["开工数"], status: "open", status_label: "待裁定", corrections: [],
};
const accepted: AssessmentAppeal = {
  ...open, no: 1, indicator: "A1", title: "A1 签约数", files: [], status: "accepted", status_label: "成立", ruling: "经核对协议,申诉成立", ruled_by: by, ruled_at: "2024-01-19T05:00:00Z",
  corrections: [{ figure: "签约数", value: "6" }], before: 3, after: 4,
};

const year: AssessmentData = {
  id: "2023", year: 2023, title: "2023年度考核", office: "centre", stage: "publicity", stage_label: "公示", steps: [], light: "green", illustrative: true, lapse: false, version: 9, provisional: false,
  book: { id: "k", title: "示例细则", version: "1", digest: "d", grades: ["优秀", "良好"], groups: [{ name: "县市区", roster: [] }], indicators: [], topics: [] },
  members: [{ unit_id: "a", name: "甲县", book_name: "甲县", group: "县市区" }, { unit_id: "b", name: "乙县", book_name: "乙县", group: "县市区" }],
  duties: {}, judges: [], targets: [], changes: [], draws: [], runs, publicity: [{ no: 1, run: 3, days: 5, from: "2024-01-15T01:00:00Z", due: "2999-01-22T09:30:00Z" }], appeals: [accepted, open],
  adjustments: [], published: true, may_run: true, reads_all: true, my_units: ["a"], marking: [], timeline: [],
  actions: [
    on("trial", "试算", {}), on("cancel", "取消本年度考核", {}), on("official", "正式计分", {}, { allowed: false, reason: "年度考核处于公示环节" }),
    on("appeal", "提出申诉", { indicator: { type: "string", title: "指标", oneOf: [{ const: "A1", title: "A1 签约数" }, { const: "B", title: "B 开工率" }] }, text: { type: "string", title: "申诉理由", minLength: 5 } }),
    on("rule", "裁定申诉", { appeal: { type: "string", title: "申诉", oneOf: [{ const: "2", title: "甲县:开工率" }] }, result: { type: "string", title: "裁定", oneOf: [{ const: "accepted", title: "成立" }, { const: "refused", title: "不成立" }] }, text: { type: "string", title: "裁定理由" } }),
  ],
};

const table: Scores = {
  year: 2023, title: year.title, run: runs[0] as AssessmentRun, findings: ["乙县外出批次:缺数,按细则计为0"], sources: { target: { label: "任务分解表", count: 4 }, verified: { label: "自评,已核实", count: 9 } },
  groups: [{
    name: "县市区", indicators: [{ id: "A", name: "签约", points: "30", role: "base" }, { id: "F", name: "加分", role: "bonus" }], limits: { 优秀: 1, 良好: -1 }, counts: { 优秀: 1, 良好: 1 },
    rows: [
      { unit_id: "a", name: "甲县", rank: 1, total: "93.3333333333", grade: "良好", by_book: "优秀", why: "弄虚作假:取消评优", scores: { A: "30", F: "2" }, appeals: 2 },
      { unit_id: "b", name: "乙县", rank: 2, total: "90", grade: "优秀", scores: { A: "28.5" }, appeals: 0 },
    ],
  }],
};

const a1: ScoreIndicator = {
  id: "A1", name: "签约数", clause: "第二条(一)", parent: "A", role: "base", points: "15", score: "15", status: "scored", working: "6÷5 = 1.2 → 封顶 100% → ×15 = 15",
  explanation: {
    id: "A1", name: "签约数", clause: "第二条(一)", formula: "签约数÷签约目标", working: "6÷5 = 1.2 → 封顶 100% → ×15 = 15", value: "15",
    parts: [
      { name: "本年签约", formula: "计数(项目)", working: "6", value: "6个", records: Array.from({ length: 8 }, (_, i) => `SY00${i + 1} 项目${i + 1}`) },
      { name: "签约目标", clause: "任务分解表", formula: "目标", working: "5个", value: "5个", evidence: ["任务分解表第1版"] },
    ],
  },
};
const card: ScoreCardData = {
  year: 2023, title: year.title, unit_id: "a", name: "甲县", group: "县市区", total: "93.3333333333", base: "91.3333333333", bonus: "2", deduction: "0", rank: 1, grade: "良好", stage: "publicity", stage_label: "公示",
  outcomes: [{ name: "弄虚作假", clause: "第十条", effect: "no_award" }], run: runs[0] as AssessmentRun, appeals: [open],
  indicators: [{ id: "A", name: "签约", role: "base", points: "30", score: "30", status: "scored", working: "15+15 = 30" }, a1, { id: "B", name: "开工率", role: "base", points: "20", score: "", status: "not_applicable", working: "不考核" }],
};
const moment = { stream: "project/p1", seq: 2, type: "project.advanced", at: "2023-03-12T02:00:00Z", actor_name: "陈静", unit_name: "甲县招商局", text: "推进至签约", automatic: false, hash: "9f8e7d6c5b4a39281706" };
const chain: ScoreEvidence = {
  year: 2023, unit_id: "a", unit_name: "甲县", indicator: a1, run: runs[0] as AssessmentRun, book: "示例细则 1", more: 3,
  figures: [{ name: "签约数", value: "6", source: "appeal", source_label: "申诉裁定", fixed: true, evidence: ["第1件申诉裁定"], files: [{ id: "f1", name: "行程说明.pdf", size: 2048 }], event: { ...moment, text: "裁定申诉成立" } }],
  projects: [{
    code: "SY001", name: "项目1", id: "p1", fields: [{ name: "签约日期", value: "2023-03-12" }], events: [moment],
    reviews: [{ id: "r1", county_id: "a", light: "green", opined: 1, outcome: "approved", project_id: "p1", project_name: "项目1", provisional: false, seats: 1, stage: "end", started_at: "2023-01-01T02:00:00Z", started_by: "陈静", started_unit: "甲县" }],
    liaisons: [],
  }],
};
const diff: RunDifference = {
  from: 3, to: 4, same: false, inputs: ["甲县签约数:5→6(申诉裁定)"],
  units: [{ unit_id: "a", name: "甲县", group: "县市区", total_from: "90.3333333333", total_to: "93.3333333333", rank_from: 2, rank_to: 1, grade_from: "良好", grade_to: "优秀", indicators: [{ id: "A1", name: "签约数", from: "12", to: "15" }] }],
};
const today: Forecast = {
  unit_id: "a", name: "甲县", group: "县市区", as_of: "2023-09-15", units: 2, total: "81", rank: 2, grade: "良好", findings: ["外出批次:缺数,按细则计为0"], months: [{ month: 1, as_of: "2023-01-31", total: "10", rank: 2 }],
  figures: [{ name: "开工项目数", measure: "个", value: "4", target: false, counted: true, records: 4 }], indicators: [{ id: "B", name: "开工率", points: "20", score: "15", working: "15" }],
};

const sent: { path: string; body: unknown }[] = [];
const asked: string[] = [];
let served: AssessmentData = year;

beforeEach(() => {
  sent.length = asked.length = 0;
  served = year;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const path = pathname.replace("/api/v1/assessments/2023", "");
    asked.push(path + search);
    if (request.method === "POST") {
      const body = (await request.json()) as { suppose?: unknown[] };
      sent.push({ path, body });
      if (path !== "/forecast") return Response.json({ id: "2023", version: 10, stage: "publicity", events: [] });
      return Response.json(body.suppose?.length ? { ...today, if: { total: "84.5", rank: 1, grade: "优秀" }, indicators: [{ ...today.indicators[0], if: "18.5" }] } : today);
    }
    if (path === "") return Response.json(served);
    if (path === "/runs/diff") return Response.json(diff);
    if (path === "/runs/2") return Response.json({ ...table, run: runs[2] });
    if (path.startsWith("/runs/")) return Response.json(table);
    if (path.endsWith("/evidence")) return Response.json(chain);
    if (path.startsWith("/scores/")) return Response.json(card);
    return Response.json({ items: [], units: [] });
  });
});

function show(address: string, path: string, page: ReactNode) {
  render(
    <ConfigProvider button={{ autoInsertSpace: false }}>
      <App>
        <QueryClientProvider client={newQueryClient()}>
          <SessionContext value={{ unit: { id: "a" } } as unknown as Me}>
            <MemoryRouter initialEntries={[address]}><Routes><Route path={path} element={page} /></Routes></MemoryRouter>
          </SessionContext>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
  return userEvent.setup();
}

const text = (element: HTMLElement) => element.textContent ?? "";
const row = async (name: string, first: string) => (await within(await screen.findByRole("table", { name })).findAllByRole("row")).find((r) => text(r).includes(first)) as HTMLElement;

describe("the ranking", () => {
  it("shows the one that stands with adjusted grades, quotas, sources and gaps", async () => {
    show("/assessments/2023/scores", "/assessments/:year/scores", <Ranking />);
    const first = await screen.findByRole("link", { name: "甲县" });
    expect(first.getAttribute("href")).toBe("/assessments/2023/scores/a");
    const line = text(first.closest("tr") as HTMLElement);
    for (const part of ["93.3333", "良好", "由“优秀”调整", "弄虚作假:取消评优", "本单位", "申诉2件"]) expect(line).toContain(part);
    expect(text(screen.getByRole("group", { name: "县市区各等次名额" }))).toContain("优秀 1/1良好 1/不限");
    expect(screen.getByText(/任务分解表4项/).textContent).toContain("自评,已核实9项");
    expect(screen.getByText("乙县外出批次:缺数,按细则计为0")).toBeTruthy();
    expect(screen.getByRole("link", { name: /得分工作簿/ }).getAttribute("href")).toBe("/api/v1/assessments/2023/scores.xlsx");
    expect(screen.getByRole("link", { name: /通报 PDF/ })).toBeTruthy();
    expect(screen.queryByText(/这是试算/)).toBeNull();
  });
  it("marks a trial clearly, and offers no notice of it", async () => {
    show("/assessments/2023/scores?run=2", "/assessments/:year/scores", <Ranking />);
    expect(await screen.findByText(/这是试算\(第2次计分\),不作为结果/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "甲县" }).getAttribute("href")).toBe("/assessments/2023/scores/a?run=2");
    expect(screen.getByRole("link", { name: /得分工作簿/ }).getAttribute("href")).toBe("/api/v1/assessments/2023/scores.xlsx?run=2");
    expect(screen.queryByRole("link", { name: /通报 PDF/ })).toBeNull();
  });
  it("asks for nothing before there is a result", async () => {
    served = { ...year, runs: [], published: false, reads_all: false };
    show("/assessments/2023/scores", "/assessments/:year/scores", <Ranking />);
    expect(await screen.findByText("考核结果尚未公示")).toBeTruthy();
    expect(asked.filter((p) => p !== "")).toEqual([]);
  });
});

describe("a score card", () => {
  it("opens every score down to its records and papers, and leads to evidence and appeal", async () => {
    const user = show("/assessments/2023/scores/a", "/assessments/:year/scores/:unit", <ScoreCardPage />);
    expect(await screen.findByText("弄虚作假:取消评优", { exact: false })).toBeTruthy();
    expect(screen.getByRole("link", { name: "签约数的依据" }).getAttribute("href")).toBe("/assessments/2023/scores/a/A1");
    expect((await screen.findByRole("link", { name: "对签约数提出申诉" })).getAttribute("href")).toBe("/assessments/2023/appeals?indicator=A1");
    expect(text(await row("甲县各项得分", "B 开工率"))).toContain("不适用");
    expect(screen.queryByText(/SY001 项目1/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "展开全部算法" }));
    expect(await screen.findByText("任务分解表第1版")).toBeTruthy();
    expect(screen.queryByText(/SY008/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "本年签约:全部8条记录" }));
    expect(screen.getByText(/SY008 项目8/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "第2件 B 开工率" })).toBeTruthy();
  });
});

describe("the evidence", () => {
  it("goes from the clause to the event that recorded a figure, and to project and review", async () => {
    show("/assessments/2023/scores/a/A1", "/assessments/:year/scores/:unit/:indicator", <EvidencePage />);
    const figure = text(await row("数据", "签约数"));
    for (const part of ["6", "申诉裁定", "核定数", "第1件申诉裁定", "2023-03-12 10:00", "陈静", "9f8e7d6c5b4a"]) expect(figure).toContain(part);
    expect(screen.getByText(/另有3个项目从略/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "打开项目项目1" }).getAttribute("href")).toBe("/projects/p1");
    expect(screen.getByRole("link", { name: "SY001 项目1" }).getAttribute("href")).toBe("/projects/p1");
    expect(await screen.findByText("推进至签约")).toBeTruthy();
    expect(screen.getByRole("link", { name: "2023-01-01发起" }).getAttribute("href")).toBe("/reviews/r1");
  });
});

describe("the scorings", () => {
  it("says why one failed and compares the last two that have scores", async () => {
    show("/assessments/2023/runs", "/assessments/:year/runs", <Runs />);
    expect(text(await row("历次计分", "第4次"))).toContain("公示中");
    expect(screen.getByText("甲县缺“外出批次”")).toBeTruthy();
    const moved = text(await row("第3次与第4次计分的不同", "甲县"));
    for (const part of ["90.3333 → 93.3333", "+3", "第2名 → 第1名", "良好 → 优秀", "A1 签约数"]) expect(moved).toContain(part);
    expect(screen.getByText("甲县签约数:5→6(申诉裁定)")).toBeTruthy();
    expect(asked).toContain("/runs/diff?from=3&to=4");
  });
  it("offers scoring only, and does it", async () => {
    const user = show("/assessments/2023/runs", "/assessments/:year/runs", <Runs />);
    await user.click(await screen.findByRole("button", { name: "试算" }));
    expect(screen.queryByRole("button", { name: "取消本年度考核" })).toBeNull();
    await user.click(await screen.findByRole("button", { name: "确认试算" }));
    await waitFor(() => expect(sent).toEqual([{ path: "/actions/trial", body: {} }]));
  });
  it("says that a scoring is under way", async () => {
    served = { ...year, computing: "试算" };
    show("/assessments/2023/runs", "/assessments/:year/runs", <Runs />);
    expect(text(await screen.findByRole("status"))).toContain("正在试算,请稍候");
  });
});

describe("appeals", () => {
  it("show what an accepted one changed, and until when they are taken", async () => {
    show("/assessments/2023/appeals", "/assessments/:year/appeals", <Appeals />);
    expect(text(await row("第1件申诉使得分和名次的变动", "甲县"))).toContain("第2名 → 第1名");
    expect(screen.getByText("“签约数”更正为6")).toBeTruthy();
    expect(screen.getByRole("link", { name: /施工许可证/ }).getAttribute("href")).toBe("/api/v1/attachments/f");
    expect(text(await row("公示", "第1次"))).toContain("公示中");
  });
  it("are ruled on where they stand, with the appeal before one's eyes", async () => {
    const user = show("/assessments/2023/appeals", "/assessments/:year/appeals", <Appeals />);
    await user.click(within(await screen.findByRole("group", { name: "办理第2件申诉" })).getByRole("button", { name: "裁定申诉" }));
    const dialog = await screen.findByRole("dialog");
    expect(text(dialog)).toContain("这项指标用到的数据:开工数");
    await user.click(within(dialog).getByRole("radio", { name: "不成立" }));
    await user.type(within(dialog).getByLabelText("裁定理由"), "登记无误,不予支持");
    await user.click(within(dialog).getByRole("button", { name: "提交" }));
    await waitFor(() => expect(sent).toEqual([{ path: "/actions/rule", body: { appeal: "2", result: "refused", text: "登记无误,不予支持" } }]));
  });
  it("begin with the indicator of the score card's link", async () => {
    const user = show("/assessments/2023/appeals?indicator=B", "/assessments/:year/appeals", <Appeals />);
    const dialog = await screen.findByRole("dialog");
    await user.type(within(dialog).getByLabelText("申诉理由"), "少计了一个开工项目");
    await user.click(within(dialog).getByRole("button", { name: "提交" }));
    await waitFor(() => expect(sent).toEqual([{ path: "/actions/appeal", body: { indicator: "B", text: "少计了一个开工项目" } }]));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe("the forecast", () => {
  it("is said to be no result, and answers what if", async () => {
    const user = show("/assessments/2023/forecast", "/assessments/:year/forecast", <ForecastPage />);
    expect(await screen.findByText("这里是按今天已登记的数据作的测算,不是考核结果。")).toBeTruthy();
    expect(text(await row("各月末测算", "1月"))).toContain("10");
    expect(screen.getByRole("img", { name: "甲县各月末测算总分" })).toBeTruthy();
    expect(screen.getByText("外出批次:缺数,按细则计为0")).toBeTruthy();
    await user.type(screen.getByLabelText("开工项目数增加"), "三{Enter}");
    expect(screen.getByText(/请填写数字/)).toBeTruthy();
    await user.clear(screen.getByLabelText("开工项目数增加"));
    await user.type(screen.getByLabelText("开工项目数增加"), "+3{Enter}");
    expect(text(await row("假设后变动的指标", "开工率"))).toContain("15 → 18.5");
    expect(text((await screen.findByText("84.5")).closest("dl") as HTMLElement)).toContain("81 → 84.5");
    expect(sent.map((s) => s.body)).toEqual([{ unit_id: "a", suppose: [] }, { unit_id: "a", suppose: [{ figure: "开工项目数", add: "3" }] }]);
  });
});

describe("a project's scores", () => {
  it("lead to what they rest on", () => {
    show("/", "/", <ProjectScores scores={[{ year: "2023", title: "2023年度考核", unit_id: "a", unit_name: "甲县", indicator: "A1", name: "签约数", score: "15", points: "15", run: 4, stage: "已锁定" }]} />);
    expect(screen.getByRole("link", { name: "A1 签约数" }).getAttribute("href")).toBe("/assessments/2023/scores/a/A1");
  });
});
