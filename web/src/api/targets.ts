import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { TargetChange, TargetsSet } from "./types";

export const targets = (year: number) =>
  queryOptions({ queryKey: ["targets", year], queryFn: () => unwrap(api.GET("/api/v1/targets", { params: { query: { year } } })) });

/** targetHistory is every version of a year's targets, the latest first. */
export const targetHistory = (year: number) =>
  queryOptions({
    queryKey: ["targets", year, "history"],
    queryFn: async () => (await unwrap(api.GET("/api/v1/targets/history", { params: { query: { year } } }))).items,
  });

export const setTargets = (year: number, changes: TargetChange[], key: string): Promise<TargetsSet> =>
  unwrap(api.PUT("/api/v1/targets", { params: { query: { year }, header: { "Idempotency-Key": key } }, body: { changes } }));

/** importTargets sends the workbook as it is; a dry run changes nothing. */
export const importTargets = (year: number, file: File, dryRun: boolean, key: string): Promise<TargetsSet> =>
  unwrap(
    api.POST("/api/v1/targets/import", {
      params: { query: { year, dry_run: dryRun }, header: { "Idempotency-Key": key } },
      headers: { "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
      body: "", // the document knows binary only as text; the file itself is sent
      bodySerializer: () => file,
    }));

export const targetsAddress = (year: number, file: "targets" | "template") => `/api/v1/targets/${file}.xlsx?year=${year}`;
