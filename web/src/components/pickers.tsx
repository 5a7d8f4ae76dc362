import { UploadOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { App, Button, Select, Upload, type SelectProps, type UploadFile } from "antd";
import { useState } from "react";
import { upload } from "../api/files";
import { newKey } from "../api/idempotency";
import { liaisons } from "../api/liaisons";
import { people } from "../api/people";
import { asProblem } from "../api/problem";
import { projects, units } from "../api/queries";
import { awaitingPanel } from "../api/reviews";
import type { Colleague } from "../api/types";
import { useSession, useUnitName } from "../app/session";
import { formatSize } from "../lib/size";

/** Named is a person or a file as a form holds it: with its name, so that a saved draft can show it again. */
export interface Named {
  id: string;
  name: string;
}

/** Given are what a form hands to a field it draws. */
interface Given {
  id?: string;
  disabled?: boolean;
  "aria-label"?: string;
}

/** UnitPicker chooses a unit, or several. */
export function UnitPicker({ multiple, ...rest }: Given & { multiple?: boolean; value?: string | string[]; onChange?: (value?: string | string[]) => void }) {
  const { data, isPending, isError } = useQuery(units);
  return (
    <Select
      {...rest}
      mode={multiple ? "multiple" : undefined}
      allowClear
      loading={isPending}
      placeholder="输入名称查找单位"
      notFoundContent={isError ? "未能取得单位" : "没有找到"}
      showSearch={{ optionFilterProp: "search" }}
      options={data?.map((u) => ({ value: u.id, label: u.name, search: u.name + u.short_name }))}
    />
  );
}

/** PeoplePicker chooses a person: of the user's own unit first, others by part of their name. */
export function PeoplePicker({ value, onChange, ...rest }: Given & { value?: Named; onChange?: (value?: Named) => void }) {
  const { unit } = useSession();
  const [q, setQ] = useState("");
  const own = useQuery(people({ unit: unit.id }));
  const found = useQuery(people({ q: q || undefined }));
  const matches = (p: Colleague) => !q || p.name.includes(q);
  const option = (p: Colleague) => ({ value: p.id, label: p.name, detail: [p.unit_name, ...p.role_labels].join(" · ") });
  const mine = own.data?.filter(matches).map(option) ?? [];
  const others = found.data?.filter((p) => p.unit_id !== unit.id).map(option) ?? [];
  const options: SelectProps["options"] = [
    ...(mine.length > 0 ? [{ label: "本单位", title: "本单位", options: mine }] : []),
    ...(others.length > 0 ? [{ label: "其他单位", title: "其他单位", options: others }] : []),
  ];
  return (
    <Select<{ value: string; label: React.ReactNode }>
      {...rest}
      labelInValue
      allowClear
      placeholder="输入姓名查找"
      loading={own.isFetching || found.isFetching}
      notFoundContent={found.isError ? "未能取得人员" : found.isPending ? "正在查找" : "没有找到"}
      showSearch={{ filterOption: false, onSearch: (text) => setQ(text.trim()) }}
      options={options}
      optionRender={(o) => <>{o.label}<div className="muted small">{(o.data as { detail?: string }).detail}</div></>}
      value={value && { value: value.id, label: value.name }}
      onChange={(chosen?: { value: string; label: React.ReactNode }) => {
        setQ("");
        onChange?.(chosen && { id: chosen.value, name: typeof chosen.label === "string" ? chosen.label : chosen.value });
      }}
    />
  );
}

/** ReviewPicker chooses a review that waits for a panel. */
export function ReviewPicker(props: Given & { value?: string; onChange?: (value?: string) => void }) {
  const { data, isPending, isError } = useQuery(awaitingPanel);
  return (
    <Select
      {...props}
      allowClear
      loading={isPending}
      placeholder="选择等待上会的研判"
      notFoundContent={isError ? "未能取得研判" : "没有等待上会的研判"}
      showSearch={{ optionFilterProp: "label" }}
      options={data?.map((r) => ({ value: r.id, label: r.project_name }))}
    />
  );
}

type Found = Given & { value?: string; onChange?: (value?: string) => void };
interface Offer { value: string; label: string; detail: string }

/** ProjectPicker finds a project by part of its name, code or investor; known is the one that a form begins with. */
export function ProjectPicker({ known, ...rest }: Found & { known?: Named }) {
  const [q, setQ] = useState("");
  const unitName = useUnitName();
  const found = useInfiniteQuery(projects({ q: q || undefined, framework: "false" }));
  const options: Offer[] = found.data?.pages[0]?.items.map((p) => ({ value: p.id, label: p.name, detail: `${p.code} · ${unitName(p.county_id)}` })) ?? [];
  if (known && !options.some((o) => o.value === known.id)) options.unshift({ value: known.id, label: known.name, detail: "" });
  return <FoundSelect {...rest} placeholder="输入项目名称、编号或投资方查找" query={found} onSearch={setQ} options={options} />;
}

/** LiaisonPicker finds a liaison that goes on, by part of the project's or the cadre's name. */
export function LiaisonPicker(props: Found) {
  const [q, setQ] = useState("");
  const found = useInfiniteQuery(liaisons({ q: q || undefined, open: "true" }));
  const options: Offer[] = found.data?.pages[0]?.items.map((l) => ({ value: l.id, label: l.project_name, detail: `${l.department_name} ${l.cadre_name}` })) ?? [];
  return <FoundSelect {...props} placeholder="输入项目名称或包联领导查找" query={found} onSearch={setQ} options={options} />;
}

function FoundSelect({ query, onSearch, options, ...rest }: Found & {
  placeholder: string; query: { isFetching: boolean; isPending: boolean; isError: boolean }; onSearch: (text: string) => void; options: Offer[];
}) {
  return (
    <Select
      {...rest}
      allowClear
      loading={query.isFetching}
      notFoundContent={query.isError ? "未能取得" : query.isPending ? "正在查找" : "没有找到"}
      showSearch={{ filterOption: false, onSearch: (text) => onSearch(text.trim()) }}
      options={options}
      optionRender={(o) => <>{o.label}<div className="muted small">{o.data.detail}</div></>}
    />
  );
}

const accepted = ".pdf,.docx,.xlsx,.png,.jpg,.jpeg,.zip";
const maxBytes = 20 * 1024 * 1024;

/** fileKinds says which files are taken. */
export const fileKinds = `pdf、docx、xlsx、png、jpg 或 zip,每个不超过${formatSize(maxBytes)}`;

/** FilePicker uploads files as they are chosen; the form holds what the server called them. brief is for where the kinds are told once for many. */
export function FilePicker({ id, value = [], onChange, max, disabled, brief }: Given & { value?: Named[]; onChange?: (value: Named[]) => void; max: number; brief?: boolean }) {
  const { message } = App.useApp();
  const [running, setRunning] = useState<UploadFile[]>([]);
  const [rows, setRows] = useState<Record<string, string>>({}); // by id, which row of the list a file was uploaded in
  const done = value.map((f): UploadFile => ({ uid: rows[f.id] ?? f.id, name: f.name, status: "done" }));
  const send = async (file: File): Promise<Named | undefined> => {
    const uid = newKey();
    setRunning((all) => [...all, { uid, name: file.name, status: "uploading" }]);
    try {
      const sent = await upload(file, uid);
      setRows((all) => ({ ...all, [sent.id]: uid }));
      return { id: sent.id, name: sent.name };
    } catch (e) {
      setRunning((all) => all.map((f) => (f.uid === uid ? { ...f, status: "error" } : f)));
      void message.error(`${file.name}:${asProblem(e).message}`);
      return undefined;
    }
  };
  const choose = async (files: File[]) => {
    const large = files.find((f) => f.size > maxBytes);
    if (large) void message.error(`${large.name}超过20 MB`);
    const sent = (await Promise.all(files.filter((f) => f.size <= maxBytes).slice(0, max - value.length).map(send))).filter((f) => f !== undefined);
    onChange?.([...value, ...sent]);
    setRunning((all) => all.filter((f) => f.status === "error"));
  };
  return (
    <Upload
      id={id}
      accept={accepted}
      multiple={max > 1}
      disabled={disabled}
      fileList={[...done, ...running]}
      beforeUpload={(file, all) => {
        if (file === all[0]) void choose(all);
        return false;
      }}
      onRemove={(file) => {
        setRunning((all) => all.filter((f) => f.uid !== file.uid));
        onChange?.(value.filter((f) => (rows[f.id] ?? f.id) !== file.uid));
        return false;
      }}
    >
      <Button icon={<UploadOutlined />} size={brief ? "small" : undefined} disabled={disabled || value.length >= max}>选择文件</Button>
      {!brief && <span className="muted small" style={{ marginInlineStart: 8 }}>{fileKinds}</span>}
    </Upload>
  );
}
