import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { ListDraft, ListEntry, ListRow, Receipt } from "./types";

export interface ListFilter { year?: number; stage?: ListRow["stage"] }

/** lists are the liaison lists, the latest first. */
export const lists = (filter: ListFilter) =>
  pages(["lists", filter], (cursor) =>
    unwrap(api.GET("/api/v1/liaison-lists", { params: { query: { ...filter, cursor, limit: pageSize } } })));

/** list is one list; while its liaisons start, it is looked at every second. */
export const list = (id: string) =>
  queryOptions({
    queryKey: ["list", id],
    queryFn: () => unwrap(api.GET("/api/v1/liaison-lists/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.stage === "publishing" ? 1000 : 30_000),
  });

export const createList = (draft: ListDraft, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/liaison-lists", { params: { header: { "Idempotency-Key": key } }, body: draft }));

/** setRows replaces all rows; the version says which ones were seen. */
export const setRows = (id: string, version: number, rows: ListEntry[], key: string): Promise<Receipt> =>
  unwrap(api.PUT("/api/v1/liaison-lists/{id}/rows", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { version, rows } }));

export const importRows = (id: string, file: File, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/liaison-lists/{id}/import", {
      params: { path: { id }, header: { "Idempotency-Key": key } },
      headers: { "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
      body: "", // the document knows binary only as text; the file itself is sent
      bodySerializer: () => file,
    }));

export const actOnList = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/liaison-lists/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));

export const listAddress = (id: string) => `/api/v1/liaison-lists/${encodeURIComponent(id)}/list.xlsx`;
export const listTemplateAddress = "/api/v1/liaison-lists/template.xlsx";
