import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, DatePicker, Descriptions, Form, Input, InputNumber, Modal, Space, Table, Tabs, Tag } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { Attempt, newKey } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { addLead, addTrip, changeEntry, entry, entryVersions, type RegisterPath } from "../../api/registers";
import type { RegisterEntry } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { Behind } from "../../components/FunnelSteps";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { labelOf, tiers } from "../../lib/labels";
import { inYi } from "../../lib/money";
import { stamp } from "../../lib/time";
import { EntryDialog } from "./EntryDialog";
import { kinds, type Kind } from "./kinds";
import { filterOf } from "./Register";

/** Entry is one entry with what its projects came to, its records and its past. */
export function Entry({ path }: { path: RegisterPath }) {
  const { id = "" } = useParams();
  const [query, narrow] = useFilters();
  const { year } = filterOf(query);
  const data = useQuery(entry(path, id, year));
  const [dialog, setDialog] = useState<"edit" | "record">();
  const kind = kinds[path];
  const e = data.data;
  const records = path === "teams" || path === "ambassadors";
  return (
    <Page
      title={e?.name ?? kind.one}
      note={e && <>{e.closed && <Tag>停用</Tag>}<Illustrative when={e.illustrative ?? false} /></>}
      actions={
        <Space wrap>
          <InputNumber aria-label="年度" placeholder="全部年份" min={2000} max={2100} value={year} onChange={(v) => narrow("year", v)} />
          {e?.editable && <Close path={path} e={e} />}
          {e?.editable && records && <Button onClick={() => setDialog("record")}>{path === "teams" ? "登记外出" : "登记推介"}</Button>}
          {e?.editable && <Button type="primary" onClick={() => setDialog("edit")}>修改</Button>}
        </Space>
      }
    >
      <Loaded query={data}>{(entry) => (
        <div className="stack">
          <Figures e={entry} year={year} />
          <Card>
            <Tabs items={[
              { key: "about", label: "基本情况", children: <About kind={kind} e={entry} /> },
              ...(entry.team ? [{ key: "trips", label: `外出 ${entry.team.trips?.length ?? 0}`, children: <Trips e={entry} /> }] : []),
              ...(entry.ambassador ? [{ key: "leads", label: `推介 ${entry.ambassador.leads?.length ?? 0}`, children: <Leads e={entry} /> }] : []),
              { key: "versions", label: "修改记录", children: <Versions path={path} id={entry.id} /> },
            ]} />
          </Card>
          {dialog === "edit" && <EntryDialog path={path} entry={entry} onClose={() => setDialog(undefined)} onDone={() => setDialog(undefined)} />}
          {dialog === "record" && <RecordDialog path={path} id={entry.id} onClose={() => setDialog(undefined)} />}
        </div>
      )}</Loaded>
    </Page>
  );
}

function Figures({ e, year }: { e: RegisterEntry; year?: number }) {
  return (
    <dl className="figures" style={{ margin: 0 }}>
      {e.figures.steps.map((s) => (
        <div className="figure" key={s.key}>
          <dt>{s.label}{year ? `(${year}年签约)` : ""}</dt>
          <dd>{s.count > 0 ? <Behind list={s.list}>{s.count}</Behind> : 0}<small>个</small><p>{inYi(s.amount)} 亿元{s.of_signed && s.key !== "signed" && `,占签约${s.of_signed}%`}</p></dd>
        </div>
      ))}
    </dl>
  );
}

function About({ kind, e }: { kind: Kind; e: RegisterEntry }) {
  const value = (name: string[]): string => {
    const [a = "", b] = name;
    const whole = e as unknown as Record<string, unknown>;
    const v = b ? (whole[a] as Record<string, unknown> | undefined)?.[b] : whole[a];
    if (name.join("/") === "unit_id") return e.unit_name ?? "";
    if (name.join("/") === "chain/tier") return labelOf(tiers, typeof v === "string" ? v : "");
    return Array.isArray(v) ? v.join("、") : typeof v === "string" ? v : "";
  };
  return <Descriptions size="small" column={{ xs: 1, md: 2 }} items={kind.fields.map((f) => ({ key: f.name.join("/"), label: f.label, children: <span className="prose">{value(f.name) || "—"}</span> }))} />;
}

const perPage = { pageSize: 15, hideOnSinglePage: true, showSizeChanger: false };
const latest = <T extends { on: string }>(list: T[] | undefined) => [...(list ?? [])].sort((a, b) => b.on.localeCompare(a.on)).map((x, row) => ({ ...x, row }));

