import { Select, Table } from "antd";
import { useState } from "react";
import type { Review } from "../../api/types";
import { useFigureText } from "../../components/figures";
import { compare, versionsOf, type Row } from "../../lib/compare";
import { stamp } from "../../lib/time";
import { signature } from "./Notices";

/** Submissions lists every submission and compares any two of them, field by field. */
export function Submissions({ r }: { r: Review }) {
  const last = r.submissions.length - 1;
  const [from, setFrom] = useState(Math.max(0, last - 1));
  const [to, setTo] = useState(last);
  const text = useFigureText();
  const versions = versionsOf(r.figures, r.submissions);
  const a = versions[from], b = versions[to];
  const options = r.submissions.map((s, i) => ({ value: i, label: `第${i + 1}次提交(${stamp(s.at)})` }));
  return (
    <div className="stack">
      <ol className="demands" aria-label="历次提交">
        {r.submissions.map((s) => (
          <li key={s.at}>
            {stamp(s.at)} {signature(s.by)}{s.text && <>:<span className="prose">{s.text}</span></>}
            {s.changes.length > 0 && <div className="muted small">修改了{s.changes.map((c) => c.label).join("、")}</div>}
          </li>
        ))}
      </ol>
      {last > 0 && a && b ? (
        <>
          <div className="filters" role="group" aria-label="选择比对的两次提交" style={{ marginBottom: 0 }}>
            <Select aria-label="比对前" style={{ width: 250 }} value={from} onChange={setFrom} options={options} />
            <span style={{ alignSelf: "center" }}>与</span>
            <Select aria-label="比对后" style={{ width: 250 }} value={to} onChange={setTo} options={options} />
          </div>
          <Table<Row>
            size="small"
            aria-label="两次提交比对"
            rowKey="name"
            dataSource={compare(a, b)}
            pagination={false}
            rowClassName={(row) => (row.differs ? "differs" : "")}
            columns={[
              { title: "项目指标", dataIndex: "label", width: 150 },
              { title: `第${from + 1}次`, key: "before", render: (_, row) => text(row.name, row.before) },
              { title: `第${to + 1}次`, key: "after", render: (_, row) => <>{text(row.name, row.after)}{row.differs && <span className="sr-only">(有变化)</span>}</> },
            ]}
          />
        </>
      ) : <p className="muted">只提交过一次,没有可以比对的。</p>}
    </div>
  );
}
