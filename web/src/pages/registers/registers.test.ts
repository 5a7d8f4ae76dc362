import dayjs from "dayjs";
import { describe, expect, it } from "vitest";
import { exportAddress } from "../../api/queries";
import { filterOf as projectFilterOf, narrowedBy } from "../Projects";
import { draftOf, kinds } from "./kinds";
import { filterOf } from "./Register";

describe("a register's form", () => {
  it("sends what was filled in, and leaves blanks out", () => {
    expect(draftOf(kinds.teams, { name: " 驻深圳专班 ", aliases: ["驻深专班", " "], unit_id: "zhushan", team: { place: "深圳", from: dayjs("2023-02-01"), until: null, head: "" }, remark: "" })).toEqual({
      name: "驻深圳专班", aliases: ["驻深专班"], unit_id: "zhushan", remark: undefined, illustrative: false,
      team: { place: "深圳", from: "2023-02-01", until: undefined, head: undefined },
    });
  });
  it("reads only what the server knows from its address", () => {
    expect(filterOf(new URLSearchParams("q= 深 &year=2023&closed=false"))).toEqual({ q: "深", year: 2023, closed: "false" });
    expect(filterOf(new URLSearchParams("year=1&closed=maybe"))).toEqual({ q: undefined, year: undefined, closed: undefined });
  });
});

describe("the list behind a figure", () => {
  const address = "team=a&team=-&signed_from=2023-01-01&signed_until=2023-12-31&framework=false&department_id=-&at_event=true&min_amount=10000&landed_until=soon";
  const filter = projectFilterOf(new URLSearchParams(address));
  it("is read from the address, whole", () => {
    expect(filter).toEqual({ team: ["a", "-"], signed_from: "2023-01-01", signed_until: "2023-12-31", framework: "false", department_id: "-", at_event: "true", min_amount: "10000" });
    expect(exportAddress({ team: ["a", "b"], year: 2023 })).toBe("/api/v1/projects/export?team=a&team=b&year=2023");
  });
  it("says in words what it is narrowed by", () => {
    expect(narrowedBy(filter, (id) => id).map((p) => p.label)).toEqual(["驻外专班:a、无", "包联单位:未安排", "签约日期:2023-01-01至2023-12-31", "金额不少于1 亿元", "在活动上签约"]);
  });
});
