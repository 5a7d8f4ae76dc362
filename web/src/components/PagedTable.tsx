import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { Button, Table, type TableProps } from "antd";
import { Trouble } from "./PageState";

/** PagedTable is a list that grows page by page, with its loading, empty and error states. */
export function PagedTable<T extends { id: string }>({ list, columns, empty, label, onChange, scrollX, rowSelection, open }: {
  list: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  columns: TableProps<T>["columns"];
  empty: string;
  label: string;
  onChange?: TableProps<T>["onChange"];
  scrollX?: number;
  rowSelection?: TableProps<T>["rowSelection"];
  /** open is where a click on a row leads; its first link leads there too, for the keyboard */
  open?: (row: T) => void;
}) {
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      {list.isError && <div style={{ marginBottom: 12 }}><Trouble error={list.error} retry={() => void list.refetch()} /></div>}
      <Table<T>
        aria-label={label}
        size="middle"
        rowKey="id"
        rowSelection={rowSelection}
        rowClassName={open && "opens"}
        onRow={open && ((row) => ({ onClick: (e) => { if (!(e.target as HTMLElement).closest("a, button, input, label")) open(row); } }))}
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
