import { Button, Space, Tooltip } from "antd";
import { useId } from "react";
import type { Action } from "../api/types";

/**
 * ActionBar draws every action the server names. One that is not allowed stays
 * focusable (aria-disabled, not disabled), so that its reason is there for keyboard and screen reader.
 */
export function ActionBar({ actions, onChoose }: { actions: Action[]; onChoose: (action: Action) => void }) {
  const first = actions.find((a) => a.allowed && !a.danger);
  return (
    <Space wrap role="toolbar" aria-label="可办事项">
      {actions.map((a) => (a.allowed
        ? <Button key={a.action} type={a === first ? "primary" : "default"} danger={a.danger} onClick={() => onChoose(a)}>{a.label}</Button>
        : <DeniedButton key={a.action} action={a} />))}
    </Space>
  );
}

function DeniedButton({ action }: { action: Action }) {
  const id = useId();
  return (
    <>
      <Tooltip title={action.reason} trigger={["hover", "focus"]}>
        <Button className="denied" aria-disabled="true" aria-describedby={id}>{action.label}</Button>
      </Tooltip>
      <span id={id} className="sr-only">{action.reason}</span>
    </>
  );
}
