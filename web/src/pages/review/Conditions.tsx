import { Table, Tag } from "antd";
import type { Condition, Review } from "../../api/types";
import { Files } from "../../components/Files";
import { stamp } from "../../lib/time";
import { Clock } from "./Clock";
import { signature } from "./Notices";

const states: Record<Condition["state"], { label: string; color?: string }> = {
  open: { label: "待落实", color: "processing" }, submitted: { label: "待核销", color: "gold" }, closed: { label: "已核销", color: "green" }, waived: { label: "已豁免" },
};

/** Conditions are what has to be met after a conditional approval, each with its owner, deadline and evidence. */
export function Conditions({ r }: { r: Review }) {
  return (
    <Table<Condition>
      size="middle"
      aria-label="条件"
      rowKey="id"
      dataSource={r.conditions}
      pagination={false}
      scroll={{ x: 640 }}
      locale={{ emptyText: r.outcome ? "没有附条件" : "有条件通过后,各项条件在此列出" }}
      columns={[
        {
          title: "条件", key: "text", width: "36%",
          render: (_, c) => (
            <>
              <span className="prose">{c.text}</span>
              <div className="muted small">{c.set_by ? `${c.set_by}提出并核销` : "决定时提出,招商中心核销"}</div>
            </>
          ),
        },
        { title: "责任单位", dataIndex: "owner_name", width: 140 },
        {
          title: "状态与期限", key: "state", width: 190,
          render: (_, c) => (
            <>
              <Tag color={states[c.state].color}>{states[c.state].label}</Tag>
              {c.state === "open" && <Clock step={c.step} />}
              {c.state === "submitted" && <Clock step={c.check} />}
            </>
          ),
        },
        { title: "落实材料", key: "evidence", render: (_, c) => <Evidence condition={c} /> },
      ]}
    />
  );
}

function Evidence({ condition: c }: { condition: Condition }) {
  if (c.evidence.length === 0 && !c.closed) return <span className="muted">—</span>;
  return (
    <div className="stack">
      {c.evidence.map((e) => (
        <div key={e.at}>
          <span className="prose">{e.text}</span>
          <Files files={e.files} />
          <div className="muted small">{signature(e)} {stamp(e.at)}</div>
          {e.returned && <div className="small"><Tag color="orange" variant="outlined">退回</Tag>{e.returned}</div>}
        </div>
      ))}
      {c.closed && (
        <div>
          <Tag variant="outlined">{c.state === "waived" ? "豁免" : "核销"}</Tag><span className="prose">{c.closed.text}</span>
          <div className="muted small">{signature(c.closed)} {stamp(c.closed.at)}</div>
        </div>
      )}
    </div>
  );
}
