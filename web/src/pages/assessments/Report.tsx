import { DownloadOutlined, InboxOutlined, UploadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Input, Modal, Space, Table, Tag, Upload } from "antd";
import { useEffect, useState } from "react";
import { Link, useParams } from "react-router";
import { actOnSelfReport, assessment, figureProjects, importSelfReport, reportAddress, selfReport } from "../../api/assessments";
import { asProblem } from "../../api/problem";
import type { Action, SelfReportData } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { Files } from "../../components/Files";
import { ImportProblem } from "../../components/ImportDialog";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Deadline, Illustrative, Light } from "../../components/Status";
import { fileKinds } from "../../components/pickers";
import { Timeline } from "../../components/Timeline";
import { settled } from "../../lib/targets";
import { isSet, stamp } from "../../lib/time";
import { Told, useActing } from "./Acting";
import { ReportGrid } from "./ReportGrid";
import { ReportStage } from "./Reports";
import { adopted, among, changedItems, choicesOf, current, differs, onRows, placed, type FilledItem, type ItemEdit } from "./edits";
import { YearTabs } from "./parts";

/** Report is one unit's self-report: what it states, what the registry counts, and what was made of it. */
export function Report() {
  const { year = "", unit = "" } = useParams();
  const query = useQuery(selfReport(year, unit));
  const plan = useQuery(assessment(year)).data;
  return (
    <Loaded query={query}>{(r) => <Filled key={r.id} r={r} illustrative={!!plan?.illustrative} />}</Loaded>
  );
}

interface Chosen { action: Action; initial?: Record<string, unknown> }

