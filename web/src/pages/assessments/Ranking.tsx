import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Card, Empty, Select, Space, Table, Tabs, Tag, type TableProps } from "antd";
import { Link, useParams } from "react-router";
import { assessment, scores, yearAddress } from "../../api/assessments";
import type { AssessmentData, ScoreGroup, Scores } from "../../api/types";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { YearStage, YearTabs } from "./parts";
import { RunLine, RunNotice, RunTags } from "./RunTags";
import { brief, cardAddress, comparable, quotasOf, runAsked, withRun } from "./scores";

type Row = ScoreGroup["rows"][number];

/** Ranking is the ranking that stands, group by group, or what another scoring came to (?run=). */
export function Ranking() {
  const { year = "" } = useParams();
  const [query] = useFilters();
  const data = useQuery(assessment(year));
  const d = data.data;
  const standing = d?.runs.find((r) => r.standing)?.no;
  const run = runAsked(query.get("run")) ?? standing;
  return (
    <Page
      title={d ? `${d.title} 排名` : "年度考核 排名"}
      heading={d && <>{d.title} 排名<Illustrative when={d.illustrative} /></>}
      note={d && <YearStage row={d} />}
      actions={d && run !== undefined && <Downloads year={year} run={run} standing={run === standing} />}
    >
      <YearTabs year={year} />
      <Loaded query={data}>{(y) => (run === undefined ? <None y={y} /> : <Run key={run} y={y} year={year} run={run} />)}</Loaded>
    </Page>
  );
}

function Downloads({ year, run, standing }: { year: string; run: number; standing: boolean }) {
  return (
    <Space wrap>
      <Button icon={<DownloadOutlined />} href={withRun(yearAddress(year, "scores.xlsx"), standing ? undefined : run)} title="工作簿中的得分是公式,改动数据即重新计算">得分工作簿</Button>
      {standing && <Button icon={<DownloadOutlined />} href={yearAddress(year, "notice.docx")}>通报 Word</Button>}
      {standing && <Button icon={<DownloadOutlined />} href={yearAddress(year, "notice.pdf")}>通报 PDF</Button>}
    </Space>
  );
}

function None({ y }: { y: AssessmentData }) {
  const trials = y.runs.some((r) => r.kind === "trial" && !r.failed);
  return (
    <Card>
      <Empty description={y.reads_all ? "还没有正式计分" : "考核结果尚未公示"}>
        {y.reads_all && <Link to={`/assessments/${y.id}/runs`}>{trials ? "看试算的结果" : "去试算或计分"}</Link>}
      </Empty>
    </Card>
  );
}

function Run({ y, year, run }: { y: AssessmentData; year: string; run: number }) {
  const table = useQuery(scores(year, run));
  const [, narrow] = useFilters();
  const runs = comparable(y.runs);
  return (
    <div className="stack">
      {y.computing && <Alert type="info" showIcon role="status" title={`正在${y.computing},请稍候`} />}
      <Loaded query={table}>{(s) => (
        <div className="stack">
          <RunNotice run={s.run} year={year} />
          <Card size="small">
            <div style={{ display: "flex", flexWrap: "wrap", gap: "6px 16px", alignItems: "center" }}>
              <RunTags run={s.run} year={y} />
              <RunLine run={s.run} />
            </div>
            <div style={{ display: "flex", flexWrap: "wrap", gap: "6px 16px", alignItems: "center", marginTop: 6 }}>
              <span className="muted">细则:<Link to={`/rulebooks/${encodeURIComponent(y.book.id)}`}>{y.book.title} {y.book.version}</Link> {y.book.illustrative && <Tag>示例办法</Tag>}</span>
              {runs.length > 1 && (
                <Select aria-label="选择计分" size="small" style={{ width: 310, marginInlineStart: "auto" }} value={run} onChange={(no: number) => narrow("run", runs.find((r) => r.standing)?.no === no ? undefined : no)}
                  options={runs.map((r) => ({ value: r.no, label: `第${r.no}次 ${r.kind_label} 截至${r.as_of}${r.standing ? "(现行)" : r.void ? "(已作废)" : ""}` }))} />
              )}
            </div>
            <Sources s={s} />
          </Card>
          <Groups s={s} y={y} year={year} run={run} />
          <Findings list={s.findings} />
        </div>
      )}</Loaded>
    </div>
  );
}

