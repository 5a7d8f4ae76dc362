import { Button } from "antd";
import type { Action } from "../../api/types";
import { offersOn } from "../../lib/targets";

/** fields are those by which an action names what it is done to: such actions have their buttons there. */
export const fields = ["milestone", "week", "problem", "instruction", "ask"] as const;

export type Field = (typeof fields)[number];

/** Chosen is an action, and what it is done to, if it is not the whole liaison. */
export interface Chosen {
  action: Action;
  on?: { field: Field; id: string };
}

export type Choose = (chosen: Chosen) => void;

/** Offers are the buttons of what may be done to one thing now. */
export function Offers({ actions, field, id, title, choose, main }: {
  actions: Action[]; field: Field; id: string; title: string; choose: Choose;
  /** whether these are what the page is opened for */
  main?: boolean;
}) {
  const offered = offersOn(actions, field, id);
  if (offered.length === 0) return null;
  return (
    <div className="choices" role="group" aria-label={`办理${title}`}>
      {offered.map((action, i) => <Button key={action.action} size={main ? "middle" : "small"} type={main && i === 0 && !action.danger ? "primary" : "default"} danger={action.danger} onClick={() => choose({ action, on: { field, id } })}>{action.label}</Button>)}
    </div>
  );
}
