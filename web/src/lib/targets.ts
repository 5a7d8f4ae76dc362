import type { Action } from "../api/types";

// Some actions are done to one thing out of several: an item of an agenda, a milestone,
// a problem. Their schema has a field that names it, with the things that it may be now.

/** offersOn are the actions that may be done to a thing now. */
export const offersOn = (actions: Action[], field: string, id: string): Action[] =>
  actions.filter((a) => a.allowed && a.schema?.properties?.[field]?.oneOf?.some((c) => c.const === id));

/** isOn reports whether an action is done to one thing out of several, by one of the fields. */
export const isOn = (action: Action, fields: readonly string[]): boolean => action.allowed && fields.some((field) => !!action.schema?.properties?.[field]?.oneOf);

/** settled is an action whose thing is chosen. */
export function settled(action: Action, field: string, id: string): Action {
  const schema = action.schema ?? {};
  const choice = schema.properties?.[field] ?? {};
  return { ...action, schema: { ...schema, properties: { ...schema.properties, [field]: { ...choice, oneOf: choice.oneOf?.filter((c) => c.const === id) } } } };
}
