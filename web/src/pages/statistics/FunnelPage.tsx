import { useQuery } from "@tanstack/react-query";
import { Alert, Card, DatePicker, Select, Table, type TableProps } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { units, type ProjectFilter } from "../../api/queries";
import { funnel, type Dimension } from "../../api/statistics";
import type { Funnel, FunnelLine } from "../../api/types";
import { useUnitName } from "../../app/session";
import { BarChart } from "../../components/BarChart";
import { Chart, funnelOf } from "../../components/Chart";
import { Behind, stepColumns } from "../../components/FunnelSteps";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { investorKinds, tiers } from "../../lib/labels";
import { inYi } from "../../lib/money";
import { yearOptions } from "../../lib/year";
import { filterOf, narrowedBy } from "../Projects";

export const dimensions: { value: Dimension; label: string }[] = [
  { value: "county", label: "县市区" }, { value: "department", label: "包联单位" }, { value: "tier", label: "产业层级" }, { value: "industry", label: "产业" }, { value: "chain", label: "产业链" },
  { value: "team", label: "驻外专班" }, { value: "ambassador", label: "招商大使" }, { value: "event", label: "招商活动" }, { value: "investor_kind", label: "投资方" },
  { value: "month", label: "签约月份" }, { value: "quarter", label: "签约季度" }, { value: "year", label: "签约年份" },
];

/** FunnelPage is how far projects came, by any filter and group; every number opens its list. */
export function FunnelPage() {
  const [query, setQuery] = useSearchParams();
  const filter = filterOf(query);
  const by = dimensions.find((d) => d.value === query.get("by"))?.value ?? "county";
  const until = /^\d{4}-\d{2}-\d{2}$/.test(query.get("until") ?? "") ? (query.get("until") ?? undefined) : undefined;
  const report = useQuery(funnel(filter, by, until));
  const narrow = (name: string, value?: string | number) => {
    const next = new URLSearchParams(query);
    next.delete(name);
    if (value !== undefined && value !== "") next.set(name, String(value));
    setQuery(next, { replace: true });
  };
  return (
    <Page title="转化分析" note={report.data && `进展截至${report.data.as_of}`}>
      <Filters filter={filter} by={by} until={until} narrow={narrow} />
      <Loaded query={report}>{(r) => <Report r={r} by={by} />}</Loaded>
    </Page>
  );
}

function Filters({ filter, by, until, narrow }: { filter: ProjectFilter; by: Dimension; until?: string; narrow: (name: string, value?: string | number) => void }) {
  const { data } = useQuery(units);
  const unitName = useUnitName();
  const named = (kind: string) => (data ?? []).filter((u) => u.kind === kind).map((u) => ({ value: u.id, label: u.short_name || u.name }));
  const choice = (name: string, label: string, value: string | undefined, options: { value: string; label: string }[], width = 130) => (
    <Select aria-label={label} placeholder={label} allowClear style={{ width }} showSearch={{ optionFilterProp: "label" }} value={value} onChange={(v?: string) => narrow(name, v)} options={options} />
  );
  const day = (name: string, label: string, value: string | undefined) => (
    <DatePicker aria-label={label} placeholder={label} style={{ width: 132 }} value={value ? dayjs(value) : null} onChange={(d) => narrow(name, d?.format("YYYY-MM-DD"))} />
  );
  const own = ["investor_kind", "department_id", "signed_from", "signed_until"];
  return (
    <>
      <div className="filters" role="search" aria-label="筛选">
        {choice("year", "签约年份", filter.year ? String(filter.year) : undefined, yearOptions(new Date().getFullYear()).map((y) => ({ value: String(y.value), label: `${y.value}年签约` })))}
        {choice("county_id", "县市区", filter.county_id, named("county"), 150)}
        {choice("department_id", "包联单位", filter.department_id, [{ value: "-", label: "未安排包联" }, ...named("department")], 150)}
        {choice("industry_tier", "产业层级", filter.industry_tier?.[0], tiers)}
        {choice("investor_kind", "投资方", filter.investor_kind?.[0], investorKinds)}
        {choice("above_scale", "规模", filter.above_scale, [{ value: "true", label: "规模项目" }, { value: "false", label: "非规模项目" }])}
        {choice("min_amount", "金额", filter.min_amount, [{ value: "10000", label: "亿元以上" }, { value: "100000", label: "10亿元以上" }, { value: "500000", label: "50亿元以上" }])}
        {choice("at_event", "活动", filter.at_event, [{ value: "true", label: "在活动上签约" }, { value: "false", label: "非活动签约" }])}
        {day("signed_from", "签约自", filter.signed_from)}
        {day("signed_until", "签约至", filter.signed_until)}
        {day("until", "进展截至", until)}
        <Select aria-label="分组" style={{ width: 140 }} value={by} onChange={(v: Dimension) => narrow("by", v)} options={dimensions.map((d) => ({ ...d, label: `按${d.label}` }))} />
      </div>
      {narrowedBy(filter, unitName).filter((p) => !p.names.some((n) => own.includes(n) || ["above_scale", "min_amount", "at_event"].includes(n))).map((p) => <div key={p.label} className="muted">另按“{p.label}”筛选</div>)}
    </>
  );
}

