import { useQuery } from "@tanstack/react-query";
import { Button, Empty, Table, Tag } from "antd";
import { Link } from "react-router";
import { units } from "../../api/queries";
import type { Action, AssessmentData, AssessmentDraw } from "../../api/types";
import { settled } from "../../lib/targets";
import { stamp } from "../../lib/time";
import { choicesOf } from "./edits";

type Given = { d: AssessmentData };
const none = (text: string) => <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text} />;

/** MemberList are the assessed units by group. */
export function MemberList({ d }: Given) {
  const name = (id: string) => d.members.find((m) => m.unit_id === id)?.name ?? id;
  return (
    <Table size="small" aria-label="被考核单位" rowKey="name" pagination={false} locale={{ emptyText: "还没有被考核单位" }}
      dataSource={d.book.groups.map((g) => ({ name: g.name, units: d.members.filter((m) => m.group === g.name) })).filter((g) => g.units.length > 0)}
      columns={[
        { title: "分组", dataIndex: "name", width: 160 },
        { title: "数量", key: "count", width: 70, align: "right", render: (_, g) => g.units.filter((m) => !m.merged_into).length },
        { title: "单位", key: "units", render: (_, g) => g.units.map((m, i) => (
          <span key={m.unit_id}>
            {i > 0 && "、"}
            <span className={m.merged_into ? "muted" : undefined}>{m.name}{m.name !== m.book_name && `(细则中为${m.book_name})`}{m.merged_into && `(已并入${name(m.merged_into)})`}</span>
          </span>
        )) },
      ]}
    />
  );
}

/** DutyList are the indicators with who verifies them. */
export function DutyList({ d }: Given) {
  const all = useQuery(units).data;
  const name = (id?: string) => all?.find((u) => u.id === (id || d.office))?.name ?? (id || d.office);
  return (
    <Table size="small" aria-label="核实分工" rowKey="id" dataSource={d.book.indicators} pagination={{ pageSize: 30, hideOnSinglePage: true, showSizeChanger: false }} columns={[
      { title: "指标", key: "name", render: (_, i) => <span style={{ paddingInlineStart: i.depth * 20, fontWeight: i.leaf ? undefined : 600 }}>{i.id} {i.name}</span> },
      { title: "条款", key: "clause", width: 130, render: (_, i) => i.clause ?? "" },
      { title: "适用分组", key: "groups", width: 200, render: (_, i) => (i.leaf ? i.groups?.join("、") || "全部" : "") },
      { title: "核实单位", key: "unit", width: 220, render: (_, i) => (i.leaf ? <span className={d.duties[i.id] ? undefined : "muted"}>{name(d.duties[i.id])}</span> : "") },
    ]} />
  );
}

/** JudgeList are the judges with the marks that they owe. */
export function JudgeList({ d }: Given) {
  return (
    <Table size="small" aria-label="评委" rowKey="user_id" dataSource={d.judges} pagination={false} locale={{ emptyText: "还没有评委" }} columns={[
      { title: "评委", key: "name", render: (_, j) => <>{j.name} <span className="muted">{j.unit_name}</span></> },
      { title: "评委组", key: "panel", width: 140, render: (_, j) => j.panel ?? "" },
      { title: "评议事项", key: "topics", render: (_, j) => j.topics.join("、") },
      { title: "尚欠打分", key: "owed", width: 110, align: "right", render: (_, j) => (j.owed > 0 ? <Tag color="gold">{j.owed}个</Tag> : <Tag color="green">已打完</Tag>) },
    ]} />
  );
}

