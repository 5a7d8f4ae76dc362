import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Empty, Segmented, Table, Tag } from "antd";
import { useEffect, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { assessment, runDiff } from "../../api/assessments";
import type { Action, AssessmentAppeal, AssessmentData } from "../../api/types";
import { useNow } from "../../app/now";
import { useFilters } from "../../app/useFilters";
import { ActionBar, whyNot } from "../../components/ActionBar";
import { Files } from "../../components/Files";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Deadline } from "../../components/Status";
import { isOn, offersOn, settled } from "../../lib/targets";
import { isSet, stamp } from "../../lib/time";
import { AppealStatus } from "./AppealStatus";
import { Moves } from "./Moves";
import { YearStage, YearTabs } from "./parts";
import { appealsOf, evidenceAddress, isPublic, offeredIndicator, type AppealFilter } from "./scores";
import { YearAction } from "./YearAction";

const appealing = ["appeal", "withdraw_appeal", "rule"];

/** Chosen is an action, and the appeal it is about. */
interface Chosen { action: Action; appeal?: AssessmentAppeal; indicator?: string }

/** Appeals are the units' objections to their scores, with the ruling on each and what it changed. */
export function Appeals() {
  const { year = "" } = useParams();
  const [query, narrow] = useFilters();
  const data = useQuery(assessment(year));
  const [chosen, setChosen] = useState<Chosen>();
  const d = data.data;
  const actions = ((d?.actions ?? []) as Action[]).filter((a) => appealing.includes(a.action));
  const indicator = query.get("indicator") ?? undefined;
  const file = actions.find((a) => a.action === "appeal");
  const asked: Chosen | undefined = indicator && !chosen && file?.allowed ? { action: file, indicator } : undefined; // the address of a score card's link opens the form
  const dialog = chosen ?? asked;
  const close = () => {
    setChosen(undefined);
    if (indicator) narrow("indicator");
  };
  return (
    <Page
      title={d ? `${d.title} 申诉` : "申诉"}
      note={d && <YearStage row={d} />}
      actions={d && <ActionBar actions={actions.filter((a) => !isOn(a, ["appeal"]))} onChoose={(action) => setChosen({ action })} />}
    >
      <YearTabs year={year} />
      <Loaded query={data}>{(y) => (
        <div className="stack">
          {y.computing && <Alert type="info" showIcon role="status" title={`正在${y.computing},请稍候`} />}
          {indicator && file && !file.allowed && <Alert type="warning" showIcon title={`现在不能提出申诉:${whyNot(file)}`} />}
          <Rounds y={y} />
          <List y={y} year={year} actions={actions} choose={setChosen} />
          {dialog && (
            <YearAction
              key={`${dialog.action.action} ${dialog.appeal?.no ?? ""}`}
              year={year}
              action={dialog.appeal ? settled(dialog.action, "appeal", String(dialog.appeal.no)) : dialog.action}
              about={dialog.appeal && String(dialog.appeal.no)}
              initial={dialog.indicator ? offeredIndicator(dialog.action, dialog.indicator) : undefined}
              onClose={close}
            >
              {dialog.appeal ? <About a={dialog.appeal} year={year} /> : <span className="muted">申诉针对一项具体指标的得分,请写明哪个数据或哪条计算有误,并附材料。裁定由没有参与核实的人作出。</span>}
            </YearAction>
          )}
        </div>
      )}</Loaded>
    </Page>
  );
}

/** About is the appeal that is to be ruled on, before one's eyes. */
function About({ a, year }: { a: AssessmentAppeal; year: string }) {
  return (
    <Alert
      type="info"
      title={`${a.unit_name}:${a.title}`}
      description={<><div className="prose">{a.text}</div><Files files={a.files} />{a.figures.length > 0 && <div className="muted">这项指标用到的数据:{a.figures.join("、")}</div>}<Link to={evidenceAddress(year, a.unit_id, a.indicator, a.before)} target="_blank">看得分依据(另开页面)</Link></>}
    />
  );
}

function Rounds({ y }: { y: AssessmentData }) {
  const now = useNow();
  if (y.publicity.length === 0) return <Alert type="info" showIcon title="结果还没有公示。公示期内,被考核单位可以就具体指标提出申诉。" />;
  return (
    <Card title="公示" styles={{ body: { padding: 0 } }}>
      <Table size="small" aria-label="公示" rowKey="no" pagination={false} dataSource={[...y.publicity].reverse()} columns={[
        { title: "公示", key: "no", width: 100, render: (_, r) => `第${r.no}次` },
        { title: "公示的结果", key: "run", width: 150, render: (_, r) => <Link to={`/assessments/${y.id}/scores?run=${r.run}`}>第{r.run}次计分</Link> },
        { title: "开始", key: "from", width: 160, render: (_, r) => stamp(r.from) },
        { title: "期限", key: "days", width: 110, render: (_, r) => `${r.days}个工作日` },
        { title: "受理申诉至", key: "due", render: (_, r) => (isPublic(r, now) ? <Deadline due={r.due} /> : stamp(r.due)) },
        { title: "状态", key: "state", width: 120, render: (_, r) => (isPublic(r, now) ? <Tag color="processing">公示中</Tag> : <Tag>已截止</Tag>) },
      ]} />
    </Card>
  );
}

