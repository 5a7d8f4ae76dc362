import { Button, Input, Segmented, Select, Table, Tag, type TableProps } from "antd";
import { useState } from "react";
import type { SelfReportData, SelfReportItem } from "../../api/types";
import { useUnitName } from "../../app/session";
import { Files } from "../../components/Files";
import { FilePicker } from "../../components/pickers";
import { isSet, stamp } from "../../lib/time";
import { current, differs, without, type ItemEdit } from "./edits";

type View = "all" | "empty" | "differs" | "waiting" | "returned";
const viewLabels: Record<View, string> = { all: "全部", empty: "未填", differs: "与登记数不一致", waiting: "待我核实", returned: "被退回" };
const verdictColors: Record<string, string> = { confirmed: "green", corrected: "orange", returned: "red" };

const maxFiles = 10;

/** ReportGrid is a self-report's figures: each with the registry's, the unit's own and what was made of it. */
export function ReportGrid({ r, edits, wrong, fillable, onEdit, waiting, selected, onSelect, decided, onCorrect, onReopen, onProjects }: {
  r: SelfReportData;
  edits: Record<string, ItemEdit>;
  /** wrong is what the server says of a row */
  wrong: Map<string, string>;
  fillable: boolean;
  onEdit: (figure: string, part: ItemEdit) => void;
  /** waiting are the figures that wait for the user's verdict */
  waiting: string[];
  selected: string[];
  onSelect: (figures: string[]) => void;
  /** decided are those whose verdict the user may take back */
  decided: string[];
  onCorrect: (figure: string) => void;
  onReopen: (figure: string) => void;
  onProjects: (figure: string) => void;
}) {
  const unitName = useUnitName();
  const [view, setView] = useState<View>("all");
  const is: Record<View, (x: SelfReportItem) => boolean> = {
    all: () => true,
    empty: (x) => current(x, edits[x.name]).value === "",
    differs: (x) => differs(current(x, edits[x.name]).value, x.registry),
    waiting: (x) => waiting.includes(x.name),
    returned: (x) => x.verdict === "returned",
  };
  const views = (Object.keys(is) as View[]).filter((v) => v === "all" || v === view || r.items.some(is[v]));
  const judged = r.stage !== "filling" || r.items.some((x) => x.verdict !== "");
  const columns: TableProps<SelfReportItem>["columns"] = [
    { title: "数据项", key: "name", width: 160, fixed: "left", render: (_, x) => (
      <>
        {fillable && !x.optional && <span style={{ color: "#b3261e" }} title="必填" aria-hidden="true">* </span>}
        {x.name}{x.measure && <span className="muted">({x.measure})</span>}
        {x.note && <div className="muted small">{x.note}</div>}
        {wrong.has(x.name) && <div className="small" role="alert" style={{ color: "#b3261e" }}>{without(x.name, wrong.get(x.name) ?? "")}</div>}
      </>
    ) },
    { title: "对应指标", key: "titles", width: 130, render: (_, x) => <>{x.titles.join("、")}{x.clause && <div className="muted small">{x.clause}</div>}</> },
    { title: "登记数", key: "registry", width: 90, align: "right", render: (_, x) => <Registry x={x} onProjects={onProjects} /> },
    { title: "自报数", key: "said", width: fillable ? 110 : 80, align: "right", render: (_, x) => (fillable ? <Value x={x} edit={edits[x.name]} wrong={wrong.has(x.name)} onEdit={onEdit} /> : x.said || <span className="muted">未填</span>) },
    { title: "差异理由", key: "reason", width: fillable ? 190 : 150, render: (_, x) => (fillable ? <Reason x={x} edit={edits[x.name]} onEdit={onEdit} /> : <span className="prose">{x.reason ?? ""}</span>) },
    { title: "佐证材料", key: "files", width: fillable ? 150 : 120, render: (_, x) => (fillable ? <Proofs x={x} edit={edits[x.name]} onEdit={onEdit} /> : <Files files={x.files} />) },
    { title: "核实与说明", key: "verdict", width: 160, render: (_, x) => <Verdict x={x} filling={r.stage === "filling"} by={unitName(x.verifier)} /> },
    ...(judged ? [
      { title: "核定数", key: "final", width: 80, align: "right" as const, render: (_: unknown, x: SelfReportItem) => (x.final ? <b>{x.final}</b> : <span className="muted">—</span>) },
    ] : []),
    ...(waiting.length + decided.length > 0 ? [{ title: "", key: "act", width: 90, fixed: "right" as const, render: (_: unknown, x: SelfReportItem) => (
      waiting.includes(x.name) ? <Button size="small" aria-label={`更正 ${x.name}`} onClick={() => onCorrect(x.name)}>更正</Button>
        : decided.includes(x.name) ? <Button size="small" type="text" aria-label={`撤回核实结论 ${x.name}`} onClick={() => onReopen(x.name)}>撤回结论</Button> : null
    ) }] : []),
  ];
  return (
    <>
      {views.length > 1 && <div><Segmented<View> aria-label="显示哪些数据" size="small" value={view} onChange={setView} options={views.map((v) => ({ value: v, label: `${viewLabels[v]} ${r.items.filter(is[v]).length}` }))} /></div>}
      <Table<SelfReportItem>
        size="small" aria-label="自评数据" rowKey="name" pagination={false} sticky scroll={{ x: 1070 }} columns={columns}
        dataSource={r.items.filter(is[view])}
        rowClassName={(x) => (is.differs(x) ? "differs" : "")}
        rowSelection={waiting.length > 0 ? {
          selectedRowKeys: selected,
          onChange: (keys) => onSelect(keys.map(String)),
          getCheckboxProps: (x) => ({ disabled: !waiting.includes(x.name), "aria-label": `选择 ${x.name}` }),
        } : undefined}
      />
    </>
  );
}

