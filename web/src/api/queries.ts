import { QueryClient, type QueryCache, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { Problem, asProblem } from "./problem";
import type { DemoAccount, ImportReport, Me, Notice, Project, ProjectEdit } from "./types";

const retryable = (count: number, e: unknown) => e instanceof Problem && e.uncertain && count < 2;

/** newQueryClient keeps what was read; only what may have been a hiccup is tried again. */
export const newQueryClient = (queryCache?: QueryCache): QueryClient =>
  new QueryClient({
    queryCache,
    defaultOptions: {
      queries: { staleTime: 5_000, retry: retryable, retryDelay: (n) => 800 * 2 ** n },
      mutations: { retry: false },
    },
  });

/** me is the signed-in user, or null without a session. */
export const me = queryOptions({
  queryKey: ["me"],
  staleTime: 30_000,
  queryFn: async (): Promise<Me | null> => {
    try {
      return await unwrap(api.GET("/api/v1/me"));
    } catch (e) {
      if (asProblem(e).status === 401) return null;
      throw e;
    }
  },
});

/** startSession changes who sits here: nothing that another user read stays behind. */
export function startSession(client: QueryClient, user: Me | null): void {
  client.setQueryData(me.queryKey, user);
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" && queryKey[0] !== "demo" });
}

export const signIn = (login: string, password: string): Promise<Me> =>
  unwrap(api.POST("/api/v1/session", { body: { login, password } }));

export const signOut = (): Promise<unknown> => unwrap(api.DELETE("/api/v1/session"));

/** demoAccounts is null where the server does not run a demonstration. */
export const demoAccounts = queryOptions({
  queryKey: ["demo"],
  staleTime: Infinity,
  queryFn: async (): Promise<{ notice: string; accounts: DemoAccount[] } | null> => {
    try {
      return await unwrap(api.GET("/api/v1/demo/accounts"));
    } catch (e) {
      if ([401, 404].includes(asProblem(e).status)) return null;
      throw e;
    }
  },
});

export const units = queryOptions({
  queryKey: ["units"],
  staleTime: 600_000,
  queryFn: async () => (await unwrap(api.GET("/api/v1/units"))).units,
});

export const pageSize = 30;

interface Page {
  items: unknown[];
  next_cursor?: string;
}

/** pages reads a list keyset page by keyset page. */
export const pages = <P extends Page>(queryKey: unknown[], read: (cursor: string | undefined) => Promise<P>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor || undefined,
  });

type YesNo = "true" | "false";

/** ProjectFilter is what the address of the list says; empty fields don't narrow it. Of a list of texts any will do; "-" is none. */
export interface ProjectFilter {
  q?: string; county_id?: string; stage?: string; industry_tier?: string[]; department_id?: string; year?: number; landed_year?: number; sort?: string;
  industry?: string[]; chain?: string[]; team?: string[]; ambassador?: string[]; event?: string[]; investor_kind?: string[];
  signed_from?: string; signed_until?: string; landed_from?: string; landed_until?: string; started_from?: string; started_until?: string;
  in_statistics_from?: string; in_statistics_until?: string; in_production_from?: string; in_production_until?: string; funds_from?: string; funds_until?: string;
  min_amount?: string; max_amount?: string; framework?: YesNo; above_scale?: YesNo; at_event?: YesNo;
}

export const projects = (filter: ProjectFilter) =>
  pages(["projects", filter], (cursor) =>
    unwrap(api.GET("/api/v1/projects", { params: { query: { ...filter, cursor, limit: pageSize } } })));

const reviewable = ["negotiating", "signed", "deferred"];

/** projectChoices are projects that may be submitted for review. */
export const projectChoices = (q: string) =>
  queryOptions({
    queryKey: ["projects", "choices", q],
    queryFn: async () => {
      const lists = await Promise.all(reviewable.map((stage) => unwrap(api.GET("/api/v1/projects", { params: { query: { q: q || undefined, stage, limit: 20 } } }))));
      return lists.flatMap((list) => list.items);
    },
  });

/** exportAddress downloads what the list shows, all pages of it. */
export function exportAddress(filter: ProjectFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter) as [string, string | number | string[] | undefined][]) {
    for (const v of Array.isArray(value) ? value : value === undefined ? [] : [value]) query.append(name, String(v));
  }
  return "/api/v1/projects/export" + (query.size ? "?" + query.toString() : "");
}

export const templateAddress = "/api/v1/projects/template";

export const project = (id: string) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: () => unwrap(api.GET("/api/v1/projects/{id}", { params: { path: { id } } })),
  });

export const projectTimeline = (id: string) =>
  queryOptions({
    queryKey: ["project", id, "timeline"],
    queryFn: () => unwrap(api.GET("/api/v1/projects/{id}/timeline", { params: { path: { id } } })),
  });

/** importProjects sends the workbook as it is; a dry run changes nothing. */
export const importProjects = (file: File, dryRun: boolean, key: string): Promise<ImportReport> =>
  unwrap(
    api.POST("/api/v1/projects/import", {
      params: { query: { dry_run: dryRun }, header: { "Idempotency-Key": key } },
      headers: { "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
      body: "", // the document knows binary only as text; the file itself is sent
      bodySerializer: () => file,
    }));

/** editProject changes figures; the version says which ones were seen. */
export const editProject = (id: string, edit: ProjectEdit, key: string): Promise<Project> =>
  unwrap(api.PATCH("/api/v1/projects/{id}", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: edit }));

export const calendarYear = (year: number) =>
  queryOptions({
    queryKey: ["calendar", year],
    staleTime: 60_000,
    queryFn: () => unwrap(api.GET("/api/v1/calendar", { params: { query: { year } } })),
  });

export const recordNotice = (notice: Notice, key: string): Promise<{ notice: Notice; open_processes: number }> =>
  unwrap(
    api.POST("/api/v1/calendar/notices", { body: notice, params: { header: { "Idempotency-Key": key } } }));

export const statistics = (year: number) =>
  queryOptions({
    queryKey: ["statistics", year],
    staleTime: 60_000,
    queryFn: () => unwrap(api.GET("/api/v1/statistics", { params: { query: { year } } })),
  });
