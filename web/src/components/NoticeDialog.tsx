import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Form, Input, InputNumber, Modal, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { Attempt } from "../api/idempotency";
import { asProblem, pathOf } from "../api/problem";
import { recordNotice } from "../api/queries";
import type { Notice } from "../api/types";
import { day } from "../lib/time";
import { choosesOnly } from "../lib/keys";

/** Values are the form's: ranges of days, because notices speak of "10月1日至8日". */
interface Values {
  id: string;
  year: number;
  title: string;
  url?: string;
  issued: Dayjs;
  ranges: { days: [Dayjs, Dayjs]; kind: "off" | "work"; holiday: string }[];
}

/** noticeOf spells the ranges out day by day; rangeOf tells which range each day came from. */
export function noticeOf(v: Values): { notice: Notice; rangeOf: number[] } {
  const rangeOf: number[] = [];
  const days = v.ranges.flatMap((r, i) => {
    const count = r.days[1].startOf("day").diff(r.days[0].startOf("day"), "day") + 1;
    return Array.from({ length: count }, (_, n) => {
      rangeOf.push(i);
      return { date: r.days[0].add(n, "day").format("YYYY-MM-DD"), kind: r.kind, holiday: r.holiday.trim() };
    });
  });
  return {
    notice: { id: v.id.trim(), year: v.year, title: v.title.trim(), url: v.url?.trim() ?? "", issued: v.issued.format("YYYY-MM-DD"), days },
    rangeOf,
  };
}

/** NoticeDialog records a holiday notice; open deadlines are then computed again. */
export function NoticeDialog({ year, onClose }: { year: number; onClose: () => void }) {
  const [form] = Form.useForm<Values>();
  const [attempt] = useState(() => new Attempt());
  const client = useQueryClient();
  const { modal } = App.useApp();
  const record = useMutation({
    mutationFn: (v: Values) => {
      const { notice } = noticeOf(v);
      return recordNotice(notice, attempt.keyFor(notice));
    },
    onSuccess: ({ open_processes }) => {
      void client.invalidateQueries();
      onClose();
      modal.success({ title: "通知已登记", content: open_processes > 0 ? `${open_processes}件在办事项正在重新计算期限,每处变动都会记入办理记录。` : "没有需要重新计算期限的在办事项。" });
    },
    onError: (e, v) => {
      const problem = asProblem(e);
      if (!problem.uncertain) attempt.spend();
      const { rangeOf } = noticeOf(v);
      form.setFields(problem.errors.map(({ field, message }) => {
        const [head, index] = pathOf(field);
        const name = head === "days" && typeof index === "number" ? ["ranges", rangeOf[index] ?? 0, "days"] : [head ?? "id"];
        return { name: name as never, errors: [message] };
      }));
    },
  });
  const problem = record.error ? asProblem(record.error) : undefined;
  return (
    <Modal
      open
      title="登记放假通知"
      width={760}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>取消</Button>,
        <Button key="ok" type="primary" htmlType="submit" form="notice" loading={record.isPending}>{problem?.uncertain ? "重试" : "登记"}</Button>,
      ]}
    >
      <div className="stack">
        <Alert type="info" role="note" showIcon title="后发的通知修订先发的。登记后,在办事项的期限按新安排重新计算,每处变动都留记录。" />
        {problem && <Alert type={problem.uncertain ? "warning" : "error"} showIcon role="alert" title={problem.message} />}
        <Form<Values>
          id="notice"
          name="notice"
          form={form}
          layout="vertical"
          disabled={record.isPending}
          scrollToFirstError={{ focus: true }}
          initialValues={{ year, issued: dayjs(day(new Date())), ranges: [{ kind: "off" }] }}
          onFinish={(v) => record.mutate(v)}
        >
          <div className="form-grid">
            <Form.Item name="id" label="发文字号" rules={[{ required: true, whitespace: true, message: "请填写发文字号" }]}><Input placeholder="国办发明电〔2026〕1号" maxLength={100} /></Form.Item>
            <Form.Item name="year" label="年份" rules={[{ required: true, message: "请填写年份" }]}><InputNumber min={2000} max={2100} precision={0} style={{ width: "100%" }} /></Form.Item>
            <Form.Item name="issued" label="发布日期" rules={[{ required: true, message: "请选择发布日期" }]}><DatePicker style={{ width: "100%" }} onKeyDown={choosesOnly} /></Form.Item>
          </div>
          <Form.Item name="title" label="标题" rules={[{ required: true, whitespace: true, message: "请填写标题" }]}><Input maxLength={200} /></Form.Item>
          <Form.Item name="url" label="网址(选填)" rules={[{ pattern: /^https?:\/\//, message: "网址应以 http:// 或 https:// 开头" }]}><Input maxLength={500} /></Form.Item>
          <Ranges />
        </Form>
      </div>
    </Modal>
  );
}

function Ranges() {
  return (
    <Form.List name="ranges">
      {(rows, { add, remove }) => (
        <div role="group" aria-label="放假与上班日期">
          {rows.map((row, i) => (
            <div key={row.key} className="range-row">
              <Form.Item name={[row.name, "days"]} label="起止日期" rules={[{ required: true, message: "请选择起止日期" }]}><DatePicker.RangePicker onKeyDown={choosesOnly} /></Form.Item>
              <Form.Item name={[row.name, "kind"]} label="安排" rules={[{ required: true }]}><Select style={{ width: 100 }} options={[{ value: "off", label: "放假" }, { value: "work", label: "上班" }]} /></Form.Item>
              <Form.Item name={[row.name, "holiday"]} label="节日" rules={[{ required: true, whitespace: true, message: "请填写节日" }]}><Input placeholder="国庆节" maxLength={20} /></Form.Item>
              <Button type="text" icon={<MinusCircleOutlined />} aria-label={`删除第${i + 1}段`} disabled={rows.length === 1} onClick={() => remove(row.name)} />
            </div>
          ))}
          <Button type="dashed" block icon={<PlusOutlined />} onClick={() => add({ kind: "off" })}>添加一段日期</Button>
        </div>
      )}
    </Form.List>
  );
}
