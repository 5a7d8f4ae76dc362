import dayjs, { type Dayjs } from "dayjs";

// Times come in UTC and are shown in Asia/Shanghai, wherever the reader's browser is.

const zone = "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

/** day is the date in Shanghai, 2023-11-07. */
export const day = (time: Date | string): string => stamp(time).slice(0, 10);

/** stamp is date and minute in Shanghai, 2023-11-07 17:30. */
export function stamp(time: Date | string): string {
  const p = Object.fromEntries(parts.formatToParts(new Date(time)).map((x) => [x.type, x.value]));
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

const dayNumber = (time: Date | string): number => Date.parse(day(time)) / 86_400_000;

/** isSet is false for an absent time and for Go's zero time. */
export const isSet = (time: string | undefined): time is string => !!time && !time.startsWith("0001-");

/** remaining says how far a deadline is, in calendar days of Shanghai. It is for display: the server decides what is overdue. */
export function remaining(due: string, now: Date): { text: string; overdue: boolean } {
  const days = dayNumber(due) - dayNumber(now);
  if (now > new Date(due)) return { text: days === 0 ? "已逾期(今日到期)" : `已逾期${-days}天`, overdue: true };
  return { text: days === 0 ? "今日到期" : `还剩${days}天`, overdue: false };
}

/** toShanghai is a moment as a date field shows it: with Shanghai's clock, whatever the reader's is. */
export const toShanghai = (time: string): Dayjs => dayjs(stamp(time));

/** fromShanghai reads what a date field shows as Shanghai's clock, in RFC 3339. */
export const fromShanghai = (shown: Dayjs): string => shown.format("YYYY-MM-DDTHH:mm:00+08:00");
