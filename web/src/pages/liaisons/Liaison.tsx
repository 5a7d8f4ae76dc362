import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Card, Descriptions, Tabs, Tag } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { actOnLiaison, liaison } from "../../api/liaisons";
import type { Liaison as LiaisonData } from "../../api/types";
import { useUnitName } from "../../app/session";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { LiaisonStage } from "../../components/liaisonColumns";
import { Loaded } from "../../components/PageState";
import { Page } from "../../components/Page";
import { Illustrative, Light } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { batchName, weekName } from "../../lib/liaison";
import { isOn, settled } from "../../lib/targets";
import { isSet, stamp } from "../../lib/time";
import { fields, Offers, type Choose, type Chosen } from "./chosen";
import { Due } from "./Due";
import { Asks, Instructions, Lights, Terms, Visits } from "./History";
import { Milestones } from "./Milestones";
import { Problems } from "./Problems";
import { Reports } from "./Reports";

/** Liaison is one project as a department carries it. */
export function Liaison() {
  const { id = "" } = useParams();
  const query = useQuery({ ...liaison(id), refetchInterval: 30_000 });
  const [chosen, setChosen] = useState<Chosen>();
  const l = query.data;
  return (
    <Page
      title={l ? `包联:${l.project_name}` : "包联任务"}
      heading={l && <>包联:{l.project_name}<Illustrative when={l.illustrative ?? false} /></>}
      note={l && <span className="clock"><LiaisonStage stage={l.stage} />{!isSet(l.ended_at) && <Light light={l.light} />}{[l.department_name, l.cadre_name, batchName(l)].filter(Boolean).join(" · ")}</span>}
      actions={l && <ActionBar actions={l.actions.filter((a) => !isOn(a, fields))} onChoose={(action) => setChosen({ action })} />}
    >
      <Loaded query={query}>
        {(data) => (
          <>
            <Detail l={data} choose={setChosen} />
            {chosen && <Dialog id={data.id} chosen={chosen} onClose={() => setChosen(undefined)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Dialog({ id, chosen: { action, on }, onClose }: { id: string; chosen: Chosen; onClose: () => void }) {
  const client = useQueryClient();
  return (
    <ActionDialog
      action={on ? settled(action, on.field, on.id) : action}
      subject={on ? `${id}.${on.id}` : id}
      send={(name, body, key) => actOnLiaison(id, name, body, key)}
      onClose={() => {
        void client.invalidateQueries({ queryKey: ["liaison", id] }); // a refusal may mean that somebody was first
        onClose();
      }}
      onDone={() => {
        void client.invalidateQueries();
        onClose();
      }}
    />
  );
}

function Detail({ l, choose }: { l: LiaisonData; choose: Choose }) {
  const [tab, setTab] = useState("milestones");
  const reached = l.milestones.filter((m) => m.actual).length;
  const open = l.problems.filter((p) => !isSet(p.closed_at)).length;
  const owed = l.instructions.filter((x) => x.duty.status === "open").length;
  return (
    <div className="columns">
      <div className="stack">
        <Notices l={l} />
        <ThisWeek l={l} choose={choose} />
        {l.asks.length > 0 && <Card title="待审批的申请"><Asks l={l} choose={choose} /></Card>}
        <Card styles={{ body: { paddingTop: 4 } }}>
          <Tabs
            activeKey={tab}
            onChange={setTab}
            items={[
              { key: "milestones", label: `节点 ${reached} / ${l.milestones.length}`, children: <Milestones l={l} choose={choose} /> },
              { key: "reports", label: "周报", children: <Reports l={l} choose={choose} /> },
              { key: "problems", label: `问题${open > 0 ? ` ${open}项未销号` : ""}`, children: <Problems l={l} choose={choose} /> },
              { key: "instructions", label: `调度交办${owed > 0 ? ` ${owed}项待回复` : ""}`, children: <Instructions l={l} choose={choose} /> },
              { key: "visits", label: `走访 ${l.visits.length}`, children: <Visits l={l} /> },
              { key: "lights", label: "亮灯记录", children: <Lights l={l} /> },
              { key: "terms", label: "包联单位与领导", children: <Terms l={l} /> },
            ]}
          />
        </Card>
        <Card title="包联情况" extra={<Link to={`/projects/${l.project_id}`}>查看项目</Link>}><Facts l={l} /></Card>
      </div>
      <Card title="办理记录"><Timeline items={l.timeline} /></Card>
    </div>
  );
}

/** Notices say at once why the light isn't green, and what stops or ended the liaison. */
function Notices({ l }: { l: LiaisonData }) {
  const causes = l.causes.map((c) => <li key={c.rule}>{c.rule}</li>);
  return (
    <>
      {isSet(l.ended_at) && <Alert type={l.stage === "producing" ? "success" : "info"} role="note" showIcon title={`${stamp(l.ended_at)} ${l.stage_label}`} description={l.why && <span className="prose">{l.why}</span>} />}
      {l.stage === "suspended" && <Alert type="warning" role="note" showIcon title={`${stamp(l.suspended_at ?? "")} 起中止,各项期限停止计算,不报周报`} description={l.why && <span className="prose">{l.why}</span>} />}
      {causes.length > 0 && <Alert type={l.light === "red" ? "error" : "warning"} role="note" showIcon title={`${l.light === "red" ? "红灯" : "黄灯"},自${stamp(l.light_since)}起,原因消除后自动恢复`} description={<ul className="plain">{causes}</ul>} />}
    </>
  );
}

/** ThisWeek is what a department is here for most weeks: the receipt, and the report that is due next. */
function ThisWeek({ l, choose }: { l: LiaisonData; choose: Choose }) {
  const due = l.weeks.filter((w) => w.duty.status === "open");
  if (l.acknowledged.status === "open") return <Card title="签收"><Due duty={l.acknowledged} /></Card>;
  if (due.length === 0) return null;
  return (
    <Card title="待报送的周报">
      <div className="stack">
        {due.map((w) => (
          <div key={w.week} className="paper">
            <div>{weekName(w.week)} <Due duty={w.duty} />{w.returned && <div className="small"><Tag color="orange" variant="outlined">退回</Tag>{w.returned}</div>}</div>
            <Offers actions={l.actions} field="week" id={w.week} title={`${weekName(w.week)}周报`} choose={choose} main />
          </div>
        ))}
      </div>
    </Card>
  );
}

function Facts({ l }: { l: LiaisonData }) {
  const unitName = useUnitName();
  const items: [string, React.ReactNode][] = [
    ["包联单位", l.department_name], ["包联领导", l.cadre_name], ["角色", l.role_label],
    ["县市区", unitName(l.county_id)], ["服务专班", l.team], ["清单", <Link key="list" to={`/liaison-lists/${l.list_id}`}>{batchName(l)}</Link>],
    ["下达", stamp(l.assigned_at)], ["起计日期", l.from], ["签收", l.acked_by ? `${l.acked_by} ${isSet(l.acknowledged.done_at) ? stamp(l.acknowledged.done_at) : ""}` : "未签收"],
    ["项目类型", l.project_type], ["办理规则", l.template], ["抄送", l.copies.join("、")], ["已阅", l.reads.map((r) => r.name).join("、")],
  ];
  return <Descriptions size="small" column={{ xs: 1, md: 2, xxl: 3 }} items={items.map(([label, children]) => ({ key: label, label, children: children || "—" }))} />;
}
