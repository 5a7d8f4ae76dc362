import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Segmented, Select, Tabs, Tag, type TableProps } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { batch, tasks, type TaskFilter } from "../api/inbox";
import { Attempt } from "../api/idempotency";
import { asProblem } from "../api/problem";
import { me } from "../api/queries";
import type { BatchResult, Box, Me, Task } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { Deadline, Light } from "../components/Status";
import { labelOf, lights, taskActions, taskKinds } from "../lib/labels";
import { isSet, stamp } from "../lib/time";

const boxes: { key: Box; label: string; empty: string }[] = [
  { key: "todo", label: "待办", empty: "没有符合条件的待办事项" },
  { key: "done", label: "已办", empty: "没有符合条件的已办事项" },
  { key: "started", label: "我发起的", empty: "没有符合条件的、您发起的事项" },
  { key: "cc", label: "抄送我的", empty: "没有符合条件的抄送" },
];

const boxOf = (key: string | null) => boxes.find((b) => b.key === key) ?? boxes[0]!;

/** filterOf reads the inbox's filter from its address; what doesn't fit a box is left out. */
export function filterOf(query: URLSearchParams, behalf: Pick<Me["behalf"][number], "user_id">[]): TaskFilter {
  const box = boxOf(query.get("box")).key;
  const work = box === "todo" || box === "done";
  const yes = (name: string) => query.get(name) === "true" || undefined;
  return {
    box,
    kind: taskKinds.find((k) => k.value === query.get("kind"))?.value,
    action: work ? taskActions.find((a) => a.value === query.get("action"))?.value : undefined,
    light: lights.find((l) => l.value === query.get("light"))?.value as TaskFilter["light"],
    q: query.get("q") || undefined,
    overdue: yes("overdue"),
    mine: work ? yes("mine") : undefined,
    unread: box === "cc" ? yes("unread") : undefined,
    for: behalf.find((b) => b.user_id === query.get("for"))?.user_id,
  };
}

/** atMost shows a count; the server counts up to a thousand. */
export const atMost = (count: number | undefined): string => ((count ?? 0) >= 1000 ? "999+" : String(count ?? 0));

/** addressOf is the page of what a task belongs to. */
export function addressOf(t: Pick<Task, "kind" | "process_id"> & { action?: string }): string {
  if (t.kind === "selfreport") { // a unit's of a year: 2024-danjiangkou
    const [year = "", ...unit] = t.process_id.split("-");
    return `/assessments/${year}/units/${unit.join("-")}`;
  }
  return `/${placesOf[t.kind] ?? "reviews"}/${t.process_id}${(t.kind === "assessment" && partsOf[t.action ?? ""]) || ""}`;
}

const placesOf: Record<string, string> = { panel: "panels", liaison: "liaisons", batch: "liaison-lists", dispatch: "dispatches", bulletin: "bulletins", assessment: "assessments" };

/** partsOf a year are pages of their own for some of its work. */
const partsOf: Record<string, string> = { mark: "/marks", rule: "/appeals", official: "/runs", recheck_pass: "/runs", publicize: "/runs" };

/** Inbox is where an official's day starts: what waits, worst and earliest first. */
export function Inbox() {
  const session = useSession();
  const [query, setQuery] = useSearchParams();
  const filter = filterOf(query, session.behalf);
  const box = boxOf(filter.box);
  const list = useInfiniteQuery({ ...tasks(filter), refetchInterval: filter.box === "todo" ? 60_000 : false });
  const own = useQuery(me).data?.counts ?? session.counts;
  const counts = list.data?.pages[0]?.counts ?? (filter.for ? {} : own);
  const narrow = (changes: Record<string, string | undefined>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setQuery(next, { replace: true });
  };
  return (
    <Page
      title="待办事项"
      actions={session.behalf.length > 0 && (
        <Segmented
          aria-label="办理身份"
          value={filter.for ?? ""}
          onChange={(id: string) => narrow({ for: id || undefined })}
          options={[{ value: "", label: "我的" }, ...session.behalf.map((b) => ({ value: b.user_id, label: `代${b.name}`, title: `${b.unit_name},至${b.until}` }))]}
        />
      )}
    >
      <Tabs
        activeKey={box.key}
        onChange={(key) => narrow({ box: key === "todo" ? undefined : key, action: undefined, mine: undefined, unread: undefined })}
        items={boxes.map((b) => ({ key: b.key, label: `${b.label} ${atMost(counts[b.key])}` }))}
      />
      <Filters filter={filter} narrow={narrow} />
      <TaskList key={JSON.stringify(filter)} filter={filter} box={box} list={list} />
    </Page>
  );
}

