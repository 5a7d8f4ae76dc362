import { DownloadOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Select, Space, Statistic, Table, Tabs, Tag } from "antd";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { actOnDispatch, dispatch, sheetAddress } from "../../api/dispatches";
import type { Action, DispatchContent, DispatchData, DispatchTotals } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { Files } from "../../components/Files";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Deadline, Light } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { weekName } from "../../lib/liaison";
import { isSet, stamp } from "../../lib/time";
import { DispatchStage, Made } from "./Dispatches";

/** Dispatch is one week's sheet: of the whole city, or of the unit chosen in the address. */
export function Dispatch() {
  const { id = "" } = useParams();
  const [address, setAddress] = useSearchParams();
  const unit = address.get("unit") ?? undefined;
  const query = useQuery(dispatch(id, unit));
  const client = useQueryClient();
  const [action, setAction] = useState<Action>();
  const d = query.data;
  return (
    <Page
      title={d?.title ?? "周调度单"}
      note={d && <><DispatchStage row={d} />{d.stage === "issued" && <Light light={d.light} />}</>}
      actions={d && (
        <Space wrap>
          {d.content && (["pdf", "docx", "xlsx"] as const).map((f) => <Button key={f} icon={<DownloadOutlined />} href={sheetAddress(id, f, unit)}>{{ pdf: "PDF", docx: "Word", xlsx: "Excel" }[f]}</Button>)}
          <ActionBar actions={d.actions} onChoose={setAction} />
        </Space>
      )}
    >
      <Loaded query={query}>
        {(data) => (
          <>
            <Detail d={data} unit={unit} choose={(u) => setAddress(u ? { unit: u } : {}, { replace: true })} />
            {action && (
              <ActionDialog
                action={action}
                subject={data.id}
                send={(name, body, key) => actOnDispatch(data.id, name, body, key)}
                onClose={() => setAction(undefined)}
                onDone={() => {
                  void client.invalidateQueries();
                  setAction(undefined);
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Detail({ d, unit, choose }: { d: DispatchData; unit?: string; choose: (unit?: string) => void }) {
  return (
    <div className="columns">
      <div className="stack">
        {d.content ? <Content c={d.content} whole={d.whole} unit={unit} choose={choose} /> : <Alert type="info" showIcon title="正在汇总各项包联的情况,请稍候" />}
        <Card title={`交办事项 ${d.instructions.length}`}><Instructions d={d} /></Card>
      </div>
      <div className="stack">
        <Card title="办理情况">
          <p>统计时段:{stamp(d.from)} 至 {stamp(d.until)}(不含)</p>
          <p>制作:<Made row={d} /></p>
          {isSet(d.issued_at) && <p>印发:{stamp(d.issued_at ?? "")} {d.issued_by?.name}</p>}
          {d.reads.length > 0 && <p>已阅:{d.reads.map((r) => r.name).join("、")}</p>}
        </Card>
        <Card title="办理记录"><Timeline items={d.timeline} /></Card>
      </div>
    </div>
  );
}

function Content({ c, whole, unit, choose }: { c: DispatchContent; whole: boolean; unit?: string; choose: (unit?: string) => void }) {
  const p = c.page;
  const named = (list: DispatchContent["counties"]) => list.filter((u) => u.unit_id).map((u) => ({ value: u.unit_id ?? "", label: u.unit_name }));
  return (
    <Card
      title={p.unit_id ? p.unit_name : "全市"}
      extra={whole && (
        <Select
          aria-label="县市区或部门"
          style={{ width: 220 }}
          value={unit ?? ""}
          onChange={(v) => choose(v || undefined)}
          showSearch={{ optionFilterProp: "label" }}
          options={[{ value: "", label: "全市" }, { label: "县市区", title: "县市区", options: named(c.counties) }, { label: "部门", title: "部门", options: named(c.departments) }]}
        />
      )}
    >
      <div className="stack">
        <Headline t={p.totals} rate={p.report_rate} />
        <Tabs items={[
          { key: "late", label: `逾期 ${p.late.length}`, children: <Late c={c} /> },
          { key: "moved", label: `本周进展 ${p.moved.length}`, children: <Moved c={c} /> },
          { key: "lights", label: `亮灯变化 ${p.lights.length}`, children: <Lights c={c} /> },
          { key: "red", label: `持续红灯 ${p.red.length}`, children: <Red c={c} /> },
          { key: "problems", label: `未销号问题 ${p.problems.length}`, children: <Problems c={c} /> },
          { key: "standing", label: `往期交办 ${p.standing.length}`, children: <Standing c={c} /> },
          ...(whole && !unit ? [
            { key: "counties", label: "县市区汇总", children: <Totals title="县市区" list={c.counties} choose={choose} /> },
            { key: "departments", label: "部门汇总", children: <Totals title="包联单位" list={c.departments} choose={choose} /> },
          ] : []),
        ]} />
      </div>
    </Card>
  );
}

function Headline({ t, rate }: { t: DispatchTotals; rate: string }) {
  const figures: [string, string | number][] = [
    ["在办包联", t.liaisons], ["绿灯", t.green], ["黄灯", t.yellow], ["红灯", t.red], ["周报按时率", rate], ["完成节点", t.milestones],
    ["逾期节点", t.milestones_late], ["未销号问题", t.problems_open], ["本周销号", t.problems_closed], ["逾期未签收", t.unacknowledged],
  ];
  return <div className="filters">{figures.map(([title, value]) => <Statistic key={title} title={title} value={value} style={{ minWidth: 92 }} />)}</div>;
}

const perPage = { pageSize: 10, hideOnSinglePage: true, showSizeChanger: false };
const about = (x: { project_name: string; project_id: string; liaison_id?: string; county: { name: string }; department: { name: string } }) => (
  <>{x.liaison_id ? <Link to={`/liaisons/${x.liaison_id}`}>{x.project_name}</Link> : <Link to={`/projects/${x.project_id}`}>{x.project_name}</Link>}<div className="muted small">{[x.county.name, x.department.name].filter(Boolean).join(" · ")}</div></>
);
const indexed = <T extends object>(list: T[]) => list.map((x, i) => ({ ...x, key: i }));

function Late({ c }: { c: DispatchContent }) {
  return (
    <Table size="middle" aria-label="逾期" pagination={perPage} dataSource={indexed(c.page.late)} locale={{ emptyText: "没有逾期事项" }} columns={[
      { title: "项目", key: "project", render: (_, x) => about(x) },
      { title: "事项", dataIndex: "title" },
      { title: "应办时间", key: "due", width: 150, render: (_, x) => stamp(x.due) },
      { title: "逾期工作日", dataIndex: "days", width: 110, align: "right" },
    ]} />
  );
}

function Moved({ c }: { c: DispatchContent }) {
  return (
    <Table size="middle" aria-label="本周进展" pagination={perPage} dataSource={indexed(c.page.moved)} locale={{ emptyText: "本周没有进展" }} columns={[
      { title: "项目", key: "project", render: (_, x) => about(x) },
      { title: "进展", key: "title", render: (_, x) => <>{x.title}{x.late && <Tag color="orange" variant="outlined" style={{ marginInlineStart: 8 }}>迟办</Tag>}</> },
      { title: "时间", key: "at", width: 150, render: (_, x) => stamp(x.at) },
    ]} />
  );
}

function Lights({ c }: { c: DispatchContent }) {
  return (
    <Table size="middle" aria-label="亮灯变化" pagination={perPage} dataSource={indexed(c.page.lights)} locale={{ emptyText: "本周亮灯没有变化" }} columns={[
      { title: "项目", key: "project", render: (_, x) => about(x) },
      { title: "变化", key: "change", width: 170, render: (_, x) => <span className="clock"><Light light={x.from} />→<Light light={x.to} /></span> },
      { title: "原因", key: "rule", render: (_, x) => x.rule || "原因消除,自动恢复" },
      { title: "时间", key: "at", width: 150, render: (_, x) => stamp(x.at) },
    ]} />
  );
}

function Red({ c }: { c: DispatchContent }) {
  return (
    <Table size="middle" aria-label="持续红灯" pagination={perPage} dataSource={indexed(c.page.red)} locale={{ emptyText: "没有红灯" }} columns={[
      { title: "项目", key: "project", render: (_, x) => about(x) },
      { title: "原因", dataIndex: "rule" },
      { title: "自", key: "since", width: 150, render: (_, x) => stamp(x.since) },
      { title: "周数", dataIndex: "weeks", width: 80, align: "right" },
    ]} />
  );
}

const levels: Record<string, string> = { unit: "责任单位办理", centre: "招商中心协调", city: "市领导协调" };

function Problems({ c }: { c: DispatchContent }) {
  const ages = c.age_labels.map((label, i) => `${label}:${c.page.totals.problems_by_age[i] ?? 0}项`).join(",");
  return (
    <div className="stack">
      <span className="muted">按提出时间:{ages}</span>
      <Table size="middle" aria-label="未销号问题" pagination={perPage} dataSource={indexed(c.page.problems)} locale={{ emptyText: "没有未销号的问题" }} columns={[
        { title: "项目", key: "project", render: (_, x) => about(x) },
        { title: "问题", dataIndex: "title" },
        { title: "层级", key: "level", width: 130, render: (_, x) => levels[x.level] ?? x.level },
        { title: "期限", key: "due", width: 150, render: (_, x) => <>{stamp(x.due)}{x.late && <Tag color="red" variant="outlined">逾期</Tag>}</> },
        { title: "已提出天数", dataIndex: "days", width: 110, align: "right" },
      ]} />
    </div>
  );
}

function Standing({ c }: { c: DispatchContent }) {
  return (
    <Table size="middle" aria-label="往期交办" pagination={perPage} dataSource={indexed(c.page.standing)} locale={{ emptyText: "往期交办均已办结" }} columns={[
      { title: "交办事项", key: "text", render: (_, x) => <><Link to={`/dispatches/${x.sheet}`}>{weekName(x.sheet)}</Link> <span className="prose">{x.text}</span></> },
      { title: "承办单位", key: "unit", width: 160, render: (_, x) => x.unit.name },
      { title: "期限", key: "due", width: 150, render: (_, x) => stamp(x.due) },
      { title: "灯", key: "light", width: 90, render: (_, x) => <Light light={x.light} /> },
    ]} />
  );
}

function Totals({ title, list, choose }: { title: string; list: DispatchContent["counties"]; choose: (unit: string) => void }) {
  return (
    <Table size="middle" aria-label={`${title}汇总`} rowKey={(u) => u.unit_id ?? ""} pagination={false} dataSource={list} columns={[
      { title, key: "unit", render: (_, u) => (u.unit_id ? <a role="button" tabIndex={0} onClick={() => choose(u.unit_id ?? "")}>{u.unit_name}</a> : u.unit_name) },
      ...([["在办", "liaisons"], ["绿灯", "green"], ["黄灯", "yellow"], ["红灯", "red"], ["完成节点", "milestones"], ["逾期节点", "milestones_late"], ["未销号问题", "problems_open"]] as const)
        .map(([label, field]) => ({ title: label, key: field, width: 92, align: "right" as const, render: (_: unknown, u: DispatchContent["counties"][number]) => u.totals[field] })),
      { title: "周报按时率", dataIndex: "report_rate", width: 110, align: "right" },
    ]} />
  );
}

function Instructions({ d }: { d: DispatchData }) {
  return (
    <Table<DispatchData["instructions"][number]> size="middle" aria-label="交办事项" rowKey="id" pagination={false} dataSource={d.instructions} locale={{ emptyText: "没有交办事项" }} columns={[
      { title: "序号", dataIndex: "id", width: 60 },
      { title: "交办内容", key: "text", render: (_, x) => <><span className="prose">{x.text}</span>{x.project_name && <div className="small">{x.liaison_id ? <Link to={`/liaisons/${x.liaison_id}`}>{x.project_name}</Link> : x.project_name}</div>}{x.returned && <div className="small"><Tag color="orange" variant="outlined">退回</Tag>{x.returned}</div>}</> },
      { title: "承办单位", key: "unit", width: 150, render: (_, x) => <>{x.unit_name}{x.cadre_name && <div className="muted small">{x.cadre_name}</div>}{x.refusal && <div className="muted small">{x.refusal},由单位直接回复</div>}</> },
      { title: "期限", key: "due", width: 170, render: (_, x) => (x.status === "open" ? <span className="clock">{x.light && <Light light={x.light} />}<Deadline due={x.due} /></span> : x.on) },
      { title: "办理情况", key: "answer", render: (_, x) => <><Tag>{x.status_label}</Tag>{x.answer && <><span className="prose">{x.answer}</span><div className="muted small">{x.answered_by} {isSet(x.answered_at) && stamp(x.answered_at ?? "")}{x.in_time ? "" : "(逾期)"}</div><Files files={x.files} /></>}</> },
    ]} />
  );
}
