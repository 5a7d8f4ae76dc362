import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Select, Table } from "antd";
import { useState } from "react";
import { actOnAssessment } from "../../api/assessments";
import { units } from "../../api/queries";
import { ruleBooks } from "../../api/rulebooks";
import type { Action, AssessmentData } from "../../api/types";
import { Loaded } from "../../components/PageState";
import { PeoplePicker, type Named } from "../../components/pickers";
import { Dialog, useActing } from "./Acting";
import { groupsFor, placed } from "./edits";

/** Plans are the actions that have a dialog of their own, for their lists are long. */
export const ownDialogs: Record<string, (props: Props) => React.ReactNode> = {
  set_members: Members, set_duties: Duties, set_judges: Judges, choose_book: Book, propose_book: Book,
};

interface Props { data: AssessmentData; action: Action; onClose: () => void }

const usePlan = ({ data, action, onClose }: Props) =>
  useActing((body: Record<string, unknown>, key) => actOnAssessment(data.id, action.action, body, key), () => {
    onClose();
    return `已${action.label}`;
  });

/** BookSelect chooses a published rule book. */
export function BookSelect({ except, ...rest }: { except?: string; id?: string; value?: string; onChange?: (id?: string) => void; "aria-label"?: string }) {
  const list = useInfiniteQuery(ruleBooks({ stage: "published" }));
  const books = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Select
      {...rest}
      allowClear
      loading={list.isPending || list.isFetchingNextPage}
      placeholder="选择已发布的细则"
      notFoundContent={list.isError ? "未能取得细则" : "没有已发布的细则"}
      showSearch={{ optionFilterProp: "label" }}
      onPopupScroll={() => { if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage(); }}
      options={books.filter((b) => b.id !== except).map((b) => ({ value: b.id, label: `${b.title} ${b.version}${b.illustrative && !b.title.includes("示例") ? "(示例)" : ""}` }))}
    />
  );
}

function Book(props: Props) {
  const { data, action, onClose } = props;
  const [book, setBook] = useState<string>();
  const [text, setText] = useState("");
  const asks = action.action === "propose_book";
  const { run, problem } = usePlan(props);
  return (
    <Dialog title={action.label} okText={asks ? "提出申请" : "选用"} problem={problem} pending={run.isPending} disabled={!book || asks && text.trim().length < 2} onOk={() => run.mutate(asks ? { book_id: book, text: text.trim() } : { book_id: book })} onClose={onClose}>
      <div>现用细则:{data.book.title} {data.book.version}</div>
      {!asks && <Alert type="info" showIcon title="另选细则后,新细则没有的分组,其单位不再列入;核实分工和任务分解须重新核对。" />}
      <label>改用 <BookSelect aria-label="改用" except={data.book.id} value={book} onChange={setBook} /></label>
      {asks && <label>理由 <Input.TextArea aria-label="理由" maxLength={500} value={text} onChange={(e) => setText(e.target.value)} autoSize={{ minRows: 2 }} /></label>}
    </Dialog>
  );
}

