import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Form, Input, InputNumber, type TableProps } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { assessments, createAssessment } from "../../api/assessments";
import type { AssessmentRow, NewYear } from "../../api/types";
import { useSession } from "../../app/session";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Deadline, Illustrative, Light } from "../../components/Status";
import { isSet, stamp } from "../../lib/time";
import { Dialog, useActing } from "./Acting";
import { BookSelect } from "./PlanDialogs";
import { YearStage } from "./parts";

const columns: TableProps<AssessmentRow>["columns"] = [
  { title: "年度考核", key: "title", render: (_, y) => <><Link to={`/assessments/${y.id}`}>{y.title}</Link><Illustrative when={y.illustrative} /></> },
  { title: "环节", key: "stage", width: 100, render: (_, y) => <YearStage row={y} /> },
  { title: "灯", key: "light", width: 60, render: (_, y) => (isSet(y.due) ? <Light light={y.light} /> : <span className="muted">—</span>) },
  { title: "本环节期限", key: "due", width: 240, render: (_, y) => <Deadline due={y.due} plain={y.stage === "locked"} /> },
  { title: "细则", dataIndex: "book" },
  { title: "单位", dataIndex: "units", width: 70, align: "right" },
  { title: "申诉", dataIndex: "appeals", width: 70, align: "right" },
  { title: "锁定", key: "locked", width: 160, render: (_, y) => (isSet(y.locked_at) ? <>{stamp(y.locked_at)}{y.hash && <div className="hash" title={`锁定摘要 ${y.hash}`}>{y.hash.slice(0, 12)}</div>}</> : <span className="muted">—</span>) },
];

const runners = ["assessor", "centre_leader"];

/** Years are the assessment years, the latest first. */
export function Years() {
  const session = useSession();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const runs = session.user.roles.some((r) => runners.includes(r)); // the server has the last word
  return (
    <Page title="年度考核" note="从任务分解到锁定,每一分都能追溯到登记的记录" actions={runs && <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>建立年度考核</Button>}>
      <PagedTable list={useInfiniteQuery(assessments())} columns={columns} empty="没有年度考核" label="年度考核" scrollX={1000} open={(y) => void navigate(`/assessments/${y.id}`)} />
      {creating && <Create onClose={() => setCreating(false)} />}
    </Page>
  );
}

function Create({ onClose }: { onClose: () => void }) {
  const [form] = Form.useForm<NewYear>();
  const navigate = useNavigate();
  const { run, problem } = useActing((body: NewYear, key) => createAssessment(body, key), (r) => {
    void navigate(`/assessments/${r.id}`);
    return "已建立,请确定被考核单位并分解任务";
  });
  return (
    <Dialog title="建立年度考核" okText="建立" problem={problem} pending={run.isPending} onOk={() => form.submit()} onClose={onClose}>
      <Form<NewYear> name="assessment" form={form} layout="vertical" initialValues={{ year: new Date().getFullYear() }} onFinish={(v) => run.mutate({ year: v.year, book_id: v.book_id, title: v.title?.trim() || undefined })}>
        <Form.Item label="年度" name="year" rules={[{ required: true, message: "请填写年度" }]}><InputNumber min={2000} max={2100} precision={0} style={{ width: 160 }} /></Form.Item>
        <Form.Item label="细则" name="book_id" extra="只能选用已审定发布的细则;任务下达前可以另选。" rules={[{ required: true, message: "请选择细则" }]}><BookSelect /></Form.Item>
        <Form.Item label="标题(可不填)" name="title"><Input maxLength={100} placeholder="如:2026年度招商引资考核" /></Form.Item>
      </Form>
      <span className="muted">被考核单位先按细则的名单或分组列出,建立后可以增减。</span>
    </Dialog>
  );
}
