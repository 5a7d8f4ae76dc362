import { useMemo } from "react";
import { barsOf, Chart, type Series } from "./Chart";

/** BarChart draws groups of bars. */
export function BarChart({ label, names, series, mark }: { label: string; names: string[]; series: Series[]; mark?: { name: string; value: number } }) {
  return <Chart label={label} option={useMemo(() => barsOf(names, series, mark), [names, series, mark])} />;
}
