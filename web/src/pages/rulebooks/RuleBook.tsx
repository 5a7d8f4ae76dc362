import { DownloadOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Input, Modal, Select, Space, Table, Tabs } from "antd";
import { useState } from "react";
import { useParams } from "react-router";
import { newKey } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { publishRuleBook, ruleBook, ruleBookAddress, ruleBookDiff, ruleBooks, withdrawRuleBook } from "../../api/rulebooks";
import type { BookRule, RuleBookData } from "../../api/types";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { isSet, stamp } from "../../lib/time";
import { BookStage, Checked } from "./RuleBooks";

/** RuleBook is one rule book: its rules, what its cases cover, how it differs from others, and its past. */
export function RuleBook() {
  const { id = "" } = useParams();
  const query = useQuery(ruleBook(id));
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const [withdrawing, setWithdrawing] = useState(false);
  const done = (text: string) => {
    void message.success(text);
    void client.invalidateQueries({ queryKey: ["rulebook", id] });
    void client.invalidateQueries({ queryKey: ["rulebooks"] });
  };
  const publish = useMutation({ mutationFn: () => publishRuleBook(id, newKey()), onSuccess: () => done("已发布"), onError: (e) => void message.error(asProblem(e).message) });
  const b = query.data;
  return (
    <Page
      title={b ? `${b.title} ${b.version}` : "考核细则"}
      note={b && <><BookStage book={b} /><Illustrative when={b.illustrative} /></>}
      actions={b && (
        <Space wrap>
          <Button icon={<DownloadOutlined />} href={ruleBookAddress(id)}>下载原文</Button>
          {b.may_keep && b.stage !== "withdrawn" && <Button danger onClick={() => setWithdrawing(true)}>撤回</Button>}
          {b.stage === "draft" && b.may_keep && (
            <Button type="primary" disabled={!b.may_publish} title={b.may_publish ? undefined : "须由上传人以外的人审定发布"} loading={publish.isPending} onClick={() => modal.confirm({ title: "审定发布后细则不再改动,各年度可以选用。确定发布?", onOk: () => publish.mutateAsync().catch(() => undefined) })}>审定发布</Button>
          )}
        </Space>
      )}
    >
      <Loaded query={query}>{(data) => (
        <div className="stack">
          {data.reason && <Alert type="warning" showIcon title={`撤回:${data.reason}`} />}
          <Card>
            <Tabs items={[
              { key: "rules", label: `指标 ${data.rules.length}`, children: <Rules b={data} /> },
              { key: "about", label: "基本情况", children: <About b={data} /> },
              { key: "check", label: "检查与用例", children: <div className="stack"><Checked check={data.check} /></div> },
              { key: "diff", label: "与其他版本比较", children: <Diff id={id} /> },
              { key: "timeline", label: "办理记录", children: <Timeline items={data.timeline} /> },
            ]} />
          </Card>
          {withdrawing && <Withdraw id={id} onClose={() => setWithdrawing(false)} onDone={() => { setWithdrawing(false); done("已撤回"); }} />}
        </div>
      )}</Loaded>
    </Page>
  );
}

function Rules({ b }: { b: RuleBookData }) {
  return (
    <Table<BookRule> size="small" aria-label="指标" rowKey="id" pagination={false} dataSource={b.rules} columns={[
      { title: "指标", key: "name", render: (_, r) => <span style={{ paddingInlineStart: r.depth * 20, fontWeight: r.depth === 0 ? 600 : undefined }}>{r.id} {r.name}{r.note && <span className="muted small"> {r.note}</span>}</span> },
      { title: "条款", dataIndex: "clause", width: 130 },
      { title: "性质", dataIndex: "role", width: 70 },
      { title: "分值", key: "points", width: 220, render: (_, r) => r.points.map((p) => <div key={p.group}>{p.group && `${p.group}:`}{p.points}</div>) },
      { title: "计分方法", key: "method", width: 130, render: (_, r) => r.method ?? "" },
    ]} />
  );
}

function About({ b }: { b: RuleBookData }) {
  const items: [string, string][] = [
    ["文号", b.number ?? ""], ["发文机关", b.issuer ?? ""], ["生效", [b.from, b.to].filter(Boolean).join("至")], ["分组", b.check.groups.join("、")],
    ["上传", `${b.uploaded_by} ${stamp(b.uploaded_at)}`], ["发布", isSet(b.published_at) ? `${b.published_by ?? ""} ${stamp(b.published_at)}` : ""], ["摘要(SHA-256)", b.digest],
  ];
  return <Descriptions size="small" column={1} items={items.map(([label, text]) => ({ key: label, label, children: text || "—" }))} />;
}

function Diff({ id }: { id: string }) {
  const [other, setOther] = useState<string>();
  const all = useInfiniteQuery(ruleBooks({})).data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <div className="stack">
      <Select aria-label="另一版本" placeholder="选择另一部细则或另一版本" style={{ width: 420 }} value={other} onChange={setOther} options={all.filter((b) => b.id !== id).map((b) => ({ value: b.id, label: `${b.title} ${b.version}(${b.stage_label})` }))} />
      {other && <Changes id={id} other={other} />}
    </div>
  );
}

const kinds: Record<string, string> = { added: "增加", removed: "删去", changed: "改动" };

function Changes({ id, other }: { id: string; other: string }) {
  const list = useQuery(ruleBookDiff(id, other));
  return (
    <Loaded query={list}>{(changes) => (
      <Table size="small" aria-label="差异" rowKey="row" dataSource={changes.map((c, row) => ({ ...c, row }))} pagination={{ pageSize: 30, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: "规则没有差别(用例和注释不比较)" }} columns={[
        { title: "", key: "kind", width: 60, render: (_, c) => kinds[c.kind] ?? c.kind },
        { title: "条款", key: "clause", width: 120, render: (_, c) => c.clause ?? "" },
        { title: "内容", key: "name", width: 240, render: (_, c) => <>{c.name}{c.what && ` · ${c.what}`}</> },
        { title: "本版", key: "from", render: (_, c) => <span className="prose">{c.from ?? ""}</span> },
        { title: "另一版", key: "to", render: (_, c) => <span className="prose">{c.to ?? ""}</span> },
      ]} />
    )}</Loaded>
  );
}

function Withdraw({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const run = useMutation({ mutationFn: () => withdrawRuleBook(id, reason.trim(), newKey()), onSuccess: onDone });
  return (
    <Modal open title="撤回细则" okText="撤回" okButtonProps={{ danger: true, disabled: reason.trim().length < 2 }} confirmLoading={run.isPending} onOk={() => run.mutate()} onCancel={onClose}>
      <div className="stack">
        {run.error && <Alert type="error" showIcon role="alert" title={asProblem(run.error).message} />}
        <span className="muted">撤回后各年度不能再选用;内容和记录保留。</span>
        <label>理由 <Input.TextArea aria-label="撤回理由" maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} autoSize={{ minRows: 2 }} /></label>
      </div>
    </Modal>
  );
}
