import type { BulletinLine, BulletinMeasure, Indicator } from "../api/types";
import { inYi } from "./money";

/** measure is one indicator of a line. */
export const measure = (line: BulletinLine, key: string): BulletinMeasure | undefined => line.measures.find((m) => m.key === key);

/** figure is a count as it is, or an amount of 万元 in 亿元; a dash for what can't be given. */
export const figure = (text: string, amount: boolean): string => (text === "" ? "—" : amount ? inYi(text) : text);

/** unitOf is the unit in which figure shows an indicator. */
export const unitOf = (i: Indicator): string => (i.amount ? "亿元" : i.unit);

/** change is a percentage with its sign. */
export const change = (text: string, unit = "%"): string => (text === "" ? "—" : `${text.startsWith("-") || /^0(\.0+)?$/.test(text) ? "" : "+"}${text}${unit}`);

/** ahead is how far a completion is before the time progress, in words. */
export function ahead(lead: string): string {
  if (lead === "") return "";
  if (/^-?0(\.0+)?$/.test(lead)) return "与序时进度持平";
  return lead.startsWith("-") ? `欠序时进度${lead.slice(1)}个百分点` : `超序时进度${lead}个百分点`;
}

/** The ways to look at the figures of many units. */
export const views = [
  { key: "month", label: "当月", kind: "figure" }, { key: "year", label: "累计", kind: "figure" },
  { key: "year_last_year", label: "上年同期累计", kind: "figure" }, { key: "year_on_year", label: "累计同比", kind: "percent" },
  { key: "period_on_period", label: "环比", kind: "percent" }, { key: "target", label: "全年目标", kind: "figure" },
  { key: "completion", label: "完成率", kind: "percent" }, { key: "lead", label: "超(欠)序时进度", kind: "points" },
] as const;
export type View = (typeof views)[number];

/** shown is a measure's cell in a view. */
export function shown(m: BulletinMeasure, view: View, amount: boolean): string {
  const text = m[view.key];
  if (view.kind === "figure") return figure(text, amount);
  if (view.key === "completion") return text === "" ? "—" : `${text}%`;
  return change(text, view.kind === "percent" ? "%" : "");
}

export const tableLabels: Record<string, string> = { city: "全市", counties: "县市区", departments: "市直部门", teams: "驻外专班", tiers: "产业层级" };
export const columnLabels: Record<string, string> = { month: "当月", year: "累计", percent: "百分比" };
