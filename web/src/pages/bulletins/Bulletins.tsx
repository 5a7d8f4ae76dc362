import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Form, InputNumber, Modal, Select, Tag, type TableProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { bulletins, openBulletin, type BulletinFilter, type BulletinRequest } from "../../api/bulletins";
import { Attempt } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import type { BulletinRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { bulletinStages } from "../../lib/labels";
import { inYi } from "../../lib/money";
import { isSet, stamp } from "../../lib/time";

/** filterOf reads the filter from the address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): BulletinFilter {
  const year = Number(query.get("year"));
  return {
    year: year >= 1990 && year <= 2999 ? year : undefined,
    stage: bulletinStages.find((s) => s.value === query.get("stage"))?.value as BulletinFilter["stage"],
  };
}

const stageColors: Record<string, string> = { computing: "processing", draft: "gold", checking: "orange", signing: "blue", published: "green" };

/** BulletinStage is where a bulletin stands. */
export const BulletinStage = ({ row }: { row: Pick<BulletinRow, "stage" | "stage_label"> }) => <Tag color={stageColors[row.stage]}>{row.stage_label}</Tag>;

/** Opened says who opened a bulletin and when, and that it was late where it was. */
export function Opened({ row }: { row: Pick<BulletinRow, "automatic" | "opened_at" | "due_at"> }) {
  const late = isSet(row.due_at) && stamp(row.due_at).slice(0, 10) < stamp(row.opened_at).slice(0, 10);
  return <>{row.automatic ? "【自动】" : ""}{stamp(row.opened_at)}{late && <div className="muted small">补编,应于{stamp(row.due_at ?? "")}</div>}</>;
}

const columns: TableProps<BulletinRow>["columns"] = [
  { title: "通报", key: "title", render: (_, b) => <Link to={`/bulletins/${b.id}`}>{b.title}</Link> },
  { title: "编号", key: "number", width: 140, render: (_, b) => b.number ?? <span className="muted">—</span> },
  { title: "截止日", dataIndex: "cutoff", width: 110 },
  { title: "累计签约", key: "signed", width: 90, align: "right", render: (_, b) => b.headline.signed_count ?? "" },
  { title: "金额(亿元)", key: "amount", width: 110, align: "right", render: (_, b) => (b.headline.signed_amount ? inYi(b.headline.signed_amount) : "") },
  { title: "编制", key: "opened", width: 190, render: (_, b) => <Opened row={b} /> },
  { title: "发布", key: "published", width: 150, render: (_, b) => (isSet(b.published_at) ? <span className="nowrap">{stamp(b.published_at)}</span> : <span className="muted">—</span>) },
  { title: "状态", key: "stage", width: 90, render: (_, b) => <BulletinStage row={b} /> },
];

/** Bulletins are the monthly bulletins and their corrections. */
export function Bulletins() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const [opening, setOpening] = useState(false);
  const filter = filterOf(query);
  return (
    <Page title="月通报" note="每月第一个工作日上午9时自动编制上月通报" actions={session.may_draft_lists && <Button icon={<PlusOutlined />} onClick={() => setOpening(true)}>编制通报</Button>}>
      <div className="filters" role="search" aria-label="筛选通报">
        <InputNumber aria-label="年度" placeholder="年度" min={1990} max={2999} value={filter.year} onChange={(v) => narrow("year", v)} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={filter.stage} onChange={(v?: string) => narrow("stage", v)} options={bulletinStages} />
      </div>
      <PagedTable list={useInfiniteQuery(bulletins(filter))} columns={columns} empty="没有月通报" label="月通报" scrollX={1000} open={(b) => void navigate(`/bulletins/${b.id}`)} />
      {opening && <Open onClose={() => setOpening(false)} />}
    </Page>
  );
}

interface Values { month: Dayjs; cutoff?: Dayjs | null }

function Open({ onClose }: { onClose: () => void }) {
  const [form] = Form.useForm<Values>();
  const { run, problem } = useOpening();
  const submit = ({ month, cutoff }: Values) => run.mutate({ month: month.format("YYYY-MM"), cutoff: cutoff ? cutoff.format("YYYY-MM-DD") : undefined });
  return (
    <Modal open title="编制通报" okText={problem?.uncertain ? "重试" : "编制"} mask={{ closable: false }} confirmLoading={run.isPending} onOk={() => form.submit()} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.errors[0]?.message ?? problem.message} />}
        <Form<Values> name="bulletin" form={form} layout="vertical" initialValues={{ month: dayjs().subtract(1, "month") }} onFinish={submit}>
          <Form.Item label="月份" name="month" rules={[{ required: true, message: "请选择月份" }]}><DatePicker picker="month" disabledDate={(d) => d.isAfter(dayjs(), "month")} /></Form.Item>
          <Form.Item label="截止日(不填则按规则,通常为当月最后一日)" name="cutoff"><DatePicker disabledDate={(d) => d.isAfter(dayjs())} /></Form.Item>
        </Form>
      </div>
    </Modal>
  );
}

/** useOpening opens a bulletin or a correction, and goes there. */
export function useOpening() {
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (body: BulletinRequest) => openBulletin(body, attempt.keyFor(body)),
    onSuccess: (receipt) => {
      void message.success("已开始统计");
      void client.invalidateQueries();
      void navigate(`/bulletins/${receipt.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  return { run, problem: run.error ? asProblem(run.error) : undefined };
}
