import {
  AimOutlined, ApartmentOutlined, AuditOutlined, BarChartOutlined, BookOutlined, CalendarOutlined, CarryOutOutlined, CompassOutlined, FlagOutlined, FunnelPlotOutlined, IdcardOutlined, InboxOutlined, ProjectOutlined, ReadOutlined, ScheduleOutlined, SolutionOutlined, SwapOutlined, TeamOutlined, TrophyOutlined, UnorderedListOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

/** Place is a page that the menu leads to; its address begins with its path. */
export interface Place {
  path: string;
  label: string;
  icon: ReactNode;
}

/** Group is a part of the work; the first has no name, for everybody's day begins there. */
export interface Group {
  label?: string;
  places: Place[];
}

/** groups is the menu, in the order of the work: a project, its review, its liaison, its figures. */
export const groups: Group[] = [
  { places: [{ path: "/inbox", label: "待办事项", icon: <InboxOutlined /> }] },
  {
    label: "项目",
    places: [
      { path: "/projects", label: "项目库", icon: <ProjectOutlined /> },
      { path: "/chains", label: "产业链", icon: <ApartmentOutlined /> },
      { path: "/teams", label: "驻外专班", icon: <CompassOutlined /> },
      { path: "/ambassadors", label: "招商大使", icon: <IdcardOutlined /> },
      { path: "/events", label: "招商活动", icon: <FlagOutlined /> },
    ],
  },
  {
    label: "研判",
    places: [
      { path: "/reviews", label: "落地前研判", icon: <AuditOutlined /> },
      { path: "/panels", label: "研判会", icon: <TeamOutlined /> },
    ],
  },
  {
    label: "包联",
    places: [
      { path: "/liaisons", label: "包联任务", icon: <CarryOutOutlined /> },
      { path: "/liaison-lists", label: "包联清单", icon: <UnorderedListOutlined /> },
      { path: "/dispatches", label: "周调度", icon: <ScheduleOutlined /> },
    ],
  },
  {
    label: "统计",
    places: [
      { path: "/statistics", label: "年度统计", icon: <BarChartOutlined /> },
      { path: "/funnel", label: "转化分析", icon: <FunnelPlotOutlined /> },
      { path: "/campaigns", label: "专项行动", icon: <TrophyOutlined /> },
      { path: "/bulletins", label: "月通报", icon: <ReadOutlined /> },
      { path: "/targets", label: "目标任务", icon: <AimOutlined /> },
    ],
  },
  {
    label: "考核",
    places: [
      { path: "/assessments", label: "年度考核", icon: <SolutionOutlined /> },
      { path: "/rulebooks", label: "考核细则", icon: <BookOutlined /> },
    ],
  },
  {
    label: "设置",
    places: [
      { path: "/proxies", label: "我的代理", icon: <SwapOutlined /> },
      { path: "/calendar", label: "工作日历", icon: <CalendarOutlined /> },
    ],
  },
];

/** placeAt is the path of the place that an address belongs to. */
export function placeAt(pathname: string): string | undefined {
  return groups.flatMap((g) => g.places).find(({ path }) => pathname === path || pathname.startsWith(path + "/"))?.path;
}
