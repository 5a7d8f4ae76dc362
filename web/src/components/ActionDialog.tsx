import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Form, Modal } from "antd";
import { useId, useState, type ReactNode } from "react";
import { Attempt } from "../api/idempotency";
import { asProblem, type FieldError } from "../api/problem";
import type { Action, Receipt } from "../api/types";
import { SchemaForm, fieldsOf, showErrors } from "./SchemaForm";
import { useDraft } from "./useDraft";

type Values = Record<string, unknown>;

/**
 * ActionDialog asks for what an action needs and does it. A lost answer leaves the
 * form as it is: sending it again uses the same Idempotency-Key and can't act twice.
 */
export function ActionDialog({ action, subject, initial, send, onClose, onDone, children }: {
  action: Action;
  /** what the form is about: what is saved of it is kept under this id */
  subject: string;
  /** what is there already, such as minutes to be continued */
  initial?: Values;
  send: (action: string, body: Values, key: string) => Promise<Receipt>;
  onClose: () => void;
  onDone: (receipt: Receipt) => void;
  /** what should be known before filling in the form */
  children?: ReactNode;
}) {
  const id = useId();
  const schema = action.schema ?? {};
  const fillable = fieldsOf(schema).length > 0;
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const [elsewhere, setElsewhere] = useState<FieldError[]>([]);
  const { message } = App.useApp();
  const draft = useDraft(fillable ? { form: action.action.replaceAll("_", "-"), subject } : undefined, (body) => form.setFieldsValue(body));
  const run = useMutation({
    mutationFn: (body: Values) => send(action.action, body, attempt.keyFor(body)),
    onSuccess: (receipt) => {
      void message.success(`已${action.label}`);
      draft.sent();
      onDone(receipt);
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      setElsewhere(showErrors(form, schema, problem.errors));
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  return (
    <Modal
      open
      title={action.label}
      width={640}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        fillable && (
          <Button key="save" loading={draft.save.isPending} disabled={run.isPending} onClick={() => draft.save.mutate(form.getFieldsValue(true) as Values)}>
            暂存
          </Button>
        ),
        <Button key="ok" type="primary" danger={action.danger} htmlType="submit" form={id} loading={run.isPending}>
          {problem?.uncertain ? "重试" : action.danger || !fillable ? `确认${action.label}` : "提交"}
        </Button>,
      ]}
    >
      <div className="stack">
        {action.danger && <Alert type="warning" role="note" showIcon title={`${action.label}后不能恢复,请确认。`} />}
        {draft.note}
        {problem && (
          <Alert
            type={problem.uncertain ? "warning" : "error"}
            showIcon
            role="alert"
            title={problem.message}
            description={problem.uncertain ? "内容已保留。重试不会重复办理。" : elsewhere.map((e) => e.message).join(";") || undefined}
          />
        )}
        {children}
        {!fillable && !action.danger && <span className="muted">无需填写内容,确认即可。</span>}
        <SchemaForm id={id} schema={schema} initial={initial} form={form} disabled={run.isPending} onSubmit={(body) => run.mutate(body)} />
      </div>
    </Modal>
  );
}
