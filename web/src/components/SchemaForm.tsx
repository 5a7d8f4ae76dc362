import { MinusCircleOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Radio, Select, Switch, type FormInstance, type FormRule } from "antd";
import dayjs from "dayjs";
import type { FieldError } from "../api/problem";
import { pathOf } from "../api/problem";
import type { Schema } from "../api/types";
import { choosesOnly } from "../lib/keys";
import { fromShanghai, toShanghai } from "../lib/time";
import { FilePicker, LiaisonPicker, PeoplePicker, ProjectPicker, ReviewPicker, UnitPicker, type Named } from "./pickers";

type Values = Record<string, unknown>;
type Path = (string | number)[];

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
    if (field.oneOf?.length === 1) values[name] = field.oneOf[0]?.const;
    if (field.type === "boolean") values[name] = false;
    if (field.type === "object") values[name] = initialValues(field);
    if (rowsOf(field) && field.minItems) values[name] = Array.from({ length: field.minItems }, () => undefined);
  }
  return values;
}

/** rowsOf is the schema of a list's items when they are drawn one below the other; other lists are one field. */
function rowsOf(field: Schema): Schema | undefined {
  if (field.type !== "array") return undefined;
  const items = field.items ?? { type: "string" };
  return items.oneOf || items.format === "unit" || items.format === "file" ? undefined : items;
}

/** applies: a field may have a meaning only with one value of another. */
const applies = (field: Schema, values: Values): boolean => !field["x-when"] || values[field["x-when"].field] === field["x-when"].is;

/** bodyOf is what the server is sent: nothing that was left empty or has no meaning, and ids without their names. */
export function bodyOf(schema: Schema, values: Values): Values {
  const body: Values = {};
  for (const [name, field] of fieldsOf(schema)) {
    if (!applies(field, values)) continue;
    const value = valueOf(field, values[name]);
    if (value !== undefined) body[name] = value;
  }
  return body;
}

function valueOf(field: Schema, value: unknown): unknown {
  if (value === undefined || value === null || value === "") return undefined;
  if (field.type === "array" && Array.isArray(value)) {
    const items = value.map((v: unknown) => valueOf(field.items ?? {}, v ?? (field.items?.type === "object" ? {} : "")) ?? "");
    return items.length > 0 ? items : undefined;
  }
  if (field.type === "object") return bodyOf(field, value as Values);
  if (field.format === "user" || field.format === "file") return (value as Named).id;
  return value;
}

/** placeOf is the form field that a path leads to, if the schema has one. */
function placeOf(schema: Schema, path: Path): Path | undefined {
  const place: Path = [];
  let at: Schema | undefined = schema;
  for (const step of path) {
    at = typeof step === "number" ? rowsOf(at) : at.properties?.[step];
    if (!at) break;
    place.push(step);
  }
  return place.length > 0 ? place : undefined;
}

/** showErrors puts the server's findings at their fields, and gives back those that belong to none. */
export function showErrors(form: FormInstance, schema: Schema, errors: FieldError[]): FieldError[] {
  const placed = errors.map((error) => ({ error, place: placeOf(schema, pathOf(error.field)) }));
  const at = placed.filter((e) => e.place !== undefined);
  form.setFields(at.map(({ error, place }) => ({ name: place as Path, errors: [error.message] })));
  if (at[0]?.place) form.scrollToField(at[0].place, { focus: true });
  return placed.filter((e) => e.place === undefined).map((e) => e.error);
}

/** SchemaForm is the form that a JSON Schema describes; what it collects is checked again by the server. */
export function SchemaForm({ schema, initial, form, onSubmit, disabled, id }: {
  schema: Schema; initial?: Values; form: FormInstance<Values>; onSubmit: (body: Values) => void; disabled?: boolean; id: string;
}) {
  return (
    <Form<Values>
      id={id}
      name={id}
      form={form}
      layout="vertical"
      disabled={disabled}
      initialValues={{ ...initialValues(schema), ...initial }}
      onFinish={(values) => onSubmit(bodyOf(schema, values))}
      scrollToFirstError={{ focus: true }}
      requiredMark
    >
      <Fields schema={schema} path={[]} full={[]} />
    </Form>
  );
}

/** Fields are those of an object; path is relative to the list row they stand in, full to the form. */
function Fields({ schema, path, full }: { schema: Schema; path: Path; full: Path }) {
  return fieldsOf(schema).map(([name, field]) => {
    const drawn = <Field key={name} path={[...path, name]} full={[...full, name]} field={field} required={schema.required?.includes(name) ?? false} />;
    const when = field["x-when"];
    if (!when || full.length > 0) return drawn;
    return <Form.Item key={name} noStyle dependencies={[when.field]}>{({ getFieldsValue }: FormInstance<Values>) => applies(field, getFieldsValue(true) as Values) && drawn}</Form.Item>;
  });
}

