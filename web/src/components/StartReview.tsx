import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Attempt } from "../api/idempotency";
import { asProblem } from "../api/problem";
import { reviewPlan, startReview } from "../api/queries";
import type { Plan, Project } from "../api/types";
import { Loaded } from "./PageState";

/** StartReview submits a project for review, after showing who would sit and why. */
export function StartReview({ project, onClose }: { project: Project; onClose: () => void }) {
  const plan = useQuery(reviewPlan(project.id));
  const [form] = Form.useForm<{ note?: string }>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const start = useMutation({
    mutationFn: (note: string) => startReview(project.id, note, attempt.keyFor({ note })),
    onSuccess: (receipt) => {
      void message.success("研判已发起");
      void client.invalidateQueries();
      void navigate(`/reviews/${receipt.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = start.error ? asProblem(start.error) : undefined;
  return (
    <Modal
      open
      title={`发起研判:${project.name}`}
      width={760}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" disabled={!plan.data} loading={start.isPending} onClick={() => form.submit()}>{problem?.uncertain ? "重试" : "提交研判"}</Button>,
      ]}
    >
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.uncertain ? "内容已保留。重试不会重复发起。" : problem.errors.map((e) => e.message).join(";") || undefined} />}
        <Loaded query={plan}>{(p) => <Seats plan={p} />}</Loaded>
        <Form form={form} layout="vertical" disabled={start.isPending} onFinish={(v) => start.mutate(v.note?.trim() ?? "")}>
          <Form.Item name="note" label="说明(选填,会审部门可见)" style={{ marginBottom: 8 }}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} showCount />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}

function Seats({ plan }: { plan: Plan }) {
  return (
    <>
      <div>
        受理{plan.intake.days}个工作日,{plan.seats.length}个部门同时会审,决定{plan.decision.days}个工作日。以下部门由项目的金额、用地、能耗等确定:
      </div>
      <Table
        size="small"
        aria-label="会审部门"
        rowKey="unit_id"
        dataSource={plan.seats}
        pagination={false}
        columns={[
          { title: "部门", key: "unit", render: (_, s) => <>{s.unit_name}{s.veto && <Veto />}</> },
          { title: "会审缘由", dataIndex: "why" },
          { title: "时限", key: "days", width: 110, align: "right", render: (_, s) => `${s.terms.days}个工作日` },
        ]}
      />
    </>
  );
}

/** Veto marks a seat against which nothing can be approved. */
export function Veto() {
  return <Tag color="volcano" variant="outlined" title="该部门不同意,则不能通过" style={{ marginInlineStart: 8 }}>一票否决</Tag>;
}
