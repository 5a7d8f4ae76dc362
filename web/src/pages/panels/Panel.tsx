import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Form, Modal, Table, Tag } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { Attempt } from "../../api/idempotency";
import { actOnPanel, panel } from "../../api/panels";
import { asProblem } from "../../api/problem";
import type { Action, Panel as PanelData, PanelItem } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { Loaded } from "../../components/PageState";
import { Page } from "../../components/Page";
import { Light } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { shareLabel } from "../../lib/shares";
import { isOn, offersOn, settled } from "../../lib/targets";
import { isSet, stamp } from "../../lib/time";
import { Arrangement, arrangementOf, showErrors, valuesOf, type Values } from "./Arrangement";
import { MeetingStage } from "./Panels";

/** Chosen is an action, and the item of the agenda that it is on. */
interface Chosen {
  action: Action;
  item?: string;
}

/** Panel is one meeting: who is there, what is on the agenda, how it votes. */
export function Panel() {
  const { id = "" } = useParams();
  const query = useQuery({ ...panel(id), refetchInterval: 10_000 });
  const [chosen, setChosen] = useState<Chosen>();
  const p = query.data;
  return (
    <Page
      title={p ? p.title : "研判会"}
      note={p && <span className="clock"><MeetingStage stage={p.stage} label={p.stage_label} />{!isSet(p.ended_at) && <Light light={p.light} />}{stamp(p.at)}</span>}
      actions={p && <ActionBar actions={p.actions.filter((a) => !isOn(a, ["item"]))} onChoose={(action) => setChosen({ action })} />}
    >
      <Loaded query={query}>
        {(data) => (
          <>
            <Detail p={data} choose={setChosen} />
            {chosen && <Dialog p={data} chosen={chosen} onClose={() => setChosen(undefined)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Dialog({ p, chosen: { action, item }, onClose }: { p: PanelData; chosen: Chosen; onClose: () => void }) {
  const client = useQueryClient();
  const done = () => {
    void client.invalidateQueries();
    onClose();
  };
  const close = () => {
    void client.invalidateQueries({ queryKey: ["panel", p.id] });
    onClose();
  };
  if (action.action === "revise") return <Revise p={p} onClose={close} onDone={done} />;
  return (
    <ActionDialog
      action={item ? settled(action, "item", item) : action}
      subject={item ? `${p.id}.${item}` : p.id}
      initial={action.action === "minutes" ? { text: p.minutes } : undefined}
      send={(name, body, key) => actOnPanel(p.id, name, body, key)}
      onClose={close}
      onDone={done}
    />
  );
}

function Revise({ p, onClose, onDone }: { p: PanelData; onClose: () => void; onDone: () => void }) {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const { message } = App.useApp();
  const save = useMutation({
    mutationFn: (v: Values) => {
      const body = { ...arrangementOf(v) };
      return actOnPanel(p.id, "revise", body, attempt.keyFor(body));
    },
    onSuccess: () => {
      void message.success("已调整安排");
      onDone();
    },
    onError: (e) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      showErrors(form, problem.errors);
    },
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  return (
    <Modal
      open
      title="调整安排"
      width={860}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" htmlType="submit" form="arrangement" loading={save.isPending}>{problem?.uncertain ? "重试" : "提交"}</Button>,
      ]}
    >
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} />}
        <Form<Values> id="arrangement" name="arrangement" form={form} layout="vertical" disabled={save.isPending} initialValues={valuesOf(p)} onFinish={(v) => save.mutate(v)} scrollToFirstError={{ focus: true }}>
          <Arrangement agenda={false} />
        </Form>
      </div>
    </Modal>
  );
}

function Detail({ p, choose }: { p: PanelData; choose: (chosen: Chosen) => void }) {
  const present = p.members.filter((m) => m.present).length;
  return (
    <div className="columns">
      <div className="stack">
        <Card title="会议安排"><Facts p={p} /></Card>
        {p.reason && <Alert type="warning" role="note" showIcon title={`会议已取消:${p.reason}`} />}
        {p.items.map((item) => <Item key={item.id} item={item} p={p} choose={choose} />)}
        <Card title="会议纪要">{p.minutes ? <><div className="prose">{p.minutes}</div><div className="muted small">{p.minutes_by?.name} 整理</div></> : <span className="muted">尚未整理。</span>}</Card>
      </div>
      <div className="stack">
        <Card title={`到会 ${present} / ${p.members.length}`} styles={{ body: { padding: 0 } }}><Members p={p} /></Card>
        <Card title="会议记录"><Timeline items={p.timeline} /></Card>
      </div>
    </div>
  );
}

function Facts({ p }: { p: PanelData }) {
  const { rule } = p;
  const extras = [rule.weighted && "按权重计票", rule.count_abstain && "弃权计入总票数", rule.casting && "票数相等由主持人裁决", rule.proxies && "允许代理人出席和投票"].filter(Boolean);
  const items: [string, React.ReactNode][] = [
    ["时间", stamp(p.at)], ["地点", p.place], ["主持人", p.members.find((m) => m.chair)?.name], ["召集", `${p.convener.unit_name ?? ""} ${p.convener.name}`],
    ["投票方式", rule.ballot === "secret" ? "无记名" : "记名"],
    ["到会与表决", `${rule.quorum_of === "weights" ? "按权重," : ""}${shareLabel(rule.quorum, rule.quorum_strict)}`],
    ["通过须赞成", shareLabel(rule.threshold, rule.threshold_strict)], ["其他规则", extras.join(";")],
  ];
  return <Descriptions size="small" column={{ xs: 1, md: 2 }} items={items.map(([label, children]) => ({ key: label, label, children: children || "—" }))} />;
}

function Members({ p }: { p: PanelData }) {
  return (
    <Table
      size="small"
      aria-label="成员"
      rowKey="user_id"
      dataSource={p.members}
      pagination={false}
      columns={[
        { title: "成员", key: "name", render: (_, m) => <>{m.name}{m.chair && <Tag color="blue" variant="outlined" style={{ marginInlineStart: 6 }}>主持人</Tag>}<div className="muted small">{m.unit_name}</div></> },
        ...(p.rule.weighted ? [{ title: "权重", dataIndex: "weight", width: 60 }] : []),
        { title: "签到", key: "present", width: 92, render: (_: unknown, m: PanelData["members"][number]) => m.present ? <>已签到<div className="muted small">{stamp(m.present_at ?? "").slice(11)} {m.signed_by}</div></> : <span className="muted">未到</span> },
      ]}
    />
  );
}

const statusColors: Record<string, string> = { voting: "processing", tied: "gold", passed: "green", failed: "red", no_quorum: "orange" };

function Item({ item: x, p, choose }: { item: PanelItem; p: PanelData; choose: (chosen: Chosen) => void }) {
  const actions = offersOn(p.actions, "item", x.id);
  const voted = x.votes.length, eligible = p.members.filter((m) => m.present && !x.recused.includes(m.name)).length;
  return (
    <Card
      title={<>{x.id}. <Link to={`/reviews/${x.review_id}`}>{x.project_name}</Link></>}
      extra={<Tag color={statusColors[x.status]}>{x.status_label}</Tag>}
    >
      <div className="stack" role="group" aria-label={`第${x.id}项议题`}>
        {x.note && <div className="prose">{x.note}</div>}
        {(x.reason || x.refusal) && <div className="muted">{x.reason || x.refusal}</div>}
        {x.recused.length > 0 && <div className="muted">回避:{x.recused.join("、")}</div>}
        {x.status === "voting" && <div>{x.round > 1 && `第${x.round}轮,`}已投票 {voted} / {eligible}</div>}
        {x.tally && (
          <div>
            <b>{x.tally.result_label}</b>:{x.tally.result === "no_quorum" ? `表决${x.tally.voted} / ${x.tally.eligible},人数不足` : `同意${x.tally.for}、不同意${x.tally.against}、弃权${x.tally.abstain}(表决${x.tally.voted},应到${x.tally.eligible})`}
          </div>
        )}
        {x.casting && <div>主持人裁决:{x.casting.choice_label} <span className="prose">{x.casting.text}</span></div>}
        {x.advice && <div className="prose">会议意见:{x.advice}</div>}
        {voted > 0 && (
          <div className="ballots" aria-label="投票情况">
            {x.votes.map((v) => <Tag key={v.user_id} variant="outlined">{v.name}{v.proxy && `(${v.proxy}代)`} {v.choice_label ?? "已投票"}{v.text && `:${v.text}`}</Tag>)}
          </div>
        )}
        {actions.length > 0 && (
          <div className="choices">
            {actions.map((a, i) => <Button key={a.action} type={i === 0 && !a.danger ? "primary" : "default"} danger={a.danger} onClick={() => choose({ action: a, item: x.id })}>{a.label}</Button>)}
          </div>
        )}
      </div>
    </Card>
  );
}
