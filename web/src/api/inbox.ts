import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { BatchItem, BatchResult, Box } from "./types";

/** TaskFilter is what the address of the inbox says; empty fields don't narrow it. */
export interface TaskFilter {
  box: Box; kind?: string; action?: string; light?: "green" | "yellow" | "red"; q?: string; overdue?: boolean; mine?: boolean; unread?: boolean;
  /** whose inbox: somebody the user stands in for today */
  for?: string;
}

export const tasks = (filter: TaskFilter) =>
  pages(["tasks", filter], (cursor) => unwrap(api.GET("/api/v1/tasks", { params: { query: { ...filter, cursor, limit: pageSize } } })));

/** batch marks as read, or claims; each item is done or refused by itself. */
export const batch = async (action: "read" | "claim", items: BatchItem[], key: string): Promise<BatchResult[]> =>
  (await unwrap(api.POST("/api/v1/tasks/batch", { body: { action, items }, params: { header: { "Idempotency-Key": key } } }))).items;
