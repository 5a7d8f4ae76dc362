import { Table } from "antd";
import { Link } from "react-router";
import type { BulletinAffected, BulletinContent, BulletinSection } from "../../api/types";
import { columnLabels, tableLabels } from "../../lib/bulletin";
import { stamp } from "../../lib/time";

const numbered = <T extends object>(list: T[]) => list.map((x, i) => ({ ...x, row: i }));
const perPage = { pageSize: 15, hideOnSinglePage: true, showSizeChanger: false };

/** Differences are figures that are one thing there and another here. */
export function Differences({ list }: { list: BulletinAffected[] }) {
  return <ul className="notices">{list.map((a, i) => <li key={i}>{tableLabels[a.table]} {a.name} {a.label}({columnLabels[a.column]}):{a.published || "—"} → {a.now || "—"}</li>)}</ul>;
}

/** Amended are the figures that a correction puts right. */
export function Amended({ list }: { list: BulletinAffected[] }) {
  return (
    <Table size="small" aria-label="更正内容" rowKey="row" pagination={perPage} dataSource={numbered(list)} locale={{ emptyText: "没有不同的数据" }} columns={[
      { title: "表", key: "table", width: 110, render: (_, a) => tableLabels[a.table] }, { title: "单位", dataIndex: "name" }, { title: "指标", dataIndex: "label" },
      { title: "列", key: "column", width: 80, render: (_, a) => columnLabels[a.column] },
      { title: "原发布", key: "was", align: "right", render: (_, a) => a.published || "—" }, { title: "更正为", key: "now", align: "right", render: (_, a) => a.now || "—" },
    ]} />
  );
}

/** Corrections are the projects that were mended after a publication, with what of it would be different. */
export function Corrections({ c }: { c: BulletinContent }) {
  return (
    <div className="stack">
      <span className="muted">已发布的通报不改动;下列项目在发布后更正,影响了以往的数据。{c.more_corrections > 0 && `另有${c.more_corrections}个项目从略。`}</span>
      <Table size="small" aria-label="以往数据更正" rowKey="project_id" pagination={perPage} dataSource={c.corrections} locale={{ emptyText: "没有影响以往数据的更正" }}
        expandable={{ expandedRowRender: (x) => <ul className="notices">{x.affects.map((a, i) => <li key={i}><Link to={`/bulletins/${a.bulletin}`}>{a.number}</Link> {tableLabels[a.table]} {a.name} {a.label}({columnLabels[a.column]}):发布{a.published || "—"},现应为{a.now || "—"}</li>)}</ul> }}
        columns={[
          { title: "项目", key: "project", render: (_, x) => <><Link to={`/projects/${x.project_id}`}>{x.project_name}</Link><div className="muted small">{x.project_code}</div></> },
          { title: "变更", key: "changes", render: (_, x) => x.changes.map((y) => <div key={y.field}>{y.label}:{y.from || "—"} → {y.to || "—"}</div>) },
          { title: "理由", dataIndex: "reason" },
          { title: "变更人", key: "by", width: 170, render: (_, x) => <>{x.by}<div className="muted small">{stamp(x.at)}</div></> },
          { title: "涉及数据", key: "n", width: 90, align: "right", render: (_, x) => `${x.affects.length}处` },
        ]} />
    </div>
  );
}

/** Findings are contradictions: shown, and nobody's figure is changed for one. */
export function Findings({ c }: { c: BulletinContent }) {
  return (
    <Table size="small" aria-label="数据疑点" rowKey="row" pagination={perPage} dataSource={numbered(c.findings)} locale={{ emptyText: "各表合计相符,没有发现疑点" }} columns={[
      { title: "位置", dataIndex: "where", width: 260 }, { title: "所列", dataIndex: "printed", width: 120, align: "right" }, { title: "核算", dataIndex: "computed", width: 120, align: "right" }, { title: "说明", dataIndex: "message" },
    ]} />
  );
}

/** Section is the table that a register adds. */
export function Section({ s }: { s: BulletinSection }) {
  return (
    <div className="stack">
      {s.note && <span className="muted">{s.note}</span>}
      <Table size="small" aria-label={s.title} rowKey="row" pagination={perPage} dataSource={s.rows.map((cells, row) => ({ cells, row }))} columns={s.columns.map((col, i) => ({
        title: col.unit ? `${col.title}(${col.unit})` : col.title, key: col.key, align: col.number ? "right" as const : undefined, render: (_: unknown, r: { cells: string[] }) => r.cells[i] || "—",
      }))} />
    </div>
  );
}
