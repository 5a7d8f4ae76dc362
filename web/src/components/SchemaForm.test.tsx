import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Form } from "antd";
import { expect, it, vi } from "vitest";
import type { FieldError } from "../api/problem";
import type { Schema } from "../api/types";
import { SchemaForm, bodyOf, fieldsOf, showErrors } from "./SchemaForm";

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

const setUp = (schema: Schema, refuse?: FieldError[]) => {
  const onSubmit = vi.fn();
  render(<Harness schema={schema} onSubmit={onSubmit} refuse={refuse} />);
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
