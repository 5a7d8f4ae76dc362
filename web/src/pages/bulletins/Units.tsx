import { Segmented, Table, type TableProps } from "antd";
import { useState } from "react";
import type { BulletinData, BulletinLine, Indicator } from "../../api/types";
import { shown, unitOf, views } from "../../lib/bulletin";

/** Units are the figures of many units, looked at in one way at a time. */
export function Units({ title, lines, indicators, rates, progress }: { title: string; lines: BulletinLine[]; indicators: Indicator[]; rates: BulletinData["rate_kinds"]; progress: string }) {
  const [key, setKey] = useState<string>("year");
  const view = views.find((v) => v.key === key);
  const columns: TableProps<BulletinLine>["columns"] = [{ title, dataIndex: "name", fixed: "left", width: 150 }];
  if (view) {
    columns.push(...indicators.map((i) => ({
      title: view.kind === "figure" ? `${i.label}(${unitOf(i)})` : i.label, key: i.key, align: "right" as const, width: 110,
      render: (_: unknown, l: BulletinLine) => { const m = l.measures.find((x) => x.key === i.key); return m ? shown(m, view, i.amount) : "—"; },
    })));
  } else {
    columns.push(...rates.flatMap((r) => [
      { title: r.label, key: r.key, align: "right" as const, render: (_: unknown, l: BulletinLine) => { const x = l.rates.find((y) => y.key === r.key); return x?.percent ? `${x.percent}%` : "—"; } },
      { title: "分子 ÷ 分母", key: `${r.key}/of`, align: "right" as const, render: (_: unknown, l: BulletinLine) => { const x = l.rates.find((y) => y.key === r.key); return x ? `${x.part} ÷ ${x.whole}` : ""; } },
    ]));
  }
  return (
    <div className="stack">
      <Segmented aria-label="看什么" value={key} onChange={setKey} options={[...views.map((v) => ({ value: v.key, label: v.label })), { value: "rates", label: "转化率" }]} />
      {view?.key === "lead" && <span className="muted">序时进度{progress}%;正数为超进度,负数为欠进度,单位为百分点。</span>}
      <Table<BulletinLine> size="small" aria-label={title} rowKey="key" pagination={lines.length > 30 ? { pageSize: 30, showSizeChanger: false } : false} scroll={{ x: view ? 1600 : undefined }} dataSource={lines} columns={columns} locale={{ emptyText: "没有数据" }} />
    </div>
  );
}
