import { describe, expect, it } from "vitest";
import type { Figures } from "../api/types";
import { compare, versionsOf } from "./compare";

const last: Figures = {
  project_id: "p", code: "S-1", name: "电池材料", investor: "某公司", investor_kind: "private", county_id: "yunyang", industry: "新能源",
  agreed_amount: "80000", land_area: "120", energy_use: "900", chemicals: true,
};
const change = (field: string, before: string, after: string) => ({ field, label: field, before, after });
const submissions = [
  { changes: [] },
  { changes: [change("agreed_amount", "60000", "70000"), change("chemicals", "否", "是")] },
  { changes: [change("agreed_amount", "70000", "80000"), change("land_area", "", "120")] },
];

describe("submissions", () => {
  it("are rebuilt from the last one", () => {
    const all = versionsOf(last, submissions);
    expect(all.map((v) => [v.agreed_amount, v.land_area, v.chemicals])).toEqual([["60000", "", "否"], ["70000", "", "是"], ["80000", "120", "是"]]);
  });
  it("are compared field by field, any two of them", () => {
    const [first, second, third] = versionsOf(last, submissions);
    const differing = compare(first!, third!).filter((r) => r.differs);
    expect(differing.map((r) => [r.label, r.before, r.after])).toEqual([["协议金额", "60000", "80000"], ["用地面积", "", "120"], ["涉及危化品", "否", "是"]]);
    expect(compare(second!, second!).some((r) => r.differs)).toBe(false);
    expect(compare(first!, second!)).toHaveLength(9);
  });
  it("ignore what a newer server may compare", () => {
    expect(versionsOf(last, [{ changes: [] }, { changes: [change("colour", "red", "blue")] }])[0]).not.toHaveProperty("colour");
  });
});
