import { AuditOutlined, EditOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Card, Descriptions, Steps, Table, Tooltip, type DescriptionsProps } from "antd";
import { lazy, Suspense } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { project, projectTimeline } from "../api/queries";
import { liaisons } from "../api/liaisons";
import { reviews } from "../api/reviews";
import type { LiaisonRow, Me, Project as ProjectData, ReviewRow } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { useLiaisonColumns } from "../components/liaisonColumns";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { useReviewColumns } from "../components/reviewColumns";
import { Illustrative, ProjectStage } from "../components/Status";
import { Timeline } from "../components/Timeline";
import { ProjectScores } from "./assessments/ProjectScores";
import { investorKinds, labelOf, projectStages, tiers, verifications } from "../lib/labels";
import { formatAmount } from "../lib/money";

const EditProject = lazy(async () => ({ default: (await import("../components/EditProject")).EditProject }));

export function Project() {
  const { id = "" } = useParams();
  const query = useQuery(project(id));
  const p = query.data;
  return (
    <Page
      title={p?.name ?? "项目"}
      heading={p && <>{p.name}<Illustrative when={p.illustrative} /></>}
      note={p && <>{p.code} <ProjectStage stage={p.stage} label={labelOf(projectStages, p.stage)} /></>}
      actions={p && <><EditButton p={p} /><StartButton p={p} /></>}
    >
      <Loaded query={query}>{(data) => <Detail p={data} />}</Loaded>
    </Page>
  );
}

/** whyNoReview says why a project can't be submitted for review now; the server decides in the end. */
export function whyNoReview(p: Pick<ProjectData, "stage">, session: Pick<Me, "may_start_reviews">): string | undefined {
  if (!session.may_start_reviews) return "由县市区或招商中心经办人员发起";
  if (p.stage === "in_review") return "项目正在研判中";
  if (!["negotiating", "signed", "deferred"].includes(p.stage)) return `项目现处于“${labelOf(projectStages, p.stage)}”阶段,不需发起研判`;
  return undefined;
}

/** mayEdit: the centre keeps every project, a county its own; the server decides in the end. */
export const mayEdit = (p: Pick<ProjectData, "county_id">, session: Pick<Me, "may_import_projects" | "unit">): boolean =>
  session.may_import_projects && (session.unit.id === "centre" || session.unit.id === p.county_id);

/** EditButton opens the form; so does the address with ?edit=1, to which a supplement leads. */
function EditButton({ p }: { p: ProjectData }) {
  const [query, setQuery] = useSearchParams();
  if (!mayEdit(p, useSession())) return null;
  const show = (open: boolean) => setQuery(open ? { edit: "1" } : {}, { replace: true });
  return (
    <>
      <Button icon={<EditOutlined />} onClick={() => show(true)}>修改项目</Button>
      {query.get("edit") === "1" && <Suspense><EditProject project={p} onClose={() => show(false)} /></Suspense>}
    </>
  );
}

function StartButton({ p }: { p: ProjectData }) {
  const navigate = useNavigate();
  const reason = whyNoReview(p, useSession());
  if (reason) {
    return (
      <Tooltip title={reason} trigger={["hover", "focus"]}>
        <Button className="denied" aria-disabled="true" icon={<AuditOutlined />}>发起研判</Button>
      </Tooltip>
    );
  }
  return <Button type="primary" icon={<AuditOutlined />} onClick={() => void navigate(`/reviews/new?project=${p.id}`)}>发起研判</Button>;
}

function Detail({ p }: { p: ProjectData }) {
  const timeline = useQuery(projectTimeline(p.id));
  return (
    <div className="columns">
      <div className="stack">
        <Card><Life p={p} /></Card>
        <Card title="基本情况"><Facts p={p} /></Card>
        {p.funds_arrived.length > 0 && <Card title="到位资金"><Funds p={p} /></Card>}
        <Card title="落地前研判"><ReviewsOf id={p.id} /></Card>
        <Card title="包联"><LiaisonsOf id={p.id} /></Card>
        {timeline.data && timeline.data.scores.length > 0 && <Card title="考核得分"><ProjectScores scores={timeline.data.scores} /></Card>}
      </div>
      <Card title="全程记录"><Loaded query={timeline}>{({ items }) => <Timeline items={items} />}</Loaded></Card>
    </div>
  );
}

const milestones = [
  { label: "签约", date: "signed_on" }, { label: "注册落地", date: "landed_on" }, { label: "开工", date: "started_on" },
  { label: "入库", date: "in_statistics_on" }, { label: "投产", date: "in_production_on" },
] as const;

/** Life shows how far a project has come, with the day of each step. */
function Life({ p }: { p: ProjectData }) {
  return (
    <Steps
      size="small"
      aria-label="项目进程"
      current={milestones.findLastIndex((m) => p[m.date])}
      items={milestones.map((m) => ({ title: m.label, content: p[m.date] || "—", status: p[m.date] ? "finish" : "wait" }))}
    />
  );
}

function Facts({ p }: { p: ProjectData }) {
  const unitName = useUnitName();
  const quantity = (value: string, unit: string) => (value ? `${value} ${unit}` : "—");
  const item = (label: string, children: React.ReactNode, span?: number): NonNullable<DescriptionsProps["items"]>[number] =>
    ({ key: label, label, children: children || "—", span });
  return (
    <Descriptions
      size="small"
      column={{ xs: 1, md: 2, xxl: 3 }}
      items={[
        item("投资方", p.investor), item("投资方性质", labelOf(investorKinds, p.investor_kind)), item("县市区", unitName(p.county_id)),
        item("协议金额", formatAmount(p.agreed_amount)), item("框架协议", p.framework ? "是(不计入签约)" : "否"), item("规模项目", p.above_scale ? "是" : "否"),
        item("产业层级", labelOf(tiers, p.industry_tier)), item("所属产业", p.industry), item("产业链", p.chain),
        item("用地面积", quantity(p.land_area, "亩")), item("年综合能耗", quantity(p.energy_use, "吨标准煤")), item("涉及危化品", p.chemicals ? "是" : "否"),
        item("驻外招商专班", p.team), item("招商大使", p.ambassador), item("签约活动", p.event),
        item("省厅审核认定", labelOf(verifications, p.verification)), item("联系人", [p.contact_name, p.contact_phone].filter(Boolean).join(" ")),
        ...(p.remark ? [item("备注", <span className="prose">{p.remark}</span>)] : []),
      ]}
    />
  );
}

function Funds({ p }: { p: ProjectData }) {
  return (
    <Table
      size="small"
      aria-label="到位资金"
      rowKey={(f) => `${f.on} ${f.amount}`}
      dataSource={p.funds_arrived}
      pagination={false}
      columns={[{ title: "到账日期", dataIndex: "on" }, { title: "金额", key: "amount", align: "right", render: (_, f) => formatAmount(f.amount) }]}
    />
  );
}

function ReviewsOf({ id }: { id: string }) {
  return <PagedTable<ReviewRow> list={useInfiniteQuery(reviews({ project_id: id }))} columns={useReviewColumns({ project: false })} empty="还没有发起过研判" label="研判" />;
}

function LiaisonsOf({ id }: { id: string }) {
  return <PagedTable<LiaisonRow> list={useInfiniteQuery(liaisons({ project_id: id }))} columns={useLiaisonColumns({ project: false })} empty="还没有单位包联" label="包联" scrollX={820} />;
}
