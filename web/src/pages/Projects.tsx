import { DownloadOutlined, ImportOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Tag, type TableProps } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { exportAddress, projects, templateAddress, units, type ProjectFilter } from "../api/queries";
import type { Project } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { useFilters } from "../app/useFilters";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { Illustrative, ProjectStage } from "../components/Status";
import { investorKinds, labelOf, projectStages, tiers } from "../lib/labels";
import { formatAmount } from "../lib/money";

const ImportDialog = lazy(async () => ({ default: (await import("../components/ImportDialog")).ImportDialog }));

/** filterOf reads a list's filter from its address, so that a filtered list can be kept and sent on. */
export function filterOf(query: URLSearchParams): ProjectFilter {
  const filter: Record<string, string | number | string[]> = {};
  for (const name of texts) {
    const text = query.get(name)?.trim();
    if (text) filter[name] = text;
  }
  for (const name of lists) {
    const all = query.getAll(name).filter(Boolean);
    if (all.length > 0) filter[name] = all;
  }
  for (const name of ["year", "landed_year"]) {
    const year = Number(query.get(name));
    if (Number.isInteger(year) && year > 0) filter[name] = year;
  }
  for (const name of days) {
    const day = query.get(name) ?? "";
    if (/^\d{4}-\d{2}-\d{2}$/.test(day)) filter[name] = day;
  }
  for (const name of choices) {
    const yes = query.get(name) ?? "";
    if (yes === "true" || yes === "false") filter[name] = yes;
  }
  return filter;
}

const texts = ["q", "county_id", "stage", "department_id", "min_amount", "max_amount", "sort"];
const lists = ["industry_tier", "industry", "chain", "team", "ambassador", "event", "investor_kind"];
const steps: [string, string][] = [["signed", "签约"], ["landed", "落地"], ["started", "开工"], ["in_statistics", "入库"], ["in_production", "投产"], ["funds", "资金到位"]];
const days = steps.flatMap(([key]) => [`${key}_from`, `${key}_until`]);
const choices = ["framework", "above_scale", "at_event"];

/** narrowedBy are the parts of a filter that have no field of their own on the page, in words, with the parameters that make them. */
export function narrowedBy(f: ProjectFilter, unitName: (id: string) => string): { label: string; names: string[] }[] {
  const out: { label: string; names: string[] }[] = [];
  const words: Record<string, string> = { industry_tier: "产业层级", industry: "产业", chain: "产业链", team: "驻外专班", ambassador: "招商大使", event: "招商活动", investor_kind: "投资方" };
  const named = (name: string, v: string) => (v === "-" ? "无" : name === "investor_kind" ? labelOf(investorKinds, v) : name === "industry_tier" ? labelOf(tiers, v) : v);
  for (const name of lists) {
    const all = f[name as "industry"];
    if (name === "industry_tier" && all?.length === 1 && all[0] !== "-") continue; // its own field shows it
    if (all) out.push({ label: `${words[name] ?? name}:${all.map((v) => named(name, v)).join("、")}`, names: [name] });
  }
  if (f.department_id) out.push({ label: `包联单位:${f.department_id === "-" ? "未安排" : unitName(f.department_id)}`, names: ["department_id"] });
  if (f.landed_year) out.push({ label: `${f.landed_year}年落地`, names: ["landed_year"] });
  for (const [key, label] of steps) {
    const from = f[`${key}_from` as "signed_from"];
    const until = f[`${key}_until` as "signed_until"];
    if (from || until) out.push({ label: `${label}日期:${from ?? ""}至${until ?? ""}`, names: [`${key}_from`, `${key}_until`] });
  }
  if (f.min_amount) out.push({ label: `金额不少于${formatAmount(f.min_amount)}`, names: ["min_amount"] });
  if (f.max_amount) out.push({ label: `金额不超过${formatAmount(f.max_amount)}`, names: ["max_amount"] });
  if (f.above_scale) out.push({ label: f.above_scale === "true" ? "规模项目" : "非规模项目", names: ["above_scale"] });
  if (f.at_event) out.push({ label: f.at_event === "true" ? "在活动上签约" : "非活动签约", names: ["at_event"] });
  return out;
}

