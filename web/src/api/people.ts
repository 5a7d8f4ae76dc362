import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Proxy, ProxyDraft } from "./types";

/** people are those who may be picked, of a unit or by part of a name. */
export const people = (filter: { unit?: string; q?: string }) =>
  queryOptions({
    queryKey: ["people", filter],
    staleTime: 60_000,
    queryFn: async () => (await unwrap(api.GET("/api/v1/people", { params: { query: { ...filter, limit: 100 } } }))).items,
  });

export const proxies = queryOptions({
  queryKey: ["proxies"],
  queryFn: () => unwrap(api.GET("/api/v1/proxies")),
});

export const appointProxy = (draft: ProxyDraft, key: string): Promise<Proxy> =>
  unwrap(api.POST("/api/v1/proxies", { body: draft, params: { header: { "Idempotency-Key": key } } }));

export const revokeProxy = (id: string, key: string): Promise<unknown> =>
  unwrap(api.DELETE("/api/v1/proxies/{id}", { params: { path: { id }, header: { "Idempotency-Key": key } } }));
