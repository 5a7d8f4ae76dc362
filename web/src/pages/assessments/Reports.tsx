import { useQuery } from "@tanstack/react-query";
import { Card, Select, Table, Tag, type TableProps } from "antd";
import { Link, useParams } from "react-router";
import { assessment, selfReports } from "../../api/assessments";
import type { SelfReportRow } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Deadline, Illustrative, Light } from "../../components/Status";
import { isSet } from "../../lib/time";
import { progressOf } from "./edits";
import { YearStage, YearTabs } from "./parts";

export const reportStages = [
  { value: "filling", label: "填报中" }, { value: "submitted", label: "核实中" }, { value: "verified", label: "已核实" },
  { value: "sealed", label: "已封存" }, { value: "closed", label: "已并入" }, { value: "finished", label: "已归档" },
];
const stageColors: Record<string, string> = { filling: "processing", submitted: "gold", verified: "green", sealed: "purple" };

/** ReportStage is where a self-report stands. */
export const ReportStage = ({ row }: { row: Pick<SelfReportRow, "stage" | "stage_label"> }) => <Tag color={stageColors[row.stage]}>{row.stage_label}</Tag>;

/** Reports are the units' self-reports of a year. */
export function Reports() {
  const { year = "" } = useParams();
  const plan = useQuery(assessment(year)).data;
  const query = useQuery(selfReports(year));
  return (
    <Page title={`${year}年度自评与核实`} note={plan && <><YearStage row={plan} /><Illustrative when={plan.illustrative} /></>}>
      <YearTabs year={year} />
      <Loaded query={query}>{(rows) => <List year={year} rows={rows} />}</Loaded>
    </Page>
  );
}

function List({ year, rows }: { year: string; rows: SelfReportRow[] }) {
  const [query, narrow] = useFilters();
  const stage = reportStages.find((s) => s.value === query.get("stage"))?.value;
  const group = query.get("group") ?? undefined;
  const p = progressOf(rows);
  const shown = rows.filter((r) => (!stage || r.stage === stage) && (!group || r.group === group));
  const columns: TableProps<SelfReportRow>["columns"] = [
    { title: "单位", key: "unit", width: 190, render: (_, r) => <Link to={`/assessments/${year}/units/${encodeURIComponent(r.unit_id)}`}>{r.unit_name}</Link> },
    { title: "分组", dataIndex: "group", width: 130 },
    { title: "状态", key: "stage", width: 100, render: (_, r) => <ReportStage row={r} /> },
    { title: "灯", key: "light", width: 60, render: (_, r) => (isSet(r.due) ? <Light light={r.light} /> : <span className="muted">—</span>) },
    { title: "期限", key: "due", width: 230, render: (_, r) => <Deadline due={r.due} /> },
    { title: "已填", key: "filled", width: 80, align: "right", render: (_, r) => `${r.filled}/${r.items}` },
    { title: "已核实", key: "decided", width: 80, align: "right", render: (_, r) => `${r.decided}/${r.items}` },
    { title: "与登记数不一致", key: "differs", width: 130, align: "right", render: (_, r) => r.differs || "" },
    { title: "提示", key: "notes", render: (_, r) => (
      <>
        {r.automatic && <Tag variant="outlined">【自动】代填</Tag>}
        {r.late && <Tag color="orange">逾期提交</Tag>}
        {r.asking && <Tag color="blue">申请延期</Tag>}
        {r.frauds > 0 && <Tag color="red">弄虚作假{r.frauds}项</Tag>}
      </>
    ) },
  ];
  return (
    <Card>
      <div className="filters" role="search" aria-label="筛选自评">
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={stage} onChange={(v?: string) => narrow("stage", v)} options={reportStages} />
        <Select aria-label="分组" placeholder="分组" allowClear style={{ width: 180 }} value={group} onChange={(v?: string) => narrow("group", v)} options={[...new Set(rows.map((r) => r.group))].map((g) => ({ value: g, label: g }))} />
        {rows.length > 0 && <span style={{ alignSelf: "center" }} role="status">共{p.all}个单位,已提交{p.submitted}个,已核实{p.verified}个{p.overdue > 0 && <>,<span style={{ color: "#b3261e" }}>逾期{p.overdue}个</span></>}</span>}
      </div>
      <Table<SelfReportRow> size="middle" aria-label="各单位自评" rowKey="id" pagination={false} scroll={{ x: 1100 }} dataSource={shown} columns={columns} locale={{ emptyText: rows.length === 0 ? "还没有自评;任务下达后由考核人员布置" : "没有符合条件的自评" }} />
    </Card>
  );
}
