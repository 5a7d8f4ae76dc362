import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Form, Input, Select, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Attempt } from "../api/idempotency";
import { asProblem } from "../api/problem";
import { projectChoices } from "../api/queries";
import { reviewPreview, startReview } from "../api/reviews";
import type { Preview } from "../api/types";
import { useSession } from "../app/session";
import { FigureList } from "../components/figures";
import { ForecastTable } from "../components/ForecastTable";
import { Mark, Veto } from "../components/Marks";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { useDraft } from "../components/useDraft";

/** NewReview submits a project for review, after showing its figures, who would sit and why, and every deadline. */
export function NewReview() {
  const session = useSession();
  const [query, setQuery] = useSearchParams();
  const project = query.get("project") ?? "";
  return (
    <Page title="发起研判">
      {session.may_start_reviews ? (
        <div className="stack">
          <Card title="选择项目"><ProjectChoice value={project} onChange={(id) => setQuery(id ? { project: id } : {}, { replace: true })} /></Card>
          {project && <Submission key={project} project={project} />}
        </div>
      ) : (
        <Alert type="info" showIcon title="由县市区或招商中心经办人员发起研判" />
      )}
    </Page>
  );
}

function ProjectChoice({ value, onChange }: { value: string; onChange: (id: string | undefined) => void }) {
  const [q, setQ] = useState("");
  const found = useQuery(projectChoices(q));
  const chosen = useQuery({ ...reviewPreview(value), enabled: value !== "" });
  const options = (found.data ?? []).map((p) => ({ value: p.id, label: p.name, detail: [p.code, p.investor, p.stage_label].filter(Boolean).join(" · ") }));
  if (value && !options.some((o) => o.value === value)) {
    options.unshift({ value, label: chosen.data?.figures.name ?? "已选项目", detail: chosen.data?.figures.code ?? "" });
  }
  return (
    <Select
      aria-label="项目"
      style={{ width: "100%", maxWidth: 560 }}
      placeholder="输入名称、编号或投资方查找"
      allowClear
      loading={found.isFetching}
      showSearch={{ filterOption: false, onSearch: (text) => setQ(text.trim()) }}
      notFoundContent={found.isError ? "未能取得项目" : found.isPending ? "正在查找" : "没有可以发起研判的项目"}
      options={options}
      optionRender={(o) => <>{o.label}<div className="muted small">{o.data.detail}</div></>}
      value={value || undefined}
      onChange={onChange}
    />
  );
}

function Submission({ project }: { project: string }) {
  const preview = useQuery(reviewPreview(project));
  const [form] = Form.useForm<{ note?: string }>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const draft = useDraft({ form: "start-review", subject: project }, (body) => form.setFieldsValue(body));
  const start = useMutation({
    mutationFn: (note: string) => startReview(project, note, attempt.keyFor({ note })),
    onSuccess: (receipt) => {
      void message.success("研判已发起");
      draft.sent();
      void client.invalidateQueries();
      void navigate(`/reviews/${receipt.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = start.error ? asProblem(start.error) : undefined;
  return (
    <Loaded query={preview}>
      {(p) => (
        <>
          <Warnings preview={p} />
          <Card title="项目情况" extra={<Link to={`/projects/${project}`}>查看或修改项目</Link>}><FigureList figures={p.figures} /></Card>
          <Card title={`会审部门(${p.seats.length}个)`} extra={<span className="muted">{p.title} 第{p.template_version}版</span>} styles={{ body: { padding: 0 } }}><Seats preview={p} /></Card>
          <Card title="办理预计(现在提交)" styles={{ body: { padding: 0 } }}><ForecastTable steps={p.forecast} /></Card>
          <Card title="提交">
            <div className="stack">
              {draft.note}
              {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.uncertain ? "内容已保留。重试不会重复发起。" : problem.errors.map((e) => e.message).join(";") || undefined} />}
              <Form form={form} layout="vertical" disabled={start.isPending} onFinish={(v) => start.mutate(v.note?.trim() ?? "")}>
                <Form.Item name="note" label="说明(选填,会审部门可见)">
                  <Input.TextArea autoSize={{ minRows: 3, maxRows: 8 }} maxLength={1000} showCount />
                </Form.Item>
                <div className="choices">
                  <Button type="primary" htmlType="submit" loading={start.isPending}>{problem?.uncertain ? "重试" : "提交研判"}</Button>
                  <Button loading={draft.save.isPending} onClick={() => draft.save.mutate(form.getFieldsValue())}>暂存</Button>
                </div>
              </Form>
            </div>
          </Card>
        </>
      )}
    </Loaded>
  );
}

function Warnings({ preview: p }: { preview: Preview }) {
  const unstaffed = p.seats.filter((s) => s.unstaffed).map((s) => s.unit_name);
  const lines = [
    unstaffed.length > 0 && `${unstaffed.join("、")}没有可以办理的人员,提交后由招商中心转办或请系统管理员添加账号。`,
    p.forecast.some((e) => e.provisional) && "部分期限跨入放假安排尚未公布的年份,按普通周末推算,公布后将重新计算。",
    p.illustrative && "本研判模板为示例,时限、门槛和参加部门启用前由招商中心核定。",
  ].filter((line) => line !== false && line !== undefined);
  if (lines.length === 0) return null;
  return <Alert type={unstaffed.length > 0 ? "warning" : "info"} role="note" showIcon title={<ul className="plain">{lines.map((line) => <li key={line}>{line}</li>)}</ul>} />;
}

function Seats({ preview: p }: { preview: Preview }) {
  return (
    <>
      <Table
        size="small"
        aria-label="会审部门"
        rowKey="unit_id"
        dataSource={p.seats}
        pagination={false}
        scroll={{ x: 560 }}
        columns={[
          {
            title: "部门", key: "unit",
            render: (_, s) => (
              <>
                {s.unit_name}{s.veto && <Veto />}{s.sign_off && <Mark title="经办拟稿,负责人签发">负责人签发</Mark>}{s.unstaffed && <Mark alarm>无人办理</Mark>}
              </>
            ),
          },
          { title: "会审缘由", dataIndex: "why" },
          { title: "时限", key: "days", width: 120, align: "right", render: (_, s) => `${s.terms.days}个工作日` },
        ]}
      />
      {p.rules?.panel_why && <div className="card-foot"><Tag color="blue">须开研判会</Tag>{p.rules.panel_why}</div>}
    </>
  );
}
