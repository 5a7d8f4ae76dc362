import type { RegisterPath } from "../../api/registers";
import type { RegisterDraft, RegisterEntry } from "../../api/types";
import { labelOf, tiers } from "../../lib/labels";

/** Field is a part of an entry in a form: text, a list of texts, a day, a unit or a choice. */
export interface Field {
  name: string[];
  label: string;
  type?: "text" | "long" | "list" | "day" | "unit" | "tier";
  required?: boolean;
}

/** Kind is what differs between the registers. */
export interface Kind {
  title: string;
  one: string;
  part: "chain" | "team" | "ambassador" | "event";
  fields: Field[];
  columns: { title: string; show: (e: RegisterEntry) => string }[];
  /** by is the dimension of a funnel that its entries are */
  by: "chain" | "team" | "ambassador" | "event";
  yearly: boolean;
}

const common: Field[] = [{ name: ["name"], label: "名称", required: true }, { name: ["aliases"], label: "别名(项目中使用的其他名称)", type: "list" }];
const remark: Field = { name: ["remark"], label: "备注", type: "long" };

export const kinds: Record<RegisterPath, Kind> = {
  chains: {
    title: "产业链", one: "产业链", part: "chain", by: "chain", yearly: false,
    fields: [
      ...common, { name: ["chain", "tier"], label: "产业层级", type: "tier" }, { name: ["chain", "head"], label: "链长(市领导)" }, { name: ["chain", "head_unit"], label: "链长单位" },
      { name: ["chain", "leader"], label: "链主(龙头企业)" }, { name: ["chain", "innovator"], label: "链创(科研机构)" }, { name: ["chain", "goals"], label: "目标", type: "long" }, remark,
    ],
    columns: [
      { title: "层级", show: (e) => labelOf(tiers, e.chain?.tier ?? "") }, { title: "链长", show: (e) => e.chain?.head ?? "" },
      { title: "链主", show: (e) => e.chain?.leader ?? "" }, { title: "链创", show: (e) => e.chain?.innovator ?? "" },
    ],
  },
  teams: {
    title: "驻外专班", one: "专班", part: "team", by: "team", yearly: true,
    fields: [
      ...common, { name: ["unit_id"], label: "派出单位", type: "unit", required: true }, { name: ["team", "place"], label: "驻地", required: true },
      { name: ["team", "from"], label: "起始日期", type: "day" }, { name: ["team", "until"], label: "截止日期", type: "day" }, { name: ["team", "head"], label: "负责人" },
      { name: ["team", "members"], label: "成员", type: "list" }, { name: ["team", "contact"], label: "联系方式(仅招商中心和派出单位可见)" }, remark,
    ],
    columns: [
      { title: "派出单位", show: (e) => e.unit_name ?? "" }, { title: "驻地", show: (e) => e.team?.place ?? "" }, { title: "负责人", show: (e) => e.team?.head ?? "" },
      { title: "外出(批次)", show: (e) => String(e.team?.trips?.length ?? 0) },
    ],
  },
  ambassadors: {
    title: "招商大使", one: "招商大使", part: "ambassador", by: "ambassador", yearly: true,
    fields: [
      ...common, { name: ["unit_id"], label: "联系单位", type: "unit" }, { name: ["ambassador", "title"], label: "职务" }, { name: ["ambassador", "region"], label: "区域" },
      { name: ["ambassador", "appointed"], label: "聘任日期", type: "day" }, { name: ["ambassador", "until"], label: "截止日期", type: "day" },
      { name: ["ambassador", "contact"], label: "联系方式(仅招商中心和联系单位可见)" }, remark,
    ],
    columns: [
      { title: "职务", show: (e) => e.ambassador?.title ?? "" }, { title: "区域", show: (e) => e.ambassador?.region ?? "" }, { title: "聘任", show: (e) => e.ambassador?.appointed ?? "" },
      { title: "推介(条)", show: (e) => String(e.ambassador?.leads?.length ?? 0) },
    ],
  },
  events: {
    title: "招商活动", one: "活动", part: "event", by: "event", yearly: true,
    fields: [
      ...common, { name: ["event", "from"], label: "开始日期", type: "day", required: true }, { name: ["event", "until"], label: "结束日期", type: "day" },
      { name: ["event", "city"], label: "举办城市", required: true }, { name: ["unit_id"], label: "主办单位", type: "unit" }, { name: ["event", "host"], label: "主办(本市单位以外)" }, remark,
    ],
    columns: [
      { title: "日期", show: (e) => [e.event?.from, e.event?.until && e.event.until !== e.event.from ? e.event.until : ""].filter(Boolean).join("至") },
      { title: "城市", show: (e) => e.event?.city ?? "" }, { title: "主办", show: (e) => e.unit_name || e.event?.host || "" },
    ],
  },
};

type Values = Record<string, unknown>;

/** draftOf makes of a form's values what the server takes: blanks are left out. */
export function draftOf(kind: Kind, values: Values, illustrative = false): RegisterDraft {
  const clean = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.map((x) => String(x).trim()).filter(Boolean);
    if (typeof v === "string") return v.trim() || undefined;
    if (v && typeof v === "object" && "format" in v) return (v as { format: (f: string) => string }).format("YYYY-MM-DD");
    return v ?? undefined;
  };
  const part = (values[kind.part] ?? {}) as Values;
  const out: Values = { [kind.part]: Object.fromEntries(Object.entries(part).map(([k, v]) => [k, clean(v)])), illustrative };
  for (const k of ["name", "aliases", "unit_id", "remark"]) out[k] = clean(values[k]);
  return out as unknown as RegisterDraft;
}
