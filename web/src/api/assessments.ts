import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { pages, pageSize } from "./queries";
import type { AssessmentTargetsChange, NewYear, Receipt, Supposition } from "./types";

/** assessments are the assessment years that the caller may see, the latest first. */
export const assessments = () =>
  pages(["assessments"], (cursor) => unwrap(api.GET("/api/v1/assessments", { params: { query: { cursor, limit: pageSize } } })));

/** assessment is one year; while it is being scored, it is looked at every second. */
export const assessment = (year: string) =>
  queryOptions({
    queryKey: ["assessment", year],
    queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}", { params: { path: { year } } })),
    refetchInterval: (query) => (query.state.data?.computing ? 1000 : query.state.data?.stage === "locked" ? false : 30_000),
  });

export const createAssessment = (body: NewYear, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/assessments", { params: { header: { "Idempotency-Key": key } }, body }));

export const actOnAssessment = (year: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/assessments/{year}/actions/{action}", { params: { path: { year, action }, header: { "Idempotency-Key": key } }, body }));

/** yearTargets are a year's 任务分解表: all for the office, one's own for a unit. */
export const yearTargets = (year: string) =>
  queryOptions({ queryKey: ["assessment", year, "targets"], queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/targets", { params: { path: { year } } })) });

export interface TargetCell { unit_id: string; figure: string; value: string }

export const setYearTargets = (year: string, cells: TargetCell[], reason: string, key: string): Promise<AssessmentTargetsChange> =>
  unwrap(api.PUT("/api/v1/assessments/{year}/targets", { params: { path: { year }, header: { "Idempotency-Key": key } }, body: { cells, reason } }));

/** importYearTargets sends the workbook as it is; a dry run changes nothing. */
export const importYearTargets = (year: string, file: File, reason: string, dryRun: boolean, key: string): Promise<AssessmentTargetsChange> =>
  unwrap(api.POST("/api/v1/assessments/{year}/targets/import", {
    params: { path: { year }, query: { dry_run: dryRun, reason }, header: { "Idempotency-Key": key } }, ...asSheet(file),
  }));

const asSheet = (file: File) => ({
  headers: { "Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
  body: "", // the document knows binary only as text; the file itself is sent
  bodySerializer: () => file,
});

/** selfReports are the units' self-reports that the caller may see. */
export const selfReports = (year: string) =>
  queryOptions({
    queryKey: ["assessment", year, "units"],
    queryFn: async () => (await unwrap(api.GET("/api/v1/assessments/{year}/units", { params: { path: { year } } }))).items,
  });

export const selfReport = (year: string, unit: string) =>
  queryOptions({
    queryKey: ["assessment", year, "units", unit],
    queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/units/{unit}", { params: { path: { year, unit } } })),
  });

export const actOnSelfReport = (year: string, unit: string, action: string, body: Record<string, unknown>, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/assessments/{year}/units/{unit}/actions/{action}", { params: { path: { year, unit, action }, header: { "Idempotency-Key": key } }, body }));

export const importSelfReport = (year: string, unit: string, file: File, key: string): Promise<Receipt> =>
  unwrap(api.POST("/api/v1/assessments/{year}/units/{unit}/import", { params: { path: { year, unit }, header: { "Idempotency-Key": key } }, ...asSheet(file) }));

/** figureProjects are the projects behind a counted figure, as the registry has them now. */
export const figureProjects = (year: string, unit: string, figure: string) =>
  queryOptions({
    queryKey: ["assessment", year, "units", unit, "projects", figure],
    queryFn: async () => (await unwrap(api.GET("/api/v1/assessments/{year}/units/{unit}/projects", { params: { path: { year, unit }, query: { figure } } }))).items,
  });

/** marks are one's own while marking goes on, all with their spread afterwards. */
export const marks = (year: string) =>
  queryOptions({ queryKey: ["assessment", year, "marks"], queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/marks", { params: { path: { year } } })) });

/** scores are the ranking that stands, or what one run came to. */
export const scores = (year: string, run?: number) =>
  queryOptions({
    queryKey: ["assessment", year, "scores", run ?? 0],
    queryFn: () =>
      run
        ? unwrap(api.GET("/api/v1/assessments/{year}/runs/{run}", { params: { path: { year, run } } }))
        : unwrap(api.GET("/api/v1/assessments/{year}/scores", { params: { path: { year } } })),
  });

export const scoreCard = (year: string, unit: string, run?: number) =>
  queryOptions({
    queryKey: ["assessment", year, "scores", unit, run ?? 0],
    queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/scores/{unit}", { params: { path: { year, unit }, query: { run } } })),
  });

/** evidence follows one score down to the events that recorded what it rests on. */
export const evidence = (year: string, unit: string, indicator: string, run?: number) =>
  queryOptions({
    queryKey: ["assessment", year, "evidence", unit, indicator, run ?? 0],
    queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/scores/{unit}/indicators/{indicator}/evidence", { params: { path: { year, unit, indicator }, query: { run } } })),
  });

/** runDiff is what differs between two scorings; 0 is the one that stands. */
export const runDiff = (year: string, from: number, to: number) =>
  queryOptions({
    queryKey: ["assessment", year, "diff", from, to],
    queryFn: () => unwrap(api.GET("/api/v1/assessments/{year}/runs/diff", { params: { path: { year }, query: { from, to } } })),
  });

/** forecast is what a unit's annual score would be by today's figures, and what if. */
export const forecast = (year: string, unit: string, suppose: Supposition[]) =>
  queryOptions({
    queryKey: ["assessment", year, "forecast", unit, suppose],
    queryFn: () => unwrap(api.POST("/api/v1/assessments/{year}/forecast", { params: { path: { year } }, body: { unit_id: unit, suppose } })),
  });

export const verifyAssessment = (year: string) =>
  unwrap(api.GET("/api/v1/assessments/{year}/verification", { params: { path: { year } } }));

export const yearAddress = (year: string, file: "scores.xlsx" | "notice.pdf" | "notice.docx" | "targets/targets.xlsx") => `/api/v1/assessments/${year}/${file}`;
export const reportAddress = (year: string, unit: string) => `/api/v1/assessments/${year}/units/${encodeURIComponent(unit)}/report.xlsx`;
