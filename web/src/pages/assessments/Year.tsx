import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Descriptions, Space, Steps, Table, Tabs, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { actOnAssessment, assessment, verifyAssessment } from "../../api/assessments";
import { asProblem } from "../../api/problem";
import type { Action, AssessmentData } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Deadline, Illustrative, Light } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { isSet, stamp } from "../../lib/time";
import { Changes, Draws, DutyList, JudgeList, MemberList, Versions } from "./Plan";
import { ownDialogs } from "./PlanDialogs";
import { YearStage, YearTabs } from "./parts";

/** elsewhere are the actions that have a page of their own. */
const elsewhere: Record<string, string> = { mark: "/marks", appeal: "/appeals", withdraw_appeal: "/appeals", rule: "/appeals" };

/** offered are a year's actions: those that somebody waits for first, and no judges where nothing is marked. */
export function offered(d: Pick<AssessmentData, "actions" | "book" | "stage">): Action[] {
  const first = ["approve_change", "refuse_change", "confirm_adjust", "refuse_adjust"];
  const last = d.stage === "setup" ? [] : ["set_duties", "set_terms", "set_judges"];
  const rank = (a: Action) => (first.includes(a.action) ? 0 : last.includes(a.action) ? 2 : 1);
  return d.actions.filter((a) => a.action !== "set_judges" || (d.book.topics ?? []).length > 0).sort((a, b) => rank(a) - rank(b));
}

/** Year is one assessment year: where it stands, its plan, and what was done. */
export function Year() {
  const { year = "" } = useParams();
  const query = useQuery(assessment(year));
  const navigate = useNavigate();
  const [action, setAction] = useState<Action>();
  const d = query.data;
  const choose = (a: Action) => {
    const page = elsewhere[a.action];
    if (page) void navigate(`/assessments/${year}${page}`);
    else setAction(a);
  };
  return (
    <Page
      title={d?.title ?? "年度考核"}
      note={d && <span className="clock"><YearStage row={d} />{isSet(d.due) && <><Light light={d.light} /><Deadline due={d.due} provisional={d.provisional} /></>}<Illustrative when={d.illustrative} /></span>}
      actions={d && <ActionBar actions={offered(d)} onChoose={choose} />}
    >
      <YearTabs year={year} />
      <Loaded query={query}>{(data) => (
        <>
          <Overview d={data} onAct={setAction} />
          {action && <Act data={data} action={action} onClose={() => setAction(undefined)} />}
        </>
      )}</Loaded>
    </Page>
  );
}

function Act({ data, action, onClose }: { data: AssessmentData; action: Action; onClose: () => void }) {
  const client = useQueryClient();
  const Own = ownDialogs[action.action];
  if (Own) return <Own data={data} action={action} onClose={onClose} />;
  return (
    <ActionDialog
      action={action}
      subject={data.id}
      initial={action.action === "set_terms" ? termsOf(data) : undefined}
      send={(name, body, key) => actOnAssessment(data.id, name, body, key)}
      onClose={onClose}
      onDone={() => {
        void client.invalidateQueries();
        onClose();
      }}
    >
      <Before data={data} action={action.action} />
    </ActionDialog>
  );
}

/** termsOf are the terms as they stand, for the form that changes them. */
const termsOf = (d: AssessmentData): Record<string, unknown> => ({ ...Object.fromEntries(d.steps.map((s) => [s.stage, s.days])), lapse: d.lapse });

