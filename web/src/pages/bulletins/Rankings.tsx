import { Card, Table, Tag } from "antd";
import type { BulletinContent, BulletinListed, BulletinRanking } from "../../api/types";

type Row = BulletinRanking["rows"][number];

/** Moved is how a place changed against the last published bulletin. */
export function Moved({ row }: { row: Pick<Row, "previous" | "change"> }) {
  if (row.previous === 0) return <span className="muted">新上榜</span>;
  if (row.change === 0) return <span className="muted">持平</span>;
  return row.change > 0 ? <Tag color="green" variant="outlined">↑{row.change}</Tag> : <Tag color="red" variant="outlined">↓{-row.change}</Tag>;
}

/** Rankings are the units in their order, each with how its score came about, and the two lists. */
export function Rankings({ c }: { c: BulletinContent }) {
  if (c.rankings.length === 0) return <span className="muted">本期没有排名{c.book.title ? ",原因见“数据疑点”" : "(未配置排名细则)"}</span>;
  return (
    <div className="stack">
      {c.book.title && <span className="muted">依据:{c.book.title}{c.book.illustrative && " "}{c.book.illustrative && <Tag>示例办法</Tag>};同分同名次,其后跳号;点行首的加号看得分过程。</span>}
      <div className="halves">
        <Listed title="红榜" list={c.red} color="red" />
        <Listed title="黑榜" list={c.black} color="#333" />
      </div>
      {c.rankings.map((r) => (
        <Card key={r.group} title={r.title} styles={{ body: { padding: 0 } }}>
          <Table<Row> size="small" aria-label={r.title} rowKey="key" pagination={false} dataSource={r.rows} expandable={{ expandedRowRender: (row) => <Points row={row} /> }} columns={[
            { title: "名次", dataIndex: "rank", width: 70 },
            { title: "单位", dataIndex: "name" },
            { title: "得分", dataIndex: "score", width: 110, align: "right" },
            { title: "上期名次", key: "previous", width: 100, align: "right", render: (_, x) => x.previous || "—" },
            { title: "升降", key: "change", width: 100, render: (_, x) => <Moved row={x} /> },
          ]} />
        </Card>
      ))}
    </div>
  );
}

function Points({ row }: { row: Row }) {
  return (
    <Table size="small" aria-label={`${row.name}得分过程`} rowKey="id" pagination={false} dataSource={row.points} columns={[
      { title: "指标", key: "name", width: 200, render: (_, p) => `${p.id} ${p.name}` }, { title: "得分", dataIndex: "score", width: 90, align: "right" }, { title: "计算过程", dataIndex: "working" },
    ]} />
  );
}

function Listed({ title, list, color }: { title: string; list: BulletinListed[]; color: string }) {
  return (
    <Card title={<span style={{ color }}>{title}</span>} size="small">
      {list.length === 0 ? <span className="muted">本期无</span> : (
        <ul className="notices">{list.map((x) => <li key={x.group + x.key}><b>{x.name}</b>:{x.reason}</li>)}</ul>
      )}
    </Card>
  );
}
