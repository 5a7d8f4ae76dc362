import type { LiaisonDuty, LiaisonRow, LiaisonWeek } from "../api/types";

/** weekName puts an ISO 8601 week such as "2023-W07" into words; anything else stays as it is. */
export function weekName(week: string): string {
  const match = /^(\d{4})-W(\d{2})$/.exec(week);
  return match ? `${match[1]}年第${Number(match[2])}周` : week;
}

/** batchName is the name of the list that a liaison came from. */
export const batchName = ({ year, batch }: Pick<LiaisonRow, "year" | "batch">): string => `${year}年第${numerals[batch] ?? batch}批`;

const numerals = "零 一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十".split(" ");

export type DutyStatus = LiaisonDuty["status"];

/** ReportFigures are how a department kept its weekly reports; weeks that owed none, or owe one still, don't count. */
export interface ReportFigures {
  done: number;
  late: number;
  missed: number;
}

export function reportFigures(weeks: Pick<LiaisonWeek, "duty">[]): ReportFigures {
  const count = (status: DutyStatus) => weeks.filter((w) => w.duty.status === status).length;
  return { done: count("done"), late: count("late"), missed: count("missed") };
}

/** weekYears are the years that reports belong to, the latest first. */
export const weekYears = (weeks: Pick<LiaisonWeek, "week">[]): string[] =>
  [...new Set(weeks.map((w) => w.week.slice(0, 4)))].sort().reverse();

/** byUrgency puts open problems first, the worst light and the earliest deadline before others; then the closed, latest first. */
export function byUrgency<P extends { closed_at?: string; raised_at: string; duty: Pick<LiaisonDuty, "light" | "due"> }>(problems: P[]): P[] {
  const rank = { red: 0, yellow: 1, green: 2 };
  return [...problems].sort((a, b) => {
    if (!a.closed_at !== !b.closed_at) return a.closed_at ? 1 : -1;
    if (a.closed_at && b.closed_at) return b.closed_at.localeCompare(a.closed_at);
    return rank[a.duty.light] - rank[b.duty.light] || (a.duty.due ?? "").localeCompare(b.duty.due ?? "") || a.raised_at.localeCompare(b.raised_at);
  });
}

/** isoWeekOf is the ISO 8601 week of a day such as "2023-02-15": Monday to Sunday, in the year of its Thursday. */
export function isoWeekOf(day: string): string {
  const thursday = new Date(`${day}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}