/** Versions are those of 任务分解表, the latest first, with what moved. */
export function Versions({ d }: Given) {
  if (d.targets.length === 0) return none("还没有任务分解表");
  return (
    <Table size="small" aria-label="任务分解表的版本" rowKey="version" dataSource={[...d.targets].reverse()} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      expandable={{ rowExpandable: (t) => t.moved.length > 0, expandedRowRender: (t) => <ul className="warnings">{t.moved.map((m, i) => <li key={i}>{m}</li>)}</ul> }}
      columns={[
        { title: "版本", key: "version", width: 100, render: (_, t) => <Link to={`/assessments/${d.id}/targets`}>第{t.version}版</Link> },
        { title: "时间", key: "at", width: 150, render: (_, t) => stamp(t.at) },
        { title: "编制", key: "by", width: 120, render: (_, t) => t.by.name },
        { title: "目标", key: "count", width: 80, align: "right", render: (_, t) => `${t.count}个` },
        { title: "提醒", key: "findings", width: 80, align: "right", render: (_, t) => (t.findings > 0 ? <Tag color="gold">{t.findings}处</Tag> : "无") },
        { title: "说明", key: "why", render: (_, t) => [t.reason, t.source, t.moved.length > 0 && `变动${t.moved.length}处`].filter(Boolean).join(";") },
      ]}
    />
  );
}

const decisions = { approved: <Tag color="green">已批准</Tag>, refused: <Tag color="red">未批准</Tag> };

/** Changes are those that need a second person. */
export function Changes({ d }: Given) {
  if (d.changes.length === 0) return none("没有变更");
  return (
    <Table size="small" aria-label="变更" rowKey="no" dataSource={[...d.changes].reverse()} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }} columns={[
      { title: "事项", key: "kind", width: 130, render: (_, c) => c.kind_label },
      { title: "提出", key: "by", width: 160, render: (_, c) => <>{c.by.name}<div className="muted small">{stamp(c.at)}</div></> },
      { title: "内容", key: "diff", render: (_, c) => <>{c.reason}{c.diff.length > 0 && <ul className="warnings muted">{c.diff.map((t, i) => <li key={i}>{t}</li>)}</ul>}</> },
      { title: "结果", key: "decided", width: 200, render: (_, c) => (c.decided ? <>{decisions[c.decided]}{c.decided_by?.name}{c.decision && <div className="muted small">{c.decision}</div>}</> : <Tag color="gold">待批准</Tag>) },
    ]} />
  );
}

/** Draws are the seeded draws with what was found on site. */
export function Draws({ d, onAct }: Given & { onAct: (a: Action) => void }) {
  if (d.draws.length === 0) return none("还没有抽取现场核查对象");
  return <div className="stack">{[...d.draws].reverse().map((w) => <Draw key={w.no} d={d} w={w} onAct={onAct} />)}</div>;
}

function Draw({ d, w, onAct }: Given & { w: AssessmentDraw; onAct: (a: Action) => void }) {
  const inspect = d.actions.find((a) => a.action === "inspect" && a.allowed);
  const open = choicesOf(d.actions, "inspect", "item");
  return (
    <div>
      <p style={{ marginTop: 0 }}>
        第{w.no}次:{w.by.name} {stamp(w.at)}从{w.candidates}项中为每个单位抽取{w.per}项;随机种子 <b>{w.seed}</b> <span className="hash" title={`候选清单摘要 ${w.digest};用同一种子可重新抽取核对`}>{w.digest.slice(0, 12)}</span>
      </p>
      <Table size="small" aria-label={`第${w.no}次抽取的核查对象`} rowKey="id" dataSource={w.items} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} columns={[
        { title: "单位", dataIndex: "unit_name", width: 180 },
        { title: "核查对象", dataIndex: "title" },
        { title: "现场情况", key: "found", width: 320, render: (_, x) => {
          const id = `${w.no}/${x.id}`;
          if (x.found) return <>{x.found === "true" ? <Tag color="green">与所报一致</Tag> : <Tag color="red">与所报不一致</Tag>}{x.by?.name}{x.text && <div className="muted small">{x.text}</div>}</>;
          return inspect && open.includes(id) ? <Button size="small" onClick={() => onAct(settled(inspect, "item", id))}>登记结果</Button> : <span className="muted">待核查</span>;
        } },
      ]} />
    </div>
  );
}