/** Before is what should be known before an action. */
function Before({ data, action }: { data: AssessmentData; action: string }) {
  const pending = data.changes.find((c) => !c.decided);
  if ((action === "approve_change" || action === "refuse_change") && pending) {
    return (
      <Alert
        type="info"
        title={`${pending.kind_label}:${pending.reason}`}
        description={<>{pending.by.name} {stamp(pending.at)}提出{pending.diff.length > 0 && <ul className="warnings">{pending.diff.map((t, i) => <li key={i}>{t}</li>)}</ul>}</>}
      />
    );
  }
  const open = data.adjustments.find((a) => !a.decided);
  if ((action === "confirm_adjust" || action === "refuse_adjust") && open) {
    return <Alert type="info" title={`${open.unit_name}:${open.from || "未定"}调整为${open.to}`} description={`${open.by.name} ${stamp(open.at)}提出:${open.reason}`} />;
  }
  const owed = data.judges.reduce((n, j) => n + j.owed, 0);
  if (action === "begin_scoring" && owed > 0) return <Alert type="warning" showIcon title={`评委还有${owed}个分没有打,结束核实后不能再打。`} />;
  const last = data.targets.at(-1);
  if (action === "issue" && last && last.findings > 0) return <Alert type="warning" showIcon title={<>任务分解表还有{last.findings}处提醒(缺少目标或与全市合计不一致),见<Link to={`/assessments/${data.id}/targets`}>任务分解</Link>。</>} />;
  return null;
}

function Overview({ d, onAct }: { d: AssessmentData; onAct: (a: Action) => void }) {
  const pending = d.changes.find((c) => !c.decided);
  return (
    <div className="stack">
      {d.stage === "cancelled" && <Alert type="warning" showIcon title={`本年度考核已取消${d.reason ? `:${d.reason}` : ""}`} />}
      {d.computing && <Alert type="info" showIcon role="status" title={`${d.computing},请稍候`} />}
      {d.returned && (d.stage === "scoring" || d.stage === "verifying") && <Alert type="warning" showIcon title={`复核退回:${d.returned}`} />}
      {pending && <Alert type="warning" showIcon title={`有变更待批准:${pending.kind_label}(${pending.by.name}提出)`} description={pending.reason} />}
      <Card><Progress d={d} /></Card>
      <Card>
        <Tabs items={[
          { key: "plan", label: "考核方案", children: <About d={d} /> },
          { key: "members", label: `被考核单位 ${d.members.filter((m) => !m.merged_into).length}`, children: <MemberList d={d} /> },
          { key: "duties", label: "核实分工", children: <DutyList d={d} /> },
          ...(d.reads_all && (d.book.topics ?? []).length > 0 ? [{ key: "judges", label: `评委 ${d.judges.length}`, children: <JudgeList d={d} /> }] : []),
          { key: "targets", label: `任务版本 ${d.targets.length}`, children: <Versions d={d} /> },
          ...(d.reads_all ? [
            { key: "changes", label: `变更 ${d.changes.length}`, children: <Changes d={d} /> },
            { key: "draws", label: `现场抽查 ${d.draws.length}`, children: <Draws d={d} onAct={onAct} /> },
          ] : []),
        ]} />
      </Card>
      <div className="halves">
        <div className="stack" style={{ alignContent: "start" }}>
          <Card title="公示"><Publicity d={d} /></Card>
          <Card title="锁定"><Lock d={d} /></Card>
        </div>
        <Card title="办理记录"><Timeline items={d.timeline} /></Card>
      </div>
    </div>
  );
}

const stepStates = { past: "finish", now: "process", ahead: "wait" } as const;

function Progress({ d }: { d: AssessmentData }) {
  const at = d.steps.findIndex((s) => s.state === "now");
  return (
    <Steps
      size="small"
      aria-label="考核进程"
      titlePlacement="vertical"
      current={d.stage === "locked" ? d.steps.length : at}
      items={d.steps.map((s) => ({
        title: s.label,
        status: d.stage === "locked" ? "finish" : stepStates[s.state],
        content: s.state === "now" && isSet(d.due) ? <span className="small">至{stamp(d.due).slice(5, 10)}</span> : s.days > 0 ? <span className="small">{s.days}个工作日</span> : undefined,
      }))}
    />
  );
}