function Members(props: Props) {
  const { data, action, onClose } = props;
  const all = useQuery(units);
  const [group, setGroup] = useState<Record<string, string | undefined>>(() => Object.fromEntries(data.members.filter((m) => !m.merged_into).map((m) => [m.unit_id, m.group])));
  const [find, setFind] = useState("");
  const [kind, setKind] = useState<string>();
  const before = new Set(data.members.map((m) => m.unit_id)); // stand first, and stay where they are
  const { run, problem } = usePlan(props);
  const chosen = (all.data ?? []).flatMap((u) => (group[u.id] ? [{ unit_id: u.id, group: group[u.id] }] : []));
  const wrong = placed(problem?.errors ?? [], "members", chosen, (m) => m.unit_id);
  return (
    <Dialog title={action.label} okText={`确定${chosen.length}个单位`} width={760} problem={problem} pending={run.isPending} disabled={chosen.length === 0} onOk={() => run.mutate({ members: chosen })} onClose={onClose}>
      <Loaded query={all}>{(list) => (
        <>
          <div className="filters" style={{ marginBottom: 0 }}>
            <Input aria-label="查找单位" placeholder="查找单位" allowClear style={{ width: 200 }} value={find} onChange={(e) => setFind(e.target.value)} />
            <Select aria-label="单位类别" placeholder="单位类别" allowClear style={{ width: 130 }} value={kind} onChange={setKind} options={[{ value: "county", label: "县市区" }, { value: "department", label: "市直部门" }]} />
            {data.book.groups.map((g) => <span key={g.name} className="muted" style={{ alignSelf: "center" }}>{g.name} {chosen.filter((m) => m.group === g.name).length}个</span>)}
          </div>
          <Table
            size="small" aria-label="被考核单位" rowKey="id" pagination={false} scroll={{ y: 420 }}
            dataSource={list.filter((u) => u.kind !== "leadership" && (!kind || u.kind === kind) && (u.name.includes(find.trim()) || u.short_name.includes(find.trim()))).sort((a, b) => Number(before.has(b.id)) - Number(before.has(a.id)))}
            columns={[
              { title: "单位", dataIndex: "name" },
              { title: "分组(不选即不考核)", key: "group", width: 320, render: (_, u) => (
                <>
                  <Select aria-label={`${u.name}的分组`} style={{ width: "100%" }} allowClear placeholder="不考核" status={wrong.has(u.id) ? "error" : undefined} value={group[u.id]} onChange={(g?: string) => setGroup((now) => ({ ...now, [u.id]: g }))} options={groupsFor(data.book.groups, u.name).map((g) => ({ value: g, label: g }))} />
                  {wrong.has(u.id) && <div className="small" style={{ color: "#b3261e" }}>{wrong.get(u.id)}</div>}
                </>
              ) },
            ]}
          />
        </>
      )}</Loaded>
    </Dialog>
  );
}

function Duties(props: Props) {
  const { data, action, onClose } = props;
  const all = useQuery(units);
  const [duty, setDuty] = useState<Record<string, string | undefined>>(data.duties);
  const { run, problem } = usePlan(props);
  const leaves = data.book.indicators.filter((i) => i.leaf);
  const set = leaves.flatMap((i) => (duty[i.id] ? [{ indicator: i.id, unit_id: duty[i.id] }] : []));
  const wrong = placed(problem?.errors ?? [], "duties", set, (d) => d.indicator);
  const parent = (id?: string) => data.book.indicators.find((i) => i.id === id)?.name;
  return (
    <Dialog title={action.label} okText="保存分工" width={820} problem={problem} pending={run.isPending} onOk={() => run.mutate({ duties: set })} onClose={onClose}>
      <span className="muted">不选的指标由{all.data?.find((u) => u.id === data.office)?.name ?? "考核办"}核实。</span>
      <Loaded query={all}>{(list) => {
        const options = list.filter((u) => u.kind === "department" || u.kind === "centre").map((u) => ({ value: u.id, label: u.name }));
        return (
          <Table
            size="small" aria-label="核实分工" rowKey="id" pagination={false} scroll={{ y: 420 }} dataSource={leaves}
            columns={[
              { title: "指标", key: "name", render: (_, i) => <>{i.id} {i.name}{i.parent && <div className="muted small">{parent(i.parent)}</div>}</> },
              { title: "条款", key: "clause", width: 120, render: (_, i) => i.clause ?? "" },
              { title: "核实单位", key: "unit", width: 300, render: (_, i) => (
                <Select aria-label={`${i.name}的核实单位`} style={{ width: "100%" }} allowClear placeholder="考核办" showSearch={{ optionFilterProp: "label" }} status={wrong.has(i.id) ? "error" : undefined} value={duty[i.id]} onChange={(u?: string) => setDuty((now) => ({ ...now, [i.id]: u }))} options={options} />
              ) },
            ]}
          />
        );
      }}</Loaded>
    </Dialog>
  );
}

