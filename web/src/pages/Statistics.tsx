import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Select, Table, type TableProps } from "antd";
import { Link, useSearchParams } from "react-router";
import { statistics } from "../api/queries";
import type { Statistics as Figures, Tally } from "../api/types";
import { useUnitName } from "../app/session";
import { BarChart } from "../components/BarChart";
import { Behind } from "../components/FunnelSteps";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { inYi } from "../lib/money";
import { yearOf, yearOptions } from "../lib/year";

export function Statistics() {
  const [query, setQuery] = useSearchParams();
  const present = new Date().getFullYear();
  const year = yearOf(query.get("year"), present);
  const figures = useQuery(statistics(year));
  return (
    <Page
      title="年度统计"
      note={figures.data?.as_of && `截至${figures.data.as_of}`}
      actions={
        <Select
          aria-label="年份"
          style={{ width: 110 }}
          value={year}
          onChange={(y: number) => setQuery({ year: String(y) }, { replace: true })}
          options={yearOptions(present)}
        />
      }
    >
      <Loaded query={figures}>{(s) => <Year s={s} />}</Loaded>
    </Page>
  );
}

function Year({ s }: { s: Figures }) {
  return (
    <div className="stack">
      <Headline s={s} />
      {s.notes.length > 0 && (
        <Alert type="info" role="note" title="说明" description={<ul className="notices">{s.notes.map((n) => <li key={n}>{n}</li>)}</ul>} />
      )}
      <div className="halves">
        <Card title="产业层级(签约项目)" styles={{ body: { padding: 0 } }}><Tiers s={s} /></Card>
        <Card title="分季度" styles={{ body: { padding: 0 } }}><Quarters s={s} /></Card>
      </div>
      <Counties s={s} />
      <Card title={`签约活动(共${s.events_total.count}个项目、${yi(s.events_total)}亿元)`} styles={{ body: { padding: 0 } }}><Events s={s} /></Card>
    </div>
  );
}

const yi = (t: { amount: string }) => inYi(t.amount);

/** during is a year, or a quarter of it, of a stage's dates: the parameters of the list behind a figure. */
const during = (stage: string, year: number, quarter?: number) => {
  const month = (n: number) => String(n).padStart(2, "0");
  const [from, until] = quarter ? [`${month(3 * quarter - 2)}-01`, quarter === 1 || quarter === 4 ? `${month(3 * quarter)}-31` : `${month(3 * quarter)}-30`] : ["01-01", "12-31"];
  return `${stage}_from=${year}-${from}&${stage}_until=${year}-${until}&framework=false`;
};

function Headline({ s }: { s: Figures }) {
  const l = s.landed;
  return (
    <dl className="figures" style={{ margin: 0 }}>
      <Figure label="新签约项目" value={s.signed.count} list={during("signed", s.year)} unit="个" note={`${yi(s.signed)} 亿元,不含框架协议`} />
      <Figure
        label="新注册落地规模项目"
        value={l.count}
        list={`${during("landed", s.year)}&above_scale=true`}
        unit="个"
        note={[l.year_on_year_percent && `同比${l.year_on_year_percent.startsWith("-") ? "" : "+"}${l.year_on_year_percent}%`, l.completion_percent && `完成目标的${l.completion_percent}%`].filter(Boolean).join(",") || `上年${l.previous_year}个`}
      />
      <Figure label="落地项目投资" value={yi(l)} list={`${during("landed", s.year)}&above_scale=true`} unit="亿元" note={l.target ? `全年目标${l.target}个` : ""} />
      <Figure label="亿元以上签约项目" value={s.hundred_million.count} list={`${during("signed", s.year)}&min_amount=10000`} unit="个" note={`${yi(s.hundred_million)} 亿元`} />
      <Figure label="开工" value={s.started.count} list={during("started", s.year)} unit="个" note={`${yi(s.started)} 亿元`} />
      <Figure label="入库" value={s.in_statistics.count} list={during("in_statistics", s.year)} unit="个" note={`${yi(s.in_statistics)} 亿元`} />
      <Figure label="投产" value={s.in_production.count} list={during("in_production", s.year)} unit="个" note={`${yi(s.in_production)} 亿元`} />
      <Figure label="到位资金" value={yi(s.funds_arrived)} list={`funds_from=${s.year}-01-01&funds_until=${s.year}-12-31`} unit="亿元" note={s.framework.count > 0 ? `另有框架协议${s.framework.count}个` : ""} />
      <Figure label="驻外招商专班引进" value={s.teams.signed.count} to={`/funnel?year=${s.year}&by=team`} unit="个" note={`${s.teams.active}个专班,${yi(s.teams.signed)} 亿元`} />
      <Figure label="招商大使引进" value={s.ambassadors.signed.count} to={`/funnel?year=${s.year}&by=ambassador`} unit="个" note={`${s.ambassadors.active}位大使,${yi(s.ambassadors.signed)} 亿元`} />
    </dl>
  );
}

