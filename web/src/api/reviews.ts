import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { Receipt, Review } from "./types";

export interface ReviewFilter {
  q?: string; stage?: Review["stage"]; project_id?: string; open?: "true" | "false";
}

export const reviews = (filter: ReviewFilter) =>
  pages(["reviews", filter], (cursor) =>
    unwrap(api.GET("/api/v1/reviews", { params: { query: { ...filter, cursor, limit: pageSize } } })));

/** awaitingPanel are the reviews that may come onto an agenda. */
export const awaitingPanel = queryOptions({
  queryKey: ["reviews", "awaiting panel"],
  queryFn: async () => (await unwrap(api.GET("/api/v1/reviews", { params: { query: { stage: "panel", limit: 200 } } }))).items,
});

/** reviewPreview tells who would sit on a project's review, why, and until when. */
export const reviewPreview = (projectID: string) =>
  queryOptions({
    queryKey: ["preview", projectID],
    queryFn: () => unwrap(api.GET("/api/v1/reviews/plan", { params: { query: { project_id: projectID } } })),
  });

export const startReview = (projectID: string, note: string, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/reviews", { body: { project_id: projectID, note }, params: { header: { "Idempotency-Key": key } } }));

export const review = (id: string) =>
  queryOptions({
    queryKey: ["review", id],
    queryFn: () => unwrap(api.GET("/api/v1/reviews/{id}", { params: { path: { id } } })),
  });

/** What follows depends on the review's version: a new one asks again. */
export const reviewTimeline = (id: string, version: number) =>
  queryOptions({
    queryKey: ["review", id, "timeline", version],
    queryFn: async () => (await unwrap(api.GET("/api/v1/reviews/{id}/timeline", { params: { path: { id } } }))).items,
  });

export const forecast = (id: string, version: number) =>
  queryOptions({
    queryKey: ["review", id, "forecast", version],
    queryFn: async () => (await unwrap(api.GET("/api/v1/reviews/{id}/forecast", { params: { path: { id } } }))).steps,
  });

/** admission is the score as it would be if the review were decided now. */
export const admission = (id: string, version: number) =>
  queryOptions({
    queryKey: ["review", id, "admission", version],
    queryFn: () => unwrap(api.GET("/api/v1/reviews/{id}/admission", { params: { path: { id } } })),
  });

/** resubmission is what submitting again now would change, and whom it would ask again. */
export const resubmission = (id: string) =>
  queryOptions({
    queryKey: ["review", id, "resubmission"],
    staleTime: 0,
    queryFn: () => unwrap(api.GET("/api/v1/reviews/{id}/resubmission", { params: { path: { id } } })),
  });

export const act = (id: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(
    api.POST("/api/v1/reviews/{id}/actions/{action}", {
      params: { path: { id, action }, header: { "Idempotency-Key": key } }, body,
    }));