function Filters({ filter, narrow }: { filter: TaskFilter; narrow: (changes: Record<string, string | undefined>) => void }) {
  const work = filter.box === "todo" || filter.box === "done";
  const flag = (name: "overdue" | "mine" | "unread", label: string) => (
    <Checkbox checked={filter[name] ?? false} onChange={(e) => narrow({ [name]: e.target.checked ? "true" : undefined })}>{label}</Checkbox>
  );
  return (
    <div className="filters" role="search" aria-label="筛选事项" style={{ alignItems: "center" }}>
      <Input.Search key={filter.q ?? ""} aria-label="搜索项目或会议" placeholder="项目或会议名称" allowClear maxLength={100} defaultValue={filter.q} style={{ width: 220 }} onSearch={(q) => narrow({ q: q.trim() })} />
      <Select aria-label="类别" placeholder="类别" allowClear style={{ width: 130 }} value={filter.kind} onChange={(kind?: string) => narrow({ kind })} options={taskKinds} />
      {work && <Select aria-label="办理事项" placeholder="办理事项" allowClear style={{ width: 140 }} value={filter.action} onChange={(action?: string) => narrow({ action })} options={taskActions} />}
      <Select aria-label="亮灯" placeholder="亮灯" allowClear style={{ width: 160 }} value={filter.light} onChange={(light?: string) => narrow({ light })} options={lights} />
      {flag("overdue", "只看逾期")}
      {work && flag("mine", "只看我的")}
      {filter.box === "cc" && flag("unread", "只看未读")}
      {work && (
        <Button type={filter.action === "submit_evidence" ? "primary" : "default"} aria-pressed={filter.action === "submit_evidence"} onClick={() => narrow({ action: filter.action === "submit_evidence" ? undefined : "submit_evidence" })}>
          本单位待落实条件
        </Button>
      )}
    </div>
  );
}

function TaskList({ filter, box, list }: { filter: TaskFilter; box: (typeof boxes)[number]; list: UseInfiniteQueryResult<InfiniteData<{ items: Task[] }>> }) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<Task[]>([]);
  const action = filter.for ? undefined : box.key === "cc" ? "read" : box.key === "todo" ? "claim" : undefined;
  const fits = (t: Task) => (action === "read" ? !isSet(t.read_at) : t.claimable);
  return (
    <>
      {action && <Batch action={action} chosen={chosen} onDone={() => setChosen([])} />}
      <PagedTable
        list={list}
        columns={useColumns(filter)}
        empty={box.empty}
        label={box.label}
        scrollX={900}
        open={(t) => void navigate(addressOf(t))}
        rowSelection={action && {
          selectedRowKeys: chosen.map((t) => t.id),
          onChange: (_, rows) => setChosen(rows),
          getCheckboxProps: (t) => ({ disabled: !fits(t), "aria-label": `选择${t.title} ${t.subject}` }),
        }}
      />
    </>
  );
}

const batchLabels = { read: "标为已读", claim: "认领" };
const most = 100;

