import { DownloadOutlined, InboxOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Input, Modal, Space, Table, Upload, type TableProps } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { assessment, importYearTargets, setYearTargets, yearAddress, yearTargets, type TargetCell } from "../../api/assessments";
import { newKey } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import type { AssessmentData, AssessmentTargetsChange, AssessmentTargetsView } from "../../api/types";
import { ImportProblem } from "../../components/ImportDialog";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { Dialog, Told, useActing } from "./Acting";
import { cellKey, changedCells, placed } from "./edits";
import { YearStage, YearTabs } from "./parts";

const settable = ["setup", "running", "reporting", "verifying"];

/** YearTargets is a year's 任务分解表: the office's to set, a unit's own to read. */
export function YearTargets() {
  const { year = "" } = useParams();
  const plan = useQuery(assessment(year));
  const table = useQuery(yearTargets(year));
  const [importing, setImporting] = useState(false);
  const d = plan.data;
  const editable = !!d?.may_run && settable.includes(d.stage) && !d.changes.some((c) => !c.decided);
  return (
    <Page
      title={`${year}年度任务分解`}
      note={d && <><YearStage row={d} /><Illustrative when={d.illustrative} /></>}
      actions={d && (
        <Space wrap>
          <Button icon={<DownloadOutlined />} href={yearAddress(year, "targets/targets.xlsx")}>导出</Button>
          {editable && <Button onClick={() => setImporting(true)}>导入分解表</Button>}
        </Space>
      )}
    >
      <YearTabs year={year} />
      <Loaded query={plan}>{(data) => (
        <Loaded query={table}>{(t) => <Card><Grid key={t.version} data={data} t={t} editable={editable} /></Card>}</Loaded>
      )}</Loaded>
      {importing && d && <Import data={d} onClose={() => setImporting(false)} />}
    </Page>
  );
}

interface Row { key: string; unit_id: string; name: string; group: string; values: Record<string, string>; head?: boolean }

/** rowsOf are the city, and the units under the names of their groups. */
function rowsOf(t: AssessmentTargetsView, city: boolean): Row[] {
  const rows: Row[] = city ? [{ key: "city", unit_id: "", name: "全市", group: "", values: t.city }] : [];
  for (const group of [...new Set(t.units.map((u) => u.group))]) {
    const units = t.units.filter((u) => u.group === group);
    if (city) rows.push({ key: `group ${group}`, unit_id: "", name: `${group}(${units.length}个)`, group, values: {}, head: true });
    rows.push(...units.map((u) => ({ key: u.unit_id, ...u })));
  }
  return rows;
}

function Grid({ data, t, editable }: { data: AssessmentData; t: AssessmentTargetsView; editable: boolean }) {
  const [edits, setEdits] = useState<Record<string, string>>({});
  const [asking, setAsking] = useState(false);
  const drafting = data.stage === "setup";
  const save = useActing(
    (body: { cells: TargetCell[]; reason: string }, key) => setYearTargets(data.id, body.cells, body.reason, key),
    (set: AssessmentTargetsChange) => {
      setEdits({});
      setAsking(false);
      return set.proposed ? `已提出变更(${set.moved.length}处),由他人批准后生效` : `已保存,变动${set.moved.length}处`;
    },
  );
  const cells = changedCells(t, edits);
  const wrong = placed(save.problem?.errors ?? [], "cells", cells, (c) => cellKey(c.unit_id, c.figure));
  const missing = new Set(t.missing.map((m) => m.field));
  const unitOf = (c?: TargetCell) => (c ? `${t.units.find((u) => u.unit_id === c.unit_id)?.name ?? "全市"} ` : "");
  const pending = data.changes.find((c) => !c.decided);
  const cell = (r: Row, f: AssessmentTargetsView["figures"][number]) => {
    if (r.head) return null;
    if (r.unit_id !== "" && !f.groups.includes(r.group)) return <span className="muted" title={`${r.group}不考核这一项`}>/</span>;
    const key = cellKey(r.unit_id, f.name);
    const was = r.values[f.name] ?? "";
    if (!editable) return was || <span className="muted">—</span>;
    const moved = edits[key] !== undefined && edits[key].trim() !== was;
    return (
      <Input
        size="small"
        aria-label={`${r.name} ${f.name}`}
        title={wrong.get(key)}
        status={wrong.has(key) ? "error" : missing.has(`${r.unit_id}/${f.name}`) && !moved ? "warning" : undefined}
        style={{ textAlign: "right", background: moved ? "#fffbe6" : undefined }}
        value={edits[key] ?? was}
        onChange={(e) => {
          setEdits((all) => ({ ...all, [key]: e.target.value }));
          save.run.reset();
        }}
      />
    );
  };
  const columns: TableProps<Row>["columns"] = [
    { title: "单位", key: "name", fixed: "left", width: 190, onCell: (r) => (r.head ? { colSpan: t.figures.length + 1, style: { background: "#f5f8fa" } } : {}), render: (_, r) => (r.head || r.key === "city" ? <b>{r.name}</b> : r.name) },
    ...t.figures.map((f) => ({
      title: <span title={f.clause}>{f.name}{f.measure && <span className="muted">({f.measure})</span>}</span>, key: f.name, width: 130, align: "right" as const,
      onCell: (r: Row) => (r.head ? { colSpan: 0 } : {}), render: (_: unknown, r: Row) => cell(r, f),
    })),
  ];
  return (
    <div className="stack">
      {t.version === 0 && <Alert type="info" showIcon title={data.may_run ? "还没有任务分解表,可在下表中填写,也可导入表格。" : "任务尚未分解。"} />}
      {pending && data.may_run && <Alert type="warning" showIcon title={<>有变更待批准({pending.kind_label}),批准前不能再改任务。<Link to={`/assessments/${data.id}`}>去办理</Link></>} />}
      {!asking && <Told problem={save.problem} whose={(e) => unitOf(cells[Number(e.field.split("/")[2])])} />}
      <Warnings missing={t.missing} sums={t.sums} brief={t.version === 0} />
      {editable && (
        <Space wrap>
          <Button type="primary" disabled={cells.length === 0} loading={save.run.isPending} onClick={() => (drafting ? save.run.mutate({ cells, reason: "" }) : setAsking(true))}>
            {cells.length > 0 ? `${drafting ? "保存" : "提出变更"}${cells.length}处` : drafting ? "保存" : "提出变更"}
          </Button>
          {cells.length > 0 && <Button onClick={() => { setEdits({}); save.run.reset(); }}>放弃修改</Button>}
          <span className="muted">{drafting ? "清空一格即取消该目标。“/”为该分组不考核的项目。" : "任务已经下达,改动须说明理由,由他人批准后生效。"}</span>
        </Space>
      )}
      <Table<Row> size="small" aria-label="任务分解表" rowKey="key" pagination={false} scroll={{ x: 190 + 130 * t.figures.length, y: 600 }} dataSource={rowsOf(t, data.reads_all)} columns={columns} locale={{ emptyText: "还没有被考核单位" }} />
      {asking && <Reason count={cells.length} acting={save} onOk={(reason) => save.run.mutate({ cells, reason })} onClose={() => setAsking(false)} />}
    </div>
  );
}

