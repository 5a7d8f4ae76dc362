import { Alert } from "antd";
import type { ReactNode } from "react";
import type { Person, Review } from "../../api/types";
import { isSet, stamp } from "../../lib/time";

/** signature is a name with the unit's, and with that of whoever was stood in for. */
export const signature = (p: Person | undefined): string =>
  p ? [p.unit_name, p.name + (p.for ? `(代理${p.for})` : "")].filter(Boolean).join(" ") : "";

/** Notices say at once what stops a review, what has to be supplemented, and how it was decided. */
export function Notices({ r }: { r: Review }) {
  const steps = [
    { name: "受理", step: r.intake }, { name: "审核转送", step: r.recheck }, ...r.seats.map((s) => ({ name: s.unit_name, step: s.step })),
    { name: "研判会", step: r.panel }, { name: "决定", step: r.decision },
  ];
  return (
    <>
      {r.paused && (
        <Notice type="warning" title={`整个研判已中止计时${r.paused.until ? `,至${r.paused.until}自动恢复` : ",由招商中心恢复"}`} text={r.paused.text} by={`${signature(r.paused)} ${stamp(r.paused.at)}`} />
      )}
      {steps.map(({ name, step }) => step.state === "returned" && step.returned && (
        <Notice
          key={name}
          type="warning"
          title={`${name}退回补正,该环节暂停计时${isSet(step.returned.answered_at) ? "(已重新提交,待招商中心审核转送)" : ""}`}
          text={step.returned.text}
          by={`${signature(step.returned)} ${stamp(step.returned.at)}${step.returned.route ? ` · 补正后${step.returned.route}` : ""}`}
        />
      ))}
      {r.outcome && (
        <Notice
          type={r.outcome === "approved" || r.outcome === "conditional" ? "success" : "info"}
          title={`${r.outcome_label}:${signature(r.outcome_by)}`}
          text={<>{r.outcome_text}{r.deferred_until && <div>暂缓至 {r.deferred_until}</div>}{r.score && <div>准入评分 {r.score.points}({r.score.book})</div>}</>}
          by={isSet(r.decided_at) ? stamp(r.decided_at) : ""}
        />
      )}
    </>
  );
}

function Notice({ type, title, text, by }: { type: "warning" | "success" | "info"; title: string; text: ReactNode; by: string }) {
  return (
    <Alert
      type={type}
      role="note"
      showIcon
      title={title}
      description={
        <>
          <div className="prose">{text}</div>
          <div className="muted small">{by}</div>
        </>
      }
    />
  );
}