function Filled({ r, illustrative }: { r: SelfReportData; illustrative: boolean }) {
  const client = useQueryClient();
  const [edits, setEdits] = useState<Record<string, ItemEdit>>({});
  const [text, setText] = useState<string>();
  const [refused, setRefused] = useState<Map<string, string>>(new Map());
  const [selected, setSelected] = useState<string[]>([]);
  const [chosen, setChosen] = useState<Chosen>();
  const [importing, setImporting] = useState(false);
  const [figure, setFigure] = useState<string>();
  const may = (name: string) => r.actions.find((a) => a.action === name && a.allowed);
  const fillable = may("fill") !== undefined;
  const items = changedItems(r.items, edits);
  const summary = text !== undefined && text.trim() !== (r.text ?? "") ? text.trim() : undefined;
  const dirty = fillable && (items.length > 0 || !!summary);
  const save = useActing(
    (body: { items: FilledItem[]; text?: string }, key) => actOnSelfReport(r.year, r.unit_id, "fill", { ...body }, key),
    () => "已保存填报",
  );
  const store = async () => {
    try {
      await save.run.mutateAsync(summary ? { items, text: summary } : { items });
      await client.refetchQueries({ queryKey: selfReport(r.year, r.unit_id).queryKey, exact: true });
      setEdits((now) => Object.fromEntries(Object.entries(now).filter(([name, e]) => e !== edits[name]))); // what was typed meanwhile stays
      setText((now) => (now === text ? undefined : now));
      return true;
    } catch {
      return false; // told above the table and at the rows
    }
  };
  useLeaving(dirty);

  const waiting = choicesOf(r.actions, "correct", "figure");
  const picked = selected.filter((f) => waiting.includes(f));
  const choose = async (action: Action) => {
    if (action.action === "submit" && dirty && !(await store())) return;
    if (action.action === "confirm" || action.action === "return") setChosen({ action: among(action, "figures", waiting), initial: { figures: picked.length > 0 ? picked : waiting } });
    else setChosen({ action });
  };
  const about = (name: string, one: string) => {
    const action = may(name);
    if (action) setChosen({ action: settled(action, "figure", one) });
  };
  const wrong = new Map([...refused, ...placed(save.problem?.errors ?? [], "items", items, (x) => x.figure)]);
  return (
    <Page
      title={`${r.unit_name} ${r.year}年度自评`}
      note={<span className="clock"><ReportStage row={r} /><span className="muted">{r.group}</span>{isSet(r.due) && <><Light light={r.light} /><Deadline due={r.due} provisional={r.provisional} /></>}<Illustrative when={illustrative} /></span>}
      actions={
        <Space wrap>
          <Button icon={<DownloadOutlined />} href={reportAddress(r.year, r.unit_id)}>导出</Button>
          {fillable && <Button icon={<UploadOutlined />} onClick={() => setImporting(true)}>导入</Button>}
          <ActionBar actions={r.actions.filter((a) => a.action !== "fill" || !a.allowed)} onChoose={(a) => void choose(a)} />
        </Space>
      }
    >
      <YearTabs year={r.year} />
      <div className="stack">
        <Standing r={r} />
        <Card>
          <div className="stack">
            <Told problem={save.problem} />
            {refused.size > 0 && <Alert ref={(a) => a?.nativeElement.scrollIntoView({ block: "center" })} type="error" showIcon role="alert" title={`还有${refused.size}处没有填好,已在表中标出`} closable={{ onClose: () => setRefused(new Map()) }} />}
            <Tools r={r} fillable={fillable} dirty={dirty} count={items.length + (summary ? 1 : 0)} saving={save.run.isPending} onSave={() => void store()} onAdopt={() => setEdits(adopted(r.items, edits))} onDrop={() => { setEdits({}); setText(undefined); save.run.reset(); }} edits={edits} />
            {waiting.length > 0 && (
              <Space wrap role="toolbar" aria-label="核实">
                <span>待您核实{waiting.length}项,已选{picked.length}项</span>
                <Button size="small" onClick={() => setSelected(picked.length === waiting.length ? [] : waiting)}>{picked.length === waiting.length ? "取消选择" : "全选"}</Button>
                {(["confirm", "return"] as const).map((name) => {
                  const a = may(name);
                  return a && <Button key={name} size="small" type={name === "confirm" ? "primary" : "default"} disabled={picked.length === 0} onClick={() => void choose(a)}>{a.label}{picked.length > 0 && `(${picked.length}项)`}</Button>;
                })}
              </Space>
            )}
            <ReportGrid
              r={r} edits={edits} wrong={wrong} fillable={fillable}
              onEdit={(name, part) => {
                setEdits((all) => ({ ...all, [name]: { ...all[name], ...part } }));
                setRefused((all) => new Map([...all].filter(([n]) => n !== name)));
                save.run.reset();
              }}
              waiting={waiting} selected={picked} onSelect={setSelected}
              decided={choicesOf(r.actions, "reopen", "figure")}
              onCorrect={(name) => about("correct", name)} onReopen={(name) => about("reopen", name)} onProjects={setFigure}
            />
          </div>
        </Card>
        <Card title="自评总结">
          {fillable
            ? <Input.TextArea aria-label="自评总结" maxLength={5000} showCount autoSize={{ minRows: 3, maxRows: 16 }} placeholder="本年度工作情况、主要成效和存在的问题(可不填)" value={text ?? r.text ?? ""} onChange={(e) => setText(e.target.value)} style={{ marginBottom: 20 }} />
            : r.text ? <p className="prose" style={{ margin: 0 }}>{r.text}</p> : <span className="muted">没有填写</span>}
        </Card>
        <div className="halves">
          <div className="stack" style={{ alignContent: "start" }}>
            <Card title="延期申请"><Requests r={r} /></Card>
            <Card title="弄虚作假认定"><Frauds r={r} /></Card>
          </div>
          <Card title="办理记录"><Timeline items={r.timeline} /></Card>
        </div>
      </div>
      {chosen && (
        <ActionDialog
          action={chosen.action}
          subject={r.id}
          initial={chosen.initial}
          send={async (name, body, key) => {
            try {
              return await actOnSelfReport(r.year, r.unit_id, name, body, key);
            } catch (e) {
              const rows = name === "submit" ? onRows(asProblem(e).errors) : new Map<string, string>();
              setRefused(rows);
              if (rows.size > 0) setChosen(undefined); // the rows say it better
              throw e;
            }
          }}
          onClose={() => setChosen(undefined)}
          onDone={() => {
            void client.invalidateQueries();
            setSelected([]);
            setRefused(new Map());
            setChosen(undefined);
          }}
        >
          <Before r={r} action={chosen.action} />
        </ActionDialog>
      )}
      {importing && <Import r={r} dirty={dirty} onClose={() => setImporting(false)} onDone={() => { setEdits({}); setImporting(false); }} />}
      {figure && <Projects r={r} figure={figure} onClose={() => setFigure(undefined)} />}
    </Page>
  );
}

