import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input, InputNumber, Radio, Select, Switch, type FormInstance } from "antd";
import dayjs from "dayjs";
import type { ReactNode } from "react";
import { pathOf, type FieldError } from "../../api/problem";
import type { Convening, Panel } from "../../api/types";
import { PeoplePicker, ReviewPicker, type Named } from "../../components/pickers";
import { choosesOnly } from "../../lib/keys";
import { partsOf, shareOf, shareOptions } from "../../lib/shares";
import { fromShanghai, toShanghai } from "../../lib/time";

/** Values are the form's: people with their names, shares as one choice each. */
export interface Values {
  title: string;
  at: string;
  place: string;
  members: { user?: Named; weight?: number }[];
  chair?: string;
  ballot: "named" | "secret";
  weighted: boolean;
  quorum_of: "members" | "weights";
  quorum: string;
  threshold: string;
  count_abstain: boolean;
  casting: boolean;
  proxies: boolean;
  items?: { review_id: string; note?: string }[];
}

/** usual is what a new meeting starts from. */
export const usual: Partial<Values> = {
  members: [{}, {}, {}], ballot: "named", weighted: false, quorum_of: "members", quorum: "2/3", threshold: "1/2>",
  count_abstain: true, casting: false, proxies: false, items: [{ review_id: "" }],
};

/** valuesOf is a meeting's arrangement as the form shows it. */
export function valuesOf(p: Panel): Values {
  const { rule } = p;
  return {
    title: p.title, at: p.at, place: p.place, members: p.members.map((m) => ({ user: { id: m.user_id, name: m.name }, weight: m.weight })),
    chair: p.members.find((m) => m.chair)?.user_id, ballot: rule.ballot, weighted: rule.weighted ?? false, quorum_of: rule.quorum_of,
    quorum: shareOf(rule.quorum, rule.quorum_strict), threshold: shareOf(rule.threshold, rule.threshold_strict),
    count_abstain: rule.count_abstain ?? false, casting: rule.casting ?? false, proxies: rule.proxies ?? false,
  };
}

/** arrangementOf is what the server is sent. */
export function arrangementOf(v: Values): Omit<Convening, "items"> {
  const quorum = partsOf(v.quorum), threshold = partsOf(v.threshold);
  return {
    title: v.title.trim(), at: v.at, place: v.place.trim(), chair: v.chair ?? "",
    members: v.members.map((m) => ({ user_id: m.user?.id ?? "", ...(v.weighted && m.weight ? { weight: m.weight } : {}) })),
    rule: {
      ballot: v.ballot, weighted: v.weighted, quorum_of: v.weighted ? v.quorum_of : "members", quorum: quorum.share, quorum_strict: quorum.strict,
      threshold: threshold.share, threshold_strict: threshold.strict, count_abstain: v.count_abstain, casting: v.casting && threshold.share === "1/2", proxies: v.proxies,
    },
  };
}

/** showErrors puts the server's findings at their fields. */
export function showErrors(form: FormInstance<Values>, errors: FieldError[]): void {
  form.setFields(errors.map(({ field, message }) => {
    const path = pathOf(field).map((step) => (step === "user_id" ? "user" : step));
    return { name: (path[0] === "rule" ? [path[1] === "quorum_strict" ? "quorum" : path[1] === "threshold_strict" ? "threshold" : path[1] ?? "quorum"] : path) as never, errors: [message] };
  }));
}

/** Arrangement are the fields of a meeting: when, where, who, by which rule, and on what. */
export function Arrangement({ agenda }: { agenda: boolean }) {
  return (
    <>
      <div className="thirds">
        <Form.Item name="title" label="会议名称" rules={[{ required: true, whitespace: true, message: "请填写会议名称" }]}><Input maxLength={100} /></Form.Item>
        <Form.Item
          name="at"
          label="会议时间"
          rules={[{ required: true, message: "请选择会议时间" }]}
          getValueProps={(value: unknown) => ({ value: typeof value === "string" && value ? toShanghai(value) : undefined })}
          normalize={(value: unknown) => (dayjs.isDayjs(value) ? fromShanghai(value) : undefined)}
        >
          <DatePicker style={{ width: "100%" }} showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" onKeyDown={choosesOnly} />
        </Form.Item>
        <Form.Item name="place" label="地点" rules={[{ required: true, whitespace: true, message: "请填写地点" }]}><Input maxLength={100} /></Form.Item>
      </div>
      <Members />
      <RuleFields />
      {agenda && <Agenda />}
    </>
  );
}

