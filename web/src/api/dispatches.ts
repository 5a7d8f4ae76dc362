import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { DispatchRow, Receipt } from "./types";

export interface DispatchFilter { year?: number; stage?: DispatchRow["stage"] }

/** dispatches are the weekly sheets, the latest first. */
export const dispatches = (filter: DispatchFilter) =>
  pages(["dispatches", filter], (cursor) =>
    unwrap(api.GET("/api/v1/dispatches", { params: { query: { ...filter, cursor, limit: pageSize } } })));

/** dispatch is one sheet with a unit's page; while it is compiled, it is looked at every second. */
export const dispatch = (id: string, unit?: string) =>
  queryOptions({
    queryKey: ["dispatch", id, unit],
    queryFn: () => unwrap(api.GET("/api/v1/dispatches/{id}", { params: { path: { id }, query: { unit } } })),
    refetchInterval: (query) => (query.state.data?.stage === "compiling" ? 1000 : 30_000),
  });

export const makeDispatch = (week: string, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/dispatches", { params: { header: { "Idempotency-Key": key } }, body: { week } }));

export const actOnDispatch = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/dispatches/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));

/** sheetAddress is where a sheet, or a unit's page of it, is downloaded. */
export const sheetAddress = (id: string, format: "xlsx" | "pdf" | "docx", unit?: string) =>
  `/api/v1/dispatches/${encodeURIComponent(id)}/sheet.${format}${unit && format !== "xlsx" ? `?unit=${encodeURIComponent(unit)}` : ""}`;
