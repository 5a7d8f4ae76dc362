import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Card, Descriptions, Steps, Table, Tag, type TableProps } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { act, review, reviewActions } from "../api/queries";
import type { Action, Review as ReviewData, Seat, Step } from "../api/types";
import { useUnitName } from "../app/session";
import { ActionBar } from "../components/ActionBar";
import { ActionDialog } from "../components/ActionDialog";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { Veto } from "../components/StartReview";
import { Deadline, Light, Outcome } from "../components/Status";
import { Timeline } from "../components/Timeline";
import { investorKinds, labelOf } from "../lib/labels";
import { formatAmount } from "../lib/money";
import { isSet, stamp } from "../lib/time";

export function Review() {
  const { id = "" } = useParams();
  const query = useQuery({ ...review(id), refetchInterval: 30_000 });
  const r = query.data;
  return (
    <Page
      title={r ? `研判:${r.figures.name}` : "落地前研判"}
      note={r && (r.outcome ? <Outcome outcome={r.outcome} label={r.outcome_label ?? r.outcome} /> : <Light light={r.light} />)}
      actions={r && <Actions id={id} version={r.version} />}
    >
      <Loaded query={query}>{(data) => <Detail r={data} />}</Loaded>
    </Page>
  );
}

/** Actions are what the server says this person may do now; a new version asks again. */
function Actions({ id, version }: { id: string; version: number }) {
  const query = useQuery(reviewActions(id, version));
  const [chosen, setChosen] = useState<Action>();
  const client = useQueryClient();
  return (
    <>
      {query.data && <ActionBar actions={query.data} onChoose={setChosen} />}
      {query.isError && <span className="muted">未能取得可办事项</span>}
      {chosen && (
        <ActionDialog
          action={chosen}
          send={(action, body, key) => act(id, action, body, key)}
          onClose={() => {
            setChosen(undefined);
            void client.invalidateQueries({ queryKey: ["review", id] }); // a refusal may mean that somebody was first
          }}
          onDone={() => {
            setChosen(undefined);
            void client.invalidateQueries();
          }}
        />
      )}
    </>
  );
}

function Detail({ r }: { r: ReviewData }) {
  return (
    <div className="columns">
      <div className="stack">
        <Card><Progress r={r} /></Card>
        <Returns r={r} />
        {r.outcome_text && (
          <Alert
            role="note"
            type={r.outcome === "approved" || r.outcome === "conditional" ? "success" : "info"}
            title={`${r.outcome_label}:${r.outcome_by ? `${r.outcome_by.unit_name ?? ""} ${r.outcome_by.name}` : ""}`}
            description={<span className="prose">{r.outcome_text}</span>}
          />
        )}
        <Card title={`部门会审(${r.seats.filter((s) => s.opinion).length} / ${r.seats.length})`} styles={{ body: { padding: 0 } }}><Seats seats={r.seats} ended={isSet(r.ended_at)} /></Card>
        <Card title="提交时的项目情况" extra={<Link to={`/projects/${r.figures.project_id}`}>查看项目</Link>}><Figures r={r} /></Card>
      </div>
      <Card title="办理记录"><Timeline items={r.timeline} /></Card>
    </div>
  );
}

const stages = ["intake", "opinions", "decision", "end"];

/** Progress shows the four stages, the clock of those that have one of their own. */
function Progress({ r }: { r: ReviewData }) {
  const at = stages.indexOf(r.stage);
  const reached = (i: number) => (r.stage === "end" ? i < 3 && skipped(r, i) === false : i < at);
  const status = (i: number) => (r.stage === "end" && i === 3 ? "finish" : reached(i) ? "finish" : i === at ? "process" : "wait");
  const opined = r.seats.filter((s) => s.opinion).length;
  const notes = [
    <Clock key="intake" step={r.intake} ended={isSet(r.ended_at)} />,
    r.stage === "opinions" || r.seats.some((s) => s.opinion) ? `${opined} / ${r.seats.length}个部门已出具意见` : "",
    isSet(r.ended_at) && !skipped(r, 2) ? "已决定" : <Clock key="decision" step={r.decision} ended={isSet(r.ended_at)} />,
    isSet(r.ended_at) ? stamp(r.ended_at) : "",
  ];
  return (
    <Steps
      size="small"
      aria-label="办理阶段"
      current={at}
      items={["受理", "部门会审", "决定", "办结"].map((title, i) => ({ title, content: <span className="small">{notes[i]}</span>, status: status(i) }))}
    />
  );
}