const filters: { value: AppealFilter; label: string }[] = [{ value: "all", label: "全部" }, { value: "open", label: "待裁定" }, { value: "accepted", label: "成立" }, { value: "refused", label: "不成立" }, { value: "withdrawn", label: "已撤回" }];

/** opened are how many appeals show at once what they changed; of the others it is asked for. */
const opened = 5;

function List({ y, year, actions, choose }: { y: AssessmentData; year: string; actions: Action[]; choose: (c: Chosen) => void }) {
  const [filter, setFilter] = useState<AppealFilter>("all");
  const { hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  if (y.appeals.length === 0) return <Card><Empty description={y.reads_all ? "没有收到申诉" : "本单位没有申诉"} /></Card>;
  const shown = appealsOf(y.appeals, filter);
  return (
    <>
      <Segmented<AppealFilter> aria-label="按裁定结果筛选" value={filter} onChange={setFilter} style={{ justifySelf: "start" }} options={filters.map((f) => ({ value: f.value, label: `${f.label} ${appealsOf(y.appeals, f.value).length}` }))} />
      {shown.length === 0 && <Card><Empty description="没有这样的申诉" /></Card>}
      {shown.map((a, i) => <One key={a.no} a={a} expanded={i < opened} year={year} offered={offersOn(actions, "appeal", String(a.no))} choose={choose} computing={!!y.computing} />)}
    </>
  );
}

function One({ a, year, expanded, offered, choose, computing }: { a: AssessmentAppeal; year: string; expanded: boolean; offered: Action[]; choose: (c: Chosen) => void; computing: boolean }) {
  const [compared, setCompared] = useState(expanded);
  const changed = a.before !== undefined && a.after !== undefined && a.after > 0;
  return (
    <Card
      id={`appeal-${a.no}`}
      title={<>第{a.no}件 {a.unit_name} <Link to={evidenceAddress(year, a.unit_id, a.indicator)}>{a.title}</Link> <AppealStatus a={a} /></>}
      extra={offered.length > 0 && <div className="choices" role="group" aria-label={`办理第${a.no}件申诉`}>{offered.map((action) => <Button key={action.action} size="small" type={action.action === "rule" ? "primary" : "default"} onClick={() => choose({ action, appeal: a })}>{action.label}</Button>)}</div>}
    >
      <div className="stack">
        <div>
          <div className="prose">{a.text}</div>
          <div className="muted small">{[a.by.unit_name, a.by.name].filter(Boolean).join(" ")} {stamp(a.at)} 于第{a.round}次公示期内提出</div>
          <Files files={a.files} />
        </div>
        {a.ruling && (
          <Descriptions size="small" column={1} bordered items={[
            { key: "ruling", label: "裁定", children: <><AppealStatus a={a} /><span className="prose">{a.ruling}</span><div className="muted small">{a.ruled_by && [a.ruled_by.unit_name, a.ruled_by.name].filter(Boolean).join(" ")} {isSet(a.ruled_at) && stamp(a.ruled_at)}</div></> },
            ...(a.corrections.length > 0 ? [{ key: "corrections", label: "更正", children: <ul className="plain">{a.corrections.map((c, i) => <li key={i}>{c.project ? `按更正后的登记重新读取项目${c.project}` : `“${c.figure ?? ""}”更正为${c.value ?? ""}`}</li>)}</ul> }] : []),
          ]} />
        )}
        {a.status === "accepted" && !changed && <span className="muted" role="status">{computing ? "正在按裁定重新计分,请稍候" : "还没有按裁定重新计分的结果"}</span>}
        {changed && (
          <section aria-label={`第${a.no}件申诉重算前后`} className="stack">
            <div><b>重算前后</b> <span className="muted">第{a.before}次计分 → 第{a.after}次计分</span> <Button type="link" size="small" aria-expanded={compared} onClick={() => setCompared(!compared)}>{compared ? "收起" : "展开"}</Button></div>
            {compared && <Changed year={year} from={a.before ?? 0} to={a.after ?? 0} no={a.no} />}
          </section>
        )}
      </div>
    </Card>
  );
}

function Changed({ year, from, to, no }: { year: string; from: number; to: number; no: number }) {
  const diff = useQuery(runDiff(year, from, to));
  return <Loaded query={diff}>{(d) => <Moves d={d} year={year} label={`第${no}件申诉使得分和名次的变动`} />}</Loaded>;
}
