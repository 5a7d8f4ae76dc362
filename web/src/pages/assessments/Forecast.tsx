import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Empty, Input, Select, Space, Table, Tag } from "antd";
import { useMemo, useState } from "react";
import { useParams } from "react-router";
import { assessment, forecast } from "../../api/assessments";
import { asProblem } from "../../api/problem";
import type { AssessmentData, Forecast, Supposition } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { Chart, linesOf } from "../../components/Chart";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Delta, Shift } from "./Moves";
import { YearStage, YearTabs } from "./parts";
import { brief, changedIf, figureText, forecastable, isYesNo, rowsOf, supposing, totalsOf, wrongAdd } from "./scores";

type Figure = Forecast["figures"][number];

/** ForecastPage is what a unit's annual score would be by today's figures, and what if there were more. */
export function ForecastPage() {
  const { year = "" } = useParams();
  const [query, narrow] = useFilters();
  const data = useQuery(assessment(year));
  const d = data.data;
  const units = d ? forecastable(d) : [];
  const asked = query.get("unit");
  const unit = units.find((u) => u.value === asked) ?? units.find((u) => d?.my_units.includes(u.value)) ?? units[0];
  return (
    <Page title={d ? `${d.title} 得分测算` : "得分测算"} note={d && <YearStage row={d} />}
      actions={units.length > 1 && (
        <Select aria-label="测算单位" style={{ width: 240 }} value={unit?.value} onChange={(id: string) => narrow("unit", id)} showSearch={{ optionFilterProp: "label" }}
          options={[...new Set(units.map((u) => u.group))].map((g) => ({ label: g, title: g, options: units.filter((u) => u.group === g) }))} />
      )}>
      <YearTabs year={year} />
      <Loaded query={data}>{(y) => (
        <div className="stack">
          <Alert type="warning" showIcon title="这里是按今天已登记的数据作的测算,不是考核结果。" description={notice(y)} />
          {unit ? <Of key={unit.value} year={year} unit={unit.value} /> : <Card><Empty description="您的单位不参加本年度考核" /></Card>}
        </div>
      )}</Loaded>
    </Page>
  );
}

const notice = (y: AssessmentData): string =>
  ["locked", "grading", "publicity", "appealing", "rechecking"].includes(y.stage) ? "本年度已经正式计分,结果见“排名”。" : "还没有填报、核实或评议的,按细则对缺数的规定计算;其他单位也按今天的数据。最后得分以正式计分为准。";

function Of({ year, unit }: { year: string; unit: string }) {
  const now = useQuery(forecast(year, unit, []));
  return <Loaded query={now}>{(f) => <Today f={f} year={year} />}</Loaded>;
}

function Today({ f, year }: { f: Forecast; year: string }) {
  const figures: [string, string, string][] = [["测算总分", brief(f.total), "分"], ["测算名次", f.rank > 0 ? String(f.rank) : "—", `/ ${f.group}${f.units}个单位`], ["测算等次", f.grade || "—", ""], ["数据截至", f.as_of, ""]];
  return (
    <div className="stack">
      <dl className="figures" style={{ margin: 0 }} aria-label={`${f.name}测算`}>
        {figures.map(([label, value, unit]) => <div className="figure" key={label}><dt>{label}</dt><dd>{value}{unit && <small>{unit}</small>}</dd></div>)}
      </dl>
      <WhatIf f={f} year={year} />
      <div className="halves">
        <Card title="各月末的测算(按今天所知)"><Months f={f} /></Card>
        <Card title="各项得分(测算)" styles={{ body: { padding: 0 } }}><Indicators f={f} /></Card>
      </div>
      <Findings list={f.findings} />
    </div>
  );
}

function Months({ f }: { f: Forecast }) {
  const option = useMemo(() => linesOf(Array.from({ length: 12 }, (_, i) => `${i + 1}月`), [{ name: "测算总分", values: totalsOf(f.months) }]), [f.months]);
  if (f.months.length === 0) return <span className="muted">还没有过完一个月,或各月数据不足以测算。</span>;
  return (
    <>
      <Chart label={`${f.name}各月末测算总分`} option={option} height={220} />
      <Table size="small" aria-label="各月末测算" rowKey="month" pagination={false} dataSource={f.months} columns={[
        { title: "月末", key: "month", render: (_, m) => <>{m.month}月 <span className="muted small">{m.as_of}</span></> },
        { title: "测算总分", key: "total", align: "right", render: (_, m) => <span title={m.total}>{brief(m.total)}</span> },
        { title: "名次", key: "rank", align: "right", render: (_, m) => (m.rank > 0 ? m.rank : "—") },
      ]} />
    </>
  );
}

function Indicators({ f }: { f: Forecast }) {
  const rows = useMemo(() => rowsOf(f.indicators), [f.indicators]);
  return (
    <Table size="small" aria-label="各项得分(测算)" rowKey="id" pagination={false} dataSource={rows} scroll={{ x: 560, y: 620 }} columns={[
      { title: "指标", key: "name", width: 200, render: (_, r) => <div style={{ paddingInlineStart: r.depth * 16, fontWeight: r.leaf ? undefined : 600 }}>{r.id} {r.name}</div> },
      { title: "分值", key: "points", width: 64, align: "right", render: (_, r) => r.points ?? "" },
      { title: "测算得分", key: "score", width: 90, align: "right", render: (_, r) => (r.score === "" ? <span className="muted">不适用</span> : <b title={r.score}>{brief(r.score)}</b>) },
      { title: "计算过程", key: "working", render: (_, r) => <span className="prose">{r.working}</span> },
    ]} />
  );
}

