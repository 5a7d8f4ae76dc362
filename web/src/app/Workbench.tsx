import { QueryCache, QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { App, ConfigProvider } from "antd";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { useState } from "react";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { asProblem } from "../api/problem";
import { newQueryClient, startSession } from "../api/queries";
import { routes } from "./routes";
import { theme } from "./theme";

dayjs.locale("zh-cn");

/** Workbench is the whole application. */
export function Workbench() {
  const [client] = useState(() => withSessionEnd(newQueryClient));
  const [router] = useState(() => createBrowserRouter(routes));
  return (
    <ConfigProvider locale={zhCN} theme={theme} button={{ autoInsertSpace: false }}>
      <App className="app">
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}

/** withSessionEnd leads to the sign-in page as soon as any read says that the session has ended. */
function withSessionEnd(make: (cache: QueryCache) => QueryClient): QueryClient {
  const client: QueryClient = make(
    new QueryCache({
      onError: (e) => {
        if (asProblem(e).status === 401) startSession(client, null);
      },
    }),
  );
  return client;
}
