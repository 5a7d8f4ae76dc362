import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Space } from "antd";
import { useState } from "react";
import { deleteDraft, draft, saveDraft, type Place } from "../api/drafts";
import { asProblem } from "../api/problem";
import { stamp } from "../lib/time";

type Values = Record<string, unknown>;

/** useDraft saves what is in a form (暂存), offers it again, and drops it when the form was sent. */
export function useDraft(place: Place | undefined, restore: (body: Values) => void) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const at = place ?? { form: "none", subject: "none" };
  const saved = useQuery({ ...draft(at), enabled: place !== undefined });
  const [settled, setSettled] = useState(false); // the offer was answered, or a newer draft was saved
  const forget = () => client.setQueryData(draft(at).queryKey, null);
  const save = useMutation({
    mutationFn: (body: Values) => saveDraft(at, body),
    onSuccess: () => {
      setSettled(true);
      void client.invalidateQueries({ queryKey: draft(at).queryKey });
      void message.success("已暂存,下次打开可继续填写");
    },
    onError: (e) => void message.error(`未能暂存:${asProblem(e).message}`),
  });
  const drop = useMutation({ mutationFn: () => deleteDraft(at), onSettled: forget });
  const offered = !settled && saved.data;
  return {
    save,
    /** sent: the form did its work; an old draft must not come back. */
    sent: () => {
      if (saved.data) drop.mutate();
    },
    note: offered ? (
      <Alert
        type="info"
        role="note"
        showIcon
        title={`您在 ${stamp(offered.at)} 暂存过这份内容`}
        action={
          <Space>
            <Button size="small" type="primary" onClick={() => { restore(offered.body); setSettled(true); }}>继续填写</Button>
            <Button size="small" onClick={() => drop.mutate()}>删除暂存</Button>
          </Space>
        }
      />
    ) : null,
  };
}
