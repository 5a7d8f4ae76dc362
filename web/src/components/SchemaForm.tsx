import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, DatePicker, Form, Input, Radio, Select, type FormInstance, type FormRule } from "antd";
import dayjs from "dayjs";
import type { FieldError } from "../api/problem";
import { pathOf } from "../api/problem";
import type { Schema } from "../api/types";
import { choosesOnly } from "../lib/keys";

type Values = Record<string, unknown>;

/** fieldsOf lists an object schema's properties in the order the server wants them shown. */
export function fieldsOf(schema: Schema): [string, Schema][] {
  const properties = schema.properties ?? {};
  const order = schema["x-order"] ?? [];
  const names = [...order.filter((n) => n in properties), ...Object.keys(properties).filter((n) => !order.includes(n))];
  return names.map((n) => [n, properties[n] as Schema]);
}

/** initialValues chooses for the user where there is no choice. */
export function initialValues(schema: Schema): Values {
  const values: Values = {};
  for (const [name, field] of fieldsOf(schema)) {
    if (field.oneOf?.length === 1 && schema.required?.includes(name)) values[name] = field.oneOf[0]?.const;
    if (field.type === "array" && field.minItems) values[name] = Array.from({ length: field.minItems }, () => undefined);
  }
  return values;
}

/** bodyOf drops what was left empty: an absent optional field, not an empty text. */
export function bodyOf(schema: Schema, values: Values): Values {
  const body: Values = {};
  for (const [name, field] of fieldsOf(schema)) {
    const value = values[name];
    if (value === undefined || value === null || value === "") continue;
    if (field.type === "array" && Array.isArray(value)) {
      const items = value as unknown[];
      if (items.length > 0) body[name] = field.items?.type === "object" ? items.map((v) => bodyOf(field.items as Schema, (v ?? {}) as Values)) : items;
    } else {
      body[name] = field.type === "object" ? bodyOf(field, value as Values) : value;
    }
  }
  return body;
}

/** showErrors puts the server's findings at their fields, and gives back those that belong to none. */
export function showErrors(form: FormInstance, schema: Schema, errors: FieldError[]): FieldError[] {
  const known = new Set(fieldsOf(schema).map(([name]) => name));
  const at = errors.filter((e) => known.has(String(pathOf(e.field)[0])));
  form.setFields(at.map((e) => ({ name: pathOf(e.field), errors: [e.message] })));
  if (at[0]) form.scrollToField(pathOf(at[0].field), { focus: true });
  return errors.filter((e) => !at.includes(e));
}

/** SchemaForm is the form that a JSON Schema describes; what it collects is checked again by the server. */
export function SchemaForm({ schema, form, onSubmit, disabled, id }: {
  schema: Schema; form: FormInstance<Values>; onSubmit: (body: Values) => void; disabled?: boolean; id: string;
}) {
  return (
    <Form<Values>
      id={id}
      name={id}
      form={form}
      layout="vertical"
      disabled={disabled}
      initialValues={initialValues(schema)}
      onFinish={(values) => onSubmit(bodyOf(schema, values))}
      scrollToFirstError={{ focus: true }}
      requiredMark
    >
      {fieldsOf(schema).map(([name, field]) => (
        <Field key={name} path={[name]} field={field} required={schema.required?.includes(name) ?? false} />
      ))}
    </Form>
  );
}

type Path = (string | number)[];

function Field({ path, field, required, full = path }: { path: Path; field: Schema; required: boolean; full?: Path }) {
  const label = field.title ?? String(full.at(-1));
  if (field.type === "array") return <ListField path={path} field={field} label={label} full={full} />;
  return (
    <Form.Item
      name={path}
      label={label}
      extra={field.description}
      required={required}
      rules={rulesOf(field, label, required)}
      {...(field.format === "date" && dateProps)}
    >
      {control(field)}
    </Form.Item>
  );
}

// the form holds a date as the server wants it, 2006-01-02
const dateProps = {
  getValueProps: (value: unknown) => ({ value: typeof value === "string" && value ? dayjs(value) : undefined }),
  normalize: (value: unknown) => (dayjs.isDayjs(value) ? value.format("YYYY-MM-DD") : undefined),
};

function control(field: Schema) {
  if (field.oneOf) {
    const options = field.oneOf.map((c) => ({ value: c.const, label: c.title }));
    return options.length <= 5 ? <Radio.Group options={options} /> : <Select options={options} showSearch={{ optionFilterProp: "label" }} allowClear />;
  }
  if (field.format === "date") return <DatePicker style={{ width: "100%" }} onKeyDown={choosesOnly} />;
  if (field.format === "textarea") return <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} showCount maxLength={field.maxLength} />;
  return <Input maxLength={field.maxLength} />;
}

function rulesOf(field: Schema, label: string, required: boolean): FormRule[] {
  const rules: FormRule[] = [];
  const choice = field.oneOf || field.format === "date";
  if (required) rules.push({ required: true, whitespace: !choice, message: `请${choice ? "选择" : "填写"}${label}` });
  const least = field.minLength ?? 0;
  if (!choice && least > 1) {
    rules.push({
      validator: (_, value?: string) =>
        value && value.trim() && [...value.trim()].length < least ? Promise.reject(new Error(`${label}至少${least}个字`)) : Promise.resolve(),
    });
  }
  return rules;
}

function ListField({ path, field, label, full }: { path: Path; field: Schema; label: string; full: Path }) {
  const items = field.items ?? { type: "string" };
  const most = field.maxItems || Infinity;
  return (
    <Form.Item label={label} required={(field.minItems ?? 0) > 0} extra={field.description}>
      <Form.List name={path}>
        {(rows, { add, remove }, { errors }) => (
          <div className="stack" role="group" aria-label={label}>
            {rows.map((row, i) => (
              <div key={row.key} style={{ display: "grid", gridTemplateColumns: "1fr auto", gap: 8 }}>
                <div>
                  {items.type === "object" ? (
                    fieldsOf(items).map(([name, f]) => (
                      <Field key={name} path={[row.name, name]} full={[...full, row.name, name]} field={f} required={items.required?.includes(name) ?? false} />
                    ))
                  ) : (
                    <Field path={[row.name]} full={[...full, row.name]} field={{ ...items, title: items.title ?? `第${i + 1}项` }} required />
                  )}
                </div>
                <Button type="text" icon={<MinusCircleOutlined />} aria-label={`删除第${i + 1}项`} disabled={rows.length <= (field.minItems ?? 0)} onClick={() => remove(row.name)} />
              </div>
            ))}
            <Button type="dashed" icon={<PlusOutlined />} disabled={rows.length >= most} onClick={() => add()}>添加</Button>
            <Form.ErrorList errors={errors} />
          </div>
        )}
      </Form.List>
    </Form.Item>
  );
}