function Trips({ e }: { e: RegisterEntry }) {
  return (
    <Table size="small" aria-label="外出" rowKey="row" pagination={perPage} dataSource={latest(e.team?.trips)} locale={{ emptyText: "尚无外出登记" }} columns={[
      { title: "日期", dataIndex: "on", width: 120 }, { title: "地点", dataIndex: "place", width: 140 }, { title: "事由", dataIndex: "purpose" },
      { title: "对接对象", key: "contacts", render: (_, t) => t.contacts ?? "—" }, { title: "成果", key: "results", render: (_, t) => t.results ?? "—" },
    ]} />
  );
}

function Leads({ e }: { e: RegisterEntry }) {
  return (
    <Table size="small" aria-label="推介" rowKey="row" pagination={perPage} dataSource={latest(e.ambassador?.leads)} locale={{ emptyText: "尚无推介登记" }} columns={[
      { title: "日期", dataIndex: "on", width: 120 }, { title: "项目", key: "project", render: (_, l) => (l.project_id ? <Link to={`/projects/${l.project_id}`}>{l.project}</Link> : l.project) },
      { title: "结果", key: "outcome", render: (_, l) => l.outcome ?? "—" },
    ]} />
  );
}

function Versions({ path, id }: { path: RegisterPath; id: string }) {
  const list = useQuery(entryVersions(path, id));
  return (
    <Loaded query={list}>{(versions) => (
      <Table size="small" aria-label="修改记录" rowKey="version" pagination={perPage} dataSource={versions} columns={[
        { title: "版本", dataIndex: "version", width: 70 }, { title: "时间", key: "at", width: 160, render: (_, v) => stamp(v.recorded_at) }, { title: "登记人", dataIndex: "recorded_by", width: 180 },
        { title: "名称", dataIndex: "name" }, { title: "说明", key: "reason", render: (_, v) => <>{v.reason ?? ""}{v.closed && <Tag>停用</Tag>}</> },
      ]} />
    )}</Loaded>
  );
}

/** Close takes an entry out of use, or back into it; its past stays. */
function Close({ path, e }: { path: RegisterPath; e: RegisterEntry }) {
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const run = useMutation({
    mutationFn: () => changeEntry(path, e.id, { version: e.version, closed: !e.closed, reason: e.closed ? "恢复使用" : "停用" }, newKey()),
    onSuccess: () => {
      void message.success(e.closed ? "已恢复使用" : "已停用");
      void client.invalidateQueries({ queryKey: ["registers", path] });
    },
    onError: (err) => void message.error(asProblem(err).message),
  });
  return <Button danger={!e.closed} loading={run.isPending} onClick={() => modal.confirm({ title: e.closed ? "恢复使用?" : "停用后不再出现在新的通报中,历史保留。确定停用?", onOk: () => run.mutateAsync().catch(() => undefined) })}>{e.closed ? "恢复使用" : "停用"}</Button>;
}

interface Values { on: Dayjs; place?: string; purpose?: string; contacts?: string; results?: string; project?: string; outcome?: string }

function RecordDialog({ path, id, onClose }: { path: RegisterPath; id: string; onClose: () => void }) {
  const trip = path === "teams";
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: ({ on, ...v }: Values) => {
      const day = on.format("YYYY-MM-DD");
      if (trip) {
        const body = { on: day, place: v.place ?? "", purpose: v.purpose ?? "", contacts: v.contacts, results: v.results };
        return addTrip(id, body, attempt.keyFor(body));
      }
      const body = { on: day, project: v.project ?? "", outcome: v.outcome };
      return addLead(id, body, attempt.keyFor(body));
    },
    onSuccess: () => {
      void message.success("已登记");
      void client.invalidateQueries({ queryKey: ["registers", path] });
      onClose();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  const field = (name: keyof Values, label: string, required: boolean) => <Form.Item label={label} name={name} rules={required ? [{ required: true, message: `请填写${label}` }] : undefined}><Input maxLength={200} /></Form.Item>;
  return (
    <Modal open title={trip ? "登记外出" : "登记推介"} okText={problem?.uncertain ? "重试" : "保存"} mask={{ closable: false }} confirmLoading={run.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.errors[0]?.message ?? problem.message} />}
        <Form<Values> name="record" form={form} layout="vertical" initialValues={{ on: dayjs() }} onFinish={(v) => run.mutate(v)}>
          <Form.Item label="日期" name="on" rules={[{ required: true, message: "请填写日期" }]}><DatePicker disabledDate={(d) => d.isAfter(dayjs())} /></Form.Item>
          {trip ? <>{field("place", "地点", true)}{field("purpose", "事由", true)}{field("contacts", "对接对象(仅招商中心和派出单位可见)", false)}{field("results", "成果", false)}</> : <>{field("project", "项目", true)}{field("outcome", "结果", false)}</>}
        </Form>
      </div>
    </Modal>
  );
}
