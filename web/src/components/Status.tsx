import { Tag, Tooltip } from "antd";
import { useNow } from "../app/now";
import { isSet, remaining, stamp } from "../lib/time";

const lights = {
  green: { label: "绿", color: "green", meaning: "期限内" },
  yellow: { label: "黄", color: "gold", meaning: "到期未办" },
  red: { label: "红", color: "red", meaning: "严重逾期" },
};

/** Light says by word and colour how a deadline stands. */
export function Light({ light }: { light: string }) {
  const l = lights[light as keyof typeof lights] ?? lights.green;
  return (
    <Tag color={l.color} variant="outlined" title={l.meaning} aria-label={`${l.label}灯,${l.meaning}`} style={{ marginInlineEnd: 0 }}>
      {l.label}
    </Tag>
  );
}

/** Provisional marks a deadline counted over a year whose holidays are not announced yet. */
export function Provisional() {
  return (
    <Tooltip title="期限跨入放假安排尚未公布的年份,按普通周末推算,公布后将重新计算">
      <Tag color="purple" variant="outlined" tabIndex={0} style={{ marginInlineEnd: 0 }}>
        暂定
      </Tag>
    </Tooltip>
  );
}

/** Deadline is a due time in Shanghai with how far it is. */
export function Deadline({ due, provisional, plain }: { due?: string; provisional?: boolean; plain?: boolean }) {
  const now = useNow();
  if (!isSet(due)) return <span className="muted">—</span>;
  const left = remaining(due, now);
  return (
    <span style={{ display: "inline-flex", gap: "0 6px", alignItems: "center", flexWrap: "wrap" }}>
      <span className="nowrap">{stamp(due)}</span>
      {!plain && (
        <span className="nowrap" style={{ color: left.overdue ? "#b3261e" : "#5d6b79" }}>
          {left.text}
        </span>
      )}
      {provisional && <Provisional />}
    </span>
  );
}

/** Illustrative marks what was made up for a demonstration. */
export function Illustrative({ when }: { when: boolean }) {
  return when ? (
    <Tag variant="filled" style={{ marginInlineStart: 6, marginInlineEnd: 0 }} title="演示用的示例项目,并非真实项目">
      示例
    </Tag>
  ) : null;
}

const outcomeColors: Record<string, string> = { approved: "green", conditional: "cyan", deferred: "gold", rejected: "red" };

/** Outcome is how a review ended. */
export function Outcome({ outcome, label }: { outcome: string; label: string }) {
  return <Tag color={outcomeColors[outcome]}>{label}</Tag>;
}

const stageColors: Record<string, string> = {
  in_review: "processing", cleared: "green", deferred: "gold", rejected: "red", ended: "default",
};

/** ProjectStage is where a project stands. */
export function ProjectStage({ stage, label }: { stage: string; label: string }) {
  return (
    <Tag color={stageColors[stage] ?? "blue"} variant="filled" style={{ marginInlineEnd: 0 }}>
      {label}
    </Tag>
  );
}
