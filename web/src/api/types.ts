// The shapes the pages work with, as the server's OpenAPI document describes them.

import type { components } from "./schema";

/** Sent is a shape as it really arrives: the document lets a list be null, the server never sends one. */
export type Sent<T> = T extends readonly (infer U)[] ? Sent<U>[] : T extends object ? { [K in keyof T]: NullFree<T[K]> } : T;
type NullFree<T> = Extract<T, readonly unknown[]> extends never ? Sent<T> : Sent<Exclude<T, null>>;

type Schemas = components["schemas"];

export type Me = Sent<Schemas["Me"]>;
export type DemoAccount = Sent<Schemas["DemoAccount"]>;
export type Project = Sent<Schemas["ProjectView"]>;
export type Task = Sent<Schemas["TaskRow"]>;
export type Moment = Sent<Schemas["TimelineItem"]>;
export type ReviewRow = Sent<Schemas["ReviewRow"]>;
export type Review = Sent<Schemas["Review"]>;
export type Seat = Sent<Schemas["Seat"]>;
export type Step = Sent<Schemas["Step"]>;
export type Plan = Sent<Schemas["Plan"]>;
export type Receipt = Sent<Schemas["Receipt"]>;
export type ImportReport = Sent<Schemas["Imported"]>;
export type Statistics = Sent<Schemas["YearFigures"]>;
export type Tally = Sent<Schemas["Tally"]>;
export type CalendarYear = Sent<Schemas["YearInfo"]>;
export type DayInfo = Sent<Schemas["DayInfo"]>;
export type Notice = Sent<Schemas["Notice"]>;

export type Box = "todo" | "done" | "started" | "cc";

export interface Choice {
  const: string;
  title: string;
}

/** Schema is the part of JSON Schema that the server's forms use. */
export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  "x-order"?: string[];
  required?: string[];
  oneOf?: Choice[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  format?: string;
}

/** Action is something a person may want to do; its schema draws the form. */
export type Action = Omit<Sent<Schemas["Action"]>, "schema"> & { schema: Schema };
