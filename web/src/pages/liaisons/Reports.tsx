import { Segmented, Table, Tag } from "antd";
import { useState } from "react";
import type { Liaison, LiaisonWeek } from "../../api/types";
import { reportFigures, weekName, weekYears } from "../../lib/liaison";
import { isSet, stamp } from "../../lib/time";
import { Offers, type Choose } from "./chosen";
import { Due } from "./Due";

/** Reports are the weekly reports of a year, the latest first, each on time, late or missed. */
export function Reports({ l, choose }: { l: Liaison; choose: Choose }) {
  const years = weekYears(l.weeks);
  const [chosen, setChosen] = useState<string>();
  const year = chosen ?? years[0];
  const weeks = l.weeks.filter((w) => w.week.slice(0, 4) === year).reverse();
  const { done, late, missed } = reportFigures(weeks);
  return (
    <div className="stack">
      {weeks.length > 0 && (
        <div className="filters" style={{ marginBottom: 0, alignItems: "center" }}>
          {years.length > 1 && <Segmented aria-label="周报年度" value={year} onChange={(y: string) => setChosen(y)} options={years.map((y) => ({ value: y, label: `${y}年` }))} />}
          <span>按时{done}次,逾期{late}次,漏报{missed}次</span>
        </div>
      )}
      <Table<LiaisonWeek>
        size="middle"
        aria-label="周报"
        rowKey="week"
        dataSource={weeks}
        pagination={{ pageSize: 13, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 720 }}
        locale={{ emptyText: "还没有周报" }}
        columns={[
          { title: "周次", key: "week", width: 140, render: (_, w) => <>{weekName(w.week)}<div className="muted small">{w.last} 前报送</div></> },
          { title: "情况", key: "duty", width: 220, render: (_, w) => <Standing w={w} /> },
          { title: "本周进展", key: "progress", render: (_, w) => <>{w.progress ? <div className="prose">{w.progress}</div> : <span className="muted">{w.by ? "全文见办理记录" : "—"}</span>}{w.by && <div className="muted small">{w.by} 报送</div>}</> },
          { title: "办理", key: "act", width: 110, render: (_, w) => <Offers actions={l.actions} field="week" id={w.week} title={weekName(w.week) + "周报"} choose={choose} /> },
        ]}
      />
    </div>
  );
}

function Standing({ w }: { w: LiaisonWeek }) {
  return (
    <>
      <Due duty={w.duty} />
      {w.returned && <div className="small"><Tag color="orange" variant="outlined">退回{(w.returns ?? 0) > 1 && `${w.returns}次`}</Tag>{w.returned}</div>}
      {isSet(w.first_at) && w.first_at !== w.duty.done_at && <div className="muted small">首次报送 {stamp(w.first_at)}</div>}
    </>
  );
}
