import { describe, expect, it } from "vitest";
import type { Action } from "../../api/types";
import { adopted, among, changedCells, changedItems, changedMarks, choicesOf, differs, groupsFor, markKey, onRows, placed, progressOf, soundMark, cellKey } from "./edits";
import { yearPages } from "./parts";

const table = {
  city: { 签约: "100" },
  figures: [{ name: "签约", groups: ["县市区"] }, { name: "外出", groups: ["县市区"] }],
  units: [{ unit_id: "fangxian", name: "房县", group: "县市区", values: { 签约: "8" } as Record<string, string> }],
};

describe("cells of 任务分解表", () => {
  it("are sent only where they differ, the city's too", () => {
    const edits = { [cellKey("", "签约")]: "120", [cellKey("fangxian", "签约")]: " 8 ", [cellKey("fangxian", "外出")]: "3" };
    expect(changedCells(table, edits)).toEqual([{ unit_id: "", figure: "签约", value: "120" }, { unit_id: "fangxian", figure: "外出", value: "3" }]);
  });
  it("take a target back when they are emptied", () => {
    expect(changedCells(table, { [cellKey("fangxian", "签约")]: "" })).toEqual([{ unit_id: "fangxian", figure: "签约", value: "" }]);
  });
  it("are told by the place in what was sent", () => {
    const sent = changedCells(table, { [cellKey("fangxian", "外出")]: "x" });
    const errors = [{ field: "/cells/0/value", code: "n", message: "不是数" }, { field: "/reason", code: "r", message: "须说明" }];
    expect(placed(errors, "cells", sent, (c) => cellKey(c.unit_id, c.figure))).toEqual(new Map([["fangxian 外出", "不是数"]]));
  });
});

const file = { id: "f1", name: "合同.pdf", size: 9 };
const row = (name: string, said: string, registry: string, more: object = {}) => ({ name, said, registry, reason: "", files: [], ...more });

describe("rows of a self-report", () => {
  const items = [row("签约数", "70", "74", { reason: "漏登", files: [file] }), row("金额", "", "470.2"), row("事故", "", "")];
  it("are sent whole when a part changed, so that reason and files stay", () => {
    expect(changedItems(items, { 签约数: { value: "71" } })).toEqual([{ figure: "签约数", value: "71", reason: "漏登", files: ["f1"] }]);
  });
  it("are not sent when they were typed back", () => {
    expect(changedItems(items, { 签约数: { value: "70", reason: "漏登 " } })).toEqual([]);
  });
  it("can be undone", () => {
    expect(changedItems(items, { 签约数: { value: "", reason: "", files: [] } })).toEqual([{ figure: "签约数", value: "", reason: "", files: [] }]);
  });
  it("take the registry's figure only where nothing was stated", () => {
    expect(adopted(items, { 事故: { value: "否" } })).toEqual({ 事故: { value: "否" }, 金额: { value: "470.2" } });
    expect(adopted(items, { 金额: { value: "500" } })).toEqual({ 金额: { value: "500" } });
  });
});

it.each([
  ["74", "74", false], ["74.0", "74", false], ["75", "74", true], ["", "74", false], ["74", "", false], ["是", "否", true],
])("%s and %s differ: %s", (a, b, is) => expect(differs(a, b)).toBe(is));

it("findings of a refused submission stand at their rows, without the name", () => {
  const errors = [{ field: "/items/签约数", code: "m", message: "签约数:尚未填报" }, { field: "/items/开工~1落地", code: "m", message: "须说明" }, { field: "/text", code: "x", message: "太长" }];
  expect(onRows(errors)).toEqual(new Map([["签约数", "尚未填报"], ["开工/落地", "须说明"]]));
});

describe("actions", () => {
  const one = (id: string) => ({ const: id, title: id });
  const correct: Action = { action: "correct", label: "更正", allowed: true, schema: { properties: { figure: { oneOf: [one("a"), one("b")] } } } };
  const confirm: Action = { action: "confirm", label: "核实属实", allowed: true, schema: { properties: { figures: { type: "array", items: { oneOf: [one("a"), one("b"), one("c")] } } } } };
  it("say what they may be done on", () => {
    expect(choicesOf([correct], "correct", "figure")).toEqual(["a", "b"]);
    expect(choicesOf([{ ...correct, allowed: false }], "correct", "figure")).toEqual([]);
    expect(choicesOf([], "correct", "figure")).toEqual([]);
  });
  it("can be narrowed to some", () => {
    expect(among(confirm, "figures", ["a", "b"]).schema?.properties?.figures?.items?.oneOf).toEqual([one("a"), one("b")]);
    expect(confirm.schema?.properties?.figures?.items?.oneOf).toHaveLength(3);
  });
});

describe("marks", () => {
  it.each([["0", true], ["100", true], ["100.00", true], ["99.95", true], ["100.1", false], ["9.999", false], ["-1", false], ["九十", false], ["", false]])("%s is sound: %s", (text, sound) => expect(soundMark(text)).toBe(sound));
  it("are sent only where they differ; an emptied one stays as it was", () => {
    const t = { topic: "服务", units: [{ unit_id: "a", name: "甲", mark: "90" }, { unit_id: "b", name: "乙", mark: "" }, { unit_id: "c", name: "丙", mark: "80" }] };
    expect(changedMarks(t, { [markKey("服务", "a")]: "90", [markKey("服务", "b")]: "85.5", [markKey("服务", "c")]: "" })).toEqual([{ unit_id: "b", mark: "85.5" }]);
  });
});

it("units that were merged into others don't count", () => {
  const r = (stage: "filling" | "submitted" | "verified" | "closed", light: "green" | "red" = "green") => ({ stage, light });
  expect(progressOf([r("filling", "red"), r("submitted"), r("verified"), r("closed")])).toEqual({ all: 3, submitted: 2, verified: 1, overdue: 1 });
});

it("a fixed roster takes only the units that it names", () => {
  expect(groupsFor([{ name: "县市区", roster: ["房县"] }, { name: "其他" }], "张湾区")).toEqual(["其他"]);
});

describe("a year's pages", () => {
  const seen = { marking: [], reads_all: false, published: false, my_units: [], duties: {}, book: { id: "b", title: "", version: "", digest: "", groups: [], indicators: [] } };
  const labels = (d: object, unit = "u") => yearPages({ ...seen, ...d }, unit).map((p) => p.label);
  it("are few for who only marks", () => expect(labels({ marking: ["服务"] })).toEqual(["概况", "评议打分"]));
  it("are a unit's own before scores are published", () => expect(labels({ my_units: ["u"] })).toEqual(["概况", "任务分解", "自评与核实", "得分测算"]));
  it("are the self-reports for who verifies", () => expect(labels({ duties: { A: "u" } })).toEqual(["概况", "自评与核实"]));
  it("are all for the office once scores are published", () =>
    expect(labels({ reads_all: true, published: true, book: { ...seen.book, topics: [{ name: "服务", groups: [] }] } })).toEqual(["概况", "任务分解", "自评与核实", "评议打分", "试算与计分", "排名", "申诉", "得分测算"]));
});