function Figure({ label, value, unit, note, list, to }: { label: string; value: number | string; unit: string; note: string; list?: string; to?: string }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>
        {list ? <Behind list={list}>{value}</Behind> : to ? <Link to={to}>{value}</Link> : value}<small>{unit}</small>
        <p>{note || "\u00a0"}</p>
      </dd>
    </div>
  );
}

/** tally is a pair of columns: how many, and how much. */
function tally<T>(title: string, of: (row: T) => Tally, list: (row: T) => string): NonNullable<TableProps<T>["columns"]>[number] {
  return {
    title,
    align: "center",
    children: [
      { title: "个", key: title + "count", align: "right", width: 64, render: (_: unknown, row: T) => (of(row).count > 0 ? <Behind list={list(row)}>{of(row).count}</Behind> : 0) },
      { title: "亿元", key: title + "amount", align: "right", width: 92, render: (_: unknown, row: T) => yi(of(row)) },
    ],
  };
}

function Tiers({ s }: { s: Figures }) {
  return (
    <Table
      size="small"
      aria-label="产业层级"
      rowKey="tier"
      dataSource={s.tiers}
      pagination={false}
      columns={[
        { title: "层级", dataIndex: "label" },
        { title: "个", key: "count", align: "right", render: (_, t) => <Behind list={`${during("signed", s.year)}&industry_tier=${t.tier}${t.tier === "other" ? "&industry_tier=-" : ""}`}>{t.count}</Behind> },
        { title: "占比", key: "percent", align: "right", render: (_, t) => (t.percent ? `${t.percent}%` : "—") },
        { title: "亿元", key: "amount", align: "right", render: (_, t) => yi(t) },
      ]}
    />
  );
}

function Quarters({ s }: { s: Figures }) {
  return (
    <Table<Figures["quarters"][number]>
      size="small"
      aria-label="分季度"
      rowKey="quarter"
      dataSource={s.quarters}
      pagination={false}
      columns={[{ title: "季度", key: "q", render: (_, q) => `${q.quarter}季度` }, tally("签约", (q) => q.signed, (q) => during("signed", s.year, q.quarter)), tally("落地", (q) => q.landed, (q) => `${during("landed", s.year, q.quarter)}&above_scale=true`), tally("开工", (q) => q.started, (q) => during("started", s.year, q.quarter))]}
    />
  );
}

function Counties({ s }: { s: Figures }) {
  const unitName = useUnitName();
  return (
    <Card title="县市区">
      {s.counties.length > 0 && (
        <BarChart
          label="各县市区签约与落地金额,亿元"
          names={s.counties.map((c) => unitName(c.county_id))}
          series={[
            { name: "签约(亿元)", values: s.counties.map((c) => Number(c.signed.amount_yi)) },
            { name: "规模项目落地(亿元)", values: s.counties.map((c) => Number(c.landed.amount_yi)) },
          ]}
        />
      )}
      <Table<Figures["counties"][number]>
        size="small"
        aria-label="县市区"
        rowKey="county_id"
        dataSource={s.counties}
        pagination={false}
        scroll={{ x: 900 }}
        locale={{ emptyText: "这一年还没有数据" }}
        columns={[
          { title: "县市区", key: "county", render: (_, c) => unitName(c.county_id) },
          tally("签约", (c) => c.signed, (c) => `${during("signed", s.year)}&county_id=${c.county_id}`), tally("规模项目落地", (c) => c.landed, (c) => `${during("landed", s.year)}&above_scale=true&county_id=${c.county_id}`),
          tally("开工", (c) => c.started, (c) => `${during("started", s.year)}&county_id=${c.county_id}`), tally("入库", (c) => c.in_statistics, (c) => `${during("in_statistics", s.year)}&county_id=${c.county_id}`),
          tally("投产", (c) => c.in_production, (c) => `${during("in_production", s.year)}&county_id=${c.county_id}`),
        ]}
      />
    </Card>
  );
}

function Events({ s }: { s: Figures }) {
  return (
    <Table
      size="small"
      aria-label="签约活动"
      rowKey="name"
      dataSource={s.events}
      pagination={{ pageSize: 10, hideOnSinglePage: true, size: "small" }}
      locale={{ emptyText: "这一年还没有签约活动" }}
      columns={[
        { title: "活动", dataIndex: "name" },
        { title: "签约项目", key: "count", align: "right", width: 110, render: (_, e) => <Behind list={`${during("signed", s.year)}&event=${encodeURIComponent(e.name)}`}>{e.count}</Behind> },
        { title: "亿元", key: "amount", align: "right", width: 120, render: (_, e) => yi(e) },
      ]}
    />
  );
}
