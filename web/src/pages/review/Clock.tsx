import { Tag } from "antd";
import type { Step } from "../../api/types";
import { Deadline, Light } from "../../components/Status";
import { isSet, stamp } from "../../lib/time";

/** Clock says in one line how a step's deadline stands; when the review has ended, no clock runs. */
export function Clock({ step }: { step: Step }) {
  switch (step.state) {
    case "waiting": return <span className="muted">未开始</span>;
    case "cancelled": return <span className="muted">—</span>;
    case "done": return <span className="muted nowrap">{isSet(step.done_at) ? `${stamp(step.done_at)} 办毕` : "办毕"}</span>;
    case "returned": return <Tag color="orange" variant="outlined">{isSet(step.returned?.answered_at) ? "补正待审核,暂停计时" : "补正中,暂停计时"}</Tag>;
    case "paused": return <Tag color="orange" variant="outlined">中止计时</Tag>;
    default:
      return (
        <span className="clock">
          <Light light={step.light} />
          <span>
            <Deadline due={step.due} provisional={step.provisional} />
            {(step.urged ?? 0) > 0 && <Tag color="red" variant="filled" style={{ marginInlineStart: 6 }}>已催办{step.urged}次</Tag>}
            {(step.extended ?? 0) > 0 && <Tag variant="filled" style={{ marginInlineStart: 6 }}>已延长{step.extended}日</Tag>}
          </span>
        </span>
      );
  }
}
