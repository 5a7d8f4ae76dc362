import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { Convening, Panel, Receipt } from "./types";

export interface MeetingFilter {
  q?: string; stage?: Panel["stage"]; open?: "true" | "false";
}

export const meetings = (filter: MeetingFilter) =>
  pages(["panels", filter], (cursor) =>
    unwrap(api.GET("/api/v1/panels", { params: { query: { ...filter, cursor, limit: pageSize } } })));

export const panel = (id: string) =>
  queryOptions({
    queryKey: ["panel", id],
    queryFn: () => unwrap(api.GET("/api/v1/panels/{id}", { params: { path: { id } } })),
  });

export const convene = (meeting: Convening, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/panels", { body: meeting, params: { header: { "Idempotency-Key": key } } }));

export const actOnPanel = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/panels/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));
