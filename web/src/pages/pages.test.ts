import { describe, expect, it } from "vitest";
import type { DayInfo, DemoAccount } from "../api/types";
import { exportAddress } from "../api/queries";
import { yearOf } from "../lib/year";
import { weeksOf } from "./Calendar";
import { whyNoReview } from "./Project";
import { changesOf } from "../components/EditProject";
import { addressOf, atMost, filterOf as inboxFilterOf } from "./Inbox";
import { arrangementOf, usual, type Values } from "./panels/Arrangement";
import { filterOf } from "./Projects";
import { groups, safePath } from "./SignIn";

describe("sign-in", () => {
  it("returns only to this workbench", () => {
    expect(safePath("/reviews/1?x=1")).toBe("/reviews/1?x=1");
    expect(safePath("//evil.example")).toBe("/inbox");
    expect(safePath("/\\evil.example")).toBe("/inbox");
    expect(safePath("https://evil.example")).toBe("/inbox");
    expect(safePath(null)).toBe("/inbox");
  });
  it("groups every demonstration account once", () => {
    const account = (login: string, ...roles: string[]): DemoAccount => ({ login, roles, password: "", name: login, unit: "", unit_id: "", role_labels: [] });
    const all = [account("a", "auditor"), account("b", "county_operator"), account("c", "centre_leader", "administrator")];
    expect(groups(all).map(([title, members]) => [title, members.map((m) => m.login)])).toEqual([
      ["招商中心", ["c"]], ["县市区", ["b"]], ["市领导、评审、考核与管理", ["a"]],
    ]);
  });
});

describe("project list", () => {
  it("exports with the filter of its address", () => {
    const filter = filterOf(new URLSearchParams("q=电池&framework=false&year=2023&sort=-agreed_amount&stage="));
    expect(exportAddress(filter)).toBe("/api/v1/projects/export?q=%E7%94%B5%E6%B1%A0&sort=-agreed_amount&year=2023&framework=false");
    expect(exportAddress(filterOf(new URLSearchParams("year=abc&framework=1")))).toBe("/api/v1/projects/export");
  });
});

describe("starting a review", () => {
  it("is offered to those who may, at the stages that need one", () => {
    expect(whyNoReview({ stage: "negotiating" }, { may_start_reviews: true })).toBeUndefined();
    expect(whyNoReview({ stage: "landed" }, { may_start_reviews: true })).toContain("注册落地");
    expect(whyNoReview({ stage: "negotiating" }, { may_start_reviews: false })).toContain("经办");
  });
});

describe("calendar", () => {
  it("lays weeks out from Monday", () => {
    const days = Array.from({ length: 31 }, (_, i): DayInfo => ({ date: `2023-10-${String(i + 1).padStart(2, "0")}`, working: true, reason: "", provisional: false }));
    const weeks = weeksOf(days); // 1 October 2023 was a Sunday
    expect(weeks).toHaveLength(6);
    expect(weeks[0]?.map((d) => d?.date)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, "2023-10-01"]);
    expect(weeks[5]?.[1]?.date).toBe("2023-10-31");
  });
  it("falls back to the present year", () => {
    expect(yearOf("2023", 2026)).toBe(2023);
    expect(yearOf("1900", 2026)).toBe(2026);
    expect(yearOf("x", 2026)).toBe(2026);
    expect(yearOf("2027", 2026)).toBe(2027);
  });
});

describe("inbox", () => {
  it("narrows by its address, and only by what fits the box", () => {
    const behalf = [{ user_id: "zhang" }];
    const of = (text: string) => JSON.parse(JSON.stringify(inboxFilterOf(new URLSearchParams(text), behalf))) as unknown;
    expect(of("")).toEqual({ box: "todo" });
    expect(of("action=opine&light=red&overdue=true&mine=true&for=zhang&unread=true")).toEqual({ box: "todo", action: "opine", light: "red", overdue: true, mine: true, for: "zhang" });
    expect(of("box=cc&action=opine&mine=true&unread=true&for=li")).toEqual({ box: "cc", unread: true });
    expect(of("box=nowhere&kind=x&light=blue")).toEqual({ box: "todo" });
  });
  it("counts up to a thousand", () => {
    expect([undefined, 0, 999, 1000].map(atMost)).toEqual(["0", "0", "999", "999+"]);
  });
  it("opens what a task belongs to", () => {
    expect(addressOf({ kind: "review", process_id: "r" })).toBe("/reviews/r");
    expect(addressOf({ kind: "panel", process_id: "p" })).toBe("/panels/p");
    expect(addressOf({ kind: "liaison", process_id: "l" })).toBe("/liaisons/l");
    expect(addressOf({ kind: "assessment", process_id: "2024" })).toBe("/assessments/2024");
    expect(addressOf({ kind: "assessment", process_id: "2024", action: "rule" })).toBe("/assessments/2024/appeals");
    expect(addressOf({ kind: "selfreport", process_id: "2024-shi-jing" })).toBe("/assessments/2024/units/shi-jing");
  });
});

describe("editing a project", () => {
  it("sends only what was changed, and clears what was emptied", () => {
    const project = { name: "电池", agreed_amount: "60000", chemicals: false, remark: "旧" } as Parameters<typeof changesOf>[0];
    expect(changesOf(project, { ...project, agreed_amount: "80000", chemicals: true, remark: "" })).toEqual({ agreed_amount: "80000", chemicals: true, remark: "" });
    expect(changesOf(project, { ...project })).toEqual({});
  });
});

describe("convening a panel", () => {
  it("sends fractions, and weights only where they count", () => {
    const values = { ...usual, title: " 第一次研判会 ", at: "2026-11-25T23:59:00+08:00", place: "会议室", chair: "u", casting: true, members: [{ user: { id: "u", name: "甲" }, weight: 3 }] } as Values;
    const sent = arrangementOf(values);
    expect(sent.members).toEqual([{ user_id: "u" }]);
    expect(sent.title).toBe("第一次研判会");
    expect(sent.rule).toMatchObject({ quorum: "2/3", quorum_strict: false, threshold: "1/2", threshold_strict: true, casting: true, quorum_of: "members" });
    expect(arrangementOf({ ...values, weighted: true, threshold: "2/3" })).toMatchObject({ members: [{ user_id: "u", weight: 3 }], rule: { threshold: "2/3", threshold_strict: false, casting: false } });
  });
});
