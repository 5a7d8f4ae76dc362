import { PlusOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useNavigate } from "react-router";
import { reviews, type ReviewFilter } from "../api/reviews";
import type { ReviewRow } from "../api/types";
import { useSession } from "../app/session";
import { useFilters } from "../app/useFilters";
import { Page } from "../components/Page";
import { PagedTable } from "../components/PagedTable";
import { useReviewColumns } from "../components/reviewColumns";
import { reviewStages } from "../lib/labels";

/** filterOf reads a list's filter from its address; what the server doesn't know is left out. */
export function filterOf(query: URLSearchParams): ReviewFilter {
  const open = query.get("open");
  return {
    q: query.get("q") || undefined,
    stage: reviewStages.find((s) => s.value === query.get("stage"))?.value as ReviewFilter["stage"],
    open: open === "true" || open === "false" ? open : undefined,
  };
}

export function Reviews() {
  const session = useSession();
  const navigate = useNavigate();
  const [query, narrow] = useFilters();
  const { q, stage, open } = filterOf(query);
  return (
    <Page title="落地前研判" actions={session.may_start_reviews && <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate("/reviews/new")}>发起研判</Button>}>
      <div className="filters" role="search" aria-label="筛选研判">
        <Input.Search key={q ?? ""} aria-label="搜索项目名称" placeholder="项目名称" allowClear maxLength={100} defaultValue={q} style={{ width: 240 }} onSearch={(v) => narrow("q", v.trim())} />
        <Select aria-label="办理情况" placeholder="办理情况" allowClear style={{ width: 130 }} value={open} onChange={(v?: string) => narrow("open", v)} options={[{ value: "true", label: "办理中" }, { value: "false", label: "已办结" }]} />
        <Select aria-label="阶段" placeholder="阶段" allowClear style={{ width: 130 }} value={stage} onChange={(v?: string) => narrow("stage", v)} options={reviewStages} />
      </div>
      <PagedTable<ReviewRow>
        list={useInfiniteQuery(reviews(filterOf(query)))}
        columns={useReviewColumns({ project: true })}
        empty="没有符合条件的研判"
        label="研判"
        scrollX={960}
      />
    </Page>
  );
}
