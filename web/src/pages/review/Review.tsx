import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Card, Tabs } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { act, forecast, review, reviewTimeline } from "../../api/reviews";
import type { Action, Review as ReviewData } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { FigureList } from "../../components/figures";
import { ForecastTable } from "../../components/ForecastTable";
import { Loaded } from "../../components/PageState";
import { Page } from "../../components/Page";
import { Deadline, Illustrative, Light, Outcome } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { projectIsIllustrative } from "../../lib/illustrative";
import { isSet, stamp } from "../../lib/time";
import { Admission } from "./Admission";
import { Conditions } from "./Conditions";
import { Notices } from "./Notices";
import { PanelCard } from "./PanelCard";
import { Papers } from "./Papers";
import { Progress } from "./Progress";
import { Resubmission } from "./Resubmission";
import { Seats } from "./Seats";
import { Submissions } from "./Submissions";

/** soon is how often to ask while a document is being made. */
const soon = 2_000;

export function Review() {
  const { id = "" } = useParams();
  const query = useQuery({ ...review(id), refetchInterval: ({ state }) => (state.data?.papers.some((p) => !isSet(p.issued_at)) ? soon : 30_000) });
  const r = query.data;
  return (
    <Page
      title={r ? `研判:${r.figures.name}` : "落地前研判"}
      heading={r && <>研判:{r.figures.name}<Illustrative when={projectIsIllustrative(r.figures.name)} /></>}
      note={r && <Standing r={r} />}
      actions={r && <Actions r={r} />}
    >
      <Loaded query={query}>{(data) => <Detail r={data} />}</Loaded>
    </Page>
  );
}

/** Standing is how a review ended or, before that, its light and next deadline. */
function Standing({ r }: { r: ReviewData }) {
  if (isSet(r.ended_at) || r.outcome) {
    return (
      <>
        {r.outcome && <Outcome outcome={r.outcome} label={r.outcome_label ?? r.outcome} />}
        {isSet(r.ended_at) ? `${stamp(r.ended_at)} 办结` : <Next r={r} />}
      </>
    );
  }
  return <Next r={r} />;
}

function Next({ r }: { r: ReviewData }) {
  return <span className="clock"><Light light={r.light} />{isSet(r.due) && <>最近期限 <Deadline due={r.due} provisional={r.provisional} /></>}</span>;
}

function Actions({ r }: { r: ReviewData }) {
  const [chosen, setChosen] = useState<Action>();
  const client = useQueryClient();
  return (
    <>
      <ActionBar actions={r.actions} onChoose={setChosen} />
      {chosen && (
        <ActionDialog
          action={chosen}
          subject={r.id}
          send={(action, body, key) => act(r.id, action, body, key)}
          onClose={() => {
            setChosen(undefined);
            void client.invalidateQueries({ queryKey: ["review", r.id] }); // a refusal may mean that somebody was first
          }}
          onDone={() => {
            setChosen(undefined);
            void client.invalidateQueries();
          }}
        >
          {chosen.action === "resubmit" && <Resubmission review={r.id} project={r.figures.project_id} />}
        </ActionDialog>
      )}
    </>
  );
}

function Detail({ r }: { r: ReviewData }) {
  const timeline = useQuery(reviewTimeline(r.id, r.version));
  const [tab, setTab] = useState<string>(); // what the reader chose; before that, what the review is about now
  const opined = r.seats.filter((s) => s.opinion || s.dropped).length;
  const settled = r.conditions.filter((c) => c.state === "closed" || c.state === "waived").length;
  return (
    <div className="columns">
      <div className="stack">
        <Card><Progress r={r} /></Card>
        <Notices r={r} />
        {r.papers.length > 0 && <Papers papers={r.papers} />}
        {(r.panel_why || r.meeting || r.verdict) && <PanelCard r={r} />}
        <Card styles={{ body: { paddingTop: 4 } }}>
          <Tabs
            activeKey={tab ?? (r.conditions.length > 0 ? "conditions" : "seats")}
            onChange={setTab}
            items={[
              { key: "seats", label: `部门会审 ${opined} / ${r.seats.length}`, children: <Seats r={r} /> },
              { key: "conditions", label: `条件落实${r.conditions.length > 0 ? ` ${settled} / ${r.conditions.length}` : ""}`, children: <Conditions r={r} /> },
              { key: "forecast", label: "办理预计", children: <Forecast r={r} /> },
              { key: "admission", label: "准入评分", children: <Admission r={r} /> },
              { key: "submissions", label: `提交与比对 ${r.submissions.length}`, children: <Submissions r={r} /> },
              { key: "reads", label: `已阅 ${r.reads.length}`, children: <Reads r={r} /> },
            ]}
          />
        </Card>
        <Card title="提交时的项目情况" extra={<Link to={`/projects/${r.figures.project_id}`}>查看项目</Link>}>
          <FigureList
            figures={r.figures}
            more={[
              ["发起", `${r.initiator.unit_name ?? ""} ${r.initiator.name} ${stamp(r.started_at)}`],
              ["研判模板", `${r.template.id} 第${r.template.version}版`],
              ...(r.note ? [["说明", <span key="note" className="prose">{r.note}</span>] as [string, React.ReactNode]] : []),
            ]}
          />
        </Card>
      </div>
      <Card title="办理记录"><Loaded query={timeline}>{(items) => <Timeline items={items} />}</Loaded></Card>
    </div>
  );
}

function Forecast({ r }: { r: ReviewData }) {
  return <Loaded query={useQuery(forecast(r.id, r.version))}>{(steps) => <ForecastTable steps={steps} />}</Loaded>;
}

function Reads({ r }: { r: ReviewData }) {
  if (r.reads.length === 0) return <p className="muted">还没有人签收。</p>;
  return (
    <ul className="plain">
      {r.reads.map((x) => <li key={x.name + x.at}>{x.unit_name} {x.name} <span className="muted">{stamp(x.at)} 已阅</span></li>)}
    </ul>
  );
}
