import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, InputNumber, Modal, Select, Tag, type TableProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { dispatches, makeDispatch, type DispatchFilter } from "../../api/dispatches";
import { Attempt } from "../../api/idempotency";
import { asProblem } from "../../api/problem";
import type { DispatchRow } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Light } from "../../components/Status";
import { dispatchStages } from "../../lib/labels";
import { isoWeekOf } from "../../lib/liaison";
import { isSet, stamp } from "../../lib/time";

/** filterOf reads the filter from the address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): DispatchFilter {
  const year = Number(query.get("year"));
  return {
    year: year >= 1990 && year <= 2999 ? year : undefined,
    stage: dispatchStages.find((s) => s.value === query.get("stage"))?.value as DispatchFilter["stage"],
  };
}

const stageColors: Record<string, string> = { compiling: "processing", draft: "gold", issued: "blue", closed: "green" };

/** DispatchStage is where a sheet stands. */
export const DispatchStage = ({ row }: { row: Pick<DispatchRow, "stage" | "stage_label"> }) => <Tag color={stageColors[row.stage]}>{row.stage_label}</Tag>;

/** Made says who made a sheet and when, and that it was late where it was. */
export function Made({ row }: { row: Pick<DispatchRow, "automatic" | "belated" | "opened_at" | "due_at"> }) {
  return <>{row.automatic ? "【自动】" : ""}{stamp(row.opened_at)}{row.belated && <div className="muted small">补制,应于{stamp(row.due_at)}</div>}</>;
}

const columns: TableProps<DispatchRow>["columns"] = [
  { title: "灯", key: "light", width: 60, render: (_, d) => (d.stage === "issued" ? <Light light={d.light} /> : null) },
  { title: "调度单", key: "title", render: (_, d) => <Link to={`/dispatches/${d.id}`}>{d.title}</Link> },
  { title: "在办包联", dataIndex: "liaisons", width: 90, align: "right" },
  { title: "黄灯", dataIndex: "yellow", width: 70, align: "right" },
  { title: "红灯", dataIndex: "red", width: 70, align: "right" },
  { title: "交办", key: "instructions", width: 150, render: (_, d) => (d.instructions === 0 ? <span className="muted">无</span> : `${d.instructions}项,在办${d.running}项`) },
  { title: "制作", key: "made", width: 190, render: (_, d) => <Made row={d} /> },
  { title: "印发", key: "issued", width: 150, render: (_, d) => (isSet(d.issued_at) ? <span className="nowrap">{stamp(d.issued_at)}</span> : <span className="muted">—</span>) },
  { title: "状态", key: "stage", width: 90, render: (_, d) => <DispatchStage row={d} /> },
];

/** Dispatches are the weekly sheets. */
export function Dispatches() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const [making, setMaking] = useState(false);
  const filter = filterOf(query);
  return (
    <Page title="周调度" note="每周一上午9时自动生成上一周的调度单" actions={session.may_draft_lists && <Button icon={<PlusOutlined />} onClick={() => setMaking(true)}>制作往周调度单</Button>}>
      <div className="filters" role="search" aria-label="筛选调度单">
        <InputNumber aria-label="年度" placeholder="年度" min={1990} max={2999} value={filter.year} onChange={(v) => narrow("year", v)} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={filter.stage} onChange={(v?: string) => narrow("stage", v)} options={dispatchStages} />
      </div>
      <PagedTable list={useInfiniteQuery(dispatches(filter))} columns={columns} empty="没有周调度单" label="周调度" scrollX={1000} open={(d) => void navigate(`/dispatches/${d.id}`)} />
      {making && <Make onClose={() => setMaking(false)} />}
    </Page>
  );
}

function Make({ onClose }: { onClose: () => void }) {
  const [week, setWeek] = useState<Dayjs | null>(dayjs().subtract(1, "week"));
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const run = useMutation({
    mutationFn: (id: string) => makeDispatch(id, attempt.keyFor(id)),
    onSuccess: (receipt) => {
      void message.success("已制作周调度单");
      void client.invalidateQueries();
      void navigate(`/dispatches/${receipt.id}`);
    },
    onError: (e) => {
      if (!asProblem(e).uncertain) attempt.spend();
    },
  });
  const problem = run.error ? asProblem(run.error) : undefined;
  const chosen = week && isoWeekOf(week.format("YYYY-MM-DD"));
  return (
    <Modal open title="制作往周调度单" okText={problem?.uncertain ? "重试" : "制作"} okButtonProps={{ disabled: !chosen }} confirmLoading={run.isPending} onOk={() => chosen && run.mutate(chosen)} onCancel={onClose}>
      <div className="stack">
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.errors[0]?.message ?? problem.message} />}
        <label>选择那一周的任一天 <DatePicker value={week} onChange={setWeek} disabledDate={(d) => d.isAfter(dayjs())} /></label>
        <span className="muted">{chosen && `将制作 ${chosen} 的调度单;已有的不会重复制作。`}</span>
      </div>
    </Modal>
  );
}
