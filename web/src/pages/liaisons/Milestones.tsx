import { Table, Tag } from "antd";
import type { Liaison, LiaisonMilestone } from "../../api/types";
import { Files } from "../../components/Files";
import { Offers, type Choose } from "./chosen";
import { Due } from "./Due";

/** Milestones are the steps to production, planned and reached, with their evidence and what was planned before. */
export function Milestones({ l, choose }: { l: Liaison; choose: Choose }) {
  return (
    <Table<LiaisonMilestone>
      size="middle"
      aria-label="节点"
      rowKey="id"
      dataSource={l.milestones}
      pagination={false}
      scroll={{ x: 760 }}
      locale={{ emptyText: "没有节点" }}
      columns={[
        { title: "节点", dataIndex: "title", width: 80 },
        {
          title: "计划与完成日期", key: "days", width: 150,
          render: (_, m) => (
            <>
              <div>计划 {m.planned}</div>
              {m.earlier.map((on) => <div key={on} className="muted small">原计划 <del>{on}</del></div>)}
              {m.actual && <div>完成 {m.actual}</div>}
            </>
          ),
        },
        { title: "情况", key: "duty", width: 190, render: (_, m) => <Standing m={m} asks={l.asks} /> },
        { title: "完成情况与佐证", key: "evidence", render: (_, m) => <Evidence m={m} /> },
        { title: "办理", key: "act", width: 130, render: (_, m) => <Offers actions={l.actions} field="milestone" id={m.id} title={m.title} choose={choose} /> },
      ]}
    />
  );
}

function Standing({ m, asks }: { m: LiaisonMilestone; asks: Liaison["asks"] }) {
  const asked = asks.find((a) => a.milestone === m.id);
  return (
    <>
      <Due duty={m.duty} />
      {asked && <div className="small"><Tag color="gold" variant="outlined">延期待审批</Tag>申请延至{asked.on}</div>}
      {m.confirm && m.confirm.status === "open" && <div className="small">待招商中心确认 <Due duty={m.confirm} /></div>}
    </>
  );
}

function Evidence({ m }: { m: LiaisonMilestone }) {
  return (
    <>
      {m.text && <div className="prose">{m.text}</div>}
      <Files files={m.files} />
      {m.by && <div className="muted small">{m.by} 报告</div>}
      {m.refused && <div className="small"><Tag color="orange" variant="outlined">曾退回</Tag>{m.refused}</div>}
      {m.told && <div className="muted small">【自动】项目库已更新</div>}
      {m.problem && <div className="small"><Tag color="orange" variant="outlined">项目库未更新</Tag>{m.problem}</div>}
      {!m.text && !m.by && !m.refused && <span className="muted">—</span>}
    </>
  );
}
