import { DownOutlined } from "@ant-design/icons";
import { Button, Popover, Space, Tooltip } from "antd";
import { useId, useState } from "react";
import type { Action } from "../api/types";

/** aside are actions that are offered, but are not what a page is opened for. */
const aside = new Set([
  "release", "transfer", "delegate", "add_signer", "remove_signer", "take_back", "remark", "waive_condition", "move_condition",
  "cc", "pause", "extend", "revise", "add_item", "remove_item", "postpone_item", "recuse",
  "ask_change", "ask_suspend", "comment",
  "propose_book", "propose_rename", "propose_merge", "propose_extension",
]);
const most = 5;

/** ActionBar draws every action the server names: the main ones as buttons, the others behind one more. */
export function ActionBar({ actions, onChoose }: { actions: Action[]; onChoose: (action: Action) => void }) {
  const allowed = actions.filter((a) => a.allowed);
  const main = allowed.filter((a) => !a.danger && !aside.has(a.action)).slice(0, most);
  const rest = allowed.filter((a) => !main.includes(a));
  const denied = actions.filter((a) => !a.allowed);
  return (
    <Space wrap role="toolbar" aria-label="可办事项">
      {main.map((a, i) => <Button key={a.action} type={i === 0 ? "primary" : "default"} onClick={() => onChoose(a)}>{a.label}</Button>)}
      {main.length === 0 && <span className="muted">目前没有需要您办理的事项</span>}
      {rest.length + denied.length > 0 && <More rest={rest} denied={denied} onChoose={onChoose} />}
    </Space>
  );
}

function More({ rest, denied, onChoose }: { rest: Action[]; denied: Action[]; onChoose: (action: Action) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      getPopupContainer={(button) => button.parentElement ?? document.body} // next in the order of the keyboard
      content={
        <div className="more-actions" role="group" aria-label="更多操作" onKeyDown={(e) => e.key === "Escape" && setOpen(false)}>
          {rest.length > 0 && (
            <div className="choices">
              {rest.map((a) => (
                <Button key={a.action} danger={a.danger} onClick={() => { setOpen(false); onChoose(a); }}>{a.label}</Button>
              ))}
            </div>
          )}
          {denied.length > 0 && (
            <>
              <div className="muted small">您现在不能办理(指向按钮可看原因和可办理人)</div>
              <div className="choices">{denied.map((a) => <Denied key={a.action} action={a} />)}</div>
            </>
          )}
        </div>
      }
    >
      <Button aria-expanded={open} aria-haspopup="true">更多操作 <DownOutlined style={{ fontSize: 11 }} /></Button>
    </Popover>
  );
}

/** whyNot says why an action is not allowed, and who does it. */
export const whyNot = (a: Action): string => [a.reason, a.who && `可办理人:${a.who}`].filter(Boolean).join("。");

/** Denied stays focusable (aria-disabled, not disabled), so that its reason is there for keyboard and screen reader. */
function Denied({ action }: { action: Action }) {
  const id = useId();
  return (
    <>
      <Tooltip title={whyNot(action)} trigger={["hover", "focus"]}>
        <Button className="denied" aria-disabled="true" aria-describedby={id}>{action.label}</Button>
      </Tooltip>
      <span id={id} className="sr-only">{whyNot(action)}</span>
    </>
  );
}
