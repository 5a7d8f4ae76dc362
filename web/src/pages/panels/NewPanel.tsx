import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Form } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Attempt } from "../../api/idempotency";
import { convene } from "../../api/panels";
import { asProblem } from "../../api/problem";
import type { Convening } from "../../api/types";
import { useSession } from "../../app/session";
import { Page } from "../../components/Page";
import { useDraft } from "../../components/useDraft";
import { Arrangement, arrangementOf, showErrors, usual, type Values } from "./Arrangement";

/** NewPanel calls a meeting of the panel on reviews that wait for one. */
export function NewPanel() {
  const session = useSession();
  return <Page title="召集研判会">{session.may_convene_panels ? <Convene /> : <Alert type="info" showIcon title="由招商中心召集研判会" />}</Page>;
}

function Convene() {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const draft = useDraft({ form: "convene-panel", subject: "new" }, (body) => form.setFieldsValue(body));
  const call = useMutation({
    mutationFn: (meeting: Convening) => convene(meeting, attempt.keyFor(meeting)),
    onSuccess: (receipt) => {
      void message.success("已召集研判会");
      draft.sent();
      void client.invalidateQueries();
      void navigate(`/panels/${receipt.id}`);
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      showErrors(form, problem.errors);
    },
  });
  const problem = call.error ? asProblem(call.error) : undefined;
  const submit = (v: Values) => call.mutate({
    ...arrangementOf(v),
    items: (v.items ?? []).map((item) => ({ review_id: item.review_id, ...(item.note?.trim() ? { note: item.note.trim() } : {}) })),
  });
  return (
    <Card>
      <div className="stack">
        {draft.note}
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} description={problem.uncertain ? "内容已保留。重试不会重复召集。" : undefined} />}
        <Form<Values> name="meeting" form={form} layout="vertical" disabled={call.isPending} initialValues={usual} onFinish={submit} scrollToFirstError={{ focus: true }}>
          <Arrangement agenda />
          <div className="choices">
            <Button type="primary" htmlType="submit" loading={call.isPending}>{problem?.uncertain ? "重试" : "召集会议"}</Button>
            <Button loading={draft.save.isPending} onClick={() => draft.save.mutate(form.getFieldsValue(true) as Record<string, unknown>)}>暂存</Button>
          </div>
        </Form>
      </div>
    </Card>
  );
}
