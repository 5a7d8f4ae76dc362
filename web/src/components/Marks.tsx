import { Tag } from "antd";

/** Veto marks a seat against which nothing can be approved. */
export function Veto() {
  return <Tag color="volcano" variant="outlined" title="该部门不同意,则不能通过" style={{ marginInlineStart: 8 }}>一票否决</Tag>;
}

/** Mark is a word about a seat that is no alarm. */
export function Mark({ children, title, alarm }: { children: string; title?: string; alarm?: boolean }) {
  return <Tag color={alarm ? "orange" : undefined} variant="outlined" title={title} style={{ marginInlineStart: 8, marginInlineEnd: 0 }}>{children}</Tag>;
}
