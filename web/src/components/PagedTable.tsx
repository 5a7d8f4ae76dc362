import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryOptions } from "@tanstack/react-query";
import { Button, Table, type TableProps } from "antd";
import { Trouble } from "./PageState";

interface PageOf<T> {
  items: T[];
}

type PagesQuery<T> = UseInfiniteQueryOptions<PageOf<T>, Error, InfiniteData<PageOf<T>>, unknown[], string | undefined>;

/** PagedTable is a list that grows page by page, with its loading, empty and error states. */
export function PagedTable<T extends { id: string }>({ query, columns, empty, label, onChange, scrollX }: {
  query: PagesQuery<T>;
  columns: TableProps<T>["columns"];
  empty: string;
  label: string;
  onChange?: TableProps<T>["onChange"];
  scrollX?: number;
}) {
  const list = useInfiniteQuery(query);
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      {list.isError && <div style={{ marginBottom: 12 }}><Trouble error={list.error} retry={() => void list.refetch()} /></div>}
      <Table<T>
        aria-label={label}
        size="middle"
        rowKey="id"
        columns={columns}
        dataSource={rows}
        loading={list.isPending}
        pagination={false}
        onChange={onChange}
        scroll={scrollX ? { x: scrollX } : undefined}
        locale={{ emptyText: list.isError ? "未能取得数据" : list.isPending ? "正在加载" : empty }}
      />
      {rows.length > 0 && (
        <div className="more">
          {list.hasNextPage ? (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>加载更多(已显示{rows.length}条)</Button>
          ) : (
            <span className="muted">共{rows.length}条</span>
          )}
        </div>
      )}
    </>
  );
}
