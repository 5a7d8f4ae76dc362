import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Form, Input } from "antd";
import { useEffect } from "react";
import { Navigate, useSearchParams } from "react-router";
import { asProblem } from "../api/problem";
import { demoAccounts, me, signIn, startSession } from "../api/queries";
import type { DemoAccount } from "../api/types";

interface Credentials {
  login: string;
  password: string;
}

/** safePath admits only an address of this workbench to return to. */
export const safePath = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : "/inbox");

export function SignIn() {
  const [query] = useSearchParams();
  const session = useQuery(me);
  const demo = useQuery(demoAccounts);
  const client = useQueryClient();
  const [form] = Form.useForm<Credentials>();
  const enter = useMutation({
    mutationFn: (c: Credentials) => signIn(c.login.trim(), c.password),
    onSuccess: (answer) => startSession(client, answer),
    onError: () => form.focusField("password"),
  });
  useEffect(() => {
    document.title = "登录 · 落地";
  }, []);
  if (session.data) return <Navigate to={safePath(query.get("next"))} replace />;

  const fill = (account: DemoAccount) => {
    form.setFieldsValue({ login: account.login, password: account.password });
    enter.mutate(account);
  };
  return (
    <main className="sign-in">
      <div className={demo.data ? "sign-in-box with-demo" : "sign-in-box"}>
        <Card>
          <h1 className="sign-in-title"><b>落地</b>招商引资全周期管理</h1>
          {enter.isError && <Alert type="error" showIcon role="alert" title={asProblem(enter.error).message} style={{ marginBottom: 16 }} />}
          <Form<Credentials> form={form} layout="vertical" requiredMark={false} disabled={enter.isPending} onFinish={(c) => enter.mutate(c)}>
            <Form.Item name="login" label="登录名" rules={[{ required: true, whitespace: true, message: "请填写登录名" }]}>
              <Input prefix={<UserOutlined />} autoComplete="username" autoFocus />
            </Form.Item>
            <Form.Item name="password" label="密码" rules={[{ required: true, message: "请填写密码" }]}>
              <Input.Password prefix={<LockOutlined />} autoComplete="current-password" />
            </Form.Item>
            <Button type="primary" htmlType="submit" block loading={enter.isPending}>登录</Button>
          </Form>
        </Card>
        {demo.data && <Demo notice={demo.data.notice} accounts={demo.data.accounts} busy={enter.isPending} onChoose={fill} />}
      </div>
    </main>
  );
}

function Demo({ notice, accounts, busy, onChoose }: {
  notice: string; accounts: DemoAccount[]; busy: boolean; onChoose: (account: DemoAccount) => void;
}) {
  return (
    <Card title="演示账号" extra={<span className="muted">点击即以该账号登录</span>}>
      <Alert type="info" role="note" showIcon title={notice || "这是演示系统,全部数据均为示例。"} style={{ marginBottom: 12 }} />
      <div className="accounts">
        {groups(accounts).map(([title, members]) => (
          <section key={title} aria-label={title}>
            <h3>{title}</h3>
            <ul>
              {members.map((a) => (
                <li key={a.login}>
                  <button type="button" className="account" disabled={busy} onClick={() => onChoose(a)}>
                    {a.name}
                    <small>{a.unit} · {a.role_labels.join("、")}</small>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Card>
  );
}

const kinds: [title: string, roles: string[]][] = [
  ["招商中心", ["centre_operator", "centre_leader"]],
  ["县市区", ["county_operator"]],
  ["市直部门", ["department_handler", "department_leader"]],
  ["市领导、评审、考核与管理", []],
];

/** groups puts accounts under the kind of unit they work for, in the order a project travels. */
export function groups(accounts: DemoAccount[]): [string, DemoAccount[]][] {
  const kindOf = (a: DemoAccount) => kinds.findIndex(([, roles]) => roles.length === 0 || roles.some((r) => a.roles.includes(r)));
  return kinds
    .map(([title], i): [string, DemoAccount[]] => [title, accounts.filter((a) => kindOf(a) === i)])
    .filter(([, members]) => members.length > 0);
}
