import { useQuery } from "@tanstack/react-query";
import { Card, Collapse, Descriptions, Table, Tag } from "antd";
import { useMemo } from "react";
import { Link, useParams } from "react-router";
import { assessment, evidence } from "../../api/assessments";
import type { ScoreEvidence } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { Files } from "../../components/Files";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Light, Outcome } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { labelOf, liaisonRoles, liaisonStages, outcomes, reviewStages } from "../../lib/labels";
import { isSet, stamp } from "../../lib/time";
import { Explained } from "./Explained";
import { YearTabs } from "./parts";
import { RunLine, RunNotice, RunTags } from "./RunTags";
import { brief, cardAddress, runAsked } from "./scores";

type Figure = ScoreEvidence["figures"][number];
type Project = ScoreEvidence["projects"][number];

/** EvidencePage follows one score from its clause to the events that recorded what it rests on. */
export function EvidencePage() {
  const { year = "", unit = "", indicator = "" } = useParams();
  const [query] = useFilters();
  const run = runAsked(query.get("run"));
  const chain = useQuery(evidence(year, unit, indicator, run));
  const y = useQuery(assessment(year)).data;
  const e = chain.data;
  return (
    <Page
      title={e ? `${e.unit_name} ${e.indicator.id} ${e.indicator.name} 得分依据` : "得分依据"}
      note={e && y && <RunTags run={e.run} year={y} />}
      actions={<Link to={cardAddress(year, unit, run)}>返回得分卡</Link>}
    >
      <YearTabs year={year} />
      <Loaded query={chain}>{(data) => (
        <div className="stack">
          <RunNotice run={data.run} year={year} />
          <Card title="一、条款和得分"><Clause e={data} /></Card>
          <Card title="二、计算过程"><Working e={data} /></Card>
          <Card title={`三、数据 ${data.figures.length}项`} styles={{ body: { padding: 0 } }}><Figures list={data.figures} /></Card>
          <Card title={`四、项目和登记 ${data.projects.length + data.more}个`}><Projects list={data.projects} more={data.more} /></Card>
          <RunLine run={data.run} />
        </div>
      )}</Loaded>
    </Page>
  );
}

function Clause({ e }: { e: ScoreEvidence }) {
  const i = e.indicator;
  return (
    <Descriptions size="small" column={{ xs: 1, md: 2, xl: 4 }} items={[
      { key: "book", label: "细则", children: e.book },
      { key: "clause", label: "条款", children: i.clause || "细则未注明条款" },
      { key: "points", label: "分值", children: i.points ? `${i.points}分` : "—" },
      { key: "score", label: "得分", children: i.status === "not_applicable" ? "不适用" : <b title={i.score}>{brief(i.score)}分</b> },
    ]} />
  );
}

function Working({ e }: { e: ScoreEvidence }) {
  const projects = useMemo(() => new Map(e.projects.flatMap((p) => (p.id ? [[p.code, p.id] as const] : []))), [e.projects]);
  return e.indicator.explanation ? <Explained e={e.indicator.explanation} projects={projects} /> : <span className="prose">{e.indicator.working || "没有计算过程"}</span>;
}