function Report({ r, by }: { r: Funnel; by: Dimension }) {
  const label = dimensions.find((d) => d.value === by)?.label ?? "";
  const steps = useMemo(() => funnelOf(r.total.steps.map((s) => ({ name: s.label, value: s.count }))), [r]);
  const shown = r.groups.slice(0, 15);
  const unitName = useUnitName();
  const labels = shown.map((g) => (by === "county" || by === "department") && g.key ? unitName(g.key) : g.label).join("\n"); // a text, so that it is the same as long as it says the same
  const names = useMemo(() => (labels ? labels.split("\n") : []), [labels]);
  const series = useMemo(() => r.groups.length === 0 ? [] : (r.groups[0]?.steps ?? []).map((s, i) => ({ name: s.label, values: r.groups.slice(0, 15).map((g) => g.steps[i]?.count ?? 0) })).slice(0, 3), [r]);
  const columns: TableProps<FunnelLine>["columns"] = [
    { title: label, key: "label", fixed: "left", width: 200, render: (_, g) => g.label },
    ...stepColumns<FunnelLine>((g) => g.steps),
    ...[["落地率", 1], ["开工率", 2], ["入库率", 3], ["投产率", 4]].map(([title, i]) => ({
      title: String(title), key: String(title), align: "right" as const, width: 84, render: (_: unknown, g: FunnelLine) => { const p = g.steps[Number(i)]?.of_previous; return p ? `${p}%` : "—"; },
    })),
    ...(r.groups.some((g) => g.targets.length > 0) || r.total.targets.length > 0 ? [{
      title: "目标", key: "target", width: 200, render: (_: unknown, g: FunnelLine) => g.targets.map((t) => <div key={t.key} className="small">{t.label} {t.key === "signed_amount" ? `${inYi(t.target)}亿元` : t.target},完成{t.completion}%</div>),
    }] : []),
  ];
  return (
    <div className="stack">
      {r.notes.length > 0 && <Alert type="info" role="note" title={r.notes[0]} />}
      <div className="halves">
        <Card title="转化漏斗">
          <Chart label="签约、落地、开工、入库、投产项目数" option={steps} height={220} />
          <Table size="small" aria-label="漏斗" rowKey="key" pagination={false} dataSource={r.total.steps} columns={[
            { title: "阶段", dataIndex: "label" },
            { title: "个", key: "count", align: "right", render: (_, s) => <Behind list={s.list}>{s.count}</Behind> },
            { title: "亿元", key: "amount", align: "right", render: (_, s) => inYi(s.amount) },
            { title: "占签约", key: "signed", align: "right", render: (_, s) => (s.of_signed ? `${s.of_signed}%` : "—") },
            { title: "占上一阶段", key: "previous", align: "right", render: (_, s) => (s.of_previous ? `${s.of_previous}%` : "—") },
          ]} />
        </Card>
        <Card title={`按${label}${r.groups.length > shown.length ? `(前${shown.length}个)` : ""}`}>
          {names.length > 0 && <BarChart label={`各${label}签约、落地、开工项目数`} names={names} series={series} />}
        </Card>
      </div>
      <Card styles={{ body: { padding: 0 } }}>
        <Table<FunnelLine> size="small" aria-label={`按${label}`} rowKey="key" dataSource={r.groups} columns={columns} scroll={{ x: 1000 }} pagination={r.groups.length > 30 ? { pageSize: 30, showSizeChanger: false } : false} locale={{ emptyText: "没有符合条件的项目" }} />
      </Card>
      <span className="muted">落地、开工、入库、投产均指所选签约项目中到截止日已达到该阶段的项目;点任一数字可看对应的项目清单。不含框架协议。</span>
    </div>
  );
}
