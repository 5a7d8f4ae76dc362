import { Descriptions } from "antd";
import type { ReactNode } from "react";
import type { Figures } from "../api/types";
import { useUnitName } from "../app/session";
import { figureLabels, figureNames, type FigureName } from "../lib/compare";
import { investorKinds, labelOf } from "../lib/labels";
import { formatAmount } from "../lib/money";

/** useFigureText puts a figure as it was submitted into words. */
export function useFigureText(): (name: FigureName, value: string) => string {
  const unitName = useUnitName();
  return (name, value) => {
    if (!value) return "—";
    switch (name) {
      case "investor_kind": return labelOf(investorKinds, value);
      case "county_id": return unitName(value);
      case "agreed_amount": return formatAmount(value);
      case "land_area": return `${value} 亩`;
      case "energy_use": return `${value} 吨标准煤`;
      default: return value;
    }
  };
}

/** FigureList shows a project's figures as they are submitted for review. */
export function FigureList({ figures, more = [] }: { figures: Figures; more?: [string, ReactNode][] }) {
  const text = useFigureText();
  const own = figureNames.map((name): [string, ReactNode] =>
    [figureLabels[name], text(name, name === "chemicals" ? (figures.chemicals ? "是" : "否") : figures[name])]);
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2, xxl: 3 }}
      items={[["项目编号", figures.code] as [string, ReactNode], ...own, ...more].map(([label, children]) => ({ key: label, label, children: children || "—" }))}
    />
  );
}
