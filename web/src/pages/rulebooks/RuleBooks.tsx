import { InboxOutlined, PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal, Select, Table, Tag, Upload, type TableProps } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Attempt } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import { checkRuleBook, ruleBooks, uploadRuleBook, type RuleBookFilter } from "../../api/rulebooks";
import type { BookCheck, RuleBook } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Illustrative } from "../../components/Status";
import { stamp } from "../../lib/time";

export const bookStages = [{ value: "draft", label: "待审定" }, { value: "published", label: "已发布" }, { value: "withdrawn", label: "已撤回" }];

/** filterOf reads the filter from the address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): RuleBookFilter {
  return { q: query.get("q")?.trim() || undefined, stage: bookStages.find((s) => s.value === query.get("stage"))?.value as RuleBookFilter["stage"] };
}

const stageColors: Record<string, string> = { draft: "gold", published: "green" };

/** BookStage is where a rule book stands. */
export const BookStage = ({ book }: { book: Pick<RuleBook, "stage" | "stage_label"> }) => <Tag color={stageColors[book.stage]}>{book.stage_label}</Tag>;

const columns: TableProps<RuleBook>["columns"] = [
  { title: "细则", key: "title", render: (_, b) => <><Link to={`/rulebooks/${b.id}`}>{b.title}</Link><Illustrative when={b.illustrative} />{b.number && <div className="muted small">{b.number}</div>}</> },
  { title: "版本", dataIndex: "version", width: 120 },
  { title: "生效", key: "from", width: 210, render: (_, b) => [b.from, b.to].filter(Boolean).join("至") || <span className="muted">—</span> },
  { title: "指标", dataIndex: "indicators", width: 70, align: "right" },
  { title: "用例", dataIndex: "cases", width: 70, align: "right" },
  { title: "上传", key: "uploaded", width: 190, render: (_, b) => <>{b.uploaded_by}<div className="muted small">{stamp(b.uploaded_at)}</div></> },
  { title: "状态", key: "stage", width: 90, render: (_, b) => <BookStage book={b} /> },
];

/** mayKeep says who takes books in: the server has the last word. */
const keepers = ["考核人员", "招商中心经办", "招商中心负责人"];

/** RuleBooks are the rule books that years may choose from. */
export function RuleBooks() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const [uploading, setUploading] = useState(false);
  const filter = filterOf(query);
  const keeps = session.may_draft_lists || session.role_labels.some((r) => keepers.includes(r));
  return (
    <Page title="考核细则" note="审定发布后不再改动;修改须上传新版本" actions={keeps && <Button type="primary" icon={<PlusOutlined />} onClick={() => setUploading(true)}>上传细则</Button>}>
      <div className="filters" role="search" aria-label="筛选细则">
        <Input.Search key={filter.q ?? ""} aria-label="名称" placeholder="名称" allowClear defaultValue={filter.q} style={{ width: 220 }} onSearch={(q) => narrow("q", q.trim())} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={filter.stage} onChange={(v?: string) => narrow("stage", v)} options={bookStages} />
      </div>
      <PagedTable list={useInfiniteQuery(ruleBooks(filter))} columns={columns} empty="没有考核细则" label="考核细则" scrollX={1000} open={(b) => void navigate(`/rulebooks/${b.id}`)} />
      {uploading && <UploadDialog onClose={() => setUploading(false)} />}
    </Page>
  );
}

function UploadDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const check = useMutation({ mutationFn: checkRuleBook });
  const confirm = useMutation({
    mutationFn: (f: File) => uploadRuleBook(f, attempt.keyFor({ upload: f.name, size: f.size, modified: f.lastModified })),
    onSuccess: (b) => {
      void message.success("已收录,请由他人审定发布");
      void client.invalidateQueries({ queryKey: ["rulebooks"] });
      void navigate(`/rulebooks/${b.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = check.error ?? confirm.error;
  return (
    <Modal open title="上传细则" width={820} mask={{ closable: false }} onCancel={onClose} okText="收录" okButtonProps={{ disabled: !check.data?.sound }} confirmLoading={confirm.isPending} onOk={() => file && confirm.mutate(file)}>
      <div className="stack">
        <Upload.Dragger
          accept=".yaml,.yml"
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
          <p style={{ margin: 0 }}><InboxOutlined style={{ fontSize: 22, marginInlineEnd: 8 }} />{file ? `${file.name}(点击可重新选择)` : "点击选择,或把细则文件(yaml)拖到这里"}</p>
          <p className="muted small" style={{ margin: "4px 0 0" }}>先检查、运行细则自带的用例,后收录;有一处错误就不收录。</p>
        </Upload.Dragger>
        <div aria-live="polite" className="stack">
          {check.isPending && <span className="muted">正在检查……</span>}
          {problem && <Alert type="error" showIcon role="alert" title={asProblem(problem).message} />}
          {check.data && !check.isPending && <Checked check={check.data} />}
        </div>
      </div>
    </Modal>
  );
}

/** Checked is what there is to say of a text. */
export function Checked({ check }: { check: BookCheck }) {
  const errors = check.findings.filter((f) => f.severity === "error").length;
  return (
    <>
      <Alert type={check.sound ? "success" : "error"} showIcon title={check.sound ? `《${check.title}》${check.version}:指标${check.indicators}项,用例${check.cases}个、比对${check.expected}个数,全部相符` : `有${errors}处错误`} />
      {check.uncovered.length > 0 && <Alert type="warning" showIcon title={`有${check.uncovered.length}项没有用例覆盖,不影响收录`} description={check.uncovered.join(";")} />}
      {check.findings.length > 0 && (
        <Table size="small" aria-label="检查结果" rowKey="row" dataSource={check.findings.map((f, row) => ({ ...f, row }))} pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }} columns={[
          { title: "位置", key: "at", width: 120, render: (_, f) => (f.line ? `第${f.line}行第${f.column ?? 1}列` : "—") },
          { title: "", key: "severity", width: 70, render: (_, f) => <Tag color={f.severity === "error" ? "red" : "orange"}>{f.severity === "error" ? "错误" : "提醒"}</Tag> },
          { title: "说明", key: "message", render: (_, f) => <>{f.indicator && <b>{f.indicator} </b>}{f.message}</> },
        ]} />
      )}
    </>
  );
}
