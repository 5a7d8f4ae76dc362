import { useQuery } from "@tanstack/react-query";
import { Card, Empty, Progress, Select, Table, Tag } from "antd";
import { Link, useSearchParams } from "react-router";
import { campaigns } from "../../api/statistics";
import type { Campaign } from "../../api/types";
import { Page } from "../../components/Page";
import { Loaded } from "../../components/PageState";
import { yearOf, yearOptions } from "../../lib/year";

type Item = Campaign["items"][number];

/** Campaigns are special campaigns with what was reached; every number opens its list. */
export function Campaigns() {
  const [query, setQuery] = useSearchParams();
  const present = new Date().getFullYear();
  const year = yearOf(query.get("year"), present);
  const list = useQuery(campaigns(year));
  return (
    <Page title="专项行动" actions={<Select aria-label="年份" style={{ width: 110 }} value={year} onChange={(y: number) => setQuery({ year: String(y) }, { replace: true })} options={yearOptions(present)} />}>
      <Loaded query={list}>{(all) => (
        <div className="stack">
          {all.length === 0 && <Card><Empty description={`${year}年没有专项行动`} /></Card>}
          {all.map((c) => (
            <Card key={c.id} title={c.name}>
              <p className="muted" style={{ marginTop: 0 }}>{c.note}</p>
              <Table<Item> size="small" aria-label={c.name} rowKey="id" pagination={false} dataSource={c.items} columns={[
                { title: "事项", dataIndex: "name" },
                { title: "完成", key: "value", align: "right", width: 130, render: (_, i) => <Link to={`/${i.page}?${i.list}`} title="查看清单">{i.value} {i.unit}</Link> },
                { title: "目标", key: "target", align: "right", width: 150, render: (_, i) => <>{i.target} {i.unit} {i.source === "示例" && <Tag>示例</Tag>}</> },
                { title: "完成率", key: "completion", width: 260, render: (_, i) => <Progress percent={Math.min(100, Number(i.completion))} format={() => `${i.completion}%`} status={Number(i.completion) >= 100 ? "success" : "normal"} /> },
                { title: "目标来源", dataIndex: "source", width: 120 },
              ]} />
            </Card>
          ))}
        </div>
      )}</Loaded>
    </Page>
  );
}
