import { Table } from "antd";
import { Link } from "react-router";
import { brief, cardAddress, evidenceAddress } from "./scores";

/** ProjectScore is a score that a project counted in. */
export interface ProjectScore {
  year: string;
  title: string;
  unit_id: string;
  unit_name: string;
  indicator: string;
  name: string;
  score: string;
  points?: string;
  run: number;
  stage: string;
}

/** ProjectScores are the scores that one project counted in, each leading to what it rests on. */
export function ProjectScores({ scores }: { scores: ProjectScore[] }) {
  return (
    <Table<ProjectScore>
      size="small"
      aria-label="考核得分"
      rowKey={(s) => `${s.year} ${s.unit_id} ${s.indicator}`}
      dataSource={scores}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 620 }}
      locale={{ emptyText: "还没有计入考核得分" }}
      columns={[
        { title: "年度考核", key: "year", render: (_, s) => <><Link to={`/assessments/${s.year}`}>{s.title}</Link><div className="muted small">{s.stage}</div></> },
        { title: "单位", key: "unit", width: 150, render: (_, s) => <Link to={cardAddress(s.year, s.unit_id)}>{s.unit_name}</Link> },
        { title: "计入指标", key: "indicator", render: (_, s) => <Link to={evidenceAddress(s.year, s.unit_id, s.indicator)}>{s.indicator} {s.name}</Link> },
        { title: "该指标得分", key: "score", width: 120, align: "right", render: (_, s) => <span title={s.score}>{brief(s.score)}{s.points && <span className="muted"> / {s.points}</span>}</span> },
      ]}
    />
  );
}
