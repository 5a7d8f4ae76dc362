import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Form, Modal } from "antd";
import { useId, useState } from "react";
import { Attempt } from "../api/idempotency";
import { asProblem, type FieldError } from "../api/problem";
import type { Action, Receipt } from "../api/types";
import { SchemaForm, showErrors } from "./SchemaForm";

type Values = Record<string, unknown>;

/**
 * ActionDialog asks for what an action needs and does it. A lost answer leaves the
 * form as it is: sending it again uses the same Idempotency-Key and can't act twice.
 */
export function ActionDialog({ action, send, onClose, onDone }: {
  action: Action;
  send: (action: string, body: Values, key: string) => Promise<Receipt>;
  onClose: () => void;
  onDone: (receipt: Receipt) => void;
}) {
  const id = useId();
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const [elsewhere, setElsewhere] = useState<FieldError[]>([]);
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (body: Values) => send(action.action, body, attempt.keyFor(body)),
    onSuccess: (receipt) => {
      void message.success(`已${action.label}`);
      onDone(receipt);
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      setElsewhere(showErrors(form, action.schema, problem.errors));
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  return (
    <Modal
      open
      title={action.label}
      width={600}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" danger={action.danger} htmlType="submit" form={id} loading={run.isPending}>
          {problem?.uncertain ? "重试" : action.danger ? `确认${action.label}` : "提交"}
        </Button>,
      ]}
    >
      <div className="stack">
        {action.danger && <Alert type="warning" role="note" showIcon title={`${action.label}后不能恢复,请确认。`} />}
        {problem && (
          <Alert
            type={problem.uncertain ? "warning" : "error"}
            showIcon
            role="alert"
            title={problem.message}
            description={problem.uncertain ? "内容已保留。重试不会重复办理。" : elsewhere.map((e) => e.message).join(";") || undefined}
          />
        )}
        <SchemaForm id={id} schema={action.schema} form={form} disabled={run.isPending} onSubmit={(body) => run.mutate(body)} />
      </div>
    </Modal>
  );
}
