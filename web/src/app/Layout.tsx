import { LogoutOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Badge, Button, Layout as Frame, Menu, Spin } from "antd";
import { Suspense } from "react";
import { Link, Navigate, Outlet, useLocation, useNavigate, useNavigation } from "react-router";
import { asProblem } from "../api/problem";
import { me, signOut, startSession } from "../api/queries";
import type { Me } from "../api/types";
import { Trouble } from "../components/PageState";
import { groups, placeAt, type Place } from "./places";
import { SessionContext } from "./session";

/** Layout is the frame of every page; without a session it leads to the sign-in page and back. */
export function Layout() {
  const session = useQuery({ ...me, refetchInterval: 60_000 });
  const location = useLocation();
  if (session.data === null) {
    const next = location.pathname + location.search;
    return <Navigate to={`/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  if (!session.data) {
    return (
      <div className="page">
        {session.isError ? <Trouble error={session.error} retry={() => void session.refetch()} /> : <Spin description="正在加载" fullscreen />}
      </div>
    );
  }
  return (
    <SessionContext value={session.data}>
      <a className="skip" href="#main">跳到正文</a>
      <Frame style={{ minHeight: "100%" }}>
        <Header session={session.data} />
        <Frame hasSider>
          <Frame.Sider width={184} collapsedWidth={56} breakpoint="lg" style={{ borderRight: "1px solid #e4e9ee" }}>
            <Nav todo={session.data.counts.todo ?? 0} />
          </Frame.Sider>
          <Frame.Content id="main" tabIndex={-1} role="main" style={{ outline: "none", minWidth: 0 }}>
            <Busy />
            <Suspense>
              <Outlet />
            </Suspense>
          </Frame.Content>
        </Frame>
      </Frame>
    </SessionContext>
  );
}

/** Busy tells that the next page is on its way. */
function Busy() {
  return <div className={useNavigation().state === "loading" ? "busy on" : "busy"} aria-hidden="true" />;
}

function Header({ session }: { session: Me }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: (_, error) => {
      if (error && asProblem(error).status !== 401) {
        void message.error(asProblem(error).message);
        return;
      }
      startSession(client, null);
    },
  });
  return (
    <Frame.Header className="header">
      <Link className="brand" to="/inbox"><b>落地</b>招商引资全周期管理</Link>
      {session.demo && <span className="demo-mark">演示 · 数据均为示例</span>}
      <span className="who">
        {session.user.name}
        <small>{session.unit.name} · {session.role_labels.join("、")}</small>
      </span>
      <Button type="text" icon={<LogoutOutlined />} loading={leave.isPending} onClick={() => leave.mutate()}>退出</Button>
    </Frame.Header>
  );
}

function Nav({ todo }: { todo: number }) {
  const here = placeAt(useLocation().pathname);
  const navigate = useNavigate();
  const item = (place: Place) => ({
    key: place.path,
    icon: place.icon,
    label: (
      <Link to={place.path} tabIndex={-1} aria-current={place.path === here ? "page" : undefined}>
        {place.label}
        {place.path === "/inbox" && todo > 0 && <Badge count={todo} overflowCount={999} size="small" style={{ marginInlineStart: 8 }} title={`${todo >= 1000 ? "999件以上" : `${todo}件`}待办`} />}
      </Link>
    ),
  });
  return (
    <nav aria-label="主导航" className="nav">
      <Menu
        mode="inline"
        selectedKeys={here ? [here] : []}
        style={{ borderInlineEnd: 0, paddingTop: 8 }}
        onClick={({ key, domEvent }) => {
          if (domEvent.type === "keydown") void navigate(key); // a click follows its link by itself
        }}
        items={groups.map((g) => ({ type: "group", key: g.label ?? "", label: g.label, children: g.places.map(item) }))}
      />
    </nav>
  );
}
