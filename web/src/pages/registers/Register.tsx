import { DownloadOutlined, ImportOutlined, InboxOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, InputNumber, Modal, Select, Space, Table, Tag, Upload, type TableProps } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Attempt, newKey } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { addAlias, entries, importEntries, registerFile, unmatched, type RegisterFilter, type RegisterPath } from "../../api/registers";
import type { RegisterEntry } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { stepColumns } from "../../components/FunnelSteps";
import { ImportProblem } from "../../components/ImportDialog";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Illustrative } from "../../components/Status";
import { EntryDialog } from "./EntryDialog";
import { kinds } from "./kinds";

/** filterOf reads the filter from the address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): RegisterFilter {
  const year = Number(query.get("year"));
  const closed = query.get("closed");
  return { q: query.get("q")?.trim() || undefined, year: year >= 2000 && year <= 2100 ? year : undefined, closed: closed === "true" || closed === "false" ? closed : undefined };
}

/** Register is one of the registers around the project. */
export function Register({ path }: { path: RegisterPath }) {
  const kind = kinds[path];
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const [dialog, setDialog] = useState<"new" | "import">();
  const [name, setName] = useState<string>();
  const filter = filterOf(query);
  const columns: TableProps<RegisterEntry>["columns"] = [
    { title: kind.one, key: "name", render: (_, e) => <><Link to={`/${path}/${e.id}${filter.year ? `?year=${filter.year}` : ""}`}>{e.name}</Link><Illustrative when={e.illustrative ?? false} />{e.closed && <Tag>停用</Tag>}</> },
    ...kind.columns.map((c) => ({ title: c.title, key: c.title, render: (_: unknown, e: RegisterEntry) => c.show(e) || <span className="muted">—</span> })),
    ...stepColumns<RegisterEntry>((e) => e.figures.steps),
  ];
  const own = path === "teams" || path === "events"; // a unit's own; the server says who may
  return (
    <Page
      title={kind.title}
      note={filter.year ? `${filter.year}年签约的项目` : "项目数为全部年份"}
      actions={
        <Space wrap>
          <Button icon={<DownloadOutlined />} href={registerFile(path, "export")}>导出</Button>
          {(session.may_draft_lists || own) && <Button icon={<ImportOutlined />} onClick={() => setDialog("import")}>导入</Button>}
          {(session.may_draft_lists || own) && <Button type="primary" icon={<PlusOutlined />} onClick={() => { setName(undefined); setDialog("new"); }}>登记{kind.one}</Button>}
        </Space>
      }
    >
      <div className="filters" role="search" aria-label={`筛选${kind.title}`}>
        <Input.Search key={filter.q ?? ""} aria-label="名称" placeholder="名称或别名" allowClear defaultValue={filter.q} style={{ width: 220 }} onSearch={(q) => narrow("q", q.trim())} />
        <InputNumber aria-label="年度" placeholder="年度" min={2000} max={2100} value={filter.year} onChange={(v) => narrow("year", v)} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 120 }} value={filter.closed} onChange={(v?: string) => narrow("closed", v)} options={[{ value: "false", label: "在用" }, { value: "true", label: "停用" }]} />
      </div>
      {session.may_draft_lists && <Unmatched path={path} onRegister={(n) => { setName(n); setDialog("new"); }} />}
      <PagedTable list={useInfiniteQuery(entries(path, filter))} columns={columns} empty={`没有登记${kind.one}`} label={kind.title} scrollX={1100} open={(e) => void navigate(`/${path}/${e.id}`)} />
      {dialog === "new" && <EntryDialog path={path} name={name} onClose={() => setDialog(undefined)} onDone={(e) => void navigate(`/${path}/${e.id}`)} />}
      {dialog === "import" && <Import path={path} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

/** Unmatched are names that projects use and nobody has registered. */
function Unmatched({ path, onRegister }: { path: RegisterPath; onRegister: (name: string) => void }) {
  const list = useQuery(unmatched(path)).data ?? [];
  const [shown, setShown] = useState(false);
  if (list.length === 0) return null;
  return (
    <>
      <Alert style={{ marginBottom: 12 }} type="warning" showIcon title={`项目中有${list.length}个名称尚未登记`} action={<Button size="small" onClick={() => setShown(true)}>查看</Button>} />
      {shown && (
        <Modal open title="项目中使用、尚未登记的名称" footer={null} width={760} onCancel={() => setShown(false)}>
          <Table size="small" aria-label="未登记的名称" rowKey="name" dataSource={list} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }} columns={[
            { title: "名称", dataIndex: "name" }, { title: "项目", dataIndex: "projects", width: 70, align: "right" },
            { title: "办理", key: "do", width: 320, render: (_, u) => <Space><Button size="small" onClick={() => { setShown(false); onRegister(u.name); }}>登记</Button><Alias path={path} name={u.name} /></Space> },
          ]} />
        </Modal>
      )}
    </>
  );
}

function Alias({ path, name }: { path: RegisterPath; name: string }) {
  const [q, setQ] = useState("");
  const found = useInfiniteQuery(entries(path, { q: q || undefined })).data?.pages[0]?.items ?? [];
  const client = useQueryClient();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (id: string) => addAlias(path, id, name, newKey()),
    onSuccess: () => {
      void message.success("已登记为别名");
      void client.invalidateQueries({ queryKey: ["registers", path] });
    },
    onError: (e) => void message.error(asProblem(e).message),
  });
  return <Select<string> size="small" aria-label={`${name}的登记名称`} placeholder="作为别名归入…" style={{ width: 200 }} loading={run.isPending} value={null} showSearch={{ filterOption: false, onSearch: setQ }} options={found.map((e) => ({ value: e.id, label: e.name }))} onChange={(id) => run.mutate(id)} />;
}

function Import({ path, onClose }: { path: RegisterPath; onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { message } = App.useApp();
  const check = useMutation({ mutationFn: (f: File) => importEntries(path, f, true, attempt.keyFor({ check: f.name, at: Date.now() })) });
  const confirm = useMutation({
    mutationFn: (f: File) => importEntries(path, f, false, attempt.keyFor({ import: f.name, size: f.size, modified: f.lastModified })),
    onSuccess: (r) => {
      void message.success(`已导入:新登记${r.created},更新${r.changed}`);
      void client.invalidateQueries({ queryKey: ["registers", path] });
      onClose();
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = check.error ?? confirm.error;
  return (
    <Modal open title={`导入${kinds[path].title}`} width={760} mask={{ closable: false }} onCancel={onClose} okText="确认导入" okButtonProps={{ disabled: !check.data || check.data.created + check.data.changed === 0 }} confirmLoading={confirm.isPending} onOk={() => file && confirm.mutate(file)}>
      <div className="stack">
        <Upload.Dragger
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(f) => {
            attempt.spend();
            confirm.reset();
            setFile(f);
            check.mutate(f);
            return false;
          }}
        >
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把 xlsx 文件拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>按名称或别名识别,已有的更新,没有的新登记;有一处错误就一行也不导入。格式见<a href={registerFile(path, "template")} download onClick={(e) => e.stopPropagation()}>模板</a>。</p>
        </Upload.Dragger>
        <div aria-live="polite" className="stack">
          {check.isPending && <span className="muted">正在检查……</span>}
          {problem && <ImportProblem problem={asProblem(problem)} />}
          {check.data && !check.isPending && <Alert type="success" showIcon title={`检查通过,共${check.data.total}条:新登记${check.data.created},更新${check.data.changed}。`} />}
        </div>
      </div>
    </Modal>
  );
}
