import { DownloadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Input, Modal, Space, Tabs, Tag } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { actOnBulletin, bulletin, bulletinAddress, verifyBulletin } from "../../api/bulletins";
import { asProblem } from "../../api/problem";
import type { Action, BulletinContent, BulletinData } from "../../api/types";
import { useSession } from "../../app/session";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { stamp } from "../../lib/time";
import { BulletinStage, Opened, useOpening } from "./Bulletins";
import { Charts } from "./Charts";
import { Headline, Measures } from "./Figures";
import { Rankings } from "./Rankings";
import { Amended, Corrections, Differences, Findings, Section } from "./Remarks";
import { Units } from "./Units";

/** Bulletin is one month's bulletin, from its draft to its publication. */
export function Bulletin() {
  const { id = "" } = useParams();
  const query = useQuery(bulletin(id));
  const client = useQueryClient();
  const session = useSession();
  const [action, setAction] = useState<Action>();
  const [amending, setAmending] = useState(false);
  const b = query.data;
  return (
    <Page
      title={b?.title ?? "月通报"}
      note={b && <>{b.number} <BulletinStage row={b} /></>}
      actions={b && (
        <Space wrap>
          {b.content && (["pdf", "docx", "xlsx"] as const).map((f) => <Button key={f} icon={<DownloadOutlined />} href={bulletinAddress(id, f)}>{{ pdf: "PDF", docx: "Word", xlsx: "Excel" }[f]}</Button>)}
          {b.stage === "published" && !b.amends && session.may_draft_lists && <Button onClick={() => setAmending(true)}>编制更正通报</Button>}
          <ActionBar actions={b.actions} onChoose={setAction} />
        </Space>
      )}
    >
      <Loaded query={query}>
        {(data) => (
          <>
            <Detail b={data} />
            {action && (
              <ActionDialog
                action={action}
                subject={data.id}
                send={(name, body, key) => actOnBulletin(data.id, name, body, key)}
                onClose={() => setAction(undefined)}
                onDone={() => {
                  void client.invalidateQueries();
                  setAction(undefined);
                }}
              />
            )}
            {amending && <Amend id={data.id} onClose={() => setAmending(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Detail({ b }: { b: BulletinData }) {
  return (
    <div className="stack">
      {b.amends && <Alert type="warning" showIcon title={<>更正 <Link to={`/bulletins/${b.amends.id}`}>{b.amends.number}</Link>:{b.amends.reason}</>} />}
      {b.reason && (b.stage === "draft" || b.stage === "withdrawn") && <Alert type="info" showIcon title={`${b.stage === "draft" ? "退回修改" : "撤销"}:${b.reason}`} />}
      {b.text && <Card title="编者按"><p className="prose" style={{ margin: 0 }}>{b.text}</p></Card>}
      {b.content ? <Content b={b} c={b.content} /> : <Alert type="info" showIcon title="正在按截止日统计,请稍候" />}
      <div className="halves">
        <Card title="编制情况"><Making b={b} /></Card>
        <Card title="办理记录"><Timeline items={b.timeline} /></Card>
      </div>
    </div>
  );
}

function Content({ b, c }: { b: BulletinData; c: BulletinContent }) {
  const units = { indicators: b.indicators, rates: b.rate_kinds, progress: c.progress.percent };
  return (
    <>
      <Headline c={c} indicators={b.indicators} />
      {c.findings.length > 0 && <Alert type="warning" showIcon title={`有${c.findings.length}处数据疑点,只提示、不改动,见“数据疑点”`} />}
      <Card>
        <Tabs items={[
          { key: "city", label: "全市", children: <Measures c={c} indicators={b.indicators} rates={b.rate_kinds} /> },
          { key: "charts", label: "图表", children: <Charts c={c} /> },
          { key: "counties", label: "县市区", children: <Units title="县市区" lines={c.counties} {...units} /> },
          { key: "departments", label: "市直部门", children: <Units title="市直部门" lines={c.departments} {...units} /> },
          { key: "teams", label: "驻外专班", children: <Units title="驻外专班" lines={c.teams} {...units} /> },
          { key: "tiers", label: "产业层级", children: <Units title="产业层级" lines={c.tiers} {...units} /> },
          { key: "ranking", label: "排名与红黑榜", children: <Rankings c={c} /> },
          ...c.sections.map((s) => ({ key: s.key, label: s.title, children: <Section s={s} /> })),
          ...(c.amends ? [{ key: "amends", label: `更正内容 ${c.amends.changes.length}`, children: <Amended list={c.amends.changes} /> }] : []),
          { key: "corrections", label: `以往数据更正 ${c.corrections.length}`, children: <Corrections c={c} /> },
          { key: "findings", label: `数据疑点 ${c.findings.length}`, children: <Findings c={c} /> },
        ]} />
      </Card>
    </>
  );
}

function Making({ b }: { b: BulletinData }) {
  const c = b.content;
  const check = useMutation({ mutationFn: () => verifyBulletin(b.id) });
  return (
    <div className="stack">
      <div>
        <p>编制:<Opened row={b} /></p>
        <p>截止日:{b.cutoff};按{stamp(b.known_at)}前已登记的情况统计{c && <>;序时进度{c.progress.percent}%({c.progress.by === "months" ? "按月" : "按日"})</>}</p>
        {c?.book.title && <p>排名依据:{c.book.title} {c.book.version} {c.book.illustrative && <Tag>示例办法</Tag>}</p>}
        {c && c.illustrative > 0 && <p><Illustrative when /> 所计项目中有{c.illustrative}个为示例</p>}
        {c?.notes.map((n) => <p key={n}>{n}</p>)}
        {b.submitted_by && <p>提交:{b.submitted_by.name}</p>}
        {b.checked_by && <p>校核:{b.checked_by.name}</p>}
        {b.published_by && <p>签发:{b.published_by.name} {stamp(b.published_at ?? "")}</p>}
        {b.reads.length > 0 && <p>已阅:{b.reads.map((r) => `${r.unit_name} ${r.name}`).join("、")}</p>}
      </div>
      {c && <div><Button loading={check.isPending} onClick={() => check.mutate()}>重新计算并核验</Button></div>}
      {check.error && <Alert type="error" showIcon role="alert" title={asProblem(check.error).message} />}
      {check.data && (
        <Alert
          type={check.data.same ? "success" : "error"}
          showIcon
          role="status"
          title={check.data.same ? "按当时所知重新计算,与冻结的内容逐字节一致" : "重新计算的结果与冻结的内容不一致"}
          description={<><span className="small muted">摘要 {check.data.digest.slice(0, 16)}…</span>{check.data.differences.length > 0 && <Differences list={check.data.differences} />}</>}
        />
      )}
    </div>
  );
}

function Amend({ id, onClose }: { id: string; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const { run, problem } = useOpening();
  return (
    <Modal open title="编制更正通报" okText={problem?.uncertain ? "重试" : "编制"} okButtonProps={{ disabled: reason.trim().length < 2 }} confirmLoading={run.isPending} onOk={() => run.mutate({ amends: id, reason: reason.trim() })} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.errors[0]?.message ?? problem.message} />}
        <span className="muted">已发布的通报不改动。更正通报按现在登记的情况重新统计,列出每一处不同,另行校核、签发和编号。</span>
        <label>更正理由 <Input.TextArea aria-label="更正理由" maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} autoSize={{ minRows: 2 }} /></label>
      </div>
    </Modal>
  );
}

