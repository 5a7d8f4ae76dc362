import { describe, expect, it } from "vitest";
import type { Action } from "../api/types";
import { isOn, offersOn, settled } from "./targets";

const on = (field: string, ...ids: string[]): Action =>
  ({ action: "a-" + field, label: field, allowed: true, schema: { properties: { [field]: { oneOf: ids.map((id) => ({ const: id, title: id })) }, text: { type: "string" } } } });

describe("actions on one thing out of several", () => {
  const actions = [on("problem", "1", "2"), on("milestone", "1"), { ...on("problem", "2"), allowed: false }];
  it("are offered where they may be done now", () => {
    expect(offersOn(actions, "problem", "2").map((a) => a.action)).toEqual(["a-problem"]);
    expect(offersOn(actions, "problem", "3")).toEqual([]);
  });
  it("are told from those on the whole", () => {
    expect(actions.map((a) => isOn(a, ["problem"]))).toEqual([true, false, false]);
  });
  it("leave no other choice once the thing is settled, and keep the other fields", () => {
    const { schema } = settled(on("problem", "1", "2"), "problem", "2");
    expect(schema?.properties?.problem?.oneOf).toEqual([{ const: "2", title: "2" }]);
    expect(schema?.properties?.text).toEqual({ type: "string" });
  });
});