/** Batch does one thing to every chosen row, and tells what became of each. */
function Batch({ action, chosen, onDone }: { action: "read" | "claim"; chosen: Task[]; onDone: () => void }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [attempt] = useState(() => new Attempt());
  const [results, setResults] = useState<{ task: Task; result: BatchResult }[]>([]);
  const run = useMutation({
    mutationFn: (rows: Task[]) => {
      const items = rows.map((t) => ({ kind: t.kind, process_id: t.process_id }));
      return batch(action, items, attempt.keyFor({ action, items }));
    },
    onSuccess: (answers, rows) => {
      attempt.spend();
      const all = answers.flatMap((result, i) => (rows[i] ? [{ task: rows[i], result }] : []));
      setResults(all.filter((x) => !x.result.done));
      const done = all.filter((x) => x.result.done).length;
      if (done > 0) void message.success(`已${batchLabels[action]}${done}件`);
      onDone();
      void client.invalidateQueries();
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      void message.error(problem.message);
    },
  });
  return (
    <div className="stack" style={{ marginBottom: 8 }}>
      <div className="choices" style={{ alignItems: "center" }}>
        <Button disabled={chosen.length === 0 || chosen.length > most} loading={run.isPending} onClick={() => run.mutate(chosen)}>
          {batchLabels[action]}{chosen.length > 0 && `(${chosen.length}件)`}
        </Button>
        <span className="muted small">{chosen.length > most ? `一次最多${most}件` : action === "claim" ? "选中尚无人认领的事项,一次认领" : "选中未读的抄送,一次签收"}</span>
      </div>
      {results.length > 0 && (
        <Alert
          type="warning"
          showIcon
          closable={{ onClose: () => setResults([]) }}
          title={`${results.length}件没有${batchLabels[action]}`}
          description={<ul className="plain">{results.map(({ task, result }) => <li key={task.id}>{task.subject}:{result.message}</li>)}</ul>}
        />
      )}
    </div>
  );
}

function useColumns(filter: TaskFilter): TableProps<Task>["columns"] {
  const unitName = useUnitName();
  const session = useSession();
  const principal = session.behalf.find((b) => b.user_id === filter.for);
  const holder = principal?.user_id ?? session.user.id;
  const { box } = filter;
  return [
    { title: "灯", key: "light", width: 56, render: (_, t) => (isSet(t.done_at) ? null : <Light light={t.light} />) },
    {
      title: "事项", key: "title",
      render: (_, t) => (
        <>
          <Link to={addressOf(t)}>{box === "cc" && !isSet(t.read_at) ? <b>{t.title}</b> : t.title}</Link>
          {t.urged > 0 && !isSet(t.done_at) && <Tag color="red" variant="filled" style={{ marginInlineStart: 8 }}>催办{t.urged > 1 && `${t.urged}次`}</Tag>}
          {t.reminded && !isSet(t.done_at) && <Tag color="orange" variant="filled" style={{ marginInlineStart: 8 }}>已提醒</Tag>}
          {box === "todo" && t.user_id === holder && <Tag variant="filled" style={{ marginInlineStart: 8 }}>{principal ? `${principal.name}办理` : "由我办理"}</Tag>}
          {box === "todo" && t.claimable && <Tag variant="outlined" style={{ marginInlineStart: 8 }}>待认领</Tag>}
        </>
      ),
    },
    { title: "项目或会议", key: "subject", render: (_, t) => <>{t.subject}<div className="muted small">{labelOf(taskKinds, t.kind)}</div></> },
    ...(box === "todo" || box === "done" ? [] : [{ title: "单位", key: "unit", width: 130, render: (_: unknown, t: Task) => unitName(t.unit_id) }]),
    { title: "收到时间", key: "opened", width: 150, render: (_, t) => <span className="nowrap">{stamp(t.opened_at)}</span> },
    lastColumn(box),
  ];
}

function lastColumn(box: Box): NonNullable<TableProps<Task>["columns"]>[number] {
  if (box === "done") return { title: "办理", key: "done", width: 240, render: (_, t) => (isSet(t.done_at) ? <>{stamp(t.done_at)} {t.done_by}</> : "—") };
  if (box === "cc") return { title: "已阅", key: "read", width: 170, render: (_, t) => (isSet(t.read_at) ? <span className="muted">{stamp(t.read_at)}</span> : <Tag color="blue" variant="outlined">未读</Tag>) };
  return { title: "期限", key: "due", width: 270, render: (_, t) => (isSet(t.done_at) ? <span className="muted">已办 {stamp(t.done_at)}</span> : <Deadline due={t.due} provisional={t.provisional} />) };
}
