import { Tag, type TableProps } from "antd";
import { Link } from "react-router";
import { useUnitName } from "../app/session";
import type { ReviewRow } from "../api/types";
import { labelOf, outcomes, reviewStages } from "../lib/labels";
import { isSet, stamp } from "../lib/time";
import { Deadline, Light, Outcome } from "./Status";

/** useReviewColumns are the columns of every list of reviews, with or without the project's. */
export function useReviewColumns({ project }: { project: boolean }): TableProps<ReviewRow>["columns"] {
  const unitName = useUnitName();
  const columns: NonNullable<TableProps<ReviewRow>["columns"]> = [
    { title: "灯", key: "light", width: 60, render: (_, r) => (isSet(r.ended_at) ? null : <Light light={r.light} />) },
  ];
  if (project) {
    columns.push(
      { title: "项目", key: "project", render: (_, r) => <Link to={`/reviews/${r.id}`}>{r.project_name}</Link> },
      { title: "县市区", key: "county", width: 130, render: (_, r) => unitName(r.county_id) },
    );
  } else {
    columns.push({ title: "研判", key: "id", render: (_, r) => <Link to={`/reviews/${r.id}`}>{stamp(r.started_at).slice(0, 10)}发起</Link> });
  }
  columns.push(
    {
      title: "阶段", key: "stage", width: 130,
      render: (_, r) => (r.outcome ? <Outcome outcome={r.outcome} label={labelOf(outcomes, r.outcome)} /> : <Tag color="processing">{labelOf(reviewStages, r.stage)}</Tag>),
    },
    { title: "意见", key: "seats", width: 90, render: (_, r) => (r.seats > 0 ? `${r.opined} / ${r.seats}` : "—") },
  );
  if (project) {
    columns.push({ title: "发起", key: "started", width: 230, render: (_, r) => <>{stamp(r.started_at)}<div className="muted small">{r.started_unit} {r.started_by}</div></> });
  }
  columns.push({
    title: "期限", key: "due", width: project ? 270 : 230,
    render: (_, r) => (isSet(r.ended_at) ? <span className="muted">{stamp(r.ended_at)} 办结</span> : <Deadline due={r.due} provisional={r.provisional} />),
  });
  return columns;
}
