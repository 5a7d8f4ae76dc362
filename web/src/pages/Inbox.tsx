import { useQuery } from "@tanstack/react-query";
import { Tabs, Tag, type TableProps } from "antd";
import { Link, useSearchParams } from "react-router";
import { me, tasks } from "../api/queries";
import type { Box, Task } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { Deadline, Light } from "../components/Status";
import { isSet, stamp } from "../lib/time";

const boxes: { key: Box; label: string; empty: string }[] = [
  { key: "todo", label: "待办", empty: "没有待办事项" },
  { key: "done", label: "已办", empty: "还没有办过的事项" },
  { key: "started", label: "我发起的", empty: "您还没有发起过事项" },
  { key: "cc", label: "抄送我的", empty: "没有抄送给您单位的事项" },
];

/** Inbox is where an official's day starts: what waits, worst and earliest first. */
export function Inbox() {
  const session = useSession();
  const [query, setQuery] = useSearchParams();
  const box = boxes.find((b) => b.key === query.get("box")) ?? boxes[0]!;
  const counts = useQuery(me).data?.counts ?? session.counts;
  return (
    <Page title="待办事项">
      <Tabs
        activeKey={box.key}
        onChange={(key) => setQuery(key === "todo" ? {} : { box: key }, { replace: true })}
        items={boxes.map((b) => ({
          key: b.key,
          label: `${b.label} ${counts[b.key] ?? 0}`,
          children: <TaskList box={b.key} empty={b.empty} label={b.label} />,
        }))}
      />
    </Page>
  );
}

function TaskList({ box, empty, label }: { box: Box; empty: string; label: string }) {
  return (
    <PagedTable<Task>
      query={{ ...tasks(box), refetchInterval: box === "todo" ? 60_000 : false }}
      columns={useColumns(box)}
      empty={empty}
      label={label}
      scrollX={860}
    />
  );
}

function useColumns(box: Box): TableProps<Task>["columns"] {
  const unitName = useUnitName();
  const open = box === "todo";
  return [
    { title: "灯", key: "light", width: 60, render: (_, t) => <Light light={t.light} /> },
    {
      title: "事项", key: "title",
      render: (_, t) => (
        <>
          <Link to={`/reviews/${t.process_id}`}>{t.title}</Link>
          {t.reminded && !isSet(t.done_at) && <Tag color="orange" variant="filled" style={{ marginInlineStart: 8 }}>已提醒</Tag>}
        </>
      ),
    },
    { title: "项目", dataIndex: "subject" },
    ...(box === "todo" || box === "done" ? [] : [{ title: "承办单位", key: "unit", width: 150, render: (_: unknown, t: Task) => unitName(t.unit_id) }]),
    { title: "收到时间", key: "opened", width: 150, render: (_, t) => <span className="nowrap">{stamp(t.opened_at)}</span> },
    open || box !== "done"
      ? { title: "期限", key: "due", width: 280, render: (_: unknown, t: Task) => (isSet(t.done_at) ? <span className="muted">已办 {stamp(t.done_at)}</span> : <Deadline due={t.due} provisional={t.provisional} />) }
      : { title: "办理", key: "done", width: 240, render: (_: unknown, t: Task) => (isSet(t.done_at) ? `${stamp(t.done_at)} ${t.done_by ?? ""}` : "—") },
  ];
}
