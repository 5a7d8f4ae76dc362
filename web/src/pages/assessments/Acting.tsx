import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { Attempt } from "../../api/idempotency";
import { asProblem, type FieldError, type Problem } from "../../api/problem";

/** useActing sends one thing under one key: again after a lost answer, anew after a definite one. */
export function useActing<B, R>(send: (body: B, key: string) => Promise<R>, done: (result: R) => string | undefined) {
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (body: B) => send(body, attempt.keyFor(body)),
    onSuccess: (result) => {
      attempt.spend();
      const text = done(result);
      if (text) void message.success(text);
      void client.invalidateQueries();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  return { run, problem: run.error ? asProblem(run.error) : undefined };
}

/** Told says what went wrong, with everything that is wrong; whose names what a finding is about. */
export function Told({ problem, whose }: { problem?: Problem; whose?: (e: FieldError) => string }) {
  if (!problem) return null;
  const others = whose || problem.errors.length > 1 ? problem.errors : problem.errors.filter((e) => !problem.message.includes(e.message));
  return (
    <Alert
      type={problem.uncertain ? "warning" : "error"}
      showIcon
      role="alert"
      title={problem.message}
      description={problem.uncertain ? "内容已保留。重试不会重复办理。" : others.length > 0 && <ul className="warnings">{others.map((e, i) => <li key={i}>{whose?.(e)}{e.message}</li>)}</ul>}
    />
  );
}

/** Dialog is a form of its own for what an action needs. */
export function Dialog({ title, okText, width = 640, problem, pending, disabled, onOk, onClose, children }: {
  title: string; okText: string; width?: number; problem?: Problem; pending: boolean; disabled?: boolean; onOk: () => void; onClose: () => void; children: ReactNode;
}) {
  return (
    <Modal open title={title} width={width} mask={{ closable: false }} okText={problem?.uncertain ? "重试" : okText} cancelText="取消" okButtonProps={{ disabled }} confirmLoading={pending} onOk={onOk} onCancel={onClose}>
      <div className="stack">
        <Told problem={problem} />
        {children}
      </div>
    </Modal>
  );
}
