import type { TableProps } from "antd";
import { Link } from "react-router";
import type { FunnelStep } from "../api/types";
import { inYi } from "../lib/money";

/** Behind is a figure that leads to the projects behind it. */
export function Behind({ list, children }: { list: string; children: React.ReactNode }) {
  return <Link to={`/projects?${list}`} title="查看对应的项目">{children}</Link>;
}

/** stepColumns are a count for each step of a funnel, each leading to its list, and the amount signed. */
export function stepColumns<T>(of: (row: T) => FunnelStep[]): NonNullable<TableProps<T>["columns"]> {
  const labels = ["签约", "落地", "开工", "入库", "投产"];
  return [
    ...labels.map((title, i) => ({
      title, key: title, align: "right" as const, width: 76,
      render: (_: unknown, row: T) => { const s = of(row)[i]; return s ? (s.count > 0 ? <Behind list={s.list}>{s.count}</Behind> : 0) : ""; },
    })),
    { title: "金额(亿元)", key: "amount", align: "right" as const, width: 104, render: (_: unknown, row: T) => { const s = of(row)[0]; return s ? inYi(s.amount) : ""; } },
  ];
}
