import { describe, expect, it } from "vitest";
import { batchName, byUrgency, isoWeekOf, reportFigures, type DutyStatus, weekName, weekYears } from "./liaison";

const week = (name: string, status: DutyStatus) => ({ week: name, duty: { status, light: "green" as const, provisional: false } });

describe("weeks", () => {
  it("are named in words", () => {
    expect(weekName("2023-W07")).toBe("2023年第7周");
    expect(weekName("2020-W53")).toBe("2020年第53周");
    expect(weekName("十月")).toBe("十月");
  });
  it("count only once they are settled and owed", () => {
    const all: DutyStatus[] = ["done", "done", "late", "missed", "void", "open", "waiting"];
    expect(reportFigures(all.map((s) => week("2023-W01", s)))).toEqual({ done: 2, late: 1, missed: 1 });
  });
  it("belong to the year of their ISO week", () => {
    expect(weekYears([week("2020-W53", "done"), week("2021-W01", "done"), week("2021-W02", "open")])).toEqual(["2021", "2020"]);
  });
});

describe("problems", () => {
  it("come open before closed, the worst and earliest before others", () => {
    const p = (id: string, light: "green" | "yellow" | "red", due: string, closed_at?: string) => ({ id, closed_at, raised_at: "2023-01-01T00:00:00Z", duty: { light, due } });
    const sorted = byUrgency([
      p("closed early", "red", "2023-01-01T00:00:00Z", "2023-02-01T00:00:00Z"), p("green", "green", "2023-01-01T00:00:00Z"), p("red late", "red", "2023-03-02T00:00:00Z"),
      p("closed late", "green", "2023-01-01T00:00:00Z", "2023-05-01T00:00:00Z"), p("red early", "red", "2023-03-01T00:00:00Z"), p("yellow", "yellow", "2023-01-01T00:00:00Z"),
    ]);
    expect(sorted.map((x) => x.id)).toEqual(["red early", "red late", "yellow", "green", "closed late", "closed early"]);
  });
});

it("names a batch", () => {
  expect(batchName({ year: 2023, batch: 2 })).toBe("2023年第二批");
});

describe("isoWeekOf", () => {
  it.each([["2023-01-01", "2022-W52"], ["2023-01-02", "2023-W01"], ["2020-12-31", "2020-W53"], ["2021-01-03", "2020-W53"], ["2023-10-08", "2023-W40"]])("of %s is %s", (day, week) => {
    expect(isoWeekOf(day)).toBe(week);
  });
});
