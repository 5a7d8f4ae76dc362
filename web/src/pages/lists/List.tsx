import { DownloadOutlined, PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Card, Descriptions, Popconfirm, Progress, Space, Table, Upload } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { Attempt } from "../../api/idempotency";
import { actOnList, importRows, list, listAddress, listTemplateAddress, setRows } from "../../api/lists";
import { asProblem } from "../../api/problem";
import type { Action, LiaisonListData, ListEntry, ListPairing, Receipt } from "../../api/types";
import { ActionBar } from "../../components/ActionBar";
import { ActionDialog } from "../../components/ActionDialog";
import { ImportProblem } from "../../components/ImportDialog";
import { LiaisonStage } from "../../components/liaisonColumns";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { Illustrative, Light } from "../../components/Status";
import { Timeline } from "../../components/Timeline";
import { isSet, stamp } from "../../lib/time";
import { signature } from "../review/Notices";
import { ListStage } from "./Lists";
import { RowDialog } from "./RowDialog";

/** entryOf is a row as the server takes it back. */
export const entryOf = (r: ListPairing): ListEntry => ({
  id: r.id, project_id: r.project_id, role: r.role, department_id: r.department_id, cadre_id: r.cadre_id,
  cadre_name: r.cadre_id ? undefined : r.cadre_name, team: r.team, project_type: r.project_type, milestones: r.milestones,
});

