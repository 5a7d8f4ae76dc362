import { Alert, Table, Tag } from "antd";
import { Link } from "react-router";
import type { RunDifference } from "../../api/types";
import { brief, evidenceAddress, moved } from "./scores";

type Unit = RunDifference["units"][number];

/** Shift is a value before and after; one that stayed is said once. */
export function Shift({ from, to, none = "—" }: { from: string; to: string; none?: string }) {
  if (from === to) return <span className="muted">{to || none}</span>;
  return <span className="nowrap"><span className="sr-only">由</span>{from || none} → <b>{to || none}</b></span>;
}

/** Delta is by how much a score moved. */
export function Delta({ from, to }: { from: string; to: string }) {
  const text = moved(from, to);
  return text ? <Tag color={text.startsWith("+") ? "green" : "red"} variant="outlined" style={{ marginInlineEnd: 0 }}>{text}</Tag> : null;
}

const place = (rank: number) => (rank > 0 ? `第${rank}名` : "");

/** Moves are every score, rank and grade that differs between two scorings, and which figures do. */
export function Moves({ d, year, label }: { d: RunDifference; year: string; label: string }) {
  if (d.same) return <Alert type="success" showIcon title={`第${d.from}次与第${d.to}次计分的得分、名次、等次和数据全部相同`} />;
  return (
    <div className="stack">
      <Table<Unit>
        size="small"
        aria-label={label}
        rowKey="unit_id"
        dataSource={d.units}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 900 }}
        locale={{ emptyText: "得分、名次和等次都没有变动" }}
        columns={[
          { title: "单位", key: "unit", width: 190, render: (_, u) => <>{u.name}<div className="muted small">{u.group}</div></> },
          { title: "总分", key: "total", width: 190, render: (_, u) => <><Shift from={brief(u.total_from)} to={brief(u.total_to)} /> <Delta from={u.total_from} to={u.total_to} /></> },
          { title: "名次", key: "rank", width: 140, render: (_, u) => <Shift from={place(u.rank_from)} to={place(u.rank_to)} /> },
          { title: "等次", key: "grade", width: 120, render: (_, u) => <Shift from={u.grade_from} to={u.grade_to} /> },
          {
            title: "变动的指标", key: "indicators",
            render: (_, u) => u.indicators.length === 0 ? <span className="muted">得分没有变</span> : (
              <ul className="plain">
                {u.indicators.map((i) => <li key={i.id}><Link to={evidenceAddress(year, u.unit_id, i.id, d.to)}>{i.id} {i.name}</Link> <Shift from={brief(i.from)} to={brief(i.to)} none="不适用" /> <Delta from={i.from} to={i.to} /></li>)}
              </ul>
            ),
          },
        ]}
      />
      <section aria-label="数据的不同">
        <b>数据的不同</b>
        {d.inputs.length === 0 ? <p className="muted" style={{ margin: 0 }}>所用数据和细则相同。</p> : <ul className="warnings" tabIndex={0} aria-label="不同的数据">{d.inputs.map((text, i) => <li key={i}>{text}</li>)}</ul>}
      </section>
    </div>
  );
}
