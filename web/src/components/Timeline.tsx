import { Empty, Tag, Timeline as AntTimeline } from "antd";
import type { Moment } from "../api/types";
import { stamp } from "../lib/time";

const automaticMark = /^【自动】/;

/** Timeline is what happened, latest first. What the clock did is marked, so that nobody takes it for an approval. */
export function Timeline({ items }: { items: Moment[] }) {
  if (items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description="还没有记录" />;
  return (
    <AntTimeline
      items={[...items].reverse().map((m) => ({
        key: `${m.stream}/${m.seq}`,
        color: m.automatic ? "gray" : "blue",
        content: (
          <div>
            <div className="timeline-text">
              {m.automatic && <Tag variant="outlined">自动</Tag>}
              {m.text.replace(automaticMark, "")}
            </div>
            <div className="timeline-meta">
              {stamp(m.at)} {m.automatic ? "" : [m.unit_name, m.actor_name + (m.for ? `(代理${m.for})` : "")].filter(Boolean).join(" ")}
            </div>
            <div className="hash" title={`记录链上的指纹 ${m.hash}`}>{m.hash.slice(0, 12)}</div>
          </div>
        ),
      }))}
    />
  );
}