interface JudgeRow { key: number; user?: Named; panel?: string; topics: string[] }

function Judges(props: Props) {
  const { data, action, onClose } = props;
  const topics = data.book.topics ?? [];
  const panels = [...new Set(topics.flatMap((t) => t.panels ?? []))];
  const [rows, setRows] = useState<JudgeRow[]>(() => data.judges.map((j, key) => ({ key, user: { id: j.user_id, name: j.name }, panel: j.panel || undefined, topics: j.topics })));
  const [next, setNext] = useState(data.judges.length);
  const { run, problem } = usePlan(props);
  const complete = rows.every((r) => r.user && r.topics.length > 0);
  const wrong = placed(problem?.errors ?? [], "judges", rows, (r) => String(r.key));
  const change = (key: number, part: Partial<JudgeRow>) => setRows((all) => all.map((r) => (r.key === key ? { ...r, ...part } : r)));
  const add = () => {
    setRows((all) => [...all, { key: next, topics: topics.length === 1 && topics[0] ? [topics[0].name] : [] }]);
    setNext((n) => n + 1);
  };
  const send = () => run.mutate({ judges: rows.map((r) => ({ user_id: r.user?.id, topics: r.topics, ...(r.panel ? { panel: r.panel } : {}) })) });
  if (topics.length === 0) {
    return <Dialog title={action.label} okText="知道了" pending={false} onOk={onClose} onClose={onClose}><Alert type="info" showIcon title="这部细则没有评议打分的事项,不需要评委。" /></Dialog>;
  }
  return (
    <Dialog title={action.label} okText={`确定${rows.length}名评委`} width={900} problem={problem} pending={run.isPending} disabled={!complete} onOk={send} onClose={onClose}>
      <span className="muted">评委不给本单位打分;评议结束前,各人的打分只有本人看得到。</span>
      <Table<JudgeRow>
        size="small" aria-label="评委" rowKey="key" pagination={false} scroll={{ y: 400 }} dataSource={rows} locale={{ emptyText: "还没有评委" }}
        columns={[
          { title: "评委", key: "user", width: 220, render: (_, r, i) => (
            <>
              <div style={{ display: "grid" }}><PeoplePicker aria-label={`第${i + 1}名评委`} value={r.user} onChange={(user) => change(r.key, { user })} /></div>
              {wrong.has(String(r.key)) && <div className="small" style={{ color: "#b3261e" }}>{wrong.get(String(r.key))}</div>}
            </>
          ) },
          { title: "评议事项", key: "topics", render: (_, r, i) => <Select aria-label={`第${i + 1}名评委的评议事项`} style={{ width: "100%" }} mode="multiple" placeholder="选择评议事项" value={r.topics} onChange={(t: string[]) => change(r.key, { topics: t })} options={topics.map((t) => ({ value: t.name, label: t.name }))} /> },
          ...(panels.length > 0 ? [{ title: "评委组", key: "panel", width: 150, render: (_: unknown, r: JudgeRow, i: number) => <Select aria-label={`第${i + 1}名评委的评委组`} style={{ width: "100%" }} allowClear placeholder="选择评委组" value={r.panel} onChange={(p?: string) => change(r.key, { panel: p })} options={panels.map((p) => ({ value: p, label: p }))} /> }] : []),
          { title: "", key: "remove", width: 48, render: (_, r, i) => <Button type="text" icon={<MinusCircleOutlined />} aria-label={`删除第${i + 1}名评委`} onClick={() => setRows((all) => all.filter((x) => x.key !== r.key))} /> },
        ]}
      />
      <div><Button type="dashed" icon={<PlusOutlined />} onClick={add}>添加评委</Button></div>
    </Dialog>
  );
}