function Figures({ list }: { list: Figure[] }) {
  return (
    <Table<Figure> size="small" aria-label="数据" rowKey="name" pagination={false} dataSource={list} scroll={{ x: 900 }} locale={{ emptyText: "这项得分没有用到任务、填报或核定的数据,全部从项目登记中计数" }} columns={[
      { title: "数据项", dataIndex: "name", width: 190 },
      { title: "数值", key: "value", width: 140, align: "right", render: (_, f) => <b>{f.value || "无"}</b> },
      { title: "来源", key: "source", width: 170, render: (_, f) => <><Tag color={f.source === "unverified" || f.source === "fraud" ? "orange" : undefined}>{f.source_label}</Tag>{f.fixed && <Tag color="blue" title="核定数代替从登记中计得的数">核定数</Tag>}</> },
      { title: "材料", key: "evidence", render: (_, f) => {
        const texts = f.evidence.filter((text) => !f.files.some((file) => file.name === text));
        return texts.length + f.files.length > 0 ? <><ul className="plain">{texts.map((text, i) => <li key={i}>{text}</li>)}</ul><Files files={f.files} /></> : <span className="muted">—</span>;
      } },
      {
        title: "由哪一条记录登记", key: "event", width: 300,
        render: (_, f) => f.event ? (
          <div>
            {f.event.automatic && <Tag variant="outlined">自动</Tag>}{f.event.text.replace(/^【自动】/, "")}
            <div className="muted small">{stamp(f.event.at)} {!f.event.automatic && [f.event.unit_name, f.event.actor_name + (f.event.for ? `(代理${f.event.for})` : "")].filter(Boolean).join(" ")}</div>
            <div className="hash" title={`记录链上的指纹 ${f.event.hash}`}>{f.event.hash.slice(0, 12)}</div>
          </div>
        ) : <span className="muted">随计分冻结,见输入摘要</span>,
      },
    ]} />
  );
}

function Projects({ list, more }: { list: Project[]; more: number }) {
  if (list.length === 0 && more === 0) return <span className="muted">这项得分不从项目计数。</span>;
  return (
    <div className="stack">
      <span className="muted">计入这项得分的项目,及计分时冻结的登记。{more > 0 && `以下列出${list.length}个,另有${more}个项目从略,编号见“计算过程”。`}</span>
      <Collapse
        size="small"
        defaultActiveKey={list.length === 1 && list[0] ? [list[0].code] : []}
        items={list.map((p) => ({
          key: p.code,
          label: <>{p.code} {p.name}<span className="muted small"> 记录{p.events.length}条{p.reviews.length > 0 && `,研判${p.reviews.length}次`}{p.liaisons.length > 0 && `,包联${p.liaisons.length}家`}</span></>,
          extra: p.id && <Link to={`/projects/${p.id}`} onClick={(e) => e.stopPropagation()} aria-label={`打开项目${p.name}`}>打开项目</Link>,
          children: <ProjectChain p={p} />,
        }))}
      />
    </div>
  );
}

function ProjectChain({ p }: { p: Project }) {
  return (
    <div className="columns">
      <div className="stack">
        <section aria-label="计分时的登记">
          <b>计分时的登记</b>
          <Descriptions size="small" style={{ marginTop: 6 }} column={{ xs: 1, md: 2 }} items={p.fields.map((f) => ({ key: f.name, label: f.name, children: f.value }))} />
        </section>
        {p.reviews.length > 0 && (
          <section aria-label="落地前研判">
            <b>落地前研判</b>
            <ul className="plain">{p.reviews.map((r) => <li key={r.id}><Link to={`/reviews/${r.id}`}>{stamp(r.started_at).slice(0, 10)}发起</Link> {r.outcome ? <Outcome outcome={r.outcome} label={labelOf(outcomes, r.outcome)} /> : <Tag color="processing">{labelOf(reviewStages, r.stage)}</Tag>}{isSet(r.ended_at) && <span className="muted">{stamp(r.ended_at)}办结</span>}</li>)}</ul>
          </section>
        )}
        {p.liaisons.length > 0 && (
          <section aria-label="包联">
            <b>包联</b>
            <ul className="plain">{p.liaisons.map((l) => <li key={l.id}><Link to={`/liaisons/${l.id}`}>{l.year}年 {l.department_name} {l.cadre_name}</Link> {labelOf(liaisonRoles, l.role)} <Tag>{labelOf(liaisonStages, l.stage)}</Tag>{!isSet(l.ended_at) && <Light light={l.light} />}</li>)}</ul>
          </section>
        )}
        {!p.id && <span className="muted">这个项目不在您的查看范围,只列出计分所用的登记。</span>}
      </div>
      <section aria-label="得分所依据的记录">
        <b>得分所依据的记录</b>
        <div style={{ marginTop: 12 }}><Timeline items={p.events} /></div>
      </section>
    </div>
  );
}
