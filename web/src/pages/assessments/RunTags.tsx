import { Alert, Space, Tag } from "antd";
import { Link } from "react-router";
import type { AssessmentData, AssessmentRun } from "../../api/types";
import { stamp } from "../../lib/time";
import { standingOf } from "./scores";

type Year = Pick<AssessmentData, "stage" | "locked" | "publicity">;

/** RunTags are which scoring it is, and what it is worth. */
export function RunTags({ run, year }: { run: AssessmentRun; year: Year }) {
  const s = standingOf(run, year);
  return <Space size={6}><Tag variant="outlined">第{run.no}次计分 · {run.kind_label}</Tag><Tag color={s.color}>{s.text}</Tag></Space>;
}

/** RunNotice says clearly when what is shown is not the result. */
export function RunNotice({ run, year }: { run: AssessmentRun; year: string }) {
  if (run.standing) return null;
  const to = <Link to={`/assessments/${year}/scores`}>看现行排名</Link>;
  if (run.kind === "trial") return <Alert type="warning" showIcon title={<>这是试算(第{run.no}次计分),不作为结果。{to}</>} />;
  return <Alert type="warning" showIcon title={<>这是第{run.no}次计分({run.kind_label}),{run.void ? `已作废:${run.void}` : "已由后来的计分代替"}。{to}</>} />;
}

/** RunLine is what a scoring was made from. */
export function RunLine({ run }: { run: AssessmentRun }) {
  return (
    <span className="muted">
      数据截至{run.as_of},按{stamp(run.known_at)}前已登记的情况计算 {run.by.name}
      {run.output && <> <span className="hash" title={`结果摘要 ${run.output}`}>结果 {run.output.slice(0, 12)}</span></>}
      {run.inputs && <> <span className="hash" title={`输入摘要 ${run.inputs}`}>输入 {run.inputs.slice(0, 12)}</span></>}
    </span>
  );
}
