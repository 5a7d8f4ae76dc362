import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, Form } from "antd";
import { expect, it, vi } from "vitest";
import type { FieldError } from "../api/problem";
import { newQueryClient, units } from "../api/queries";
import type { Me, Schema } from "../api/types";
import { SessionContext } from "../app/session";
import { SchemaForm, bodyOf, fieldsOf, initialValues, showErrors } from "./SchemaForm";

const opine: Schema = {
  type: "object",
  "x-order": ["seat", "opinion", "text", "condition"],
  required: ["seat", "opinion", "text"],
  properties: {
    text: { type: "string", title: "意见内容", minLength: 2, maxLength: 2000, format: "textarea" },
    condition: { type: "string", title: "所附条件", maxLength: 1000, format: "textarea" },
    seat: { type: "string", title: "席位", oneOf: [{ const: "fagai", title: "发展和改革委员会" }] },
    opinion: { type: "string", title: "意见", oneOf: [{ const: "agree", title: "同意" }, { const: "disagree", title: "不同意" }] },
  },
};

function Harness({ schema, onSubmit, refuse }: { schema: Schema; onSubmit: (body: unknown) => void; refuse?: FieldError[] }) {
  const [form] = Form.useForm<Record<string, unknown>>();
  return (
    <>
      <SchemaForm id="f" schema={schema} form={form} onSubmit={(body) => { onSubmit(body); if (refuse) showErrors(form, schema, refuse); }} />
      <button type="submit" form="f">提交</button>
    </>
  );
}

const me = { user: { id: "me", name: "我" }, unit: { id: "fagai", name: "市发展和改革委员会" } } as Me;

const setUp = (schema: Schema, refuse?: FieldError[]) => {
  const onSubmit = vi.fn();
  const client = newQueryClient();
  client.setQueryData(units.queryKey, [{ id: "yunyang", name: "郧阳区", short_name: "郧阳", kind: "county" }, { id: "ziran", name: "市自然资源和规划局", short_name: "自然资源局", kind: "department" }]);
  client.setQueryData(["people", { unit: "fagai" }], [{ id: "u1", name: "李强", unit_id: "fagai", unit_name: "市发展和改革委员会", role_labels: ["部门经办"] }]);
  client.setQueryData(["people", { q: undefined }], []);
  render(
    <App>
      <QueryClientProvider client={client}>
        <SessionContext value={me}><Harness schema={schema} onSubmit={onSubmit} refuse={refuse} /></SessionContext>
      </QueryClientProvider>
    </App>,
  );
  return { onSubmit, user: userEvent.setup() };
};

it("draws the fields in the server's order", () => {
  expect(fieldsOf(opine).map(([name]) => name)).toEqual(["seat", "opinion", "text", "condition"]);
});

it("refuses what the schema requires and does not send", async () => {
  const { onSubmit, user } = setUp(opine);
  await user.type(screen.getByRole("textbox", { name: /意见内容/ }), "好");
  await user.click(screen.getByRole("button", { name: "提交" }));
  expect(await screen.findByText("请选择意见")).toBeTruthy();
  expect(await screen.findByText("意见内容至少2个字")).toBeTruthy();
  expect(onSubmit).not.toHaveBeenCalled();
});

it("chooses where there is no choice, and leaves empty optional fields out", async () => {
  const { onSubmit, user } = setUp(opine);
  await user.click(screen.getByRole("radio", { name: "同意" }));
  await user.type(screen.getByRole("textbox", { name: /意见内容/ }), "符合规划");
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ seat: "fagai", opinion: "agree", text: "符合规划" }));
});

it("shows the server's findings at their fields", async () => {
  const { user } = setUp(opine, [{ field: "/condition", code: "condition_unexpected", message: "只有“有条件同意”才填写所附条件" }]);
  await user.click(screen.getByRole("radio", { name: "同意" }));
  await user.type(screen.getByRole("textbox", { name: /意见内容/ }), "符合规划");
  await user.click(screen.getByRole("button", { name: "提交" }));
  await screen.findByText("只有“有条件同意”才填写所附条件");
  await waitFor(() => expect(screen.getByRole("textbox", { name: /所附条件/ }).getAttribute("aria-invalid")).toBe("true"));
});

it("adds and removes the items of a list", async () => {
  const list: Schema = { type: "object", properties: { lines: { type: "array", title: "条件", minItems: 1, maxItems: 2, items: { type: "string", title: "条件内容" } } } };
  const { onSubmit, user } = setUp(list);
  await user.type(screen.getByRole("textbox", { name: /条件内容/ }), "一");
  await user.click(screen.getByRole("button", { name: /添加/ }));
  await user.type(screen.getAllByRole("textbox", { name: /条件内容/ })[1]!, "二");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: /添加/ }).disabled).toBe(true);
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenLastCalledWith({ lines: ["一", "二"] }));
});

it("sends lists of objects without their empty fields", () => {
  const schema: Schema = { properties: { rows: { type: "array", items: { type: "object", properties: { a: {}, b: {} } } }, note: {} } };
  expect(bodyOf(schema, { rows: [{ a: "1", b: "" }], note: "" })).toEqual({ rows: [{ a: "1" }] });
});

const conditions: Schema = {
  type: "object", "x-order": ["conditions"],
  properties: {
    conditions: {
      type: "array", title: "所附条件", maxItems: 20,
      items: {
        type: "object", "x-order": ["text", "owner", "due"], required: ["text"],
        properties: {
          text: { type: "string", title: "条件", minLength: 2, maxLength: 1000, format: "textarea" },
          owner: { type: "string", title: "责任单位", format: "unit" },
          due: { type: "string", title: "期限", format: "date" },
        },
      },
    },
  },
};

