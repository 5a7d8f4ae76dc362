import { Tag, type TableProps } from "antd";
import { Link } from "react-router";
import { useUnitName } from "../app/session";
import type { LiaisonRow } from "../api/types";
import { labelOf, liaisonRoles, liaisonStages } from "../lib/labels";
import { batchName } from "../lib/liaison";
import { isSet, stamp } from "../lib/time";
import { Deadline, Illustrative, Light } from "./Status";

const stageColors: Record<string, string> = { assigned: "gold", active: "processing", suspended: "orange", producing: "green" };

/** LiaisonStage is where a liaison stands. */
export const LiaisonStage = ({ stage }: { stage: string }) => <Tag color={stageColors[stage]} style={{ marginInlineEnd: 0 }}>{labelOf(liaisonStages, stage)}</Tag>;

/** useLiaisonColumns are the columns of every list of liaisons, with or without the project's. */
export function useLiaisonColumns({ project }: { project: boolean }): TableProps<LiaisonRow>["columns"] {
  const unitName = useUnitName();
  const title = project
    ? [
      { title: "项目", key: "project", render: (_: unknown, l: LiaisonRow) => <><Link to={`/liaisons/${l.id}`}>{l.project_name}</Link><Illustrative when={l.illustrative ?? false} /><div className="muted small">{batchName(l)}{l.role === "support" && ` · ${labelOf(liaisonRoles, l.role)}`}</div></> },
      { title: "县市区", key: "county", width: 100, render: (_: unknown, l: LiaisonRow) => unitName(l.county_id) },
    ]
    : [{ title: "清单", key: "list", width: 140, render: (_: unknown, l: LiaisonRow) => <><Link to={`/liaisons/${l.id}`}>{batchName(l)}</Link><div className="muted small">{labelOf(liaisonRoles, l.role)}</div></> }];
  return [
    ...title,
    { title: "包联单位与领导", key: "department", width: 160, render: (_, l) => <>{unitName(l.department_id)}<div className="muted small">{l.cadre_name || "未明确包联领导"}</div></> },
    {
      title: "亮灯", key: "light", width: project ? 230 : 200,
      render: (_, l) => (isSet(l.ended_at) ? <span className="muted">—</span> : <span className="clock"><Light light={l.light} />{l.light_rule && <span className="small">{l.light_rule}</span>}</span>),
    },
    { title: "阶段", key: "stage", width: 110, render: (_, l) => <LiaisonStage stage={l.stage} /> },
    {
      title: "下一节点", key: "next", width: 200,
      render: (_, l) => (isSet(l.ended_at) ? <span className="muted">{stamp(l.ended_at)} 结束</span> : l.next_milestone ? <>{l.next_milestone}<div className="small"><Deadline due={l.next_due} /></div></> : <span className="muted">—</span>),
    },
    { title: "未销号问题", key: "problems", width: 100, align: "right", render: (_, l) => l.open_problems },
  ];
}
