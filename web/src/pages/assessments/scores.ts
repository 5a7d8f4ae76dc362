import type { Action, AssessmentAppeal, AssessmentData, AssessmentRun, Forecast, ScoreGroup, ScoreIndicator, Supposition } from "../../api/types";
import { isSet } from "../../lib/time";

// What the pages of scores work out before they draw. Scores are decimal texts; they are
// shown and subtracted exactly, never through floats.

const decimal = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** scaled reads a decimal as a whole number of 10^-places. */
function scaled(text: string, places: number): bigint | undefined {
  const m = decimal.exec(text);
  if (!m) return undefined;
  const value = BigInt((m[2] ?? "0") + (m[3] ?? "").padEnd(places, "0").slice(0, places));
  return m[1] === "-" ? -value : value;
}

const placesOf = (text: string): number => decimal.exec(text)?.[3]?.length ?? 0;

function written(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const fraction = places > 0 ? digits.slice(-places).replace(/0+$/, "") : "";
  return (value < 0n ? "-" : "") + digits.slice(0, digits.length - places) + (fraction && "." + fraction);
}

const shownPlaces = 4;

/** brief is a score to at most four places, rounded half up away from zero; a dash for none. */
export function brief(score: string): string {
  if (score === "") return "—";
  const places = placesOf(score);
  const value = scaled(score, places);
  if (value === undefined || places <= shownPlaces) return score;
  const unit = 10n ** BigInt(places - shownPlaces);
  return written((value + (value < 0n ? -unit : unit) / 2n) / unit, shownPlaces);
}

/** moved is by how much a score changed, with its sign; "" where that can't be said, or nothing moved. */
export function moved(from: string, to: string): string {
  const places = Math.max(placesOf(from), placesOf(to));
  const a = scaled(from, places), b = scaled(to, places);
  if (a === undefined || b === undefined || a === b) return "";
  return (b > a ? "+" : "") + brief(written(b - a, places));
}

/** IndicatorRow is an indicator at its depth in the tree. */
export type IndicatorRow = Placed<ScoreIndicator>;
type Placed<T> = T & { depth: number; leaf: boolean };

/**
 * rowsOf are the indicators in the order of the tree, each heading before what is below
 * it. One whose heading is missing stands at the top, so that no score is lost.
 */
export function rowsOf<T extends Pick<ScoreIndicator, "id" | "parent">>(list: T[]): Placed<T>[] {
  const ids = new Set(list.map((i) => i.id));
  const below = (parent: string | undefined) => list.filter((i) => (i.parent && ids.has(i.parent) ? i.parent : undefined) === parent);
  const walk = (parent: string | undefined, depth: number): Placed<T>[] =>
    below(parent).flatMap((i) => {
      const under = depth < list.length ? walk(i.id, depth + 1) : [];
      return [{ ...i, depth, leaf: under.length === 0 }, ...under];
    });
  return walk(undefined, 0);
}

/** runAsked reads the number of a run from an address. */
export function runAsked(text: string | null): number | undefined {
  const run = Number(text);
  return text && Number.isInteger(run) && run > 0 ? run : undefined;
}

/** withRun adds the run to an address, so that links from a run's page stay with it. */
export const withRun = (path: string, run: number | undefined): string => (run ? `${path}?run=${run}` : path);

export const cardAddress = (year: string, unit: string, run?: number): string => withRun(`/assessments/${year}/scores/${encodeURIComponent(unit)}`, run);

export const evidenceAddress = (year: string, unit: string, indicator: string, run?: number): string =>
  withRun(`/assessments/${year}/scores/${encodeURIComponent(unit)}/${encodeURIComponent(indicator)}`, run);

/** comparable are the runs that have scores, the latest first. */
export const comparable = (runs: AssessmentRun[]): AssessmentRun[] => runs.filter((r) => !r.failed).sort((a, b) => b.no - a.no);

/** pairOf are the two runs to compare: those of the address where they exist, otherwise the last two. */
export function pairOf(runs: AssessmentRun[], from?: number, to?: number): [number, number] | undefined {
  const all = comparable(runs).map((r) => r.no);
  if (all.length < 2) return undefined;
  const known = (no: number | undefined) => (no !== undefined && all.includes(no) ? no : undefined);
  const b = known(to) ?? all.find((no) => no !== known(from)) ?? 0;
  const a = known(from) ?? all.find((no) => no < b) ?? all.find((no) => no !== b) ?? 0;
  return [a, b];
}

export interface Standing { text: string; color: string }

