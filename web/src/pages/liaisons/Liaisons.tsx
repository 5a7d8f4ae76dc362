import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Input, InputNumber, Select } from "antd";
import { useNavigate, useSearchParams } from "react-router";
import { liaisons, type LiaisonFilter } from "../../api/liaisons";
import { units } from "../../api/queries";
import type { LiaisonRow } from "../../api/types";
import { useLiaisonColumns } from "../../components/liaisonColumns";
import { Page } from "../../components/Page";
import { PagedTable } from "../../components/PagedTable";
import { labelOf, liaisonStages, lights } from "../../lib/labels";
import { yearOptions } from "../../lib/year";

/** filterOf reads a list's filter from its address; what the server doesn't know is left out. Ended liaisons are asked for. */
export function filterOf(query: URLSearchParams): LiaisonFilter {
  const text = (name: string) => query.get(name)?.trim() || undefined;
  const number = (name: string) => (/^\d{1,4}$/.test(text(name) ?? "") && Number(text(name)) > 0 ? Number(text(name)) : undefined);
  const stage = liaisonStages.find((s) => s.value === query.get("stage"))?.value as LiaisonFilter["stage"];
  const open = query.get("open");
  return {
    q: text("q"), county_id: text("county_id"), department_id: text("department_id"), list_id: text("list_id"), stage,
    light: lights.find((l) => l.value === query.get("light"))?.value as LiaisonFilter["light"],
    year: number("year"), batch: number("batch"),
    open: open === "all" || stage ? undefined : open === "false" ? "false" : "true",
  };
}

type Narrow = (name: string, value: string | undefined) => void;

/** Liaisons is 包联任务: what is carried, the red before the yellow before the green. */
export function Liaisons() {
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const filter = filterOf(query);
  const list = useInfiniteQuery({ ...liaisons(filter), refetchInterval: 60_000 });
  const narrow: Narrow = (name, value) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    setQuery(next, { replace: true });
  };
  return (
    <Page title="包联任务">
      <Counts counts={list.data?.pages[0]?.counts} light={filter.light} narrow={narrow} />
      <Filters filter={filter} open={query.get("open") ?? undefined} narrow={narrow} />
      <PagedTable<LiaisonRow>
        list={list}
        columns={useLiaisonColumns({ project: true })}
        empty="没有符合条件的包联任务"
        label="包联任务"
        scrollX={1080}
        open={(l) => void navigate(`/liaisons/${l.id}`)}
      />
    </Page>
  );
}

const colours = { red: "红灯", yellow: "黄灯", green: "绿灯" } as const;

/** Counts are the running liaisons by light; each is a filter that a second press takes off. */
function Counts({ counts, light, narrow }: { counts?: Record<keyof typeof colours, number>; light?: string; narrow: Narrow }) {
  return (
    <div className="light-counts" role="group" aria-label="按亮灯筛选">
      {(Object.keys(colours) as (keyof typeof colours)[]).map((key) => (
        <button key={key} type="button" className={`light-count ${key}`} aria-pressed={light === key} title={labelOf(lights, key)} onClick={() => narrow("light", light === key ? undefined : key)}>
          <span>{colours[key]}</span>
          <b>{counts ? counts[key] : "—"}</b>
          <small>项</small>
        </button>
      ))}
    </div>
  );
}

function Filters({ filter, open, narrow }: { filter: LiaisonFilter; open?: string; narrow: Narrow }) {
  const { data } = useQuery(units);
  const named = (kinds: string[]) => (data ?? []).filter((u) => kinds.includes(u.kind)).map((u) => ({ value: u.id, label: u.short_name || u.name }));
  const choice = (name: keyof LiaisonFilter, label: string, options: { value: string; label: string }[], width: number, value?: string) => (
    <Select aria-label={label} placeholder={label} allowClear showSearch={{ optionFilterProp: "label" }} style={{ width }} options={options} value={value} onChange={(v?: string) => narrow(name, v)} />
  );
  const years = yearOptions(new Date().getFullYear() + 1).map((y) => ({ value: String(y.value), label: y.label }));
  return (
    <div className="filters" role="search" aria-label="筛选包联任务">
      <Input.Search key={filter.q ?? ""} aria-label="搜索项目或包联领导" placeholder="项目或包联领导" allowClear maxLength={100} defaultValue={filter.q} style={{ width: 220 }} onSearch={(q) => narrow("q", q.trim())} />
      {choice("county_id", "县市区", named(["county"]), 140, filter.county_id)}
      {choice("department_id", "包联单位", named(["department"]), 180, filter.department_id)}
      {choice("year", "年度", years, 110, filter.year?.toString())}
      <InputNumber aria-label="批次" placeholder="批次" min={1} max={999} precision={0} prefix="第" suffix="批" style={{ width: 120 }} value={filter.batch ?? null} onChange={(v) => narrow("batch", v ? String(v) : undefined)} />
      {choice("stage", "阶段", liaisonStages, 140, filter.stage)}
      {!filter.stage && (
        <Select aria-label="办理情况" style={{ width: 120 }} value={open === "all" || open === "false" ? open : "true"} onChange={(v: string) => narrow("open", v === "true" ? undefined : v)} options={[{ value: "true", label: "办理中" }, { value: "false", label: "已结束" }, { value: "all", label: "全部" }]} />
      )}
    </div>
  );
}
