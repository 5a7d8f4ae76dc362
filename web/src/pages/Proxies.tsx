import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, DatePicker, Form, Input, Popconfirm, Table, Tag, type TableProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Attempt, newKey } from "../api/idempotency";
import { appointProxy, proxies, revokeProxy } from "../api/people";
import { asProblem, pathOf } from "../api/problem";
import type { Colleague, Proxy, ProxyDraft } from "../api/types";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { PeoplePicker, type Named } from "../components/pickers";
import { choosesOnly } from "../lib/keys";
import { day, stamp } from "../lib/time";

/** Proxies is where people say who stands in for them on which days, and see for whom they do. */
export function Proxies() {
  const list = useQuery(proxies);
  return (
    <Page title="我的代理">
      <div className="stack">
        <Card title="委托他人代理"><Appoint /></Card>
        <Loaded query={list}>
          {({ given, held }) => (
            <>
              <Card title="我委托的" styles={{ body: { padding: 0 } }}><ProxyTable label="我委托的代理" rows={given} who={(p) => p.proxy} empty="没有委托过代理" revocable /></Card>
              <Card title="我代理的" styles={{ body: { padding: 0 } }}><ProxyTable label="我代理的人员" rows={held} who={(p) => p.principal} empty="没有代理他人" /></Card>
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}

interface Values {
  proxy?: Named;
  days: [Dayjs, Dayjs];
  reason: string;
}

function Appoint() {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const appoint = useMutation({
    mutationFn: (draft: ProxyDraft) => appointProxy(draft, attempt.keyFor(draft)),
    onSuccess: (p) => {
      attempt.spend();
      void message.success(`已委托${p.proxy.name}代理`);
      form.resetFields();
      void client.invalidateQueries();
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      form.setFields(problem.errors.map(({ field, message: text }) => {
        const name = pathOf(field)[0];
        return { name: (name === "proxy_id" ? "proxy" : name === "from" || name === "to" ? "days" : name === "reason" ? "reason" : "proxy"), errors: [text] };
      }));
    },
  });
  const problem = appoint.error ? asProblem(appoint.error) : undefined;
  const submit = (v: Values) => appoint.mutate({ proxy_id: v.proxy?.id ?? "", from: v.days[0].format("YYYY-MM-DD"), to: v.days[1].format("YYYY-MM-DD"), reason: v.reason.trim() });
  return (
    <div className="stack">
      <div className="muted">代理期间,代理人以您的职责办理,记录中写明“代理”;已阅须本人签收,代理人不能再转托。</div>
      {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} />}
      <Form<Values> name="proxy" form={form} layout="vertical" disabled={appoint.isPending} onFinish={submit}>
        <div className="thirds">
          <Form.Item name="proxy" label="代理人" rules={[{ required: true, message: "请选择代理人" }]}><PeoplePicker /></Form.Item>
          <Form.Item name="days" label="起止日期(含)" rules={[{ required: true, message: "请选择起止日期" }]}>
            <DatePicker.RangePicker style={{ width: "100%" }} minDate={dayjs(day(new Date()))} onKeyDown={choosesOnly} />
          </Form.Item>
          <Form.Item name="reason" label="事由" rules={[{ required: true, whitespace: true, message: "请填写事由" }]}><Input maxLength={200} placeholder="如:外出培训" /></Form.Item>
        </div>
        <Button type="primary" htmlType="submit" loading={appoint.isPending}>{problem?.uncertain ? "重试" : "委托代理"}</Button>
      </Form>
    </div>
  );
}

const states: Record<Proxy["state"], { label: string; color?: string }> = {
  upcoming: { label: "未开始", color: "blue" }, active: { label: "代理中", color: "green" }, over: { label: "已结束" }, revoked: { label: "已撤销" },
};

function ProxyTable({ label, rows, who, empty, revocable }: { label: string; rows: Proxy[]; who: (p: Proxy) => Colleague; empty: string; revocable?: boolean }) {
  const columns: NonNullable<TableProps<Proxy>["columns"]> = [
    { title: "姓名", key: "who", render: (_, p) => <>{who(p).name}<div className="muted small">{who(p).unit_name}</div></> },
    { title: "起止日期", key: "days", width: 220, render: (_, p) => `${p.from} 至 ${p.to}` },
    { title: "事由", dataIndex: "reason" },
    {
      title: "状态", key: "state", width: 190,
      render: (_, p) => <><Tag color={states[p.state].color}>{states[p.state].label}</Tag>{p.revoked_at && p.state === "revoked" && <span className="muted small">{stamp(p.revoked_at)}</span>}</>,
    },
  ];
  if (revocable) columns.push({ title: "操作", key: "revoke", width: 90, render: (_, p) => (p.state === "active" || p.state === "upcoming") && <Revoke proxy={p} /> });
  return <Table<Proxy> size="middle" aria-label={label} rowKey="id" dataSource={rows} columns={columns} pagination={{ pageSize: 20, hideOnSinglePage: true }} locale={{ emptyText: empty }} scroll={{ x: 640 }} />;
}

function Revoke({ proxy }: { proxy: Proxy }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [key] = useState(newKey);
  const revoke = useMutation({
    mutationFn: () => revokeProxy(proxy.id, key),
    onSuccess: () => void message.success("已撤销代理"),
    onError: (e) => void message.error(asProblem(e).message),
    onSettled: () => void client.invalidateQueries(),
  });
  return (
    <Popconfirm title={`撤销${proxy.proxy.name}的代理?`} description="撤销后立即失效。" okText="撤销" cancelText="取消" onConfirm={() => revoke.mutate()}>
      <Button size="small" danger loading={revoke.isPending}>撤销</Button>
    </Popconfirm>
  );
}
