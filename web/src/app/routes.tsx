import type { RouteObject } from "react-router";
import { Navigate } from "react-router";
import { Layout } from "./Layout";
import { Broken } from "./Broken";

/** routes loads each page when it is first visited, so that the first load stays small. */
export const routes: RouteObject[] = [
  { path: "/sign-in", ErrorBoundary: Broken, lazy: async () => ({ Component: (await import("../pages/SignIn")).SignIn }), HydrateFallback: () => null },
  {
    path: "/",
    Component: Layout,
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    children: [
      { index: true, element: <Navigate to="/inbox" replace /> },
      { path: "inbox", lazy: async () => ({ Component: (await import("../pages/Inbox")).Inbox }) },
      { path: "projects", lazy: async () => ({ Component: (await import("../pages/Projects")).Projects }) },
      { path: "projects/:id", lazy: async () => ({ Component: (await import("../pages/Project")).Project }) },
      { path: "reviews", lazy: async () => ({ Component: (await import("../pages/Reviews")).Reviews }) },
      { path: "reviews/new", lazy: async () => ({ Component: (await import("../pages/NewReview")).NewReview }) },
      { path: "reviews/:id", lazy: async () => ({ Component: (await import("../pages/review/Review")).Review }) },
      { path: "panels", lazy: async () => ({ Component: (await import("../pages/panels/Panels")).Panels }) },
      { path: "panels/new", lazy: async () => ({ Component: (await import("../pages/panels/NewPanel")).NewPanel }) },
      { path: "panels/:id", lazy: async () => ({ Component: (await import("../pages/panels/Panel")).Panel }) },
      { path: "liaisons", lazy: async () => ({ Component: (await import("../pages/liaisons/Liaisons")).Liaisons }) },
      { path: "liaisons/:id", lazy: async () => ({ Component: (await import("../pages/liaisons/Liaison")).Liaison }) },
      { path: "liaison-lists", lazy: async () => ({ Component: (await import("../pages/lists/Lists")).Lists }) },
      { path: "liaison-lists/:id", lazy: async () => ({ Component: (await import("../pages/lists/List")).List }) },
      { path: "dispatches", lazy: async () => ({ Component: (await import("../pages/dispatches/Dispatches")).Dispatches }) },
      { path: "dispatches/:id", lazy: async () => ({ Component: (await import("../pages/dispatches/Dispatch")).Dispatch }) },
      ...(["chains", "teams", "ambassadors", "events"] as const).flatMap((path): RouteObject[] => [
        { path, lazy: async () => { const { Register } = await import("../pages/registers/Register"); return { element: <Register key={path} path={path} /> }; } },
        { path: `${path}/:id`, lazy: async () => { const { Entry } = await import("../pages/registers/Entry"); return { element: <Entry key={path} path={path} /> }; } },
      ]),
      { path: "funnel", lazy: async () => ({ Component: (await import("../pages/statistics/FunnelPage")).FunnelPage }) },
      { path: "campaigns", lazy: async () => ({ Component: (await import("../pages/statistics/Campaigns")).Campaigns }) },
      { path: "bulletins", lazy: async () => ({ Component: (await import("../pages/bulletins/Bulletins")).Bulletins }) },
      { path: "bulletins/:id", lazy: async () => ({ Component: (await import("../pages/bulletins/Bulletin")).Bulletin }) },
      { path: "targets", lazy: async () => ({ Component: (await import("../pages/targets/Targets")).Targets }) },
      { path: "rulebooks", lazy: async () => ({ Component: (await import("../pages/rulebooks/RuleBooks")).RuleBooks }) },
      { path: "rulebooks/:id", lazy: async () => ({ Component: (await import("../pages/rulebooks/RuleBook")).RuleBook }) },
      { path: "proxies", lazy: async () => ({ Component: (await import("../pages/Proxies")).Proxies }) },
      { path: "statistics", lazy: async () => ({ Component: (await import("../pages/Statistics")).Statistics }) },
      { path: "calendar", lazy: async () => ({ Component: (await import("../pages/Calendar")).Calendar }) },
      { path: "*", lazy: async () => ({ Component: (await import("../pages/NotFound")).NotFound }) },
    ],
  },
];
