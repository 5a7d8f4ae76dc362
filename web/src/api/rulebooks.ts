import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { BookCheck, RuleBook } from "./types";

export interface RuleBookFilter { q?: string; stage?: RuleBook["stage"] }

/** ruleBooks are the rule books, the latest taken in first. */
export const ruleBooks = (filter: RuleBookFilter) =>
  pages(["rulebooks", filter], (cursor) =>
    unwrap(api.GET("/api/v1/rulebooks", { params: { query: { ...filter, cursor, limit: pageSize } } })));

export const ruleBook = (id: string) =>
  queryOptions({ queryKey: ["rulebook", id], queryFn: () => unwrap(api.GET("/api/v1/rulebooks/{id}", { params: { path: { id } } })) });

/** ruleBookDiff is what another book has instead, clause by clause. */
export const ruleBookDiff = (id: string, other: string) =>
  queryOptions({
    queryKey: ["rulebook", id, "diff", other],
    queryFn: async () => (await unwrap(api.GET("/api/v1/rulebooks/{id}/diff", { params: { path: { id }, query: { with: other } } }))).items,
  });

const asText = (file: File) => ({ headers: { "Content-Type": "application/yaml" }, body: "", bodySerializer: () => file }); // the file itself is sent

/** checkRuleBook reads a book and runs its cases; nothing is kept. */
export const checkRuleBook = (file: File): Promise<BookCheck> => unwrap(api.POST("/api/v1/rulebooks/check", asText(file)));

export const uploadRuleBook = (file: File, key: string): Promise<RuleBook> =>
  unwrap(api.POST("/api/v1/rulebooks", { params: { header: { "Idempotency-Key": key } }, ...asText(file) }));

export const publishRuleBook = (id: string, key: string): Promise<RuleBook> =>
  unwrap(api.POST("/api/v1/rulebooks/{id}/publish", { params: { path: { id }, header: { "Idempotency-Key": key } } }));

export const withdrawRuleBook = (id: string, reason: string, key: string): Promise<RuleBook> =>
  unwrap(api.POST("/api/v1/rulebooks/{id}/withdraw", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: { reason } }));

export const ruleBookAddress = (id: string) => `/api/v1/rulebooks/${encodeURIComponent(id)}/text`;
