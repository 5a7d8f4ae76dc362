import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Select, Tag, type TableProps } from "antd";
import { Link, useNavigate } from "react-router";
import { meetings, type MeetingFilter } from "../../api/panels";
import type { Meeting } from "../../api/types";
import { useSession } from "../../app/session";
import { useFilters } from "../../app/useFilters";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { Light } from "../../components/Status";
import { meetingStages } from "../../lib/labels";
import { isSet, stamp } from "../../lib/time";

/** filterOf reads a list's filter from its address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): MeetingFilter {
  return {
    q: query.get("q") || undefined,
    stage: meetingStages.find((s) => s.value === query.get("stage"))?.value as MeetingFilter["stage"],
  };
}

const stageColors: Record<string, string> = { convened: "blue", open: "processing", closed: "green" };

/** MeetingStage is where a meeting stands. */
export const MeetingStage = ({ stage, label }: { stage: string; label: string }) => <Tag color={stageColors[stage]}>{label}</Tag>;

const columns: TableProps<Meeting>["columns"] = [
  { title: "灯", key: "light", width: 60, render: (_, m) => (isSet(m.ended_at) ? null : <Light light={m.light} />) },
  { title: "会议", key: "title", render: (_, m) => <><Link to={`/panels/${m.id}`}>{m.title}</Link>{m.secret && <Tag variant="outlined" style={{ marginInlineStart: 8 }}>无记名</Tag>}</> },
  { title: "时间", key: "at", width: 150, render: (_, m) => <span className="nowrap">{stamp(m.at)}</span> },
  { title: "地点", dataIndex: "place", width: 180, ellipsis: true },
  { title: "主持人", dataIndex: "chair", width: 130 },
  { title: "到会", key: "present", width: 90, render: (_, m) => `${m.present} / ${m.members}` },
  { title: "议题", key: "items", width: 120, render: (_, m) => `已议${m.decided} / ${m.items}` },
  { title: "状态", key: "stage", width: 90, render: (_, m) => <MeetingStage stage={m.stage} label={m.stage_label} /> },
];

export function Panels() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const { q, stage } = filterOf(query);
  return (
    <Page title="研判会" actions={session.may_convene_panels && <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/panels/new")}>召集研判会</Button>}>
      <div className="filters" role="search" aria-label="筛选会议">
        <Input.Search key={q ?? ""} aria-label="搜索会议名称" placeholder="会议名称" allowClear maxLength={100} defaultValue={q} style={{ width: 240 }} onSearch={(v) => narrow("q", v.trim())} />
        <Select aria-label="状态" placeholder="状态" allowClear style={{ width: 130 }} value={stage} onChange={(v?: string) => narrow("stage", v)} options={meetingStages} />
      </div>
      <PagedTable list={useInfiniteQuery(meetings(filterOf(query)))} columns={columns} empty="没有符合条件的会议" label="研判会" scrollX={960} open={(m) => void navigate(`/panels/${m.id}`)} />
    </Page>
  );
}