function Verdict({ x, filling, by }: { x: SelfReportItem; filling: boolean; by: string }) {
  if (x.verdict === "matched") return <Tag color="green" title="系统自动核对">【自动】与登记数一致</Tag>;
  return (
    <>
      {(x.verdict !== "" || !filling) && <Tag color={verdictColors[x.verdict]}>{x.verdict_label}</Tag>}
      <div className="muted small" title={isSet(x.verified_at) ? stamp(x.verified_at) : undefined}>{x.verified_by || `由${by}核实`}</div>
      {x.why && <div className="small prose">{x.why}</div>}
    </>
  );
}

function Registry({ x, onProjects }: { x: SelfReportItem; onProjects: (figure: string) => void }) {
  if (x.registry === "") return <span className="muted" title={x.source}>{x.origin === "counted" ? "无" : "不登记"}</span>;
  return (
    <>
      <span title={x.source}>{x.registry}</span>
      {x.records > 0 && <div><Button type="link" size="small" style={{ padding: 0 }} aria-label={`${x.name}的${x.records}条登记`} onClick={() => onProjects(x.name)}>{x.records}条登记</Button></div>}
    </>
  );
}

interface Cell { x: SelfReportItem; edit?: ItemEdit; onEdit: (figure: string, part: ItemEdit) => void }

function Value({ x, edit, wrong, onEdit }: Cell & { wrong: boolean }) {
  const value = edit?.value ?? x.said;
  const status = wrong ? "error" : undefined;
  const moved = value !== x.said;
  const name = `${x.name} 自报数`;
  if (x.kind === "truth") {
    return <Select aria-label={name} size="small" style={{ width: "100%" }} allowClear placeholder="选择" status={status} value={value || undefined} onChange={(v?: string) => onEdit(x.name, { value: v ?? "" })} options={["是", "否"].map((v) => ({ value: v, label: v }))} />;
  }
  return (
    <Input
      size="small" aria-label={name} maxLength={100} inputMode={x.kind === "number" ? "decimal" : undefined} status={status}
      style={{ textAlign: x.kind === "number" ? "right" : undefined, background: moved ? "#fffbe6" : undefined }}
      value={value} onChange={(e) => onEdit(x.name, { value: e.target.value })}
    />
  );
}

function Reason({ x, edit, onEdit }: Cell) {
  const now = current(x, edit);
  const needed = differs(now.value, x.registry);
  const reason = edit?.reason ?? x.reason ?? "";
  if (!needed && reason === "") return <span className="muted small">{now.value !== "" && x.registry !== "" ? "与登记数一致,无须说明" : ""}</span>;
  return (
    <Input.TextArea
      size="small" aria-label={`${x.name} 差异理由`} aria-required={needed} maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }}
      status={needed && reason.trim() === "" ? "warning" : undefined} placeholder={needed ? "必填:为什么与登记数不一致" : undefined}
      value={reason} onChange={(e) => onEdit(x.name, { reason: e.target.value })}
    />
  );
}

function Proofs({ x, edit, onEdit }: Cell) {
  const files = edit?.files ?? x.files.map(({ id, name }) => ({ id, name }));
  return <div role="group" aria-label={`${x.name} 佐证材料`}><FilePicker brief value={files} max={maxFiles} onChange={(list) => onEdit(x.name, { files: list })} /></div>;
}