function Sources({ s }: { s: Scores }) {
  const list = Object.entries(s.sources).sort(([, a], [, b]) => b.count - a.count);
  if (list.length === 0) return null;
  return <div className="muted" style={{ marginTop: 6 }}>所用数据:{list.map(([, x]) => `${x.label}${x.count}项`).join(",")};此外从冻结的项目登记中计数。</div>;
}

function Groups({ s, y, year, run }: { s: Scores; y: AssessmentData; year: string; run: number }) {
  const panel = (g: ScoreGroup) => <Group g={g} y={y} year={year} run={s.run.standing ? undefined : run} trial={s.run.kind === "trial"} />;
  const [only] = s.groups;
  if (!only) return <Card><Empty description="这次计分没有单位" /></Card>;
  if (s.groups.length === 1) return <Card title={`${only.name}(${only.rows.length}个单位)`}>{panel(only)}</Card>;
  return <Card styles={{ body: { paddingTop: 4 } }}><Tabs items={s.groups.map((g) => ({ key: g.name, label: `${g.name} ${g.rows.length}`, children: panel(g) }))} /></Card>;
}

const roles: Record<string, string> = { bonus: "加分", deduction: "扣分" };

function Group({ g, y, year, run, trial }: { g: ScoreGroup; y: AssessmentData; year: string; run?: number; trial: boolean }) {
  const own = new Set(y.my_units);
  const columns: TableProps<Row>["columns"] = [
    { title: "名次", dataIndex: "rank", width: 64, fixed: "left", align: "center", render: (rank: number) => <b>{rank}</b> },
    { title: "单位", key: "name", width: 210, fixed: "left", render: (_, r) => <><Link to={cardAddress(year, r.unit_id, run)}>{r.name}</Link>{own.has(r.unit_id) && <Tag color="blue" style={{ marginInlineStart: 6 }}>本单位</Tag>}{r.appeals > 0 && <div className="small"><Link to={`/assessments/${year}/appeals`}>申诉{r.appeals}件</Link></div>}</> },
    ...g.indicators.map((c) => ({
      title: <>{c.name}<div className="muted small">{c.points ? `${c.points}分` : [roles[c.role]].filter((x) => x !== c.name)}</div></>, key: c.id, width: 90, align: "right" as const,
      render: (_: unknown, r: Row) => { const v = r.scores[c.id]; return v ? <span title={v}>{brief(v)}</span> : <span className="muted" title="本单位不考核这项">—</span>; },
    })),
    { title: "总分", key: "total", width: 92, align: "right", render: (_, r) => <b title={r.total}>{brief(r.total)}</b> },
    { title: "等次和适用的规定", key: "grade", width: 170, render: (_, r) => <>{r.grade ? <Tag>{r.grade}</Tag> : <span className="muted">—</span>}{r.by_book !== undefined && <div className="muted small">由“{r.by_book || "无等次"}”调整</div>}{r.why && <div className="small" style={{ color: "#b3261e" }}>{r.why}</div>}</> },
  ];
  return (
    <div className="stack">
      <Quotas g={g} order={y.book.grades ?? []} />
      <Table<Row> size="middle" aria-label={`${g.name}排名${trial ? "(试算)" : ""}`} rowKey="unit_id" pagination={false} dataSource={g.rows} columns={columns} scroll={{ x: 536 + 90 * g.indicators.length }} />
      <span className="muted small">点单位名称看得分卡和每一分的算法;同分同名次,其后跳号。</span>
    </div>
  );
}

function Quotas({ g, order }: { g: ScoreGroup; order: string[] }) {
  const list = quotasOf(g, order);
  if (list.length === 0) return null;
  return (
    <div role="group" aria-label={`${g.name}各等次名额`} className="choices">
      <span className="muted">等次(已用/名额)</span>
      {list.map((q) => <Tag key={q.grade} color={q.over ? "red" : undefined} variant="outlined">{q.grade} {q.count}/{q.limit ?? "不限"}{q.over && " 超过名额"}</Tag>)}
    </div>
  );
}

function Findings({ list }: { list: string[] }) {
  if (list.length === 0) return null;
  return (
    <Card title={`按细则处理的缺数 ${list.length}处`} styles={{ body: { padding: 0 } }}>
      <Table size="small" aria-label="按细则处理的缺数" showHeader={false} rowKey="row" dataSource={list.map((text, row) => ({ text, row }))} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }} columns={[{ title: "说明", dataIndex: "text" }]} />
    </Card>
  );
}
