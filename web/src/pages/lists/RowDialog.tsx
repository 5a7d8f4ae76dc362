import { Alert, DatePicker, Form, Input, Modal, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { asProblem } from "../../api/problem";
import type { LiaisonListData, ListEntry, ListPairing } from "../../api/types";
import { PeoplePicker, ProjectPicker, UnitPicker, type Named } from "../../components/pickers";
import { liaisonRoles } from "../../lib/labels";

interface Values {
  project_id: string; role: ListEntry["role"]; department_id: string; cadre?: Named; cadre_name?: string; team?: string; project_type: string;
  on?: Record<string, Dayjs | undefined>;
}

/** RowDialog asks who carries which project. What the server finds wrong stays beside the form. */
export function RowDialog({ row, types, saving, error, onSave, onClose }: {
  row?: ListPairing; types: LiaisonListData["types"]; saving: boolean; error: unknown; onSave: (entry: ListEntry) => void; onClose: () => void;
}) {
  const [form] = Form.useForm<Values>();
  const type = Form.useWatch("project_type", form) ?? row?.project_type ?? types[0]?.id;
  const milestones = types.find((t) => t.id === type)?.milestones ?? [];
  const problem = error ? asProblem(error) : undefined;
  const submit = (v: Values) => onSave({
    id: row?.id, project_id: v.project_id, role: v.role, department_id: v.department_id, cadre_id: v.cadre?.id,
    cadre_name: v.cadre ? undefined : v.cadre_name?.trim() || undefined, team: v.team?.trim() || undefined, project_type: v.project_type,
    milestones: milestones.flatMap((m) => { const on = v.on?.[m.id]; return on ? [{ id: m.id, on: on.format("YYYY-MM-DD") }] : []; }),
  });
  const initial: Partial<Values> = row
    ? {
      project_id: row.project_id, role: row.role, department_id: row.department_id, cadre: row.cadre_id ? { id: row.cadre_id, name: row.cadre_name } : undefined,
      cadre_name: row.cadre_id ? undefined : row.cadre_name, team: row.team, project_type: row.project_type,
      on: Object.fromEntries(row.milestones.map((m) => [m.id, dayjs(m.on)])),
    }
    : { role: "lead", project_type: types[0]?.id };
  return (
    <Modal open width={720} title={row ? `修改:${row.project_name}` : "添加包联项目"} okText={problem?.uncertain ? "重试" : "保存"} mask={{ closable: false }} confirmLoading={saving} onOk={() => form.submit()} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.errors.length > 0 && <ul className="plain">{problem.errors.map((e) => <li key={e.field + e.code}>{e.message}</li>)}</ul>} />}
        <Form<Values> name="row" form={form} layout="vertical" initialValues={initial} onFinish={submit}>
          <Form.Item label="项目" name="project_id" rules={[{ required: true, message: "请选择项目" }]}><ProjectPicker known={row && { id: row.project_id, name: row.project_name }} /></Form.Item>
          <Form.Item label="角色" name="role"><Select options={liaisonRoles} /></Form.Item>
          <Form.Item label="包联单位" name="department_id" rules={[{ required: true, message: "请选择包联单位" }]}><UnitPicker /></Form.Item>
          <Form.Item label="包联领导(有账号的)" name="cadre"><PeoplePicker /></Form.Item>
          <Form.Item label="包联领导姓名(没有账号时填)" name="cadre_name"><Input maxLength={30} /></Form.Item>
          <Form.Item label="服务专班" name="team"><Input maxLength={60} /></Form.Item>
          <Form.Item label="项目类型" name="project_type"><Select options={types.map((t) => ({ value: t.id, label: t.title }))} /></Form.Item>
          <fieldset className="plain">
            <legend>另定的节点日期(不填则从起计日期按工作日推算)</legend>
            <div className="filters">
              {milestones.map((m) => (
                <Form.Item key={m.id} label={`${m.title}(${m.days}个工作日)`} name={["on", m.id]}><DatePicker /></Form.Item>
              ))}
            </div>
          </fieldset>
        </Form>
      </div>
    </Modal>
  );
}
