import { BarChart as Bars, FunnelChart as Funnels, LineChart as Lines } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { blue } from "../app/theme";

register([Bars, Funnels, Lines, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

const palette = [blue, "#8fb3cf", "#c8a15a", "#6a8f6b"];

/** Chart draws one picture; the table beside it carries the exact figures. */
export function Chart({ label, option, height = 260 }: { label: string; option: EChartsCoreOption; height?: number }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const chart = init(box.current);
    chart.setOption({ animation: false, color: palette, aria: { enabled: true, label: { description: label } }, ...option });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [label, option]);
  return <div ref={box} role="img" aria-label={label} style={{ height, marginBottom: 12 }} />;
}

export interface Series { name: string; values: (number | null)[] }

const frame = {
  grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
  legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 8 },
  yAxis: { type: "value", splitLine: { lineStyle: { color: "#e9edf1" } } },
};

/** barsOf are groups of bars; mark is a line across all of them, such as the time progress. */
export const barsOf = (names: string[], series: Series[], mark?: { name: string; value: number }): EChartsCoreOption => ({
  ...frame,
  tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
  xAxis: { type: "category", data: names, axisLabel: { interval: 0, hideOverlap: false }, axisTick: { show: false } },
  series: series.map((s, i) => ({
    type: "bar", name: s.name, data: s.values, barMaxWidth: 22,
    ...(mark && i === 0 && { markLine: { symbol: "none", data: [{ yAxis: mark.value, label: { formatter: `${mark.name} ${mark.value}%`, position: "insideStartTop" } }], lineStyle: { color: "#b3261e" } } }),
  })),
});

/** linesOf are lines over the months. */
export const linesOf = (names: string[], series: Series[]): EChartsCoreOption => ({
  ...frame,
  tooltip: { trigger: "axis" },
  xAxis: { type: "category", data: names, axisTick: { show: false } },
  series: series.map((s) => ({ type: "line", name: s.name, data: s.values, connectNulls: false, symbolSize: 7 })),
});

/** funnelOf is how many of what began came how far. */
export const funnelOf = (steps: { name: string; value: number }[]): EChartsCoreOption => ({
  tooltip: { trigger: "item" },
  series: [{ type: "funnel", sort: "none", left: "8%", width: "84%", top: 8, bottom: 8, minSize: "12%", gap: 2, label: { position: "inside", formatter: "{b} {c}个" }, data: steps }],
});
