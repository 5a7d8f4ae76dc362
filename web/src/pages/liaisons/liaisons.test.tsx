import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import { MemoryRouter, Route, Routes, useLocation } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { newQueryClient } from "../../api/queries";
import type { Liaison as LiaisonData, LiaisonDuty, LiaisonRow } from "../../api/types";
import { Liaison } from "./Liaison";
import { filterOf, Liaisons } from "./Liaisons";

const duty = (status: LiaisonDuty["status"], light: LiaisonDuty["light"] = "green"): LiaisonDuty => ({ status, light, due: "2023-10-13T09:30:00Z", provisional: false });

const on = (action: string, label: string, field: string, ...ids: string[]): LiaisonData["actions"][number] => ({
  action, label, allowed: true, who: "包联单位",
  schema: {
    type: "object", required: [field, "text"],
    properties: { [field]: { type: "string", title: "事项", oneOf: ids.map((id) => ({ const: id, title: `事项${id}` })) }, text: { type: "string", title: "情况" } },
  },
});

const row: LiaisonRow = {
  id: "l", list_id: "b", year: 2023, batch: 1, project_id: "p", project_name: "电池项目", county_id: "c", department_id: "d", department_name: "发改委", cadre_name: "王强",
  role: "lead", stage: "active", light: "red", light_rule: "节点“用地”逾期超过宽限", light_since: "2023-10-01T00:00:00Z", open_problems: 2, assigned_at: "2023-03-01T00:00:00Z",
};

const problem = (id: string, title: string): LiaisonData["problems"][number] => ({
  id, kind: "land", kind_label: "用地", title, owner_id: "r", owner_name: "资规局", raised_by: { name: "李娜" }, raised_at: "2023-09-01T00:00:00Z",
  level: "unit", level_label: "责任单位办理", duty: duty("open"),
});

const one: LiaisonData = {
  ...row, version: 9, project_type: "工业项目", role_label: "牵头包联", stage_label: "推进中", causes: [{ light: "red", rule: "节点“用地”逾期超过宽限" }], template: "示例 第1版", from: "2023-03-01",
  acknowledged: duty("done"), milestones: [], visits: [], instructions: [], asks: [], terms: [], lights: [], copies: [], reads: [], timeline: [],
  weeks: [{ week: "2023-W40", last: "2023-10-08", duty: duty("missed", "red") }, { week: "2023-W41", last: "2023-10-13", duty: duty("open", "yellow") }],
  problems: [problem("1", "地块边界"), problem("2", "临时用电")],
  actions: [on("report", "报送周报", "week", "2023-W41"), on("solve_problem", "报告问题已解决", "problem", "1", "2")],
};

const sent: { path: string; body: unknown; key: string | null }[] = [];
const asked: string[] = [];

beforeEach(() => {
  sent.length = asked.length = 0;
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    if (request.method === "POST") {
      sent.push({ path: pathname, body: await request.json(), key: request.headers.get("Idempotency-Key") });
      return Response.json({ id: "l", version: 10, stage: "active", events: [] });
    }
    if (pathname === "/api/v1/liaisons") return Response.json({ items: [row], counts: { red: 3, yellow: 0, green: 12 } });
    if (pathname === "/api/v1/liaisons/l") return Response.json(one);
    if (pathname === "/api/v1/units") return Response.json({ units: [] });
    return Response.json({ items: [] });
  });
});

const Address = () => <output aria-label="地址">{useLocation().search}</output>;

function open(at: string) {
  render(
    <ConfigProvider button={{ autoInsertSpace: false }}>
      <App>
        <QueryClientProvider client={newQueryClient()}>
          <MemoryRouter initialEntries={[at]}>
            <Routes>
              <Route path="/liaisons" element={<><Liaisons /><Address /></>} />
              <Route path="/liaisons/:id" element={<Liaison />} />
            </Routes>
          </MemoryRouter>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
  return userEvent.setup();
}

describe("the list", () => {
  it("is narrowed by its address, and shows what is running unless asked for more", () => {
    const of = (text: string) => JSON.parse(JSON.stringify(filterOf(new URLSearchParams(text)))) as unknown;
    expect(of("")).toEqual({ open: "true" });
    expect(of("light=red&year=2023&batch=2&q=%20电池%20&county_id=c&department_id=d&list_id=b&open=all")).toEqual({ light: "red", year: 2023, batch: 2, q: "电池", county_id: "c", department_id: "d", list_id: "b" });
    expect(of("light=blue&year=x&batch=-1&stage=nowhere&open=false")).toEqual({ open: "false" });
    expect(of("stage=producing")).toEqual({ stage: "producing" });
  });
  it("counts by light, and a count is a filter that a second press takes off", async () => {
    const user = open("/liaisons?year=2023");
    const red = await screen.findByRole("button", { name: /红灯\s*3\s*项/ });
    await user.click(red);
    expect(screen.getByLabelText("地址").textContent).toBe("?year=2023&light=red");
    expect(asked.some((a) => a.startsWith("/api/v1/liaisons?") && a.includes("light=red") && a.includes("year=2023"))).toBe(true);
    expect(red.getAttribute("aria-pressed")).toBe("true");
    await user.click(red);
    expect(screen.getByLabelText("地址").textContent).toBe("?year=2023");
  });
});

describe("one liaison", () => {
  it("says which rule set its light, and which report is due", async () => {
    open("/liaisons/l");
    expect((await screen.findByText(/^红灯,自2023-10-01 08:00起/)).closest("[role=note]")?.textContent).toContain("节点“用地”逾期超过宽限");
    expect(screen.getByRole("group", { name: "办理2023年第41周周报" })).toBeTruthy();
    expect(screen.queryByRole("group", { name: "办理2023年第40周周报" })).toBeNull(); // a missed one is over
  });
  it("does an action to the problem at whose row it was pressed", async () => {
    const user = open("/liaisons/l");
    await user.click(await screen.findByRole("tab", { name: "问题 2项未销号" }));
    await user.click(within(await screen.findByRole("group", { name: "办理临时用电" })).getByRole("button", { name: "报告问题已解决" }));
    const dialog = await screen.findByRole("dialog", { name: "报告问题已解决" });
    expect(within(dialog).queryByText("事项1")).toBeNull();
    await user.type(within(dialog).getByRole("textbox", { name: "情况" }), "已接入");
    await user.click(within(dialog).getByRole("button", { name: "提交" }));
    await screen.findByText("已报告问题已解决");
    expect(sent).toEqual([{ path: "/api/v1/liaisons/l/actions/solve_problem", body: { problem: "2", text: "已接入" }, key: expect.stringMatching(/^[0-9a-f]{32}$/) as string }]);
  });
});
