import { useQuery } from "@tanstack/react-query";
import { Alert, Card, Select, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { assessment, runDiff } from "../../api/assessments";
import type { Action, AssessmentData, AssessmentRun } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { ActionBar } from "../../components/ActionBar";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { stamp } from "../../lib/time";
import { Moves } from "./Moves";
import { YearStage, YearTabs } from "./parts";
import { comparable, pairOf, runAsked, standingOf } from "./scores";
import { YearAction } from "./YearAction";

const scoring = ["trial", "official", "recheck_pass", "recheck_return", "publicize"];

/** Runs are a year's scorings: trials, the official one and what appeals brought; any two can be compared. */
export function Runs() {
  const { year = "" } = useParams();
  const query = useQuery(assessment(year));
  const [action, setAction] = useState<Action>();
  const d = query.data;
  return (
    <Page
      title={d ? `${d.title} 试算与计分` : "试算与计分"}
      note={d && <YearStage row={d} />}
      actions={d && <ActionBar actions={(d.actions as Action[]).filter((a) => scoring.includes(a.action))} onChoose={setAction} />}
    >
      <YearTabs year={year} />
      <Loaded query={query}>{(y) => (
        <div className="stack">
          <State y={y} />
          <Card title={`历次计分 ${y.runs.length}`} styles={{ body: { padding: 0 } }}><List y={y} year={year} /></Card>
          <Card title="两次计分的比较"><Compare runs={y.runs} year={year} /></Card>
          {action && <YearAction year={year} action={action} onClose={() => setAction(undefined)}>{hints[action.action]}</YearAction>}
        </div>
      )}</Loaded>
    </Page>
  );
}

const hints: Record<string, React.ReactNode> = {
  trial: <span className="muted">试算按现有数据计算,只有考核人员看得到,不作为结果,可以反复进行。</span>,
  official: <span className="muted">正式计分冻结全部数据和项目登记,计算结果交经办人以外的人复核。</span>,
  publicize: <span className="muted">公示后各单位都能看到全部得分和名次,并可在公示期内提出申诉。</span>,
};

function State({ y }: { y: AssessmentData }) {
  return (
    <>
      {y.computing && <Alert type="info" showIcon role="status" title={`正在${y.computing},请稍候`} />}
      {y.returned && (y.stage === "scoring" || y.stage === "verifying") && <Alert type="warning" showIcon title={`复核退回:${y.returned}`} />}
      {y.rechecked_by && y.stage === "rechecking" && <Alert type="success" showIcon title={`已复核通过:${[y.rechecked_by.unit_name, y.rechecked_by.name].filter(Boolean).join(" ")}`} />}
    </>
  );
}

function List({ y, year }: { y: AssessmentData; year: string }) {
  return (
    <Table<AssessmentRun>
      size="middle"
      aria-label="历次计分"
      rowKey="no"
      pagination={false}
      scroll={{ x: 980 }}
      dataSource={[...y.runs].sort((a, b) => b.no - a.no)}
      locale={{ emptyText: y.reads_all ? "还没有计分;年度中可以随时试算" : "还没有公示的计分" }}
      expandable={{
        rowExpandable: (r) => !!r.failed || r.problems.length > 0,
        defaultExpandedRowKeys: y.runs.filter((r) => r.failed).slice(0, 1).map((r) => r.no),
        expandedRowRender: (r) => <Failed r={r} />,
      }}
      columns={[
        { title: "次序", key: "no", width: 110, render: (_, r) => (r.failed ? `第${r.no}次` : <Link to={`/assessments/${year}/scores?run=${r.no}`}>第{r.no}次</Link>) },
        { title: "性质", key: "kind", width: 130, render: (_, r) => <>{r.kind_label}{r.appeal ? <div className="muted small">第{r.appeal}件申诉</div> : null}</> },
        { title: "状态", key: "state", width: 200, render: (_, r) => { const s = standingOf(r, y); return <><Tag color={s.color}>{s.text}</Tag>{r.standing && <Tag color="blue" variant="outlined">现行</Tag>}{r.void && <div className="muted small">{r.void}</div>}</>; } },
        { title: "数据截至", dataIndex: "as_of", width: 120 },
        { title: "按何时所知", key: "known", width: 160, render: (_, r) => <span className="nowrap">{stamp(r.known_at)}</span> },
        { title: "经办", key: "by", width: 150, render: (_, r) => <>{r.by.name}{r.by.unit_name && <div className="muted small">{r.by.unit_name}</div>}</> },
        { title: "单位", key: "units", width: 70, align: "right", render: (_, r) => r.units || "—" },
        { title: "缺数", key: "findings", width: 100, align: "right", render: (_, r) => (r.findings > 0 ? <span title="按细则处理的缺数">{r.findings}处</span> : "无") },
        { title: "结果摘要", key: "output", width: 130, render: (_, r) => (r.output ? <span className="hash" title={r.output}>{r.output.slice(0, 12)}</span> : "") },
      ]}
    />
  );
}

function Failed({ r }: { r: AssessmentRun }) {
  return (
    <div>
      {r.failed && <b>没有算出得分:{r.failed}</b>}
      {r.problems.length > 0 && <ul className="warnings" tabIndex={0} aria-label={`第${r.no}次计分的问题`}>{r.problems.map((text, i) => <li key={i}>{text}</li>)}</ul>}
      {r.failed && <p className="muted" style={{ margin: "6px 0 0" }}>补齐或改正上列数据后可以再算。</p>}
    </div>
  );
}

function Compare({ runs, year }: { runs: AssessmentRun[]; year: string }) {
  const [query, narrow] = useFilters();
  const pair = pairOf(runs, runAsked(query.get("from")), runAsked(query.get("to")));
  if (!pair) return <span className="muted">有两次以上的计分后,可以比较得分、名次和所用数据的不同。</span>;
  const [from, to] = pair;
  const options = comparable(runs).map((r) => ({ value: r.no, label: `第${r.no}次 ${r.kind_label} 截至${r.as_of}${r.standing ? "(现行)" : ""}` }));
  return (
    <div className="stack">
      <div className="filters" role="group" aria-label="选择比较的两次计分" style={{ marginBottom: 0, alignItems: "center" }}>
        <Select aria-label="比较前" style={{ width: 270 }} value={from} onChange={(no: number) => narrow("from", no)} options={options.filter((o) => o.value !== to)} />
        <span>与</span>
        <Select aria-label="比较后" style={{ width: 270 }} value={to} onChange={(no: number) => narrow("to", no)} options={options.filter((o) => o.value !== from)} />
      </div>
      <Pair key={`${from} ${to}`} year={year} from={from} to={to} />
    </div>
  );
}

function Pair({ year, from, to }: { year: string; from: number; to: number }) {
  const diff = useQuery(runDiff(year, from, to));
  return <Loaded query={diff}>{(d) => <Moves d={d} year={year} label={`第${from}次与第${to}次计分的不同`} />}</Loaded>;
}
