import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Space, Table, Tag, type TableProps } from "antd";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { assessment, scoreCard } from "../../api/assessments";
import type { Action, AssessmentData, ScoreCardData } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { whyNot } from "../../components/ActionBar";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { AppealStatus } from "./AppealStatus";
import { Explained } from "./Explained";
import { YearTabs } from "./parts";
import { RunLine, RunNotice, RunTags } from "./RunTags";
import { brief, evidenceAddress, rowsOf, runAsked, withRun, type IndicatorRow } from "./scores";

/** ScoreCardPage is one unit's scores, each opening to its clause, formula, figures and records. */
export function ScoreCardPage() {
  const { year = "", unit = "" } = useParams();
  const [query] = useFilters();
  const run = runAsked(query.get("run"));
  const card = useQuery(scoreCard(year, unit, run));
  const y = useQuery(assessment(year)).data;
  const c = card.data;
  return (
    <Page
      title={c ? `${c.name} ${c.year}年度得分` : "得分卡"}
      note={c && y && <><RunTags run={c.run} year={y} /><span className="muted">{c.group}</span></>}
      actions={<Link to={withRun(`/assessments/${year}/scores`, run)}>返回排名</Link>}
    >
      <YearTabs year={year} />
      <Loaded query={card}>{(data) => (
        <div className="stack">
          <RunNotice run={data.run} year={year} />
          <Head c={data} />
          <Outcomes c={data} />
          <Card title="各项得分" styles={{ body: { paddingTop: 12 } }}><Indicators c={data} year={year} run={run} appeal={appealOf(data, y)} /></Card>
          <Card title={`本单位的申诉 ${data.appeals.length}`}><Appealed c={data} year={year} /></Card>
          <RunLine run={data.run} />
        </div>
      )}</Loaded>
    </Page>
  );
}

/** appealOf is the action by which a unit's own people appeal from its card; others have no business with it. */
export function appealOf(c: Pick<ScoreCardData, "unit_id" | "run">, y: Pick<AssessmentData, "my_units" | "actions"> | undefined): Action | undefined {
  return c.run.standing && y?.my_units.includes(c.unit_id) ? (y.actions as Action[]).find((a) => a.action === "appeal") : undefined;
}

function Head({ c }: { c: ScoreCardData }) {
  const figures: [string, string, string?][] = [
    ["总分", brief(c.total), "分"], ["基本得分", brief(c.base), "分"], ["加分", brief(c.bonus), "分"], ["扣分", brief(c.deduction), "分"], ["名次", `第${c.rank}名`, c.group], ["等次", c.grade || "—"],
  ];
  return (
    <dl className="figures" style={{ margin: 0, gridTemplateColumns: "repeat(auto-fit, minmax(140px, 1fr))" }}>
      {figures.map(([label, value, unit]) => <div className="figure" key={label}><dt>{label}</dt><dd>{value}{unit && <small>{unit}</small>}</dd></div>)}
    </dl>
  );
}

const effects: Record<string, string> = { zero: "总分为零", grade: "定为等次", last: "名列末位", promote: "升一档", demote: "降一档", no_award: "取消评优", veto: "否决" };

function Outcomes({ c }: { c: ScoreCardData }) {
  if (c.outcomes.length === 0) return null;
  return <Alert type="warning" showIcon title="适用的规定" description={<ul className="plain">{c.outcomes.map((o) => <li key={o.name}>{o.name}:{effects[o.effect] ?? o.effect}{o.clause && <span className="muted"> {o.clause}</span>}</li>)}</ul>} />;
}

function Indicators({ c, year, run, appeal }: { c: ScoreCardData; year: string; run?: number; appeal?: Action }) {
  const rows = useMemo(() => rowsOf(c.indicators), [c.indicators]);
  const [open, setOpen] = useState<readonly React.Key[]>([]);
  const opening = (r: IndicatorRow) => r.leaf && !!r.explanation;
  const all = rows.filter(opening).map((r) => r.id);
  const columns: TableProps<IndicatorRow>["columns"] = [
    { title: "指标", key: "name", render: (_, r) => <div style={{ paddingInlineStart: r.depth * 18, fontWeight: r.leaf ? undefined : 600 }}>{r.id} {r.name}{r.depth === 0 && { bonus: <Tag color="green" style={{ marginInlineStart: 6 }}>加分</Tag>, deduction: <Tag color="red" style={{ marginInlineStart: 6 }}>扣分</Tag> }[r.role]}</div> },
    { title: "条款", key: "clause", width: 170, render: (_, r) => r.clause ?? "" },
    { title: "分值", key: "points", width: 70, align: "right", render: (_, r) => r.points ?? "" },
    { title: "得分", key: "score", width: 96, align: "right", render: (_, r) => (r.status === "not_applicable" ? <span className="muted">不适用</span> : <b title={r.score}>{brief(r.score)}</b>) },
    { title: "计算过程", key: "working", render: (_, r) => <span className="prose">{r.working}</span> },
    {
      title: "", key: "more", width: 120,
      render: (_, r) => r.leaf && (
        <Space size={12}>
          <Link to={evidenceAddress(year, c.unit_id, r.id, run)} aria-label={`${r.name}的依据`}>依据</Link>
          {appeal?.allowed && <Link to={`/assessments/${year}/appeals?indicator=${encodeURIComponent(r.id)}`} aria-label={`对${r.name}提出申诉`}>申诉</Link>}
        </Space>
      ),
    },
  ];
  return (
    <div className="stack">
      <div style={{ display: "flex", flexWrap: "wrap", gap: "4px 12px", alignItems: "center" }}>
        <Button size="small" onClick={() => setOpen(open.length < all.length ? all : [])}>{open.length < all.length ? "展开全部算法" : "全部收起"}</Button>
        <span className="muted small">行首的加号展开到每一条记录和材料;“依据”看登记的经过。{appeal && !appeal.allowed && ` 不能申诉:${whyNot(appeal)}`}</span>
      </div>
      <Table<IndicatorRow> size="small" aria-label={`${c.name}各项得分`} rowKey="id" pagination={false} dataSource={rows} columns={columns} scroll={{ x: 960 }}
        expandable={{ expandedRowKeys: open, onExpandedRowsChange: setOpen, rowExpandable: opening, expandedRowRender: (r) => r.explanation && <div style={{ padding: "4px 0 8px 40px" }}><Explained e={r.explanation} /></div> }} />
    </div>
  );
}

function Appealed({ c, year }: { c: ScoreCardData; year: string }) {
  if (c.appeals.length === 0) return <span className="muted">没有申诉{c.run.standing ? "" : ",或您不能查看"}</span>;
  return (
    <ul className="plain">
      {c.appeals.map((a) => <li key={a.no}><Link to={`/assessments/${year}/appeals#appeal-${a.no}`}>第{a.no}件 {a.title}</Link> <AppealStatus a={a} /> <span className="prose">{a.text}</span></li>)}
    </ul>
  );
}
