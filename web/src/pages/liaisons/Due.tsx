import { Tag } from "antd";
import type { LiaisonDuty } from "../../api/types";
import { Deadline, Light } from "../../components/Status";
import { isSet, stamp } from "../../lib/time";

/** Due says in one line how something owed stands: its light and deadline while it is owed, how it went after that. */
export function Due({ duty: d }: { duty: LiaisonDuty }) {
  const urged = (d.urged ?? 0) > 0 && <Tag color="red" variant="filled" style={{ marginInlineEnd: 0 }}>已催办{d.urged}次</Tag>;
  switch (d.status) {
    case "waiting": return <span className="muted">未开始</span>;
    case "void": return <span className="muted">免办</span>;
    case "missed": return <Tag color="red">漏报</Tag>;
    case "done": return <span className="clock"><Tag color="green">按时</Tag>{isSet(d.done_at) && <span className="muted nowrap">{stamp(d.done_at)}</span>}</span>;
    case "late": return <span className="clock"><Tag color="orange">逾期完成</Tag>{isSet(d.done_at) && <span className="muted nowrap">{stamp(d.done_at)}</span>}</span>;
    case "open": return <span className="clock"><Light light={d.light} /><Deadline due={d.due} provisional={d.provisional} />{urged}</span>;
  }
}
