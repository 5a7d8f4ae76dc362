import { Table, Tag } from "antd";
import type { Expected } from "../api/types";
import { isSet, stamp } from "../lib/time";
import { Deadline, Provisional } from "./Status";

/** ForecastTable says who is still to act, and until when: open steps with their deadline, later ones by estimate. */
export function ForecastTable({ steps }: { steps: Expected[] }) {
  return (
    <Table<Expected>
      size="small"
      aria-label="办理预计"
      rowKey="step"
      dataSource={steps}
      pagination={false}
      scroll={{ x: 620 }}
      locale={{ emptyText: "没有还要办理的环节" }}
      columns={[
        { title: "环节", key: "label", render: (_, e) => <>{e.label} {e.open ? <Tag color="processing">办理中</Tag> : <Tag variant="outlined">预计</Tag>}</> },
        { title: "办理单位", dataIndex: "who", width: 190 },
        { title: "开始", key: "opens", width: 140, render: (_, e) => (isSet(e.opens) ? <span className="nowrap">{stamp(e.opens)}</span> : "—") },
        {
          title: "期限", key: "due", width: 220,
          render: (_, e) => e.open ? <Deadline due={e.due} provisional={e.provisional} /> : isSet(e.due) ? <span className="nowrap">{stamp(e.due)} {e.provisional && <Provisional />}</span> : "—",
        },
        { title: "说明", key: "note", render: (_, e) => e.note || "" },
      ]}
    />
  );
}
