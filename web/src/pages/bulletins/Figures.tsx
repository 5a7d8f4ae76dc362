import { Table } from "antd";
import type { BulletinContent, BulletinData, BulletinMeasure, Indicator } from "../../api/types";
import { ahead, change, figure, measure, unitOf } from "../../lib/bulletin";

const headline = ["signed_count", "signed_amount", "hundred_million_count", "landed_count", "started_count", "in_statistics_count", "in_production_count", "funds_amount"];

/** Headline are the city's figures of the year to date. */
export function Headline({ c, indicators }: { c: BulletinContent; indicators: Indicator[] }) {
  return (
    <dl className="figures by-four" style={{ margin: 0 }}>
      {headline.map((key) => {
        const i = indicators.find((x) => x.key === key);
        const m = measure(c.city, key);
        return i && m && (
          <div className="figure" key={key}>
            <dt>{i.label}(累计)</dt>
            <dd>
              {figure(m.year, i.amount)}<small>{unitOf(i)}</small>
              <p>当月{figure(m.month, i.amount)}{m.year_on_year && `,累计同比${change(m.year_on_year)}`}</p>
              <p>{m.completion ? `完成目标的${m.completion}%,${ahead(m.lead)}` : "\u00a0"}</p>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Measures are all of the city's figures with everything beside them, and the conversions. */
export function Measures({ c, indicators, rates }: { c: BulletinContent; indicators: Indicator[]; rates: BulletinData["rate_kinds"] }) {
  const of = (key: string) => indicators.find((i) => i.key === key);
  const number = (title: string, key: Exclude<keyof BulletinMeasure, "key">, show: (m: BulletinMeasure) => string) => ({ title, key, align: "right" as const, render: (_: unknown, m: BulletinMeasure) => show(m) });
  const amount = (m: BulletinMeasure) => of(m.key)?.amount ?? false;
  return (
    <div className="stack">
      <Table<BulletinMeasure> size="small" aria-label="全市指标" rowKey="key" pagination={false} scroll={{ x: 1100 }} dataSource={c.city.measures} columns={[
        { title: "指标", key: "label", fixed: "left", width: 210, render: (_, m) => { const i = of(m.key); return i ? `${i.label}(${unitOf(i)})` : m.key; } },
        number("当月", "month", (m) => figure(m.month, amount(m))), number("上年当月", "month_last_year", (m) => figure(m.month_last_year, amount(m))),
        number("同比", "month_year_on_year", (m) => change(m.month_year_on_year)), number("环比", "period_on_period", (m) => change(m.period_on_period)),
        number("累计", "year", (m) => figure(m.year, amount(m))), number("上年累计", "year_last_year", (m) => figure(m.year_last_year, amount(m))),
        number("累计同比", "year_on_year", (m) => change(m.year_on_year)), number("全年目标", "target", (m) => figure(m.target, amount(m))),
        number("完成率", "completion", (m) => (m.completion ? `${m.completion}%` : "—")), number("超(欠)序时", "lead", (m) => change(m.lead, "")),
      ]} />
      <Table size="small" aria-label="转化率" rowKey="key" pagination={false} dataSource={c.city.rates} columns={[
        { title: "转化率(累计)", key: "label", width: 210, render: (_, r) => rates.find((k) => k.key === r.key)?.label ?? r.key },
        { title: "比率", key: "percent", align: "right", render: (_, r) => (r.percent ? `${r.percent}%` : "—") },
        { title: "分子 ÷ 分母", key: "of", align: "right", render: (_, r) => `${r.part} ÷ ${r.whole}` },
        { title: "上年同期", key: "last", align: "right", render: (_, r) => (r.last_year ? `${r.last_year}%` : "—") },
        { title: "增减(百分点)", key: "change", align: "right", render: (_, r) => change(r.change, "") },
      ]} />
    </div>
  );
}
