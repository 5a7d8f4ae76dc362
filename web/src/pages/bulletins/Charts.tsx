import { useQuery } from "@tanstack/react-query";
import { Card } from "antd";
import { useMemo } from "react";
import { publishedIn } from "../../api/bulletins";
import { useUnitName } from "../../app/session";
import type { BulletinContent, BulletinRow } from "../../api/types";
import { BarChart } from "../../components/BarChart";
import { Chart, funnelOf, linesOf } from "../../components/Chart";
import { measure } from "../../lib/bulletin";

/** inYi is 万元 in 亿元 for an axis; the tables carry the exact figures. */
const inYi = (text: string | undefined): number | null => (text ? Math.round(Number(text) / 100) / 100 : null);

const steps = [["signed_count", "签约"], ["landed_count", "落地"], ["started_count", "开工"], ["in_statistics_count", "入库"], ["in_production_count", "投产"]] as const;

/** completedBy is the first indicator that counties have targets for. */
export function completedBy(c: BulletinContent): string | undefined {
  return ["signed_amount", "signed_count", "landed_count"].find((key) => c.counties.some((l) => measure(l, key)?.completion));
}

/** byMonth are a year's published figures by month; a correction stands in for what it corrects. */
export function byMonth(rows: BulletinRow[], key: string): (number | null)[] {
  const out: (number | null)[] = Array.from({ length: 12 }, () => null);
  for (const r of [...rows].sort((a, b) => (a.published_at ?? "").localeCompare(b.published_at ?? ""))) out[r.month - 1] = inYi(r.headline[key]);
  return out;
}

/** Charts draw what the tables say. */
export function Charts({ c }: { c: BulletinContent }) {
  const unitName = useUnitName();
  const names = c.counties.map((l) => unitName(l.key)).join("\n"); // a text, so that it is the same as long as it says the same
  const counties = useMemo(() => names.split("\n"), [names]);
  const amounts = useMemo(() => [
    { name: `${c.year}年累计签约(亿元)`, values: c.counties.map((l) => inYi(measure(l, "signed_amount")?.year)) },
    { name: `${c.year - 1}年同期(亿元)`, values: c.counties.map((l) => inYi(measure(l, "signed_amount")?.year_last_year)) },
  ], [c]);
  const target = completedBy(c);
  const completion = useMemo(() => target && [{ name: "完成率(%)", values: c.counties.map((l) => Number(measure(l, target)?.completion || 0)) }], [c, target]);
  const progress = useMemo(() => ({ name: "序时进度", value: Number(c.progress.percent) }), [c]);
  const funnel = useMemo(() => funnelOf(steps.map(([key, name]) => ({ name, value: Number(measure(c.city, key)?.year ?? 0) }))), [c]);
  const published = useQuery(publishedIn(c.year)).data;
  const lines = useMemo(() => linesOf(Array.from({ length: 12 }, (_, i) => `${i + 1}月`), [
    { name: "累计签约(亿元)", values: byMonth(published ?? [], "signed_amount") }, { name: "累计落地(亿元)", values: byMonth(published ?? [], "landed_amount") },
  ]), [published]);
  return (
    <div className="halves">
      <Card size="small" title="转化漏斗(累计,个)"><Chart label="签约、落地、开工、入库、投产项目数" option={funnel} /></Card>
      <Card size="small" title="各县市区签约金额"><BarChart label="各县市区累计签约金额与上年同期,亿元" names={counties} series={amounts} /></Card>
      <Card size="small" title="逐月累计(已发布的通报)"><Chart label={`${c.year}年逐月累计签约与落地金额,亿元`} option={lines} /></Card>
      <Card size="small" title="目标完成率与序时进度">
        {completion ? <BarChart label="各县市区目标完成率,%" names={counties} series={completion} mark={progress} /> : <span className="muted">尚未向县市区下达目标</span>}
      </Card>
    </div>
  );
}