/** WhatIf asks what would become of the score with other figures; nothing is saved. */
function WhatIf({ f, year }: { f: Forecast; year: string }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [asked, setAsked] = useState<Supposition[]>([]);
  const result = useQuery({ ...forecast(year, f.unit_id, asked), enabled: asked.length > 0, placeholderData: keepPreviousData, retry: false });
  const list = supposing(f.figures, typed);
  const wrong = f.figures.some((x) => !isYesNo(x) && wrongAdd(typed[x.name] ?? ""));
  const same = JSON.stringify(list) === JSON.stringify(asked);
  const problem = asked.length > 0 && result.error ? asProblem(result.error) : undefined;
  const put = (name: string, text: string) => setTyped((all) => ({ ...all, [name]: text }));
  return (
    <Card title="假设测算:再多几个会怎样">
      <form className="stack" onSubmit={(e) => {
        e.preventDefault();
        if (!wrong && list.length > 0) {
          setAsked(list);
          if (same) void result.refetch();
        }
      }}>
        <span className="muted">在“增加”里填写比今天多(或少)多少,如开工项目数填 3;其他单位不变。只作测算,不保存、不影响任何数据。</span>
        <Table<Figure> size="small" aria-label="假设的数据" rowKey="name" dataSource={f.figures} pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }} scroll={{ x: 620 }} locale={{ emptyText: "没有可以假设的数据" }} columns={[
          { title: "数据项", key: "name", render: (_, x) => <>{x.name}{x.target && <Tag style={{ marginInlineStart: 6 }}>目标</Tag>}{x.counted && <span className="muted small"> 从登记计数,{x.records}条记录</span>}</> },
          { title: "今天", key: "value", width: 160, align: "right", render: (_, x) => figureText(x) },
          { title: "增加", key: "add", width: 220, render: (_, x) => <Supposed figure={x} value={typed[x.name] ?? ""} onChange={(text) => put(x.name, text)} /> },
        ]} />
        <Space wrap>
          <Button type="primary" htmlType="submit" disabled={wrong || list.length === 0} loading={asked.length > 0 && result.isFetching}>测算</Button>
          <Button disabled={Object.keys(typed).length === 0} onClick={() => { setTyped({}); setAsked([]); }}>清空</Button>
          {list.length > 0 && <span className="muted">将假设{list.length}项</span>}
        </Space>
      </form>
      <div aria-live="polite" style={{ marginTop: 12 }}>
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon title={problem.message} description={problem.errors.length > 0 && <ul className="warnings">{problem.errors.map((e, i) => <li key={i}>{e.message}</li>)}</ul>} />}
        {asked.length > 0 && !problem && result.data?.if && <Then f={result.data} then={result.data.if} stale={result.isPlaceholderData || !same} />}
      </div>
    </Card>
  );
}

function Supposed({ figure, value, onChange }: { figure: Figure; value: string; onChange: (text: string) => void }) {
  const label = `${figure.name}增加`;
  if (isYesNo(figure)) {
    return <Select aria-label={`${figure.name}假设为`} size="small" style={{ width: 120 }} value={value || undefined} placeholder="不变" allowClear onChange={(text?: string) => onChange(text ?? "")} options={["是", "否"].filter((x) => x !== figure.value).map((x) => ({ value: x, label: `改为“${x}”` }))} />;
  }
  const wrong = wrongAdd(value);
  return (
    <>
      <Input size="small" aria-label={label} aria-invalid={!!wrong} status={wrong ? "error" : undefined} style={{ width: 130 }} maxLength={20} inputMode="decimal" placeholder="0" suffix={<span className="muted small">{figure.measure}</span>} value={value} onChange={(e) => onChange(e.target.value)} />
      {wrong && <div className="small" role="alert" style={{ color: "#b3261e" }}>{wrong}</div>}
    </>
  );
}

/** Then is what the suppositions came to, beside today's. */
function Then({ f, then, stale }: { f: Forecast; then: NonNullable<Forecast["if"]>; stale: boolean }) {
  const changed = changedIf(f.indicators);
  return (
    <div className="stack" style={{ opacity: stale ? 0.6 : 1 }}>
      {stale && <span className="muted">假设已改动,点“测算”更新。</span>}
      <dl className="figures" style={{ margin: 0 }} aria-label="假设测算的结果">
        <div className="figure"><dt>总分</dt><dd><Shift from={brief(f.total)} to={brief(then.total)} /> <Delta from={f.total} to={then.total} /></dd></div>
        <div className="figure"><dt>名次</dt><dd><Shift from={String(f.rank)} to={String(then.rank)} /><small>/ {f.units}个单位</small></dd></div>
        <div className="figure"><dt>等次</dt><dd><Shift from={f.grade} to={then.grade} /></dd></div>
      </dl>
      <Table size="small" aria-label="假设后变动的指标" rowKey="id" pagination={false} dataSource={changed} locale={{ emptyText: "各项得分都没有变动(可能已经封顶)" }} columns={[
        { title: "指标", key: "name", render: (_, i) => `${i.id} ${i.name}` },
        { title: "分值", key: "points", width: 80, align: "right", render: (_, i) => i.points ?? "" },
        { title: "今天 → 假设后", key: "score", width: 200, align: "right", render: (_, i) => <><Shift from={brief(i.score)} to={brief(i.if)} none="不适用" /> <Delta from={i.score} to={i.if} /></> },
      ]} />
    </div>
  );
}

function Findings({ list }: { list: string[] }) {
  if (list.length === 0) return null;
  return <Card title={`测算中按细则处理的缺数 ${list.length}处`}><ul className="warnings" tabIndex={0} aria-label="按细则处理的缺数">{list.map((text, i) => <li key={i}>{text}</li>)}</ul></Card>;
}