export function Projects() {
  const session = useSession();
  const [query, narrow] = useFilters();
  const [importing, setImporting] = useState(false);
  const filter = filterOf(query);
  return (
    <Page
      title="项目库"
      actions={
        <>
          <Button icon={<DownloadOutlined />} href={templateAddress} download>下载模板</Button>
          <Button icon={<DownloadOutlined />} href={exportAddress(filter)} download>导出当前列表</Button>
          {session.may_import_projects && (
            <Button type="primary" icon={<ImportOutlined />} onClick={() => setImporting(true)}>导入表格</Button>
          )}
        </>
      }
    >
      <Filters filter={filter} narrow={narrow} />
      <Narrowed filter={filter} />
      <PagedTable<Project>
        list={useInfiniteQuery(projects(filter))}
        columns={useColumns(filter.sort)}
        empty="没有符合条件的项目"
        label="项目"
        scrollX={1040}
        onChange={(_, __, sorter) => {
          const s = Array.isArray(sorter) ? sorter[0] : sorter;
          narrow("sort", s?.order ? (s.order === "descend" ? "-" : "") + String(s.columnKey) : undefined);
        }}
      />
      {importing && <Suspense><ImportDialog onClose={() => setImporting(false)} /></Suspense>}
    </Page>
  );
}

/** Narrowed shows what else narrows the list, such as the figure that led here; each can be taken off. */
function Narrowed({ filter }: { filter: ProjectFilter }) {
  const [query, setQuery] = useSearchParams();
  const unitName = useUnitName();
  const parts = narrowedBy(filter, unitName);
  if (parts.length === 0) return null;
  const drop = (names: string[]) => {
    const next = new URLSearchParams(query);
    for (const n of names) next.delete(n);
    setQuery(next, { replace: true });
  };
  return (
    <div className="filters" role="group" aria-label="其他筛选条件">
      <span className="muted">另按下列条件筛选:</span>
      {parts.map((p) => <Tag key={p.label} closable onClose={() => drop(p.names)}>{p.label}</Tag>)}
    </div>
  );
}

const thisYear = new Date().getFullYear();
const years = Array.from({ length: thisYear - 2017 }, (_, i) => ({ value: String(thisYear - i), label: `${thisYear - i}年签约` }));

function Filters({ filter, narrow }: { filter: ProjectFilter; narrow: (name: string, value: string | undefined) => void }) {
  const { data } = useQuery(units);
  const counties = (data ?? []).filter((u) => u.kind === "county").map((u) => ({ value: u.id, label: u.short_name || u.name }));
  const choice = (name: keyof ProjectFilter, label: string, options: { value: string; label: string }[], width = 132) => (
    <Select
      aria-label={label}
      placeholder={label}
      allowClear
      style={{ width }}
      options={options}
      value={filter[name] === undefined || (Array.isArray(filter[name]) && filter[name].length > 1) ? undefined : String(filter[name])}
      onChange={(value?: string) => narrow(name, value)}
    />
  );
  return (
    <div className="filters" role="search" aria-label="筛选项目">
      <Input.Search
        key={filter.q ?? ""}
        aria-label="搜索名称、编号或投资方"
        placeholder="名称、编号或投资方"
        allowClear
        defaultValue={filter.q}
        maxLength={100}
        style={{ width: 240 }}
        onSearch={(q) => narrow("q", q.trim())}
      />
      {choice("county_id", "县市区", counties, 168)}
      {choice("stage", "阶段", projectStages, 120)}
      {choice("industry_tier", "产业层级", tiers, 120)}
      {choice("year", "签约年份", years)}
      {choice("framework", "框架协议", [{ value: "false", label: "不含框架协议" }, { value: "true", label: "仅框架协议" }], 148)}
    </div>
  );
}

function useColumns(sort: string | undefined): TableProps<Project>["columns"] {
  const unitName = useUnitName();
  const order = (key: string) => ({
    key, sorter: true, showSorterTooltip: false,
    sortOrder: sort === key ? ("ascend" as const) : sort === "-" + key ? ("descend" as const) : null,
  });
  return [
    {
      ...order("name"), title: "项目名称",
      render: (_, p) => (
        <>
          <Link to={`/projects/${p.id}`}>{p.name}</Link>
          <Illustrative when={p.illustrative} />
          <div className="muted small">{p.code}{p.framework && " · 框架协议"}</div>
        </>
      ),
    },
    { title: "投资方", dataIndex: "investor", width: 220, ellipsis: true },
    { title: "县市区", key: "county", width: 130, render: (_, p) => unitName(p.county_id) },
    { title: "产业", key: "tier", width: 150, render: (_, p) => [labelOf(tiers, p.industry_tier), p.industry].filter(Boolean).join(" · ") || "—" },
    { ...order("agreed_amount"), title: "协议金额", width: 130, align: "right", render: (_, p) => <span className="nowrap">{formatAmount(p.agreed_amount)}</span> },
    { title: "阶段", key: "stage", width: 100, render: (_, p) => <ProjectStage stage={p.stage} label={labelOf(projectStages, p.stage)} /> },
    { ...order("signed_on"), title: "签约日期", width: 120, render: (_, p) => p.signed_on || "—" },
  ];
}
