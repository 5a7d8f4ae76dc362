import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { ProjectFilter } from "./queries";

export type Dimension = "county" | "tier" | "industry" | "investor_kind" | "chain" | "team" | "ambassador" | "event" | "department" | "month" | "quarter" | "year";

/** funnel is how far projects came, by any filter and group. */
export const funnel = (filter: ProjectFilter, by?: Dimension, until?: string) =>
  queryOptions({
    queryKey: ["funnel", filter, by, until],
    queryFn: () => unwrap(api.GET("/api/v1/statistics/funnel", { params: { query: { ...filter, sort: undefined, by, until } as never } })),
  });

export const campaigns = (year: number) =>
  queryOptions({
    queryKey: ["campaigns", year],
    queryFn: async () => (await unwrap(api.GET("/api/v1/statistics/campaigns", { params: { query: { year } } }))).items,
  });
