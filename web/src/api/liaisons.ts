import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { LiaisonRow, Receipt } from "./types";

/** LiaisonFilter is what the address of the list says; empty fields don't narrow it. */
export interface LiaisonFilter {
  q?: string; light?: LiaisonRow["light"]; stage?: LiaisonRow["stage"]; open?: "true" | "false";
  county_id?: string; department_id?: string; project_id?: string; list_id?: string; year?: number; batch?: number;
}

/** liaisons lists the red before the yellow before the green; its counts are of all lights, whichever is chosen. */
export const liaisons = (filter: LiaisonFilter) =>
  pages(["liaisons", filter], (cursor) =>
    unwrap(api.GET("/api/v1/liaisons", { params: { query: { ...filter, cursor, limit: pageSize } } })));

export const liaison = (id: string) =>
  queryOptions({
    queryKey: ["liaison", id],
    queryFn: () => unwrap(api.GET("/api/v1/liaisons/{id}", { params: { path: { id } } })),
  });

export const actOnLiaison = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/liaisons/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));