function Warnings({ missing, sums, brief }: Pick<AssessmentTargetsView, "missing" | "sums"> & { brief?: boolean }) {
  return (
    <>
      {missing.length > 0 && <Alert type="warning" showIcon title={`还缺${missing.length}个目标,缺目标不能下达`} description={!brief && <ul className="warnings">{missing.map((m) => <li key={m.field}>{m.message}</li>)}</ul>} />}
      {sums.length > 0 && <Alert type="info" showIcon title="各单位合计与全市目标不一致(只提示)" description={<ul className="warnings">{sums.map((m) => <li key={m.field}>{m.message}</li>)}</ul>} />}
    </>
  );
}

function Reason({ count, acting, onOk, onClose }: { count: number; acting: Pick<ReturnType<typeof useActing>, "problem"> & { run: { isPending: boolean } }; onOk: (reason: string) => void; onClose: () => void }) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title="提出任务变更" okText="提出变更" problem={acting.problem} pending={acting.run.isPending} disabled={reason.trim().length < 2} onOk={() => onOk(reason.trim())} onClose={onClose}>
      <span className="muted">共改动{count}处。任务已经下达,由他人批准后生效,并记入办理记录。</span>
      <label>变更理由 <Input.TextArea aria-label="变更理由" maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} autoSize={{ minRows: 2 }} /></label>
    </Dialog>
  );
}

function Import({ data, onClose }: { data: AssessmentData; onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [reason, setReason] = useState("");
  const drafting = data.stage === "setup";
  const check = useMutation({ mutationFn: (f: File) => importYearTargets(data.id, f, "", true, newKey()) });
  const { run, problem } = useActing((body: { name: string; size: number; modified: number; reason: string }, key) => importYearTargets(data.id, file as File, body.reason, false, key), (set) => {
    onClose();
    return set.proposed ? `已提出变更(${set.moved.length}处),由他人批准后生效` : `已导入,变动${set.moved.length}处`;
  });
  const found = check.data;
  const wrong = check.error ? asProblem(check.error) : problem;
  return (
    <Modal
      open title={`导入${data.id}年度任务分解表`} width={820} mask={{ closable: false }} onCancel={onClose} okText={drafting ? "确认导入" : "提出变更"} cancelText="取消" confirmLoading={run.isPending}
      okButtonProps={{ disabled: !found || found.moved.length === 0 || !drafting && reason.trim().length < 2 }}
      onOk={() => file && run.mutate({ name: file.name, size: file.size, modified: file.lastModified, reason: reason.trim() })}
    >
      <div className="stack">
        <Upload.Dragger
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(f) => {
            run.reset();
            setFile(f);
            check.mutate(f);
            return false;
          }}
        >
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把 xlsx 文件拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>先检查、后导入:有一处错误就一格也不导入。格式同<a href={yearAddress(data.id, "targets/targets.xlsx")} download onClick={(e) => e.stopPropagation()}>导出的表格</a>。</p>
        </Upload.Dragger>
        {!drafting && <label>变更理由 <Input.TextArea aria-label="变更理由" maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} autoSize={{ minRows: 2 }} /></label>}
        <div aria-live="polite" className="stack">
          {check.isPending && <span className="muted">正在检查……</span>}
          {wrong && !check.isPending && <ImportProblem problem={wrong} />}
          {found && !check.isPending && !wrong && (
            <>
              <Alert type={found.moved.length > 0 ? "success" : "info"} showIcon title={found.moved.length > 0 ? `检查通过,将变动${found.moved.length}处。` : "表格与现有任务完全相同,无需导入。"} description={found.moved.length > 0 && <ul className="warnings">{found.moved.map((m, i) => <li key={i}>{m}</li>)}</ul>} />
              <Warnings missing={found.missing} sums={found.sums} />
            </>
          )}
        </div>
      </div>
    </Modal>
  );
}
