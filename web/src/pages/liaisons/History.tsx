import { Table, Tag } from "antd";
import type { Liaison } from "../../api/types";
import { Light } from "../../components/Status";
import { weekName } from "../../lib/liaison";
import { isSet, stamp } from "../../lib/time";
import { signature } from "../review/Notices";
import { Offers, type Choose } from "./chosen";
import { Due } from "./Due";

const perPage = { pageSize: 20, hideOnSinglePage: true, showSizeChanger: false };
const until = (time?: string) => (isSet(time) ? stamp(time) : "至今");

/** Asks are the requests that the centre's leader has not decided yet. */
export function Asks({ l, choose }: { l: Liaison; choose: Choose }) {
  return (
    <div className="stack">
      {l.asks.map((a) => (
        <div key={a.id} className="paper">
          <div>
            <b>{a.label}</b>{a.on && <> 拟延至{a.on}</>}
            <div className="prose">{a.text}</div>
            <div className="muted small">{signature(a.by)} 申请</div>
            <Due duty={a.duty} />
          </div>
          <Offers actions={l.actions} field="ask" id={a.id} title={a.label} choose={choose} />
        </div>
      ))}
    </div>
  );
}

/** Instructions are what weekly dispatches asked for. */
export function Instructions({ l, choose }: { l: Liaison; choose: Choose }) {
  return (
    <Table<Liaison["instructions"][number]>
      size="middle"
      aria-label="调度交办"
      rowKey="id"
      dataSource={[...l.instructions].reverse()}
      pagination={perPage}
      locale={{ emptyText: "周调度没有交办事项" }}
      columns={[
        { title: "交办事项", key: "text", render: (_, x) => <><span className="prose">{x.text}</span><div className="muted small">{weekName(x.sheet)}周调度</div></> },
        { title: "情况", key: "duty", width: 230, render: (_, x) => <Due duty={x.duty} /> },
        { title: "回复", key: "answer", render: (_, x) => (x.answer ? <><span className="prose">{x.answer}</span><div className="muted small">{x.by}</div></> : <span className="muted">—</span>) },
        { title: "办理", key: "act", width: 140, render: (_, x) => <Offers actions={l.actions} field="instruction" id={x.id} title="交办事项" choose={choose} /> },
      ]}
    />
  );
}

/** Visits are those to the enterprise, the latest first. */
export function Visits({ l }: { l: Liaison }) {
  const visits = l.visits.map((v, id) => ({ ...v, id })).sort((a, b) => b.on.localeCompare(a.on) || b.id - a.id);
  return (
    <Table<(typeof visits)[number]>
      size="middle"
      aria-label="走访"
      rowKey="id"
      dataSource={visits}
      pagination={perPage}
      locale={{ emptyText: "还没有走访记录" }}
      columns={[
        { title: "日期", dataIndex: "on", width: 120 },
        { title: "走访情况", key: "text", render: (_, v) => <span className="prose">{v.text}</span> },
        { title: "登记人", dataIndex: "by", width: 160 },
      ]}
    />
  );
}

/** Lights are the stretches under each light, the latest first, with the rule that set it. */
export function Lights({ l }: { l: Liaison }) {
  return (
    <Table<Liaison["lights"][number]>
      size="middle"
      aria-label="亮灯记录"
      rowKey="from"
      dataSource={[...l.lights].reverse()}
      pagination={perPage}
      columns={[
        { title: "灯", key: "light", width: 70, render: (_, s) => <Light light={s.light} /> },
        { title: "自", key: "from", width: 150, render: (_, s) => stamp(s.from) },
        { title: "至", key: "until", width: 150, render: (_, s) => until(s.until) },
        { title: "规则", key: "rule", render: (_, s) => s.rule || <span className="muted">各项均在期限内</span> },
      ]}
    />
  );
}

/** Terms are all who have carried the project. */
export function Terms({ l }: { l: Liaison }) {
  return (
    <Table<Liaison["terms"][number]>
      size="middle"
      aria-label="包联单位与领导"
      rowKey="from"
      dataSource={[...l.terms].reverse()}
      pagination={false}
      columns={[
        { title: "包联单位", key: "department", render: (_, t) => <>{t.department_name}{!isSet(t.until) && <Tag color="blue" variant="outlined" style={{ marginInlineStart: 8 }}>现任</Tag>}</> },
        { title: "包联领导", key: "cadre", width: 160, render: (_, t) => t.cadre_name || "—" },
        { title: "自", key: "from", width: 150, render: (_, t) => stamp(t.from) },
        { title: "至", key: "until", width: 150, render: (_, t) => until(t.until) },
      ]}
    />
  );
}
