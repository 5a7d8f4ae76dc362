import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Modal, Select, Switch } from "antd";
import { useState } from "react";
import { Attempt } from "../api/idempotency";
import { asProblem, pathOf } from "../api/problem";
import { editProject, units } from "../api/queries";
import type { Project, ProjectEdit } from "../api/types";
import { investorKinds, tiers, verifications, type Option } from "../lib/labels";

const editable = [
  "name", "investor", "investor_kind", "county_id", "agreed_amount", "land_area", "energy_use", "chemicals", "industry_tier", "industry", "chain",
  "framework", "above_scale", "team", "ambassador", "event", "verification", "contact_name", "contact_phone", "remark",
] as const;

type Values = Pick<Project, (typeof editable)[number]>;

/** changesOf is what differs from the project as it was shown. */
export function changesOf(project: Values, values: Values): Partial<Values> {
  const changed = editable.filter((name) => (values[name] ?? "") !== (project[name] ?? ""));
  return Object.fromEntries(changed.map((name) => [name, values[name] ?? ""]));
}

/** EditProject changes a project's figures, as during a supplement; its life-cycle stage is not among them. */
export function EditProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const save = useMutation({
    mutationFn: (edit: ProjectEdit) => editProject(project.id, edit, attempt.keyFor(edit)),
    onSuccess: () => {
      void message.success("已保存");
      void client.invalidateQueries();
      onClose();
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      form.setFields(problem.errors.map(({ field, message: text }) => ({ name: pathOf(field) as never, errors: [text] })));
    },
  });
  const submit = (values: Values) => {
    const changes = changesOf(project, values);
    if (Object.keys(changes).length === 0) void message.info("没有修改");
    else save.mutate({ ...changes, version: project.version });
  };
  const problem = save.error ? asProblem(save.error) : undefined;
  return (
    <Modal
      open
      title="修改项目情况"
      width={860}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" htmlType="submit" form="project" loading={save.isPending}>{problem?.uncertain ? "重试" : "保存"}</Button>,
      ]}
    >
      <div className="stack">
        {project.stage === "in_review" && <Alert type="info" role="note" showIcon title="项目正在研判中:会审部门看到的是上次提交的情况,补正后重新提交时才采用这里的修改。" />}
        {problem && (
          <Alert
            type={problem.uncertain ? "warning" : "error"}
            showIcon
            role="alert"
            title={problem.message}
            description={problem.code === "project_changed" ? <Button size="small" onClick={() => { void client.invalidateQueries({ queryKey: ["project"] }); onClose(); }}>放弃修改,查看最新情况</Button> : undefined}
          />
        )}
        <Form<Values> id="project" name="project" form={form} layout="vertical" disabled={save.isPending} initialValues={project} onFinish={submit} scrollToFirstError={{ focus: true }}>
          <Fields />
        </Form>
      </div>
    </Modal>
  );
}

const decimal = /^\d+(\.\d{1,6})?$/;

function Fields() {
  const { data } = useQuery(units);
  const counties = (data ?? []).filter((u) => u.kind === "county").map((u) => ({ value: u.id, label: u.name }));
  const number = (name: keyof Values, label: string, unit: string, required = false) => (
    <Form.Item name={name} label={label} rules={[{ required, message: `请填写${label}` }, { pattern: decimal, message: "应为数字,最多六位小数" }]}>
      <Input suffix={unit} inputMode="decimal" maxLength={30} />
    </Form.Item>
  );
  const text = (name: keyof Values, label: string, required = false) => (
    <Form.Item name={name} label={label} rules={required ? [{ required, whitespace: true, message: `请填写${label}` }] : []}><Input maxLength={200} /></Form.Item>
  );
  const choice = (name: keyof Values, label: string, options: Option[]) => <Form.Item name={name} label={label}><Select options={options} /></Form.Item>;
  const yesNo = (name: keyof Values, label: string) => <Form.Item name={name} label={label} valuePropName="checked"><Switch checkedChildren="是" unCheckedChildren="否" /></Form.Item>;
  return (
    <div className="thirds">
      {text("name", "项目名称", true)}{text("investor", "投资方", true)}{choice("investor_kind", "投资方性质", investorKinds)}
      {number("agreed_amount", "协议金额", "万元", true)}{number("land_area", "用地面积", "亩")}{number("energy_use", "年综合能耗", "吨标准煤")}
      {choice("county_id", "县市区", counties)}{choice("industry_tier", "产业层级", tiers)}{text("industry", "所属产业")}
      {text("chain", "产业链")}{yesNo("chemicals", "涉及危化品")}{yesNo("above_scale", "规模项目")}
      {yesNo("framework", "框架协议")}{choice("verification", "省厅审核认定", verifications)}{text("event", "签约活动")}
      {text("team", "驻外招商专班")}{text("ambassador", "招商大使")}{text("contact_name", "联系人")}
      {text("contact_phone", "联系电话")}
      <Form.Item name="remark" label="备注" className="wide"><Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={10000} /></Form.Item>
    </div>
  );
}
