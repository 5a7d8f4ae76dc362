import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, DatePicker, Form, Input, Modal, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { Attempt } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { changeEntry, createEntry, type RegisterPath } from "../../api/registers";
import type { RegisterEntry, RegisterVersion } from "../../api/types";
import { UnitPicker } from "../../components/pickers";
import { tiers } from "../../lib/labels";
import { draftOf, kinds, type Field } from "./kinds";

type Values = Record<string, unknown>;

/** valuesOf fills the form with an entry. */
function valuesOf(fields: Field[], e: Partial<RegisterEntry>): Values {
  const out: Values = {};
  for (const f of fields) {
    const [a = "", b] = f.name;
    const whole = e as Record<string, unknown>;
    const value = b ? (whole[a] as Record<string, unknown> | undefined)?.[b] : whole[a];
    const shown = f.type === "day" && typeof value === "string" && value ? dayjs(value) : value;
    if (b) out[a] = { ...(out[a] as object | undefined), [b]: shown };
    else out[a] = shown;
  }
  return out;
}

/** EntryDialog registers an entry or makes a new version of one. */
export function EntryDialog({ path, entry, name, onClose, onDone }: { path: RegisterPath; entry?: RegisterEntry; name?: string; onClose: () => void; onDone: (e: RegisterVersion) => void }) {
  const kind = kinds[path];
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (values: Values) => {
      const draft = draftOf(kind, values, entry?.illustrative);
      if (!entry) return createEntry(path, draft, attempt.keyFor(draft));
      const keep = { ...draft, team: draft.team && { ...draft.team, trips: entry.team?.trips }, ambassador: draft.ambassador && { ...draft.ambassador, leads: entry.ambassador?.leads } };
      const change = { version: entry.version, entry: keep, reason: typeof values.reason === "string" ? values.reason : undefined };
      return changeEntry(path, entry.id, change, attempt.keyFor(change));
    },
    onSuccess: (e) => {
      void message.success("已登记");
      void client.invalidateQueries({ queryKey: ["registers", path] });
      onDone(e);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  return (
    <Modal open title={entry ? `修改${kind.one}` : `登记${kind.one}`} okText={problem?.uncertain ? "重试" : "保存"} width={640} mask={{ closable: false }} confirmLoading={run.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.errors.length > 0 && <ul className="warnings">{problem.errors.map((e, i) => <li key={i}>{labelAt(kind.fields, e.field)}{e.message}</li>)}</ul>} />}
        <Form<Values> name="entry" form={form} layout="vertical" initialValues={entry ? valuesOf(kind.fields, entry) : { name }} onFinish={(v) => run.mutate(v)}>
          {kind.fields.map((f) => (
            <Form.Item key={f.name.join("/")} label={f.label} name={f.name} rules={f.required ? [{ required: true, message: `请填写${f.label}` }] : undefined}>{input(f)}</Form.Item>
          ))}
          {entry && <Form.Item label="修改理由" name="reason"><Input maxLength={200} /></Form.Item>}
        </Form>
      </div>
    </Modal>
  );
}

/** labelAt names the field that a finding is about. */
function labelAt(fields: Field[], pointer: string): string {
  const f = fields.find((x) => pointer === "/" + x.name.join("/") || pointer.startsWith("/" + x.name.join("/") + "/"));
  return f ? `${f.label}:` : "";
}

function input(f: Field) {
  switch (f.type) {
    case "long": return <Input.TextArea autoSize={{ minRows: 2 }} maxLength={2000} />;
    case "list": return <Select mode="tags" open={false} tokenSeparators={["、", ",", ","]} placeholder="输入后回车,可填多个" suffixIcon={null} />;
    case "day": return <DatePicker style={{ width: 160 }} />;
    case "unit": return <UnitPicker />;
    case "tier": return <Select allowClear options={tiers} />;
    default: return <Input maxLength={100} />;
  }
}
