import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { Lead, RegisterDraft, RegisterImported, RegisterVersion, Trip } from "./types";

/** RegisterPath is one of the four registers, by the last part of its address. They answer alike. */
export type RegisterPath = "chains" | "teams" | "ambassadors" | "events";

export interface RegisterFilter { q?: string; year?: number; unit_id?: string; closed?: "true" | "false" }

const base = (path: RegisterPath) => `/api/v1/${path}` as "/api/v1/chains";

export const entries = (path: RegisterPath, filter: RegisterFilter) =>
  pages(["registers", path, filter], (cursor) =>
    unwrap(api.GET(base(path), { params: { query: { ...filter, cursor, limit: pageSize } } })));

export const entry = (path: RegisterPath, id: string, year?: number) =>
  queryOptions({
    queryKey: ["registers", path, "entry", id, year],
    queryFn: () => unwrap(api.GET(`${base(path)}/{id}`, { params: { path: { id }, query: { year } } })),
  });

export const entryVersions = (path: RegisterPath, id: string) =>
  queryOptions({
    queryKey: ["registers", path, "entry", id, "versions"],
    queryFn: async () => (await unwrap(api.GET(`${base(path)}/{id}/versions`, { params: { path: { id } } }))).items,
  });

/** unmatched are names that projects use and no entry goes by. */
export const unmatched = (path: RegisterPath) =>
  queryOptions({ queryKey: ["registers", path, "unmatched"], queryFn: async () => (await unwrap(api.GET(`${base(path)}/unmatched`))).items });

export const createEntry = (path: RegisterPath, body: RegisterDraft, key: string): Promise<RegisterVersion> =>
  unwrap(api.POST(base(path), { params: { header: { "Idempotency-Key": key } }, body }));

export interface EntryChange { version: number; entry?: RegisterDraft; closed?: boolean; reason?: string }

export const changeEntry = (path: RegisterPath, id: string, body: EntryChange, key: string): Promise<RegisterVersion> =>
  unwrap(api.PUT(`${base(path)}/{id}`, { params: { path: { id }, header: { "Idempotency-Key": key } }, body }));

export const addAlias = (path: RegisterPath, id: string, name: string, key: string): Promise<RegisterVersion> =>
  unwrap(api.POST(`${base(path)}/{id}/aliases`, { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { name } }));

export const addTrip = (id: string, body: Trip, key: string): Promise<RegisterVersion> =>
  unwrap(api.POST("/api/v1/teams/{id}/trips", { params: { path: { id }, header: { "Idempotency-Key": key } }, body }));

export const addLead = (id: string, body: Lead, key: string): Promise<RegisterVersion> =>
  unwrap(api.POST("/api/v1/ambassadors/{id}/leads", { params: { path: { id }, header: { "Idempotency-Key": key } }, body }));

/** importEntries sends the workbook as it is; a dry run changes nothing. */
export const importEntries = (path: RegisterPath, file: File, dryRun: boolean, key: string): Promise<RegisterImported> =>
  unwrap(
    api.POST(`${base(path)}/import`, {
      params: { query: { dry_run: dryRun }, header: { "Idempotency-Key": key } },
      headers: { "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
      body: "", // the document knows binary only as text; the file itself is sent
      bodySerializer: () => file,
    }));

export const registerFile = (path: RegisterPath, file: "export" | "template") => `/api/v1/${path}/${file}.xlsx`;