/** useLeaving asks before the browser leaves what isn't saved. */
function useLeaving(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
}

function Standing({ r }: { r: SelfReportData }) {
  const returned = r.items.filter((x) => x.verdict === "returned");
  const asked = r.requests.find((q) => !q.decided);
  return (
    <>
      {r.automatic && <Alert type="warning" showIcon title="【自动】逾期未提交,系统按登记数代填并提交" />}
      {r.late && !r.automatic && <Alert type="warning" showIcon title="本单位逾期提交" />}
      {returned.length > 0 && <Alert type="warning" showIcon title={`有${returned.length}项被退回,请补充后重新提交`} description={<ul className="warnings">{returned.map((x) => <li key={x.name}>{x.name}:{x.why}</li>)}</ul>} />}
      {asked && <Alert type="info" showIcon title={`申请延期${asked.days}个工作日,待考核人员答复`} description={asked.text} />}
      {isSet(r.submitted_at) && <div className="muted">{r.automatic ? "【自动】" : r.submitted_by} {stamp(r.submitted_at)}提交{isSet(r.verified_at) && `,${stamp(r.verified_at)}全部核实`}</div>}
    </>
  );
}

function Tools({ r, fillable, dirty, count, saving, onSave, onAdopt, onDrop, edits }: {
  r: SelfReportData; fillable: boolean; dirty: boolean; count: number; saving: boolean; onSave: () => void; onAdopt: () => void; onDrop: () => void; edits: Record<string, ItemEdit>;
}) {
  const now = r.items.map((x) => ({ x, value: current(x, edits[x.name]).value, reason: current(x, edits[x.name]).reason }));
  const empty = now.filter(({ x, value }) => value === "" && !x.optional).length;
  const unexplained = now.filter(({ x, value, reason }) => differs(value, x.registry) && reason === "").length;
  const open = now.some(({ x, value }) => value === "" && x.registry !== "");
  return (
    <Space wrap>
      {fillable && (
        <>
          <Button type="primary" disabled={!dirty} loading={saving} onClick={onSave}>{dirty ? `保存填报(${count}处)` : "保存填报"}</Button>
          <Button disabled={!open} onClick={onAdopt}>一键采用登记数</Button>
          {dirty && <Button onClick={onDrop}>放弃修改</Button>}
        </>
      )}
      <span className="muted" role="status">
        共{r.items.length}项,登记数截至{stamp(r.known_at)}{fillable && `;佐证材料可为${fileKinds}`}
        {fillable && (empty + unexplained > 0 ? `;还有${[empty > 0 && `${empty}项未填`, unexplained > 0 && `${unexplained}项须说明差异`].filter(Boolean).join("、")}` : dirty ? ";已填齐,请先保存" : ";已填齐,可以提交")}
      </span>
    </Space>
  );
}

/** Before shows what a verdict is about. */
function Before({ r, action }: { r: SelfReportData; action: Action }) {
  const one = action.schema?.properties?.figure?.oneOf;
  const x = one?.length === 1 ? r.items.find((i) => i.name === one[0]?.const) : undefined;
  if (x && (action.action === "correct" || action.action === "reopen")) {
    return (
      <Alert type="info" title={<>{x.name}:自报 <b>{x.said || "未填"}</b>,登记 <b>{x.registry || "无"}</b>{x.final && <>,核定 <b>{x.final}</b></>}{x.measure && ` ${x.measure}`}</>} description={(x.reason || x.files.length > 0) && <>{x.reason}<Files files={x.files} /></>} />
    );
  }
  if (action.action === "grant_time" || action.action === "deny_time") {
    const q = r.requests.find((a) => !a.decided);
    return q && <Alert type="info" title={`${q.by} ${stamp(q.at)}申请延期${q.days}个工作日`} description={q.text} />;
  }
  if (action.action === "submit") return <span className="muted">提交后由核实单位逐项核实;与登记数一致的【自动】视为核实。核实前可以拿回修改。</span>;
  return null;
}