/** standingOf says what a run is worth now. */
export function standingOf(run: Pick<AssessmentRun, "no" | "kind" | "standing" | "failed" | "void">, year: Pick<AssessmentData, "stage" | "locked" | "publicity">): Standing {
  if (run.failed) return { text: "未算出", color: "red" };
  if (run.kind === "trial") return { text: "试算,不作为结果", color: "gold" };
  if (run.void) return { text: "已作废", color: "default" };
  if (!run.standing) return { text: "已由后来的计分代替", color: "default" };
  if (year.locked?.run === run.no) return { text: "已锁定", color: "green" };
  if (year.publicity.length === 0) return { text: "未公示", color: "purple" };
  if (year.stage === "publicity") return { text: "公示中", color: "gold" };
  const shown = year.publicity.some((r) => r.run === run.no);
  return shown ? { text: "已公示,未锁定", color: "blue" } : { text: "申诉后重算,未锁定", color: "orange" };
}

export interface Quota { grade: string; count: number; limit?: number; over: boolean }

/** quotasOf are a group's grades in the order of the book, how many have each and how many may; no limit where any number may. */
export function quotasOf(group: Pick<ScoreGroup, "counts" | "limits">, order: string[]): Quota[] {
  const names = [...order, ...Object.keys(group.counts), ...Object.keys(group.limits)].filter((g, i, all) => g !== "" && all.indexOf(g) === i);
  return names.map((grade) => {
    const given = group.limits[grade];
    const limit = given === undefined || given < 0 ? undefined : given;
    const count = group.counts[grade] ?? 0;
    return { grade, count, limit, over: limit !== undefined && count > limit };
  });
}

type Figure = Forecast["figures"][number];

/** isYesNo: such a figure is supposed as a whole, not increased. */
export const isYesNo = (figure: Pick<Figure, "value">): boolean => figure.value === "是" || figure.value === "否";

const inPercent = (figure: Pick<Figure, "measure" | "value">): boolean => figure.measure === "%" || figure.value.endsWith("%");

/** written figure with its measure. */
export const figureText = (figure: Pick<Figure, "measure" | "value">): string =>
  figure.value === "" ? "无" : figure.measure && !figure.value.endsWith(figure.measure) && !isYesNo(figure) ? `${figure.value} ${figure.measure}` : figure.value;

/** wrongAdd is what is wrong with an increase as it was typed; undefined when it will do. */
export function wrongAdd(text: string): string | undefined {
  return text.trim() === "" || /^[+-]?\d+(\.\d+)?%?$/.test(text.trim()) ? undefined : "请填写数字,减少用负数,如 3 或 -1";
}

/** supposing turns what was typed into what the server is asked; what changes nothing is left out. */
export function supposing(figures: Figure[], typed: Record<string, string>): Supposition[] {
  return figures.flatMap((f): Supposition[] => {
    const text = (typed[f.name] ?? "").trim();
    if (text === "") return [];
    if (isYesNo(f)) return text === f.value ? [] : [{ figure: f.name, value: text }];
    if (wrongAdd(text) || /^[+-]?0+(\.0+)?%?$/.test(text)) return [];
    const number = text.replace(/^\+/, "");
    return [{ figure: f.name, add: inPercent(f) && !number.endsWith("%") ? `${number}%` : number }];
  });
}

/** isPublic: a publicity goes on until it was closed, or its time is up. */
export const isPublic = (round: Pick<AssessmentData["publicity"][number], "due" | "over">, now: Date): boolean => !isSet(round.over) && now <= new Date(round.due);

export type AppealFilter = AssessmentAppeal["status"] | "all";

/** appealsOf are those of a status: what awaits a ruling first, then the latest. */
export const appealsOf = (list: AssessmentAppeal[], filter: AppealFilter): AssessmentAppeal[] =>
  list.filter((a) => filter === "all" || a.status === filter).sort((a, b) => Number(b.status === "open") - Number(a.status === "open") || b.no - a.no);

/** offeredIndicator fills an appeal's form with the indicator of an address, where the form offers it. */
export const offeredIndicator = (action: Action, indicator: string): Record<string, unknown> | undefined =>
  action.schema?.properties?.indicator?.oneOf?.some((c) => c.const === indicator) ? { indicator } : undefined;

/** forecastable are the units that somebody may forecast: all for who reads all, otherwise their own. */
export const forecastable = (year: Pick<AssessmentData, "members" | "my_units" | "reads_all">): { value: string; label: string; group: string }[] =>
  year.members.filter((m) => !m.merged_into && (year.reads_all || year.my_units.includes(m.unit_id))).map((m) => ({ value: m.unit_id, label: m.name, group: m.group }));

/** changedIf are the indicators that come out otherwise with the suppositions. */
export const changedIf = (list: Forecast["indicators"]): (Forecast["indicators"][number] & { if: string })[] =>
  list.flatMap((i) => (i.if !== undefined && i.if !== i.score ? [{ ...i, if: i.if }] : []));

/** totalsOf are a year's forecast totals by month, for a line; a month without one is a gap. */
export function totalsOf(months: Forecast["months"]): (number | null)[] {
  const out: (number | null)[] = Array.from({ length: 12 }, () => null);
  for (const m of months) out[m.month - 1] = decimal.test(m.total) ? Number(brief(m.total)) : null; // for drawing only
  return out;
}
