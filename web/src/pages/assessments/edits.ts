import type { TargetCell } from "../../api/assessments";
import type { FieldError } from "../../api/problem";
import type { Action, AssessmentData, AssessmentTargetsView, MarkSheet, SelfReportItem, SelfReportRow } from "../../api/types";
import type { Named } from "../../components/pickers";

// What the pages make of edits before they are sent.

/** cellKey names a cell of 任务分解表; the whole city has no unit. */
export const cellKey = (unit: string, figure: string) => `${unit} ${figure}`;

/** changedCells are the cells that differ from what is set. */
export function changedCells(t: Pick<AssessmentTargetsView, "city" | "units" | "figures">, edits: Record<string, string>): TargetCell[] {
  const lines = [{ unit_id: "", values: t.city }, ...t.units];
  return lines.flatMap((u) => t.figures.flatMap(({ name }) => {
    const value = edits[cellKey(u.unit_id, name)]?.trim();
    return value === undefined || value === (u.values[name] ?? "") ? [] : [{ unit_id: u.unit_id, figure: name, value }];
  }));
}

/** placed gives what is wrong to the thing in a sent list that it is about: "/items/2/value" to the third. */
export function placed<T>(errors: FieldError[], list: string, sent: T[], key: (one: T) => string): Map<string, string> {
  return new Map(errors.flatMap((e) => {
    const [, name, index] = e.field.split("/");
    const one = name === list && index !== undefined && /^\d+$/.test(index) ? sent[Number(index)] : undefined;
    return one === undefined ? [] : [[key(one), e.message] as const];
  }));
}

/** ItemEdit is what was typed into a figure's row and isn't saved yet. */
export interface ItemEdit { value?: string; reason?: string; files?: Named[] }
export interface FilledItem { figure: string; value: string; reason: string; files: string[] }

/** current is a figure's row with its edits. */
export const current = (x: Pick<SelfReportItem, "said" | "reason" | "files">, e: ItemEdit = {}) => ({
  value: e.value?.trim() ?? x.said, reason: e.reason?.trim() ?? x.reason ?? "", files: e.files ?? x.files,
});

/** changedItems are the rows to send: each whole, for what isn't sent of a row is taken as empty. */
export function changedItems(items: Pick<SelfReportItem, "name" | "said" | "reason" | "files">[], edits: Record<string, ItemEdit>): FilledItem[] {
  return items.flatMap((x) => {
    const now = current(x, edits[x.name]);
    const files = now.files.map((f) => f.id);
    const same = now.value === x.said && now.reason === (x.reason ?? "") && files.join() === x.files.map((f) => f.id).join();
    return same ? [] : [{ figure: x.name, value: now.value, reason: now.reason, files }];
  });
}

/** differs tells whether a figure is another than the registry's; one that isn't there differs from nothing. */
export function differs(value: string, registry: string): boolean {
  if (value === "" || registry === "" || value === registry) return false;
  const [a, b] = [Number(value), Number(registry)];
  return Number.isNaN(a) || Number.isNaN(b) || a !== b;
}

/** adopted are edits in which every figure that nobody stated is the registry's. */
export function adopted(items: Pick<SelfReportItem, "name" | "said" | "registry" | "reason" | "files">[], edits: Record<string, ItemEdit>): Record<string, ItemEdit> {
  const out = { ...edits };
  for (const x of items) {
    if (x.registry !== "" && current(x, edits[x.name]).value === "") out[x.name] = { ...out[x.name], value: x.registry };
  }
  return out;
}

/** onRows are the findings about figures that a refused submission names: "/items/<name>". */
export const onRows = (errors: FieldError[]): Map<string, string> =>
  new Map(errors.flatMap((e) => {
    const name = e.field.startsWith("/items/") ? e.field.slice("/items/".length).replaceAll("~1", "/").replaceAll("~0", "~") : "";
    return name ? [[name, without(name, e.message)] as const] : [];
  }));

/** without is a finding that needn't say what it is about, for it stands there. */
export const without = (name: string, message: string): string => (message.startsWith(`${name}:`) ? message.slice(name.length + 1) : message);

/** choicesOf are what an action may be done on. */
export const choicesOf = (actions: Action[], action: string, field: string): string[] => {
  const a = actions.find((x) => x.action === action);
  return (a?.allowed && a.schema?.properties?.[field]?.oneOf?.map((c) => c.const)) || [];
};

/** among is an action whose list offers only some of its choices. */
export function among(action: Action, field: string, ids: string[]): Action {
  const list = action.schema?.properties?.[field];
  if (!list?.items?.oneOf) return action;
  const items = { ...list.items, oneOf: list.items.oneOf.filter((c) => ids.includes(c.const)) };
  return { ...action, schema: { ...action.schema, properties: { ...action.schema?.properties, [field]: { ...list, items } } } };
}

/** markKey names a mark of the sheet. */
export const markKey = (topic: string, unit: string) => `${topic} ${unit}`;

/** soundMark: 0 to 100 with at most two places. */
export const soundMark = (text: string): boolean => /^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/.test(text);

/** changedMarks are the marks of a topic that differ from those given; an emptied one is left as it was. */
export const changedMarks = (t: MarkSheet["mine"][number], edits: Record<string, string>): { unit_id: string; mark: string }[] =>
  t.units.flatMap((u) => {
    const mark = edits[markKey(t.topic, u.unit_id)]?.trim();
    return !mark || mark === u.mark ? [] : [{ unit_id: u.unit_id, mark }];
  });

/** progressOf counts the self-reports by how far they are. */
export const progressOf = (rows: Pick<SelfReportRow, "stage" | "submitted_at" | "light">[]) => {
  const open = rows.filter((r) => r.stage !== "closed");
  return {
    all: open.length,
    submitted: open.filter((r) => r.stage !== "filling").length,
    verified: open.filter((r) => r.stage === "verified" || r.stage === "sealed" || r.stage === "finished").length,
    overdue: open.filter((r) => r.light !== "green").length,
  };
};

/** groupsFor are the groups that a unit may be in: a group whose roster the book fixes takes only the units it names. */
export const groupsFor = (groups: AssessmentData["book"]["groups"], unit: string): string[] =>
  groups.filter((g) => !g.roster?.length || g.roster.includes(unit)).map((g) => g.name);
