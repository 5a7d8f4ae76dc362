import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { BulletinRow, Receipt, Verification } from "./types";

export interface BulletinFilter { year?: number; stage?: BulletinRow["stage"] }

/** bulletins are the monthly bulletins, the latest month first. */
export const bulletins = (filter: BulletinFilter) =>
  pages(["bulletins", filter], (cursor) =>
    unwrap(api.GET("/api/v1/bulletins", { params: { query: { ...filter, cursor, limit: pageSize } } })));

/** publishedIn are a year's published bulletins: what the line over the months is drawn from. */
export const publishedIn = (year: number) =>
  queryOptions({
    queryKey: ["bulletins", "published", year],
    queryFn: async () => (await unwrap(api.GET("/api/v1/bulletins", { params: { query: { year, published: "true", limit: 200 } } }))).items,
  });

/** bulletin is one bulletin; while its figures are computed, it is looked at every second. */
export const bulletin = (id: string) =>
  queryOptions({
    queryKey: ["bulletin", id],
    queryFn: () => unwrap(api.GET("/api/v1/bulletins/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => {
      const stage = query.state.data?.stage;
      return stage === "computing" ? 1000 : stage === "published" ? false : 30_000;
    },
  });

export interface BulletinRequest { month?: string; cutoff?: string; amends?: string; reason?: string }

export const openBulletin = (body: BulletinRequest, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/bulletins", { params: { header: { "Idempotency-Key": key } }, body }));

export const actOnBulletin = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/bulletins/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));

/** verifyBulletin computes a bulletin again from what was known when it was made. */
export const verifyBulletin = (id: string): Promise<Verification> =>
  unwrap(api.GET("/api/v1/bulletins/{id}/verification", { params: { path: { id } } }));

export const bulletinAddress = (id: string, format: "xlsx" | "pdf" | "docx") =>
  `/api/v1/bulletins/${encodeURIComponent(id)}/bulletin.${format}`;
