import { BarChart as Bars } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { blue } from "../app/theme";

register([Bars, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

/** BarChart draws groups of bars; the table beside it carries the exact figures. */
export function BarChart({ label, names, series }: { label: string; names: string[]; series: { name: string; values: number[] }[] }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const chart = init(box.current);
    chart.setOption({
      animation: false,
      color: [blue, "#8fb3cf"],
      aria: { enabled: true, label: { description: label } },
      grid: { left: 8, right: 8, top: 36, bottom: 4, containLabel: true },
      legend: { top: 0, right: 0, itemWidth: 12, itemHeight: 8 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: names, axisLabel: { interval: 0, hideOverlap: false }, axisTick: { show: false } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: "#e9edf1" } } },
      series: series.map((s) => ({ type: "bar", name: s.name, data: s.values, barMaxWidth: 22 })),
    });
    const watch = new ResizeObserver(() => chart.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [label, names, series]);
  return <div ref={box} role="img" aria-label={label} style={{ height: 260, marginBottom: 12 }} />;
}
