import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { Link, useLocation } from "react-router";
import { assessment } from "../../api/assessments";
import type { AssessmentData, AssessmentRow } from "../../api/types";
import { useSession } from "../../app/session";

const stageColors: Record<string, string> = {
  setup: "default", running: "blue", reporting: "processing", verifying: "processing", scoring: "purple", rechecking: "purple",
  publicity: "gold", appealing: "orange", grading: "cyan", locked: "green", cancelled: "red",
};

/** YearStage is the step that an assessment year stands at. */
export const YearStage = ({ row }: { row: Pick<AssessmentRow, "stage" | "stage_label"> }) => <Tag color={stageColors[row.stage]}>{row.stage_label}</Tag>;

type Seen = Pick<AssessmentData, "marking" | "reads_all" | "published" | "my_units" | "duties" | "book">;

/** yearPages are a year's pages that a person of a unit has a use for; path follows the year's own. */
export function yearPages(d: Seen, unit: string): { path: string; label: string }[] {
  const assessed = d.my_units.length > 0;
  const pages: [string, string, boolean][] = [
    ["", "概况", true],
    ["/targets", "任务分解", d.reads_all || assessed],
    ["/units", "自评与核实", d.reads_all || assessed || Object.values(d.duties).includes(unit)],
    ["/marks", "评议打分", d.marking.length > 0 || d.reads_all && (d.book.topics ?? []).length > 0],
    ["/runs", "试算与计分", d.reads_all || d.published],
    ["/scores", "排名", d.reads_all || d.published],
    ["/appeals", "申诉", d.published],
    ["/forecast", "得分测算", d.reads_all || assessed],
  ];
  return pages.filter(([, , useful]) => useful).map(([path, label]) => ({ path, label }));
}

/** YearTabs leads from each of a year's pages to the others. */
export function YearTabs({ year }: { year: string }) {
  const { unit } = useSession();
  const { pathname } = useLocation();
  const { data } = useQuery(assessment(year));
  if (!data) return null;
  const root = `/assessments/${year}`;
  return (
    <nav aria-label={`${year}年度考核`} style={{ display: "flex", flexWrap: "wrap", gap: "0 4px", marginBottom: 12, borderBottom: "1px solid #dde3ea" }}>
      {yearPages(data, unit.id).map(({ path, label }) => {
        const here = path === "" ? pathname === root : pathname === root + path || pathname.startsWith(`${root}${path}/`);
        return (
          <Link
            key={path}
            to={root + path}
            aria-current={here ? "page" : undefined}
            style={{ padding: "6px 12px", marginBottom: -1, borderBottom: `2px solid ${here ? "#1d5c8f" : "transparent"}`, color: here ? "#1d5c8f" : "#33404d", fontWeight: here ? 600 : undefined }}
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