function About({ d }: { d: AssessmentData }) {
  const b = d.book;
  const terms = d.steps.filter((s) => s.days > 0).map((s) => `${s.label}${s.days}日`);
  const items: [string, React.ReactNode][] = [
    ["细则", <><Link to={`/rulebooks/${b.id}`}>{b.title} {b.version}</Link><Illustrative when={!!b.illustrative} /> <span className="hash" title={`细则摘要 ${b.digest}`}>{b.digest.slice(0, 12)}</span></>],
    ["分组", b.groups.map((g) => `${g.name} ${d.members.filter((m) => m.group === g.name && !m.merged_into).length}个`).join("、")],
    ["指标", `${b.indicators.filter((i) => i.leaf).length}项`],
    ["评议打分", (b.topics ?? []).map((t) => t.name).join("、") || "无"],
    ["等次", (b.grades ?? []).join("、") || "细则没有等次"],
    ["时限(工作日)", terms.join("、") || "不限"],
    ["公示", [b.publicity_days && `细则规定不少于${b.publicity_days}个工作日`, b.second_publicity && `申诉改变得分的,再次公示${b.second_days ? `${b.second_days}个工作日` : ""}`].filter(Boolean).join(";") || "按上列时限"],
    ["逾期未自评", d.lapse ? "亮红灯仍未提交的,自动按登记数代填并标明【自动】" : "亮灯督办,不代填"],
    ...(b.fraud ? [["弄虚作假", `核实认定的,计入“${b.fraud}”`] as [string, React.ReactNode]] : []),
    ...(d.rechecked_by ? [["复核", d.rechecked_by.name] as [string, React.ReactNode]] : []),
  ];
  return <Descriptions size="small" column={{ xs: 1, lg: 2 }} items={items.map(([label, children]) => ({ key: label, label, children }))} />;
}

function Publicity({ d }: { d: AssessmentData }) {
  if (d.publicity.length === 0) return <span className="muted">尚未公示</span>;
  return (
    <Table size="small" aria-label="公示" rowKey="no" pagination={false} dataSource={d.publicity} columns={[
      { title: "次", dataIndex: "no", width: 48 },
      { title: "起", key: "from", render: (_, r) => stamp(r.from) },
      { title: "申诉截止", key: "due", render: (_, r) => <>{stamp(r.due)}<div className="muted small">{r.days}个工作日{isSet(r.over) ? `,【自动】${stamp(r.over)}结束` : ""}</div></> },
      { title: "计分", key: "run", width: 70, render: (_, r) => `第${r.run}次` },
    ]} />
  );
}

function Lock({ d }: { d: AssessmentData }) {
  const check = useMutation({ mutationFn: () => verifyAssessment(d.id) });
  const lock = d.locked;
  if (!lock) return <span className="muted">定档后由招商中心负责人锁定;锁定后结果不再改动,任何时候都能重新计算核对。</span>;
  const grades = [...new Set(Object.values(lock.grades))].filter(Boolean);
  return (
    <div className="stack">
      <div>
        <div>{lock.by.name} {stamp(lock.at)}锁定,以第{lock.run}次计分为准</div>
        {grades.map((g) => <div key={g}><Tag>{g}</Tag>{d.members.filter((m) => lock.grades[m.unit_id] === g).map((m) => m.name).join("、")}</div>)}
        <div className="small muted">锁定摘要</div>
        <div className="hash" style={{ overflowWrap: "anywhere" }}>{lock.hash}</div>
      </div>
      <Space><Button loading={check.isPending} onClick={() => check.mutate()}>重新计算并核验</Button></Space>
      {check.error && <Alert type="error" showIcon role="alert" title={asProblem(check.error).message} />}
      {check.data && (
        <Alert
          type={check.data.same ? "success" : "error"}
          showIcon
          role="status"
          title={check.data.same ? "一致:用锁定的数据和细则重新计算,结果逐字节相同" : "不一致:重新计算的结果与锁定的内容不同"}
          description={(
            <>
              <div className="small muted">锁定摘要 {check.data.hash.slice(0, 16)}…,重算摘要 {check.data.recomputed.slice(0, 16)}…</div>
              {check.data.problems.length > 0 && <ul className="warnings">{check.data.problems.map((p, i) => <li key={i}>{p}</li>)}</ul>}
            </>
          )}
        />
      )}
    </div>
  );
}
