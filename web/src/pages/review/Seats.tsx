import { Table, Tag, type TableProps } from "antd";
import type { Review, Seat } from "../../api/types";
import { Mark, Veto } from "../../components/Marks";
import { isSet, stamp } from "../../lib/time";
import { Clock } from "./Clock";
import { signature } from "./Notices";

/** Seats are the departments with who holds each seat, its clock and what it said. */
export function Seats({ r }: { r: Review }) {
  const names = new Map(r.seats.map((s) => [s.id, s.unit_name]));
  return (
    <>
      <Table<Seat>
        size="middle"
        aria-label="会审部门"
        rowKey="id"
        columns={columnsOf(names)}
        dataSource={r.seats}
        pagination={false}
        scroll={{ x: 640 }}
        locale={{ emptyText: "受理后,会审部门在此列出" }}
        expandable={r.seats.some(saidMore) ? { rowExpandable: saidMore, expandedRowRender: (s) => <Earlier seat={s} /> } : undefined}
      />
      <p className="muted small">
        {r.mode_label}{r.tally && `:${r.tally.agree} / ${r.tally.all}同意,须达到${r.tally.pass}`}
      </p>
    </>
  );
}

const saidMore = (s: Seat): boolean => (s.past?.length ?? 0) + (s.remarks?.length ?? 0) > 0;

const columnsOf = (names: Map<string, string>): TableProps<Seat>["columns"] => [
  {
    title: "部门", key: "unit", width: "34%",
    render: (_, s) => (
      <>
        {s.unit_name}
        {s.veto && <Veto />}
        {s.added && <Mark title={`由${names.get(s.added_to ?? "") ?? "会审部门"}加签`}>{s.added}</Mark>}
        {s.sign_off && <Mark title="经办拟稿,负责人签发">负责人签发</Mark>}
        {s.unstaffed && !s.opinion && <Mark alarm>无人办理</Mark>}
        <div className="muted small">{s.why}{s.lapse && ` · 逾期${s.lapse}`}</div>
      </>
    ),
  },
  { title: "时限", key: "clock", width: "26%", render: (_, s) => <><Clock step={s.step} /><Hands seat={s} /></> },
  { title: "意见", key: "opinion", render: (_, s) => <Opinion seat={s} /> },
];

/** Hands say who has the seat in hand. */
function Hands({ seat: s }: { seat: Seat }) {
  const open = !isSet(s.step.done_at);
  const lines = [
    open && s.holder && `${s.holder.name}办理`,
    s.delegate && (isSet(s.delegate.back_at) ? `${s.delegate.name}受委派办理,已交回` : `已委派${s.delegate.name}办理`),
    open && s.draft && `${s.draft.by.name}拟稿,待签发`,
  ].filter(Boolean);
  return lines.length > 0 ? <div className="muted small">{lines.join(" · ")}</div> : null;
}

const opinionColors: Record<string, string> = { agree: "green", conditional: "gold", disagree: "red" };

function Opinion({ seat: s }: { seat: Seat }) {
  if (s.dropped) return <span className="muted">无需出具意见:{s.dropped}</span>;
  if (!s.opinion) {
    return (
      <>
        {s.draft?.text ? <div className="prose"><Tag variant="outlined">拟稿</Tag>{s.draft.opinion_label} {s.draft.text}</div> : <span className="muted">—</span>}
        {s.delegate?.report && <div className="prose small">委派办理结果:{s.delegate.report}</div>}
      </>
    );
  }
  const conditions = s.conditions?.filter((c) => c.text !== s.text) ?? [];
  return (
    <>
      {s.automatic && <b>【自动】</b>}
      <Tag color={opinionColors[s.opinion]}>{s.opinion_label}</Tag>
      <span className="prose">{s.text}</span>
      {conditions.length > 0 && (
        <ol className="demands" aria-label="所附条件">
          {conditions.map((c) => (
            <li key={c.text}>{c.text}<span className="muted small">{c.owner_name && ` ${c.owner_name}`}{c.due && ` ${c.due}前`}</span></li>
          ))}
        </ol>
      )}
      {s.mark !== undefined && <div className="small">评分 {s.mark}</div>}
      {!s.automatic && (s.by || s.drafter) && (
        <div className="muted small">
          {s.drafter && s.drafter.name !== s.by?.name && `拟稿 ${s.drafter.name} · 签发 `}{s.by && s.by.name + (s.by.for ? `(代理${s.by.for})` : "")}{isSet(s.step.done_at) && ` ${stamp(s.step.done_at)}`}
        </div>
      )}
    </>
  );
}

/** Earlier is what a seat said in earlier rounds, and afterwards. */
function Earlier({ seat: s }: { seat: Seat }) {
  return (
    <div className="stack">
      {s.past?.map((p) => (
        <div key={`past ${p.at}`}><Tag variant="outlined">此前意见</Tag>{p.opinion_label} <span className="prose">{p.text}</span> <span className="muted small">{signature(p)} {stamp(p.at)}</span></div>
      ))}
      {s.remarks?.map((m) => (
        <div key={`remark ${m.at}`}><Tag variant="outlined">补充说明</Tag><span className="prose">{m.text}</span> <span className="muted small">{signature(m)} {stamp(m.at)}</span></div>
      ))}
    </div>
  );
}
