import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Select, Tooltip } from "antd";
import { lazy, Suspense, useState } from "react";
import { useSearchParams } from "react-router";
import { calendarYear } from "../api/queries";
import type { CalendarYear, DayInfo, Notice } from "../api/types";
import { useSession } from "../app/session";
import { Loaded } from "../components/PageState";
import { Page } from "../components/Page";
import { yearOf, yearOptions } from "../lib/year";

const NoticeDialog = lazy(async () => ({ default: (await import("../components/NoticeDialog")).NoticeDialog }));

export function Calendar() {
  const session = useSession();
  const [query, setQuery] = useSearchParams();
  const [recording, setRecording] = useState(false);
  const present = new Date().getFullYear();
  const year = yearOf(query.get("year"), present);
  const data = useQuery(calendarYear(year));
  return (
    <Page
      title="工作日历"
      note={data.data && `${year}年共${data.data.working_days}个工作日`}
      actions={
        <>
          <Select
            aria-label="年份"
            style={{ width: 110 }}
            value={year}
            onChange={(y: number) => setQuery({ year: String(y) }, { replace: true })}
            options={yearOptions(present + 1)}
          />
          {session.may_record_notices && <Button type="primary" onClick={() => setRecording(true)}>登记放假通知</Button>}
        </>
      }
    >
      <Loaded query={data}>{(y) => <Year y={y} />}</Loaded>
      {recording && <Suspense><NoticeDialog year={year} onClose={() => setRecording(false)} /></Suspense>}
    </Page>
  );
}

function Year({ y }: { y: CalendarYear }) {
  const titles = new Map(y.notices.map((n) => [n.id, n.title]));
  return (
    <div className="stack">
      {y.provisional && <Alert type="warning" role="note" showIcon title={`${y.year}年的放假安排尚未公布,暂按普通周末计算;涉及这一年的期限均标“暂定”,公布并登记后自动重新计算。`} />}
      <div className="calendar">
        {Array.from({ length: 12 }, (_, m) => <Month key={m} year={y.year} month={m + 1} days={y.days} titles={titles} />)}
      </div>
      <Card title="依据的通知"><Notices notices={y.notices} /></Card>
    </div>
  );
}

const weekdays = ["一", "二", "三", "四", "五", "六", "日"];

/** weeksOf lays a month's days out from Monday to Sunday, with gaps before the first. */
export function weeksOf(days: DayInfo[]): (DayInfo | undefined)[][] {
  const first = days[0];
  if (!first) return [];
  const lead = (new Date(first.date + "T00:00:00Z").getUTCDay() + 6) % 7;
  const cells = [...Array.from({ length: lead }, () => undefined), ...days];
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, w) => Array.from({ length: 7 }, (_, d) => cells[w * 7 + d]));
}

function Month({ year, month, days, titles }: { year: number; month: number; days: DayInfo[]; titles: Map<string, string> }) {
  const prefix = `${year}-${String(month).padStart(2, "0")}-`;
  return (
    <div className="month">
      <table>
        <caption>{month}月</caption>
        <thead><tr>{weekdays.map((w) => <th key={w} scope="col">{w}</th>)}</tr></thead>
        <tbody>
          {weeksOf(days.filter((d) => d.date.startsWith(prefix))).map((week, i) => (
            <tr key={i}>{week.map((d, j) => <td key={j}>{d && <Day day={d} title={d.notice_id && titles.get(d.notice_id)} />}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Day marks 休 and 班 where a notice says so, and tells which. */
function Day({ day, title }: { day: DayInfo; title?: string }) {
  const number = Number(day.date.slice(8));
  if (!day.notice_id) return <span className={day.working ? "day" : "day weekend"}>{number}</span>;
  const says = `${day.date} ${day.reason},依据${title ?? day.notice_id}`;
  return (
    <Tooltip title={says} trigger={["hover", "focus"]}>
      <span className={day.working ? "day work" : "day off"} tabIndex={0} role="note" aria-label={says}>
        {number}
        <span className="mark" aria-hidden="true">{day.working ? "班" : "休"}</span>
      </span>
    </Tooltip>
  );
}

function Notices({ notices }: { notices: Notice[] }) {
  if (notices.length === 0) return <span className="muted">还没有登记这一年的通知</span>;
  return (
    <ul className="notices">
      {notices.map((n) => (
        <li key={n.id}>
          {n.url ? <a href={n.url} target="_blank" rel="noreferrer">{n.title}</a> : n.title}
          <span className="muted"> {n.id},{n.issued}发布,涉及{n.days.length}天</span>
        </li>
      ))}
    </ul>
  );
}
