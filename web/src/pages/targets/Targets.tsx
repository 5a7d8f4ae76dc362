import { DownloadOutlined, InboxOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Input, Modal, Select, Space, Table, Tabs, Upload, type TableProps } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { Attempt } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { importTargets, setTargets, targetHistory, targets, targetsAddress } from "../../api/targets";
import type { Indicator, TargetChange, TargetTable, TargetUnit, TargetVersion } from "../../api/types";
import { ImportProblem } from "../../components/ImportDialog";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { stamp } from "../../lib/time";
import { yearOf, yearOptions } from "../../lib/year";

/** Edits are new values by unit and indicator, as they were typed. */
type Edits = Record<string, string>;
const keyOf = (unit: string, indicator: string) => `${unit} ${indicator}`;

/** changesOf are the edits that differ from what is set. */
export function changesOf(table: Pick<TargetTable, "units" | "indicators">, edits: Edits): TargetChange[] {
  return table.units.flatMap((u) => table.indicators.flatMap((i) => {
    const value = edits[keyOf(u.id, i.key)]?.trim();
    return value === undefined || value === (u.values[i.key] ?? "") ? [] : [{ unit_id: u.id, indicator: i.key, value }];
  }));
}

/** Targets is what city, counties and departments are to reach in a year. */
export function Targets() {
  const [query, setQuery] = useSearchParams();
  const present = new Date().getFullYear();
  const year = yearOf(query.get("year"), present);
  const table = useQuery(targets(year));
  const [importing, setImporting] = useState(false);
  return (
    <Page
      title="目标任务"
      note="金额单位为万元"
      actions={
        <Space wrap>
          <Select aria-label="年份" style={{ width: 110 }} value={year} onChange={(y: number) => setQuery({ year: String(y) }, { replace: true })} options={yearOptions(present + 1)} />
          <Button icon={<DownloadOutlined />} href={targetsAddress(year, "targets")}>导出</Button>
          {table.data?.editable && <Button onClick={() => setImporting(true)}>导入分解表</Button>}
        </Space>
      }
    >
      <Loaded query={table}>{(t) => (
        <Card>
          <Tabs items={[
            { key: "table", label: "任务分解表", children: <Grid key={year} t={t} /> },
            { key: "history", label: "下达记录", children: <History t={t} /> },
          ]} />
        </Card>
      )}</Loaded>
      {importing && <Import year={year} onClose={() => setImporting(false)} />}
    </Page>
  );
}

/** useSetting saves changes; a wrong one is told by its cell. */
function useSetting(year: number, onDone: () => void) {
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: (changes: TargetChange[]) => setTargets(year, changes, attempt.keyFor({ year, changes })),
    onSuccess: (set) => {
      void message.success(`已下达,变动${set.changed}项`);
      attempt.spend();
      void client.invalidateQueries({ queryKey: ["targets"] });
      onDone();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
}

function Grid({ t }: { t: TargetTable }) {
  const [edits, setEdits] = useState<Edits>({});
  const save = useSetting(t.year, () => setEdits({}));
  const changes = changesOf(t, edits);
  const problem = save.error ? asProblem(save.error) : undefined;
  const wrong = new Map((problem?.errors ?? []).flatMap((e) => {
    const change = changes[Number(/^\/changes\/(\d+)/.exec(e.field)?.[1] ?? -1)];
    return change ? [[keyOf(change.unit_id, change.indicator), e.message] as const] : [];
  }));
  const cell = (u: TargetUnit, i: Indicator) => {
    const key = keyOf(u.id, i.key);
    if (!t.editable) return u.values[i.key] ?? <span className="muted">—</span>;
    return (
      <Input
        size="small"
        aria-label={`${u.name} ${i.label}`}
        title={wrong.get(key)}
        status={wrong.has(key) ? "error" : undefined}
        style={{ textAlign: "right", background: edits[key] !== undefined && edits[key] !== (u.values[i.key] ?? "") ? "#fffbe6" : undefined }}
        value={edits[key] ?? u.values[i.key] ?? ""}
        onChange={(e) => {
          setEdits((all) => ({ ...all, [key]: e.target.value }));
          save.reset();
        }}
      />
    );
  };
  const columns: TableProps<TargetUnit>["columns"] = [
    { title: "单位", dataIndex: "name", fixed: "left", width: 170, render: (_, u) => (u.id === "" ? <b>{u.name}</b> : u.name) },
    ...t.indicators.map((i) => ({ title: `${i.label}(${i.unit})`, key: i.key, width: 120, align: "right" as const, render: (_: unknown, u: TargetUnit) => cell(u, i) })),
  ];
  return (
    <div className="stack">
      {t.findings.length > 0 && <Alert type="warning" showIcon title="分解与合计不一致(只提示)" description={<ul className="warnings">{t.findings.map((f) => <li key={f.where}>{f.message}</li>)}</ul>} />}
      {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.errors.length > 0 && <ul className="warnings">{problem.errors.map((e, i) => <li key={i}>{e.message}</li>)}</ul>} />}
      {t.editable && (
        <Space>
          <Button type="primary" disabled={changes.length === 0} loading={save.isPending} onClick={() => save.mutate(changes)}>{changes.length > 0 ? `下达${changes.length}项变动` : "下达"}</Button>
          {changes.length > 0 && <Button onClick={() => { setEdits({}); save.reset(); }}>放弃修改</Button>}
          <span className="muted">清空一格即取消该目标;以前的数值留在下达记录中。</span>
        </Space>
      )}
      <Table<TargetUnit> size="small" aria-label="任务分解表" rowKey="id" pagination={false} scroll={{ x: 1700, y: 560 }} dataSource={t.units} columns={columns} />
    </div>
  );
}

