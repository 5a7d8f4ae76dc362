import { Card, Table, Tag } from "antd";
import { Link } from "react-router";
import type { Review } from "../../api/types";
import { choices, labelOf } from "../../lib/labels";
import { stamp } from "../../lib/time";
import { Clock } from "./Clock";

/** PanelCard is what the panel has to do with a review: why it meets, when, and how it voted. */
export function PanelCard({ r }: { r: Review }) {
  const v = r.verdict;
  return (
    <Card title="研判会" extra={!v && <Clock step={r.panel} />}>
      <div className="stack">
        {r.panel_why && <div>须集体研判:{r.panel_why}</div>}
        {r.meeting && (
          <div>
            <Link to={`/panels/${r.meeting.id}`}>{r.meeting.title}</Link> <span className="muted">{stamp(r.meeting.at)} · 主持人{r.meeting.chair}</span>
          </div>
        )}
        {!r.meeting && !v && <div className="muted">尚未列入会议议题。</div>}
        {v && (
          <>
            <div>
              <Tag color={v.result === "passed" ? "green" : "red"}>{v.result === "passed" ? "表决通过" : "表决未通过"}</Tag>
              同意{v.for}、不同意{v.against}、弃权{v.abstain};到会{v.present} / {v.eligible}{v.casting && ";由主持人裁决"}{v.secret && ";无记名"}
            </div>
            {v.advice && <div className="prose">会议意见:{v.advice}</div>}
            {(v.ballots?.length ?? 0) > 0 && (
              <Table
                size="small"
                aria-label="记名投票"
                rowKey="name"
                dataSource={v.ballots}
                pagination={false}
                columns={[
                  { title: "成员", dataIndex: "name" }, { title: "单位", dataIndex: "unit_name" },
                  { title: "投票", key: "choice", render: (_, b) => labelOf(choices, b.choice) + (b.weight > 1 ? `(权重${b.weight})` : "") },
                  { title: "意见", dataIndex: "text" },
                ]}
              />
            )}
            {v.minutes && <details><summary>会议纪要</summary><p className="prose">{v.minutes}</p></details>}
          </>
        )}
      </div>
    </Card>
  );
}
