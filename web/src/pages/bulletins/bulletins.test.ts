import { describe, expect, it } from "vitest";
import type { BulletinRow, TargetTable } from "../../api/types";
import { ahead, change, figure, shown, views } from "../../lib/bulletin";
import { addressOf } from "../Inbox";
import { changesOf } from "../targets/Targets";
import { filterOf } from "./Bulletins";
import { byMonth } from "./Charts";

describe("a bulletin's figures", () => {
  it("shows amounts in 亿元, and a dash for what cannot be given", () => {
    expect([figure("41945000", true), figure("731", false), figure("", true)]).toEqual(["4,194.5", "731", "—"]);
  });
  it("gives changes their sign and says which side of the time progress a unit is on", () => {
    expect([change("25.7"), change("-3.1"), change("0.0"), change("")]).toEqual(["+25.7%", "-3.1%", "0.0%", "—"]);
    expect([ahead("4.2"), ahead("-4.2"), ahead("0.0"), ahead("")]).toEqual(["超序时进度4.2个百分点", "欠序时进度4.2个百分点", "与序时进度持平", ""]);
  });
  it("looks at a measure in every way", () => {
    const m = {
      key: "signed_amount", month: "10000", month_last_year: "5000", month_year_on_year: "100.0", previous_month: "0", period_on_period: "",
      year: "30000", year_last_year: "15000", year_on_year: "100.0", target: "60000", completion: "50.0", lead: "-33.3",
    };
    expect(views.map((v) => shown(m, v, true))).toEqual(["1", "3", "1.5", "+100.0%", "—", "6", "50.0%", "-33.3"]);
  });
  it("draws a month's line from what was published last of it", () => {
    const row = (month: number, published_at: string, amount: string) => ({ month, published_at, headline: { signed_amount: amount } }) as unknown as BulletinRow;
    const line = byMonth([row(2, "2023-03-05", "30000"), row(1, "2023-02-01", "10000"), row(1, "2023-04-01", "20000")], "signed_amount");
    expect(line.slice(0, 3)).toEqual([2, 3, null]);
  });
  it("reads only what the server knows from its address", () => {
    expect(filterOf(new URLSearchParams("year=2023&stage=draft"))).toEqual({ year: 2023, stage: "draft" });
    expect(filterOf(new URLSearchParams("year=12&stage=lost"))).toEqual({ year: undefined, stage: undefined });
  });
});

describe("targets", () => {
  it("sends what was changed, and nothing else", () => {
    const table = {
      units: [{ id: "", name: "全市", values: { signed_count: "300" } }, { id: "a", name: "甲县", values: {} }],
      indicators: [{ key: "signed_count", label: "签约项目数", unit: "个", amount: false }],
    } as unknown as TargetTable;
    expect(changesOf(table, { " signed_count": " 300 ", "a signed_count": "30" })).toEqual([{ unit_id: "a", indicator: "signed_count", value: "30" }]);
    expect(changesOf(table, { " signed_count": "" })).toEqual([{ unit_id: "", indicator: "signed_count", value: "" }]);
  });
});

describe("the inbox", () => {
  it("leads every kind of task to its page", () => {
    const to = (kind: string) => addressOf({ kind, process_id: "x" });
    expect(["review", "panel", "liaison", "batch", "dispatch", "bulletin"].map(to)).toEqual(["/reviews/x", "/panels/x", "/liaisons/x", "/liaison-lists/x", "/dispatches/x", "/bulletins/x"]);
  });
});