/** List is one liaison list: its rows, how far it is published, and what may be done. */
export function List() {
  const { id = "" } = useParams();
  const query = useQuery(list(id));
  const client = useQueryClient();
  const [action, setAction] = useState<Action>();
  const l = query.data;
  return (
    <Page
      title={l ? `包联清单:${l.name}` : "包联清单"}
      heading={l && <>{l.name}<Illustrative when={l.illustrative ?? false} /></>}
      note={l && <><ListStage row={l} />{l.batch ? l.title : ""}</>}
      actions={l && <ActionBar actions={l.actions} onChoose={setAction} />}
    >
      <Loaded query={query}>
        {(data) => (
          <>
            <Detail l={data} />
            {action && (
              <ActionDialog
                action={action}
                subject={data.id}
                send={(name, body, key) => actOnList(data.id, name, body, key)}
                onClose={() => setAction(undefined)}
                onDone={() => {
                  void client.invalidateQueries();
                  setAction(undefined);
                }}
              >
                {action.action === "publish" && <p>下达后将建立{data.count}项包联任务,通知各包联单位签收,清单不再改动。</p>}
              </ActionDialog>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Detail({ l }: { l: LiaisonListData }) {
  const facts: [string, React.ReactNode][] = [
    ["年度", l.year], ["起计日期", l.from], ["项目数", l.count], ["拟定", `${l.created_by} ${stamp(l.created_at)}`],
    ["填报", l.filled_by && signature(l.filled_by)], ["核对", isSet(l.checked_at) && l.checked_by ? `${signature(l.checked_by)} ${stamp(l.checked_at ?? "")}` : undefined],
    ["下达", isSet(l.published_at) && l.published_by ? `${signature(l.published_by)} ${stamp(l.published_at ?? "")}` : undefined], ["备注", l.remark],
  ];
  return (
    <div className="columns">
      <div className="stack">
        {l.returned && l.stage === "draft" && <Alert type="warning" showIcon role="note" title="退回修改" description={<span className="prose">{l.returned}</span>} />}
        {l.stage === "publishing" && (
          <Card title="正在建立包联任务">
            <Progress percent={Math.floor((100 * l.started) / Math.max(1, l.count))} format={() => `${l.started} / ${l.count}`} aria-label="下达进度" />
            <span className="muted small">可以离开本页;中断后会自动接着办。</span>
          </Card>
        )}
        <Rows l={l} />
        <Card title="清单情况"><Descriptions size="small" column={{ xs: 1, md: 2 }} items={facts.map(([label, children]) => ({ key: label, label, children: children || "—" }))} /></Card>
      </div>
      <Card title="办理记录"><Timeline items={l.timeline} /></Card>
    </div>
  );
}

function Rows({ l }: { l: LiaisonListData }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [attempt] = useState(() => new Attempt());
  const [editing, setEditing] = useState<ListPairing | "new">();
  const done = {
    onSuccess: () => {
      void message.success("清单已保存");
      setEditing(undefined);
      void client.invalidateQueries();
    },
    onError: (e: unknown) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  };
  const keep = useMutation<Receipt, unknown, ListEntry[]>({ mutationFn: (rows) => setRows(l.id, l.version, rows, attempt.keyFor({ rows, version: l.version })), ...done });
  const take = useMutation<Receipt, unknown, File>({ mutationFn: (file) => importRows(l.id, file, attempt.keyFor({ name: file.name, size: file.size, modified: file.lastModified, version: l.version })), ...done });
  const entries = l.rows.map(entryOf);
  const save = (entry: ListEntry) => keep.mutate(editing === "new" ? [...entries, entry] : entries.map((e) => (e.id === entry.id ? entry : e)));
  const failed = take.error ?? (editing ? undefined : keep.error);
  const typeName = (id: string) => l.types.find((t) => t.id === id)?.title ?? id;
  return (
    <Card
      title={`包联项目 ${l.rows.length}`}
      extra={
        <Space>
          {l.editable && <Button icon={<PlusOutlined />} onClick={() => { keep.reset(); setEditing("new"); }}>添加</Button>}
          {l.editable && (
            <Upload accept=".xlsx" showUploadList={false} beforeUpload={(file) => { take.mutate(file); return false; }}>
              <Button icon={<UploadOutlined />} loading={take.isPending}>导入表格</Button>
            </Upload>
          )}
          {l.editable && <a href={listTemplateAddress} download>下载模板</a>}
          {l.rows.length > 0 && <Button icon={<DownloadOutlined />} href={listAddress(l.id)}>导出</Button>}
        </Space>
      }
    >
      <div className="stack">
        <div aria-live="polite" className="stack">{failed ? <ImportProblem problem={asProblem(failed)} /> : null}</div>
        <Table<ListPairing>
          size="middle"
          aria-label="包联项目"
          rowKey="id"
          dataSource={l.rows}
          pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{ emptyText: l.editable ? "还没有项目。可以逐个添加,或按模板填好后导入(导入替换全部内容)" : "没有项目" }}
          columns={[
            { title: "项目", key: "project", render: (_, r) => <><Link to={`/projects/${r.project_id}`}>{r.project_name}</Link><div className="muted small">{r.county_name} · {typeName(r.project_type)}{r.role === "support" && ` · ${r.role_label}`}</div></> },
            { title: "包联单位与领导", key: "department", width: 190, render: (_, r) => <>{r.department_name}<div className="muted small">{r.cadre_name}</div></> },
            { title: "专班", dataIndex: "team", width: 110, render: (v: string) => v || <span className="muted">—</span> },
            { title: "另定节点", key: "milestones", width: 90, align: "right", render: (_, r) => (r.milestones.length > 0 ? `${r.milestones.length}个` : <span className="muted">按规则</span>) },
            l.editable
              ? { title: "操作", key: "edit", width: 110, render: (_: unknown, r: ListPairing) => <Space><a role="button" tabIndex={0} onClick={() => { keep.reset(); setEditing(r); }}>修改</a><Popconfirm title={`移除${r.project_name}?`} onConfirm={() => keep.mutate(entries.filter((e) => e.id !== r.id))}><a role="button" tabIndex={0}>移除</a></Popconfirm></Space> }
              : { title: "包联任务", key: "liaison", width: 150, render: (_: unknown, r: ListPairing) => (r.liaison_id ? <Link to={`/liaisons/${r.liaison_id}`} className="clock"><Light light={r.light ?? "green"} /><LiaisonStage stage={r.stage ?? ""} /></Link> : <span className="muted">—</span>) },
          ]}
        />
        {editing && <RowDialog row={editing === "new" ? undefined : editing} types={l.types} saving={keep.isPending} error={keep.error} onSave={save} onClose={() => setEditing(undefined)} />}
      </div>
    </Card>
  );
}
