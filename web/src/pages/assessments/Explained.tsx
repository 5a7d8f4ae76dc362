import { Button } from "antd";
import { Fragment, useState, type ReactNode } from "react";
import { Link } from "react-router";
import type { ScoreExplanation } from "../../api/types";

const first = 6;

/** codeOf is the code of a record, which is told by its code and name. */
export const codeOf = (record: string): string => record.split(" ", 1)[0] ?? record;

/**
 * Explained is why a value is what it is, down to the records and papers behind it.
 * projects leads from a record's code to its page, where the reader may see it.
 */
export function Explained({ e, projects, top = true }: { e: ScoreExplanation; projects?: Map<string, string>; top?: boolean }) {
  const records = e.records ?? [], papers = e.evidence ?? [], parts = e.parts ?? [];
  const plain = e.value.startsWith(e.working); // "6" says no more than "6个"
  return (
    <div style={top ? undefined : { borderInlineStart: "2px solid #dde3ea", paddingInlineStart: 12 }}>
      <div>
        <b>{e.id && `${e.id} `}{e.name}</b> = <b>{e.value || "无"}</b>
        {e.clause && <span className="muted small"> {e.clause}</span>}
      </div>
      <dl style={{ margin: "2px 0 0", display: "grid", gridTemplateColumns: "auto minmax(0, 1fr)", gap: "0 8px" }}>
        {e.formula && <Line label={plain && parts.length === 0 && records.length === 0 ? "来源" : "算法"}>{e.formula}</Line>}
        {!plain && <Line label="代入">{e.working}</Line>}
        {papers.length > 0 && <Line label="材料">{papers.map((text, i) => <div key={i}>{text}</div>)}</Line>}
        {records.length > 0 && <Line label="记录"><Records name={e.name} records={records} projects={projects} /></Line>}
      </dl>
      {parts.length > 0 && (
        <ul aria-label={`${e.name}的由来`} style={{ listStyle: "none", margin: "8px 0 0", padding: 0, display: "grid", gap: 8 }}>
          {parts.map((p, i) => <li key={`${p.id ?? ""}${p.name}${i}`} style={{ marginInlineStart: top ? 0 : 8 }}><Explained e={p} projects={projects} top={false} /></li>)}
        </ul>
      )}
    </div>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="muted">{label}</dt>
      <dd className="prose" style={{ margin: 0 }}>{children}</dd>
    </>
  );
}

/** Records are few at first; a count may rest on hundreds. */
function Records({ name, records, projects }: { name: string; records: string[]; projects?: Map<string, string> }) {
  const [all, setAll] = useState(false);
  const shown = all ? records : records.slice(0, first);
  return (
    <>
      {shown.map((r, i) => {
        const id = projects?.get(codeOf(r));
        return <Fragment key={r}>{i > 0 && "、"}{id ? <Link to={`/projects/${id}`}>{r}</Link> : r}</Fragment>;
      })}
      {records.length > first && (
        <Button type="link" size="small" aria-expanded={all} aria-label={`${name}:${all ? "收起" : `全部${records.length}条记录`}`} onClick={() => setAll(!all)}>{all ? "收起" : `等,共${records.length}条,全部列出`}</Button>
      )}
    </>
  );
}
