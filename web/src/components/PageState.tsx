import type { UseQueryResult } from "@tanstack/react-query";
import { Alert, Button, Result, Skeleton } from "antd";
import type { ReactNode } from "react";
import { asProblem } from "../api/problem";

/** Trouble says what went wrong, in the server's words, and offers another try where that may help. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problem.message}
      description={problem.trace && `问题编号:${problem.trace}`}
      action={retry && problem.uncertain && <Button size="small" onClick={retry}>重试</Button>}
    />
  );
}

/** Loaded shows a query's answer, a skeleton before, and its trouble instead. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <div style={{ marginBottom: 12 }}><Trouble error={query.error} retry={() => void query.refetch()} /></div>}
        {children(query.data)}
      </>
    );
  }
  if (!query.isError) return <Skeleton active title paragraph={{ rows: 6 }} aria-label="正在加载" />;
  const problem = asProblem(query.error);
  if (problem.status === 404 || problem.status === 403) {
    return <Result status={problem.status === 404 ? "404" : "403"} title={problem.message} extra={<Button onClick={() => history.back()}>返回</Button>} />;
  }
  return <Trouble error={query.error} retry={() => void query.refetch()} />;
}