/** skipped: a review withdrawn or terminated early never went through the later stages. */
function skipped(r: ReviewData, i: number): boolean {
  if (i === 0) return !isSet(r.intake.done_at);
  if (i === 1) return !isSet(r.decision.opened_at);
  return r.outcome === "withdrawn" || r.outcome === "terminated";
}

/** Clock says in one line how a step's deadline stands; when the review has ended, no clock runs. */
function Clock({ step, ended }: { step: Step; ended: boolean }) {
  if (ended && step.state !== "done") return <span className="muted">—</span>;
  if (step.state === "waiting") return <span className="muted">未开始</span>;
  if (step.state === "done") return <span className="muted nowrap">{isSet(step.done_at) ? `${stamp(step.done_at)} 办毕` : "办毕"}</span>;
  if (step.state === "returned") return <Tag color="orange" variant="outlined">补正中,暂停计时</Tag>;
  return (
    <span className="clock">
      <Light light={step.light} />
      <Deadline due={step.due} provisional={step.provisional} />
    </span>
  );
}

/** Returns shows the initiator at once what has to be supplemented. */
function Returns({ r }: { r: ReviewData }) {
  const open = [{ name: "受理", step: r.intake }, ...r.seats.map((s) => ({ name: s.unit_name, step: s.step }))].filter((x) => x.step.state === "returned" && !isSet(r.ended_at));
  return open.map(({ name, step }) => (
    <Alert
      key={name}
      type="warning"
      role="note"
      showIcon
      title={`${name}退回补正,该环节暂停计时`}
      description={
        <>
          <div className="prose">{step.returned?.text}</div>
          <div className="muted small">{step.returned?.unit_name} {step.returned?.name} {step.returned && stamp(step.returned.at)}</div>
        </>
      }
    />
  ));
}

const opinionColors: Record<string, string> = { agree: "green", conditional: "gold", disagree: "red" };

const seatColumns = (ended: boolean): TableProps<Seat>["columns"] => [
  {
    title: "部门", key: "unit", width: "30%",
    render: (_, s) => (
      <>
        {s.unit_name}{s.veto && <Veto />}
        <div className="muted small">{s.why}</div>
      </>
    ),
  },
  { title: "时限", key: "clock", width: "27%", render: (_, s) => <Clock step={s.step} ended={ended} /> },
  {
    title: "意见", key: "opinion",
    render: (_, s) => s.opinion ? (
      <>
        <Tag color={opinionColors[s.opinion]}>{s.opinion_label}</Tag>
        <span className="prose">{s.text}</span>
        {s.condition && s.condition !== s.text && <div className="prose"><b>所附条件:</b>{s.condition}</div>}
        {s.by && <div className="muted small">{s.by.name}</div>}
      </>
    ) : <span className="muted">—</span>,
  },
];

function Seats({ seats, ended }: { seats: Seat[]; ended: boolean }) {
  return <Table<Seat> size="middle" aria-label="会审部门" rowKey="id" columns={seatColumns(ended)} dataSource={seats} pagination={false} locale={{ emptyText: "受理后,会审部门在此列出" }} scroll={{ x: 620 }} />;
}

function Figures({ r }: { r: ReviewData }) {
  const unitName = useUnitName();
  const f = r.figures;
  const items = [
    ["项目编号", f.code], ["投资方", f.investor], ["投资方性质", labelOf(investorKinds, f.investor_kind)], ["县市区", unitName(f.county_id)],
    ["所属产业", f.industry], ["协议金额", formatAmount(f.agreed_amount)], ["用地面积", f.land_area && `${f.land_area} 亩`],
    ["年综合能耗", f.energy_use && `${f.energy_use} 吨标准煤`], ["涉及危化品", f.chemicals ? "是" : "否"],
    ["发起", `${r.initiator.unit_name ?? ""} ${r.initiator.name} ${stamp(r.started_at)}`], ["研判模板", `${r.template.id} 第${r.template.version}版`],
    ...(r.note ? [["说明", <span key="note" className="prose">{r.note}</span>] as const] : []),
  ] as const;
  return <Descriptions size="small" column={{ xs: 1, md: 2, xxl: 3 }} items={items.map(([label, children]) => ({ key: label, label, children: children || "—" }))} />;
}
