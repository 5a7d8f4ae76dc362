import { Steps } from "antd";
import type { ReactNode } from "react";
import type { Review } from "../../api/types";
import { isSet, stamp } from "../../lib/time";
import { Clock } from "./Clock";

interface Stage {
  title: string;
  note: ReactNode;
  begun: boolean;
  finished: boolean;
}

/** stagesOf are the stages that this review goes through; without a panel there is none. */
function stagesOf(r: Review): Stage[] {
  const opined = r.seats.filter((s) => s.opinion || s.dropped).length;
  const open = r.conditions.filter((c) => c.state === "open" || c.state === "submitted").length;
  const decided = isSet(r.decided_at);
  const intake = isSet(r.intake.done_at);
  const heard = r.panel.state !== "waiting" || r.decision.state !== "waiting";
  const followed = r.conditions.length > 0 || r.outcome === "conditional";
  return [
    { title: "受理", note: <Clock step={r.recheck.state === "open" ? r.recheck : r.intake} />, begun: true, finished: intake },
    { title: "部门会审", note: intake ? `${opined} / ${r.seats.length}个部门已出具意见` : "", begun: intake, finished: intake && heard },
    ...(r.panel_why ? [{ title: "研判会", note: <Clock step={r.panel} />, begun: r.panel.state !== "waiting", finished: r.panel.state === "done" }] : []),
    { title: "决定", note: decided ? `${stamp(r.decided_at ?? "")} ${r.outcome_label ?? ""}` : <Clock step={r.decision} />, begun: r.decision.state !== "waiting", finished: decided },
    ...(followed || !isSet(r.ended_at)
      ? [{ title: "条件落实", note: followed ? (open > 0 ? `还有${open}项` : "均已落实") : "附条件时", begun: followed, finished: followed && open === 0 }]
      : []),
    { title: "办结", note: isSet(r.ended_at) ? stamp(r.ended_at) : "", begun: isSet(r.ended_at), finished: isSet(r.ended_at) },
  ];
}

/** Progress shows the stages from intake to the end, with the clock of those that have one of their own. */
export function Progress({ r }: { r: Review }) {
  const stages = stagesOf(r);
  const at = stages.findLastIndex((s) => s.begun);
  return (
    <Steps
      size="small"
      aria-label="办理阶段"
      current={at}
      items={stages.map((s, i) => ({
        title: s.title,
        content: <span className="small">{s.note}</span>,
        status: s.finished ? "finish" : i === at ? "process" : "wait",
      }))}
    />
  );
}
