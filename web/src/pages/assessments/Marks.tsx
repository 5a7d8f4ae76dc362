import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Input, Select, Space, Table, Tag, type TableProps } from "antd";
import { useState } from "react";
import { useParams } from "react-router";
import { actOnAssessment, assessment, marks } from "../../api/assessments";
import type { MarkSheet } from "../../api/types";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { Told, useActing } from "./Acting";
import { changedMarks, choicesOf, markKey, placed, soundMark } from "./edits";
import { YearStage, YearTabs } from "./parts";

/** Marks is a judge's marking sheet, and afterwards the spread of all marks. */
export function Marks() {
  const { year = "" } = useParams();
  const plan = useQuery(assessment(year));
  const sheet = useQuery(marks(year));
  const d = plan.data;
  return (
    <Page title={`${year}年度评议打分`} note={d && <><YearStage row={d} /><Illustrative when={d.illustrative} /></>}>
      <YearTabs year={year} />
      <Loaded query={plan}>{(data) => (
        <Loaded query={sheet}>{(s) => (
          <div className="stack">
            {s.blind && <Alert type="info" showIcon title="评议结束前,各人的打分只有本人看得到;进入计分后,考核人员可以看到全部打分和离散情况。" />}
            {s.mine.map((t) => <Topic key={t.topic} year={year} t={t} open={choicesOf(data.actions, "mark", "topic").includes(t.topic)} />)}
            {!s.blind && s.spreads.length > 0 && <Spreads spreads={s.spreads} />}
            {s.blind && data.reads_all && data.judges.length > 0 && <Owed judges={data.judges} />}
            {s.mine.length === 0 && s.spreads.length === 0 && data.judges.length === 0 && <Alert type="info" showIcon title={(data.book.topics ?? []).length === 0 ? "这部细则没有评议打分的事项" : "还没有确定评委,可在“概况”中确定"} />}
          </div>
        )}</Loaded>
      )}</Loaded>
    </Page>
  );
}

type Mine = MarkSheet["mine"][number];
const wrongMark = "0至100,最多两位小数";

function Topic({ year, t, open }: { year: string; t: Mine; open: boolean }) {
  const [edits, setEdits] = useState<Record<string, string>>({});
  const changes = changedMarks(t, edits);
  const bad = changes.filter((c) => !soundMark(c.mark));
  const { run, problem } = useActing((body: { topic: string; marks: typeof changes }, key) => actOnAssessment(year, "mark", { ...body }, key), () => {
    setEdits({});
    return `已保存${changes.length}个分`;
  });
  const wrong = new Map([...placed(problem?.errors ?? [], "marks", changes, (c) => c.unit_id), ...bad.map((c) => [c.unit_id, wrongMark] as const)]);
  const given = t.units.filter((u) => u.mark !== "").length;
  const columns: TableProps<Mine["units"][number]>["columns"] = [
    { title: "单位", dataIndex: "name", width: 260 },
    { title: "打分(0至100)", key: "mark", render: (_, u) => {
      const key = markKey(t.topic, u.unit_id);
      if (!open) return u.mark || <span className="muted">未打</span>;
      const value = edits[key] ?? u.mark;
      return (
        <Space>
          <Input
            aria-label={`${t.topic} ${u.name}`} inputMode="decimal" maxLength={6} style={{ width: 110, textAlign: "right", background: value.trim() !== u.mark ? "#fffbe6" : undefined }}
            status={wrong.has(u.unit_id) ? "error" : undefined} value={value}
            onChange={(e) => {
              setEdits((all) => ({ ...all, [key]: e.target.value }));
              run.reset();
            }}
          />
          {wrong.has(u.unit_id) && <span className="small" style={{ color: "#b3261e" }}>{wrong.get(u.unit_id)}</span>}
        </Space>
      );
    } },
  ];
  return (
    <Card title={t.topic} extra={<span className="muted">已打{given}个,共{t.units.length}个</span>}>
      <div className="stack">
        <Told problem={problem} />
        <Table size="small" aria-label={`${t.topic}打分表`} rowKey="unit_id" pagination={false} dataSource={t.units} columns={columns} />
        {open ? (
          <Space wrap>
            <Button type="primary" disabled={changes.length === 0 || bad.length > 0} loading={run.isPending} onClick={() => run.mutate({ topic: t.topic, marks: changes })}>{changes.length > 0 ? `保存${changes.length}个分` : "保存"}</Button>
            {Object.keys(edits).length > 0 && <Button onClick={() => { setEdits({}); run.reset(); }}>放弃修改</Button>}
            <span className="muted">可以分次保存,核实结束前可以修改;不给本单位打分。</span>
          </Space>
        ) : <span className="muted">评议在自评和核实环节进行,现在不能打分。</span>}
      </div>
    </Card>
  );
}

function Owed({ judges }: { judges: { user_id: string; name: string; unit_name: string; owed: number }[] }) {
  return (
    <Card title="打分进度">
      <Table size="small" aria-label="打分进度" rowKey="user_id" pagination={false} dataSource={judges} columns={[
        { title: "评委", key: "name", render: (_, j) => <>{j.name} <span className="muted">{j.unit_name}</span></> },
        { title: "尚欠打分", key: "owed", width: 120, align: "right", render: (_, j) => (j.owed > 0 ? <Tag color="gold">{j.owed}个</Tag> : <Tag color="green">已打完</Tag>) },
      ]} />
    </Card>
  );
}

function Spreads({ spreads }: { spreads: MarkSheet["spreads"] }) {
  const topics = [...new Set(spreads.map((s) => s.topic))];
  const [topic, setTopic] = useState(topics[0]);
  const shown = spreads.filter((s) => s.topic === topic);
  const outliers = spreads.reduce((n, s) => n + s.marks.filter((m) => m.outlier).length, 0);
  return (
    <Card title="打分离散情况" extra={topics.length > 1 && <Select aria-label="评议事项" style={{ width: 240 }} value={topic} onChange={setTopic} options={topics.map((t) => ({ value: t, label: t }))} />}>
      <div className="stack">
        <span className="muted">{outliers > 0 ? `有${outliers}个分与其他评委的平均分相差15分以上,标为“偏离”,只提示、不剔除。` : "没有偏离较大的打分。"}</span>
        <Table size="small" aria-label={`${topic}离散情况`} rowKey="unit_id" pagination={false} scroll={{ x: 900 }} dataSource={shown} columns={[
          { title: "单位", dataIndex: "unit_name", width: 180 },
          { title: "平均", key: "mean", width: 80, align: "right", render: (_, s) => s.mean ?? "—" },
          { title: "最低", key: "lowest", width: 80, align: "right", render: (_, s) => s.lowest ?? "—" },
          { title: "最高", key: "highest", width: 80, align: "right", render: (_, s) => s.highest ?? "—" },
          { title: "各评委打分", key: "marks", render: (_, s) => (
            <div className="ballots">
              {s.marks.map((m, i) => <span key={i} className="nowrap">{m.judge}{m.panel && <span className="muted">({m.panel})</span>} <b>{m.mark}</b>{m.outlier && <Tag color="red" style={{ marginInlineStart: 4 }}>偏离</Tag>}</span>)}
              {s.owed > 0 && <span className="muted">{s.owed}人未打分</span>}
            </div>
          ) },
        ]} />
      </div>
    </Card>
  );
}
