import { DownloadOutlined, ImportOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Input, Select, type TableProps } from "antd";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { exportAddress, projects, templateAddress, units, type ProjectFilter } from "../api/queries";
import type { Project } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { useFilters } from "../app/useFilters";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { Illustrative, ProjectStage } from "../components/Status";
import { labelOf, projectStages, tiers } from "../lib/labels";
import { formatAmount } from "../lib/money";

const ImportDialog = lazy(async () => ({ default: (await import("../components/ImportDialog")).ImportDialog }));

/** filterOf reads a list's filter from its address, so that a filtered list can be kept and sent on. */
export function filterOf(query: URLSearchParams): ProjectFilter {
  const text = (name: string) => query.get(name)?.trim() || undefined;
  const year = Number(text("year"));
  const framework = text("framework");
  return {
    q: text("q"), county_id: text("county_id"), stage: text("stage"), industry_tier: text("industry_tier"),
    year: Number.isInteger(year) && year > 0 ? year : undefined,
    framework: framework === "true" || framework === "false" ? framework : undefined,
    sort: text("sort"),
  };
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
      value={filter[name] === undefined ? undefined : String(filter[name])}
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