const decisions = { granted: <Tag color="green">同意</Tag>, refused: <Tag color="red">不同意</Tag> };

function Requests({ r }: { r: SelfReportData }) {
  if (r.requests.length === 0) return <span className="muted">没有申请</span>;
  return (
    <Table size="small" aria-label="延期申请" rowKey="no" pagination={false} dataSource={r.requests} columns={[
      { title: "申请", key: "at", width: 150, render: (_, q) => <>{q.by}<div className="muted small">{stamp(q.at)}</div></> },
      { title: "内容", key: "text", render: (_, q) => `延长${q.days}个工作日:${q.text}` },
      { title: "答复", key: "decided", width: 130, render: (_, q) => (q.decided ? <>{decisions[q.decided]}{q.decision && <div className="muted small">{q.decision}</div>}</> : <Tag color="gold">待答复</Tag>) },
    ]} />
  );
}

function Frauds({ r }: { r: SelfReportData }) {
  if (r.frauds.length === 0) return <span className="muted">没有认定</span>;
  return (
    <Table size="small" aria-label="弄虚作假认定" rowKey="no" pagination={false} dataSource={r.frauds} columns={[
      { title: "数据项", dataIndex: "figure", width: 140 },
      { title: "事实和依据", key: "text", render: (_, f) => <><span className="prose">{f.text}</span><Files files={f.files} />{f.void && <div className="muted small">已撤销:{f.void}</div>}</> },
      { title: "认定", key: "by", width: 150, render: (_, f) => <>{f.by}<div className="muted small">{stamp(f.at)}</div>{f.void ? <Tag>已撤销</Tag> : <Tag color="red">有效</Tag>}</> },
    ]} />
  );
}

function Projects({ r, figure, onClose }: { r: SelfReportData; figure: string; onClose: () => void }) {
  const list = useQuery(figureProjects(r.year, r.unit_id, figure));
  return (
    <Modal open title={`${figure}:登记的项目`} width={680} footer={null} onCancel={onClose}>
      <Loaded query={list}>{(rows) => (
        <div className="stack">
          <span className="muted">项目库现在的登记情况;自评提交后,登记数以提交时为准。</span>
          <Table size="small" aria-label="登记的项目" rowKey="code" dataSource={rows} pagination={{ pageSize: 15, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: "这项登记数不是由项目库的项目计出的" }} columns={[
            { title: "编号", dataIndex: "code", width: 160 },
            { title: "项目", key: "name", render: (_, p) => (p.id ? <Link to={`/projects/${p.id}`}>{p.name}</Link> : p.name) },
          ]} />
        </div>
      )}</Loaded>
    </Modal>
  );
}

function Import({ r, dirty, onClose, onDone }: { r: SelfReportData; dirty: boolean; onClose: () => void; onDone: () => void }) {
  const [file, setFile] = useState<File>();
  const { run, problem } = useActing((_: { name: string; size: number; modified: number }, key) => importSelfReport(r.year, r.unit_id, file as File, key), () => {
    onDone();
    return "已导入,请核对后提交";
  });
  return (
    <Modal open title="导入自评表" width={760} mask={{ closable: false }} okText={problem?.uncertain ? "重试" : "导入"} cancelText="取消" okButtonProps={{ disabled: !file }} confirmLoading={run.isPending} onOk={() => file && run.mutate({ name: file.name, size: file.size, modified: file.lastModified })} onCancel={onClose}>
      <div className="stack">
        {dirty && <Alert type="warning" showIcon title="有未保存的填报,导入后将放弃,请先保存。" />}
        <Upload.Dragger
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(f) => {
            run.reset();
            setFile(f);
            return false;
          }}
        >
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把 xlsx 文件拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>在<a href={reportAddress(r.year, r.unit_id)} download onClick={(e) => e.stopPropagation()}>导出的自评表</a>中填写“自报数”和“差异理由”后导入;有一处错误就一格也不导入。</p>
        </Upload.Dragger>
        <div aria-live="polite" className="stack">{problem && <ImportProblem problem={problem} />}</div>
      </div>
    </Modal>
  );
}
