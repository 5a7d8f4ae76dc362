import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, DatePicker, Form, Input, InputNumber, Modal, Select, Tag, type TableProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Attempt } from "../../api/idempotency";
import { createList, lists, type ListFilter } from "../../api/lists";
import { asProblem } from "../../api/problem";
import type { ListDraft, ListRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Illustrative } from "../../components/Status";
import { listStages } from "../../lib/labels";
import { isSet, stamp } from "../../lib/time";

/** filterOf reads the filter from the address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): ListFilter {
  const year = Number(query.get("year"));
  return {
    year: year >= 1990 && year <= 2999 ? year : undefined,
    stage: listStages.find((s) => s.value === query.get("stage"))?.value as ListFilter["stage"],
  };
}

const stageColors: Record<string, string> = { draft: "default", checked: "blue", publishing: "processing", published: "green", cancelled: "default" };

/** ListStage is where a list stands. */
export const ListStage = ({ row }: { row: Pick<ListRow, "stage" | "stage_label"> }) => <Tag color={stageColors[row.stage]}>{row.stage_label}</Tag>;

const columns: TableProps<ListRow>["columns"] = [
  { title: "清单", key: "name", render: (_, l) => <><Link to={`/liaison-lists/${l.id}`}>{l.name}</Link><Illustrative when={l.illustrative ?? false} />{l.batch ? <div className="muted small">{l.title}</div> : null}</> },
  { title: "年度", dataIndex: "year", width: 80 },
  { title: "项目数", dataIndex: "count", width: 90, align: "right" },
  { title: "状态", key: "stage", width: 150, render: (_, l) => <><ListStage row={l} />{l.stage === "publishing" && <span className="small">{l.started} / {l.count}</span>}</> },
  { title: "拟定", key: "created", width: 200, render: (_, l) => <>{l.created_by}<div className="muted small">{stamp(l.created_at)}</div></> },
  { title: "下达时间", key: "published", width: 160, render: (_, l) => (isSet(l.published_at) ? <span className="nowrap">{stamp(l.published_at)}</span> : <span className="muted">—</span>) },
];

/** Lists are the liaison lists of every year, by batch. */
export function Lists() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const [creating, setCreating] = useState(false);
  const filter = filterOf(query);
  return (
    <Page title="包联清单" actions={session.may_draft_lists && <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>拟定清单</Button>}>
      <div className="filters" role="search" aria-label="筛选清单">
        <InputNumber aria-label="年度" placeholder="年度" min={1990} max={2999} value={filter.year} onChange={(v) => narrow("year", v)} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={filter.stage} onChange={(v?: string) => narrow("stage", v)} options={listStages} />
      </div>
      <PagedTable list={useInfiniteQuery(lists(filter))} columns={columns} empty="没有包联清单" label="包联清单" open={(l) => void navigate(`/liaison-lists/${l.id}`)} />
      {creating && <NewList onClose={() => setCreating(false)} />}
    </Page>
  );
}

interface Values { year: number; title: string; from: Dayjs; remark?: string; illustrative?: boolean }

function NewList({ onClose }: { onClose: () => void }) {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (draft: ListDraft) => createList(draft, attempt.keyFor(draft)),
    onSuccess: (receipt) => {
      void message.success("已拟定清单,请填报或导入项目");
      void client.invalidateQueries();
      void navigate(`/liaison-lists/${receipt.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  const submit = ({ from, ...rest }: Values) => run.mutate({ ...rest, from: from.format("YYYY-MM-DD") });
  return (
    <Modal open title="拟定包联清单" okText={problem?.uncertain ? "重试" : "确定"} mask={{ closable: false }} confirmLoading={run.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} />}
        <Form<Values> name="list" form={form} layout="vertical" initialValues={{ year: dayjs().year(), from: dayjs() }} onFinish={submit}>
          <Form.Item label="年度" name="year" rules={[{ required: true, message: "请填写年度" }]}><InputNumber min={2000} max={2999} /></Form.Item>
          <Form.Item label="标题" name="title" rules={[{ required: true, min: 2, message: "请填写标题" }]}><Input maxLength={60} placeholder="如:重点招商引资项目包联清单" /></Form.Item>
          <Form.Item label="起计日期" name="from" extra="签收、周报和节点的期限从这一天起计" rules={[{ required: true, message: "请填写起计日期" }]}><DatePicker /></Form.Item>
          <Form.Item label="备注" name="remark"><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} /></Form.Item>
          <Form.Item name="illustrative" valuePropName="checked"><Checkbox>示例数据</Checkbox></Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