function Members() {
  const form = Form.useFormInstance<Values>();
  const members = Form.useWatch("members", form) as Values["members"] | undefined;
  const weighted = Form.useWatch("weighted", form) as boolean | undefined;
  const chairs = (members ?? []).flatMap((m) => (m?.user ? [{ value: m.user.id, label: m.user.name }] : []));
  return (
    <fieldset className="fields">
      <legend>成员</legend>
      <Form.List name="members" rules={[{ validator: (_, rows?: unknown[]) => (rows?.length ? Promise.resolve() : Promise.reject(new Error("请添加成员"))) }]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            <div className="thirds">
              {rows.map((row, i) => (
                <div key={row.key} className="member-row">
                  <Form.Item name={[row.name, "user"]} label={`成员${i + 1}`} rules={[{ required: true, message: "请选择成员" }]}><PeoplePicker /></Form.Item>
                  {weighted && <Form.Item name={[row.name, "weight"]} label="权重" initialValue={1}><InputNumber min={1} max={100} precision={0} style={{ width: 76 }} /></Form.Item>}
                  <Button type="text" icon={<MinusCircleOutlined />} aria-label={`删除成员${i + 1}`} disabled={rows.length === 1} onClick={() => remove(row.name)} />
                </div>
              ))}
            </div>
            <Form.ErrorList errors={errors} />
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({})} disabled={rows.length >= 60} style={{ marginBottom: 12 }}>添加成员</Button>
          </>
        )}
      </Form.List>
      <Form.Item name="chair" label="主持人" extra="从成员中选择" rules={[{ required: true, message: "请选择主持人" }]} style={{ maxWidth: 360 }}>
        <Select options={chairs} placeholder="选择主持人" notFoundContent="请先选择成员" />
      </Form.Item>
    </fieldset>
  );
}

function RuleFields() {
  const form = Form.useFormInstance<Values>();
  const weighted = Form.useWatch("weighted", form) as boolean | undefined;
  const quorum = Form.useWatch("quorum", form) as string | undefined;
  const threshold = Form.useWatch("threshold", form) as string | undefined;
  const yesNo = (name: keyof Values, label: string, extra?: ReactNode) => (
    <Form.Item name={name} label={label} valuePropName="checked" extra={extra}><Switch checkedChildren="是" unCheckedChildren="否" /></Form.Item>
  );
  return (
    <fieldset className="fields">
      <legend>表决规则</legend>
      <div className="thirds">
        <Form.Item name="ballot" label="投票方式"><Radio.Group options={[{ value: "named", label: "记名" }, { value: "secret", label: "无记名" }]} /></Form.Item>
        <Form.Item name="quorum" label="到会与表决人数"><Select options={shareOptions(quorum)} /></Form.Item>
        <Form.Item name="threshold" label="通过所需赞成票"><Select options={shareOptions(threshold)} /></Form.Item>
        {yesNo("weighted", "按权重计票")}
        {weighted && <Form.Item name="quorum_of" label="到会人数按"><Radio.Group options={[{ value: "members", label: "人数" }, { value: "weights", label: "权重" }]} /></Form.Item>}
        {yesNo("count_abstain", "弃权计入总票数")}
        {threshold?.startsWith("1/2") && yesNo("casting", "票数相等时由主持人裁决")}
        {yesNo("proxies", "允许代理人出席和投票")}
      </div>
    </fieldset>
  );
}

function Agenda() {
  return (
    <fieldset className="fields">
      <legend>议题</legend>
      <Form.List name="items" rules={[{ validator: (_, rows?: unknown[]) => (rows?.length ? Promise.resolve() : Promise.reject(new Error("请至少列入一项议题"))) }]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map((row, i) => (
              <div key={row.key} className="agenda-row">
                <Form.Item name={[row.name, "review_id"]} label={`议题${i + 1}`} rules={[{ required: true, message: "请选择研判" }]} getValueProps={(value?: string) => ({ value: value || undefined })}><ReviewPicker /></Form.Item>
                <Form.Item name={[row.name, "note"]} label="说明(选填)"><Input maxLength={500} /></Form.Item>
                <Button type="text" icon={<MinusCircleOutlined />} aria-label={`删除议题${i + 1}`} disabled={rows.length === 1} onClick={() => remove(row.name)} />
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({})} disabled={rows.length >= 50} style={{ marginBottom: 12 }}>添加议题</Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}
