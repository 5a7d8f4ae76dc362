import { Table, Tag } from "antd";
import type { Liaison, LiaisonProblem } from "../../api/types";
import { byUrgency } from "../../lib/liaison";
import { isSet, stamp } from "../../lib/time";
import { signature } from "../review/Notices";
import { Offers, type Choose } from "./chosen";
import { Due } from "./Due";

const levels: Record<LiaisonProblem["level"], string | undefined> = { unit: undefined, centre: "gold", city: "red" };

/** Problems is the list of problems (问题清单), open ones first, each until it is struck off (销号). */
export function Problems({ l, choose }: { l: Liaison; choose: Choose }) {
  return (
    <Table<LiaisonProblem>
      size="middle"
      aria-label="问题"
      rowKey="id"
      dataSource={byUrgency(l.problems)}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 780 }}
      locale={{ emptyText: "没有问题" }}
      columns={[
        {
          title: "问题", key: "title", width: "28%",
          render: (_, p) => (
            <>
              <Tag variant="outlined">{p.kind_label}</Tag>{p.title}
              {p.text && <div className="prose small">{p.text}</div>}
              <div className="muted small">{stamp(p.raised_at)} {signature(p.raised_by)}提出</div>
            </>
          ),
        },
        { title: "责任单位与层级", key: "owner", width: 140, render: (_, p) => <>{p.owner_name}<div><Tag color={levels[p.level]}>{p.level_label}</Tag></div></> },
        { title: "情况", key: "duty", width: 180, render: (_, p) => <Standing p={p} /> },
        { title: "进展与解决", key: "solution", render: (_, p) => <Progress p={p} /> },
        { title: "办理", key: "act", width: 130, render: (_, p) => <Offers actions={l.actions} field="problem" id={p.id} title={p.title} choose={choose} /> },
      ]}
    />
  );
}

function Standing({ p }: { p: LiaisonProblem }) {
  if (isSet(p.closed_at)) return <><Tag color="green">已销号</Tag><div className="muted small">{stamp(p.closed_at)} {p.closed_by}</div></>;
  return (
    <>
      {isSet(p.solved_at) && p.confirm ? <><Tag color="gold">待销号</Tag><Due duty={p.confirm} /></> : <Due duty={p.duty} />}
      {(p.reopened ?? 0) > 0 && <div><Tag color="orange" variant="outlined">退回重办{p.reopened}次</Tag></div>}
    </>
  );
}

function Progress({ p }: { p: LiaisonProblem }) {
  return (
    <>
      {p.note && <div><span className="prose">{p.note}</span>{(p.notes ?? 0) > 1 && <span className="muted small">(最近一次,共{p.notes}次)</span>}</div>}
      {p.solution && <div><Tag variant="outlined">解决情况</Tag><span className="prose">{p.solution}</span><div className="muted small">{p.solved_by}</div></div>}
      {!p.note && !p.solution && <span className="muted">—</span>}
    </>
  );
}