it("collects conditions row by row, with an owner and a day, and shows a finding in its row", async () => {
  const { onSubmit, user } = setUp(conditions, [{ field: "/conditions/1/due", code: "date_past", message: "日期早于今天" }]);
  const group = screen.getByRole("group", { name: "所附条件" });
  await user.click(within(group).getByRole("button", { name: /添加/ }));
  await user.click(within(group).getByRole("button", { name: /添加/ }));
  const texts = within(group).getAllByRole("textbox", { name: /条件/ });
  await user.type(texts[0]!, "完成节能验收");
  await user.type(texts[1]!, "取得用地批复");
  await user.type(within(group).getAllByRole("combobox", { name: /责任单位/ })[0]!, "郧阳");
  await user.click(await screen.findByTitle("郧阳区"));
  const due = within(group).getAllByRole("textbox", { name: /期限/ })[1]!;
  await user.type(due, "2023-09-01");
  await user.keyboard("{Enter}");
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({
    conditions: [{ text: "完成节能验收", owner: "yunyang" }, { text: "取得用地批复", due: "2023-09-01" }],
  }));
  await screen.findByText("日期早于今天");
  await waitFor(() => expect(due.getAttribute("aria-invalid")).toBe("true"));
  await user.click(within(group).getByRole("button", { name: "删除第1项" }));
  expect(within(group).getAllByRole("textbox", { name: /条件/ })).toHaveLength(1);
});

it("ticks several of a list, and sets a finding about one of them at the list", async () => {
  const schema: Schema = {
    type: "object",
    properties: { seats: { type: "array", title: "指定席位", maxItems: 2, items: { type: "string", oneOf: [{ const: "fagai", title: "发改委" }, { const: "ziran", title: "自然资源局" }] } } },
  };
  const { onSubmit, user } = setUp(schema, [{ field: "/seats/0", code: "seats_wrong", message: "该席位不能退回" }]);
  await user.click(screen.getByRole("checkbox", { name: "自然资源局" }));
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ seats: ["ziran"] }));
  await screen.findByText("该席位不能退回");
});

it("takes whole numbers within their bounds, and yes or no", async () => {
  const schema: Schema = {
    type: "object", "x-order": ["days", "strict"], required: ["days", "strict"],
    properties: { days: { type: "integer", title: "延长工作日数", minimum: 1, maximum: 10 }, strict: { type: "boolean", title: "须超过" } },
  };
  const { onSubmit, user } = setUp(schema);
  await user.click(screen.getByRole("button", { name: "提交" }));
  await screen.findByText("请填写延长工作日数");
  await user.type(screen.getByRole("spinbutton"), "30");
  await user.tab();
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ days: 10, strict: false }));
});

it("picks a colleague by name and sends the id", async () => {
  const schema: Schema = { type: "object", required: ["user"], properties: { user: { type: "string", title: "委派给", format: "user" } } };
  const { onSubmit, user } = setUp(schema);
  await user.click(screen.getByRole("combobox"));
  await user.click(await screen.findByText("市发展和改革委员会 · 部门经办"));
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ user: "u1" }));
});

it("uploads files as they are chosen", async () => {
  vi.stubGlobal("fetch", (request: Request) => Promise.resolve(
    new URL(request.url).pathname === "/api/v1/attachments" ? Response.json({ id: "f1", name: "验收意见.pdf" }, { status: 201 }) : Response.json({}, { status: 404 })));
  const schema: Schema = { type: "object", properties: { files: { type: "array", title: "佐证材料", maxItems: 20, items: { type: "string", format: "file" } } } };
  const { onSubmit, user } = setUp(schema);
  await user.upload(document.querySelector<HTMLInputElement>("input[type=file]")!, new File(["%PDF-1.7"], "验收意见.pdf", { type: "application/pdf" }));
  await screen.findByText("验收意见.pdf");
  await waitFor(async () => {
    await user.click(screen.getByRole("button", { name: "提交" }));
    expect(onSubmit).toHaveBeenLastCalledWith({ files: ["f1"] });
  });
});

it("draws a field only with the value that it belongs to, and sends it only then", async () => {
  const schema: Schema = { ...opine, properties: { ...opine.properties, condition: { ...opine.properties?.condition, "x-when": { field: "opinion", is: "disagree" } } } };
  const { onSubmit, user } = setUp(schema);
  await user.type(screen.getByRole("textbox", { name: /意见内容/ }), "符合规划");
  expect(screen.queryByRole("textbox", { name: /所附条件/ })).toBeNull();
  await user.click(screen.getByRole("radio", { name: "不同意" }));
  await user.type(await screen.findByRole("textbox", { name: /所附条件/ }), "先补办用地");
  await user.click(screen.getByRole("radio", { name: "同意" }));
  await waitFor(() => expect(screen.queryByRole("textbox", { name: /所附条件/ })).toBeNull());
  await user.click(screen.getByRole("button", { name: "提交" }));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ seat: "fagai", opinion: "agree", text: "符合规划" }));
});

it("chooses a single option even where it may be left out", () => {
  expect(initialValues({ properties: { seat: { type: "string", oneOf: [{ const: "fagai", title: "发改委" }] }, route: { oneOf: [{ const: "a", title: "甲" }, { const: "b", title: "乙" }] } } })).toEqual({ seat: "fagai" });
});

it("sends ids without their names, and objects in objects", () => {
  const schema: Schema = { properties: { users: { type: "array", items: { type: "object", properties: { user: { format: "user" } } } }, rule: { type: "object", properties: { strict: { type: "boolean" } } } } };
  expect(bodyOf(schema, { users: [{ user: { id: "u", name: "甲" } }], rule: { strict: false } })).toEqual({ users: [{ user: "u" }], rule: { strict: false } });
});