function Field({ path, full, field, required }: { path: Path; full: Path; field: Schema; required: boolean }) {
  const label = field.title ?? String(full.at(-1));
  if (rowsOf(field)) return <Rows path={path} full={full} field={field} label={label} />;
  if (field.type === "object") {
    return (
      <fieldset className="fields">
        <legend>{label}</legend>
        <Fields schema={field} path={path} full={full} />
      </fieldset>
    );
  }
  return (
    <Form.Item name={path} label={label} extra={field.description} required={required || (field.minItems ?? 0) > 0} rules={rulesOf(field, label, required)} {...bindingOf(field)}>
      {control(field)}
    </Form.Item>
  );
}

// the form holds a day as the server wants it, 2006-01-02, and a moment in RFC 3339
function bindingOf(field: Schema) {
  if (field.format === "date") {
    return {
      getValueProps: (value: unknown) => ({ value: typeof value === "string" && value ? dayjs(value) : undefined }),
      normalize: (value: unknown) => (dayjs.isDayjs(value) ? value.format("YYYY-MM-DD") : undefined),
    };
  }
  if (field.format === "date-time") {
    return {
      getValueProps: (value: unknown) => ({ value: typeof value === "string" && value ? toShanghai(value) : undefined }),
      normalize: (value: unknown) => (dayjs.isDayjs(value) ? fromShanghai(value) : undefined),
    };
  }
  return field.type === "boolean" ? { valuePropName: "checked" } : {};
}

const few = 6;

function control(field: Schema) {
  if (field.type === "array") return listControl(field);
  if (field.oneOf) {
    const options = optionsOf(field);
    return options.length < few ? <Radio.Group options={options} /> : <Select options={options} showSearch={{ optionFilterProp: "label" }} allowClear />;
  }
  if (field.type === "boolean") return <Switch checkedChildren="是" unCheckedChildren="否" />;
  if (field.type === "integer") return <InputNumber min={field.minimum} max={field.maximum} precision={0} style={{ width: 160 }} placeholder={rangeOf(field)} />;
  switch (field.format) {
    case "date": return <DatePicker style={{ width: "100%" }} onKeyDown={choosesOnly} />;
    case "date-time": return <DatePicker style={{ width: "100%" }} showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" onKeyDown={choosesOnly} />;
    case "unit": return <UnitPicker />;
    case "user": return <PeoplePicker />;
    case "review": return <ReviewPicker />;
    case "project": return <ProjectPicker />;
    case "liaison": return <LiaisonPicker />;
    case "textarea": return <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} showCount maxLength={field.maxLength} />;
    default: return <Input maxLength={field.maxLength} />;
  }
}

function listControl(field: Schema) {
  const items = field.items ?? {};
  if (items.format === "unit") return <UnitPicker multiple />;
  if (items.format === "file") return <FilePicker max={field.maxItems ?? 1} />;
  const options = optionsOf(items);
  return options.length <= 2 * few ? <Checkbox.Group options={options} /> : <Select mode="multiple" options={options} showSearch={{ optionFilterProp: "label" }} allowClear />;
}

const optionsOf = (field: Schema) => (field.oneOf ?? []).map((c) => ({ value: c.const, label: c.title }));
const rangeOf = (field: Schema) => (field.minimum !== undefined && field.maximum !== undefined ? `${field.minimum}至${field.maximum}` : undefined);
const isChosen = (field: Schema) => !!field.oneOf || ["date", "date-time", "unit", "user", "review", "project", "liaison"].includes(field.format ?? "");

function rulesOf(field: Schema, label: string, required: boolean): FormRule[] {
  if (field.type === "array") return (field.minItems ?? 0) > 0 ? [{ required: true, type: "array", message: `请选择${label}` }] : [];
  if (field.type === "boolean") return [];
  const typed = field.type !== "integer" && !isChosen(field);
  const rules: FormRule[] = [];
  if (required && typed) rules.push({ required: true, whitespace: true, message: `请填写${label}` });
  else if (required) rules.push({ required: true, message: `请${field.type === "integer" ? "填写" : "选择"}${label}` });
  const least = field.minLength ?? 0;
  if (typed && least > 1) {
    rules.push({
      validator: (_, value?: string) =>
        value && value.trim() && [...value.trim()].length < least ? Promise.reject(new Error(`${label}至少${least}个字`)) : Promise.resolve(),
    });
  }
  return rules;
}

/** Rows is a list whose items are added and removed one by one. */
function Rows({ path, full, field, label }: { path: Path; full: Path; field: Schema; label: string }) {
  const items = rowsOf(field) ?? {};
  const most = field.maxItems || Infinity;
  return (
    <Form.Item label={label} required={(field.minItems ?? 0) > 0} extra={field.description}>
      <Form.List name={path}>
        {(rows, { add, remove }, { errors }) => (
          <div className="stack" role="group" aria-label={label}>
            {rows.map((row, i) => (
              <div key={row.key} className="row-fields">
                <div>
                  {items.type === "object"
                    ? <Fields schema={items} path={[row.name]} full={[...full, row.name]} />
                    : <Field path={[row.name]} full={[...full, row.name]} field={{ ...items, title: items.title ?? `第${i + 1}项` }} required />}
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