function History({ t }: { t: TargetTable }) {
  const list = useQuery(targetHistory(t.year));
  const name = (id: string) => t.units.find((u) => u.id === id)?.name ?? id;
  return (
    <Loaded query={list}>{(versions) => (
        <Table<TargetVersion & { row: number }> size="small" aria-label="下达记录" rowKey="row" dataSource={versions.map((v, row) => ({ ...v, row }))} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: "尚未下达目标" }} columns={[
          { title: "时间", key: "at", width: 160, render: (_, v) => (v.recorded_at.startsWith("1970") ? "初始数据" : stamp(v.recorded_at)) },
          { title: "单位", key: "unit", render: (_, v) => name(v.unit_id) },
          { title: "指标", key: "indicator", render: (_, v) => t.indicators.find((i) => i.key === v.indicator)?.label ?? v.indicator },
          { title: "目标", key: "value", align: "right", render: (_, v) => v.value || "取消" },
          { title: "下达人", dataIndex: "recorded_by" },
          { title: "来源", key: "source", render: (_, v) => v.source ?? "" },
        ]} />
    )}</Loaded>
  );
}

function Import({ year, onClose }: { year: number; onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const check = useMutation({ mutationFn: (f: File) => importTargets(year, f, true, attempt.keyFor({ check: f.name, at: Date.now() })) });
  const confirm = useMutation({
    mutationFn: (f: File) => importTargets(year, f, false, attempt.keyFor({ import: f.name, size: f.size, modified: f.lastModified })),
    onSuccess: (set) => {
      void message.success(`已导入,变动${set.changed}项`);
      void client.invalidateQueries({ queryKey: ["targets"] });
      onClose();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = check.error ?? confirm.error;
  return (
    <Modal open title={`导入${year}年任务分解表`} width={760} mask={{ closable: false }} onCancel={onClose} okText="确认导入" okButtonProps={{ disabled: !check.data || check.data.changed === 0 }} confirmLoading={confirm.isPending} onOk={() => file && confirm.mutate(file)}>
      <div className="stack">
        <Upload.Dragger
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(f) => {
            attempt.spend();
            confirm.reset();
            setFile(f);
            check.mutate(f);
            return false;
          }}
        >
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把 xlsx 文件拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>空白不改动原有目标,填“无”取消目标;有一处错误就一格也不导入。格式见<a href={targetsAddress(year, "template")} download onClick={(e) => e.stopPropagation()}>模板</a>。</p>
        </Upload.Dragger>
        <div aria-live="polite" className="stack">
          {check.isPending && <span className="muted">正在检查……</span>}
          {problem && <ImportProblem problem={asProblem(problem)} />}
          {check.data && !check.isPending && (
            <>
              <Alert type="success" showIcon title={`检查通过,将变动${check.data.changed}项。`} />
              {check.data.findings.length > 0 && <Alert type="warning" showIcon title="导入后分解与合计不一致(只提示)" description={<ul className="warnings">{check.data.findings.map((f) => <li key={f.where}>{f.message}</li>)}</ul>} />}
            </>
          )}
        </div>
      </div>
    </Modal>
  );
}
