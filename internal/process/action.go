package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"luodi/internal/fault"
)

// Action is something a person may want to do with a process now. The API serves
// it, the workbench draws its buttons and forms from it, and Decide refuses what
// it doesn't allow: there is one source of who may do what.
type Action struct {
	Name    string     `json:"action" doc:"name to POST to"`
	Label   string     `json:"label" doc:"Chinese label of the button"`
	Allowed bool       `json:"allowed"`
	Reason  string     `json:"reason,omitempty" doc:"why it is not allowed, in Chinese"`
	Who     string     `json:"who,omitempty" doc:"whose business it is, in Chinese"`
	Schema  *Schema    `json:"schema,omitempty" doc:"JSON Schema of the body to POST; absent when the action is not allowed"`
	Danger  bool       `json:"danger,omitempty" doc:"ask for confirmation first"`
	Denied  fault.Kind `json:"-"` // Forbidden or Conflict when not allowed
}

// Allow makes an allowed action; a nil schema takes an empty object.
func Allow(name, label string, schema *Schema) Action {
	if schema == nil {
		schema = Object()
	}
	return Action{Name: name, Label: label, Allowed: true, Schema: schema}
}

// Deny returns the action as not allowed. Kind is Forbidden when it's a matter of
// the person, Conflict when it's a matter of the present state.
func (a Action) Deny(kind fault.Kind, reason string) Action {
	a.Allowed, a.Denied, a.Reason, a.Schema = false, kind, reason, nil
	return a
}

// Require finds the command's action and refuses what the actor may not do now or
// a body that doesn't fit its schema; then it reads the body into the value body
// points to. An unknown name is NotFound.
func Require(actions []Action, cmd Command, body any) error {
	i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == cmd.Name })
	if i < 0 {
		return fault.Newf(fault.NotFound, "action_unknown", "没有“%s”这项操作", cmd.Name)
	}
	a := actions[i]
	if !a.Allowed {
		code := "action_conflict"
		if a.Denied == fault.Forbidden {
			code = "action_forbidden"
		}
		return fault.New(a.Denied, code, a.refusal())
	}
	return Read(a.Schema, cmd.Body, body)
}

// refusal says why not, and whose business it is.
func (a Action) refusal() string {
	if a.Who == "" {
		return fmt.Sprintf("不能%s:%s", a.Label, a.Reason)
	}
	return fmt.Sprintf("不能%s:%s(可办理人:%s)", a.Label, a.Reason, a.Who)
}

// Read checks raw JSON against a schema, collects everything wrong with it, and
// decodes it into body.
func Read(schema *Schema, raw json.RawMessage, body any) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage("{}")
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return fault.New(fault.Malformed, "json_malformed", "请求内容不是有效的 JSON").Because(err)
	}
	if details := schema.check("", v, nil); len(details) > 0 {
		return &fault.Error{Kind: fault.Invalid, Code: "body_invalid", Message: "填写内容有误:" + details[0].Message, Details: details}
	}
	if err := json.Unmarshal(raw, body); err != nil {
		return fault.New(fault.Invalid, "body_invalid", "填写内容有误").Because(err)
	}
	return nil
}

// Unmarshal reads a body that the server itself has put together.
func Unmarshal(raw json.RawMessage, body any) error {
	if err := json.Unmarshal(raw, body); err != nil {
		return fault.New(fault.Internal, "internal", "系统内部错误,请稍后再试").Because(err)
	}
	return nil
}

// Schema is the part of JSON Schema (2020-12) that Luodi's forms need. Title is
// the Chinese label of a field.
type Schema struct {
	Type                 string             `json:"type,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Properties           map[string]*Schema `json:"properties,omitempty"`
	Order                []string           `json:"x-order,omitempty"` // order of the fields in a form
	Required             []string           `json:"required,omitempty"`
	AdditionalProperties *bool              `json:"additionalProperties,omitempty"`
	OneOf                []Choice           `json:"oneOf,omitempty"`
	Items                *Schema            `json:"items,omitempty"`
	MinItems             int                `json:"minItems,omitempty"`
	MaxItems             int                `json:"maxItems,omitempty"`
	MinLength            int                `json:"minLength,omitempty"`
	MaxLength            int                `json:"maxLength,omitempty"`
	Minimum              *int               `json:"minimum,omitempty"`
	Maximum              *int               `json:"maximum,omitempty"`
	Format               string             `json:"format,omitempty"` // date, unit, user, file; textarea as a hint to forms
	When                 *When              `json:"x-when,omitempty"` // a hint to forms: only then has the field a meaning
}

// When says which value of another field a field belongs to.
type When struct {
	Field string `json:"field"`
	Is    string `json:"is"`
}

// Only hints that the field is for one value of another.
func (s *Schema) Only(field, is string) *Schema {
	s.When = &When{Field: field, Is: is}
	return s
}

// Choice is one value of an enumeration with its Chinese label.
type Choice struct {
	Const string `json:"const"`
	Title string `json:"title"`
}

// Field is a named property of an object schema.
type Field struct {
	Name     string
	Schema   *Schema
	Optional bool
}

// Object is a closed object: unknown properties are errors, so that a misspelt
// field is noticed and not dropped.
func Object(fields ...Field) *Schema {
	closed := false
	s := &Schema{Type: "object", AdditionalProperties: &closed, Properties: map[string]*Schema{}}
	for _, f := range fields {
		s.Properties[f.Name] = f.Schema
		s.Order = append(s.Order, f.Name)
		if !f.Optional {
			s.Required = append(s.Required, f.Name)
		}
	}
	return s
}

// Text is a string of lo to hi characters.
func Text(title string, lo, hi int) *Schema {
	s := &Schema{Type: "string", Title: title, MinLength: lo, MaxLength: hi}
	if hi > 100 {
		s.Format = "textarea"
	}
	return s
}

// OneOf is a string out of a list.
func OneOf(title string, choices ...Choice) *Schema {
	return &Schema{Type: "string", Title: title, OneOf: choices}
}

// List is an array of at most hi items.
func List(title string, items *Schema, lo, hi int) *Schema {
	return &Schema{Type: "array", Title: title, Items: items, MinItems: lo, MaxItems: hi}
}

// DateText is a day written 2006-01-02.
func DateText(title string) *Schema {
	return &Schema{Type: "string", Title: title, Format: FormatDate, MinLength: 10, MaxLength: 10}
}

// Formats of a string that names something the server knows.
const (
	FormatDate = "date"
	FormatUnit = "unit" // id of a unit
	FormatUser = "user" // id of a person
	FormatFile = "file" // id of an uploaded attachment
)

// Ref is a string that names a unit, a person or a file.
func Ref(title, format string) *Schema {
	return &Schema{Type: "string", Title: title, Format: format, MinLength: 1, MaxLength: 64}
}

// Whole is an integer from lo to hi.
func Whole(title string, lo, hi int) *Schema {
	return &Schema{Type: "integer", Title: title, Minimum: &lo, Maximum: &hi}
}

// YesNo is true or false.
func YesNo(title string) *Schema { return &Schema{Type: "boolean", Title: title} }

// Refs collects the ids that a body gives for fields of a format, wherever they are.
func (s *Schema) Refs(format string, v any) []string {
	switch v := v.(type) {
	case string:
		if s.Format == format && v != "" {
			return []string{v}
		}
	case []any:
		var out []string
		for _, item := range v {
			if s.Items != nil {
				out = append(out, s.Items.Refs(format, item)...)
			}
		}
		return out
	case map[string]any:
		var out []string
		for _, name := range s.Order {
			out = append(out, s.Properties[name].Refs(format, v[name])...)
		}
		return out
	}
	return nil
}

func (s *Schema) check(at string, v any, out []fault.Detail) []fault.Detail {
	bad := func(code, format string, args ...any) []fault.Detail {
		field := at
		if field == "" {
			field = "/"
		}
		return append(out, fault.Detail{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	switch s.Type {
	case "object":
		m, ok := v.(map[string]any)
		if !ok {
			return bad("type_wrong", "%s应为对象", s.name())
		}
		return s.checkObject(at, m, out)
	case "array":
		list, ok := v.([]any)
		if !ok {
			return bad("type_wrong", "%s应为列表", s.name())
		}
		if len(list) < s.MinItems || len(list) > s.MaxItems {
			return bad("count_wrong", "%s应有%d至%d项", s.name(), s.MinItems, s.MaxItems)
		}
		for i, item := range list {
			out = s.Items.check(fmt.Sprintf("%s/%d", at, i), item, out)
		}
		return out
	case "boolean":
		if _, ok := v.(bool); !ok {
			return bad("type_wrong", "%s应为是或否(true、false)", s.name())
		}
		return out
	case "integer":
		number, ok := v.(json.Number)
		n, err := strconv.Atoi(number.String())
		if !ok || err != nil {
			return bad("type_wrong", "%s应为整数", s.name())
		}
		if n < *s.Minimum || n > *s.Maximum {
			return bad("number_wrong", "%s应为%d至%d", s.name(), *s.Minimum, *s.Maximum)
		}
		return out
	default:
		text, ok := v.(string)
		if !ok {
			return bad("type_wrong", "%s应为文字", s.name())
		}
		if problem := s.checkText(text); problem != "" {
			return bad("text_wrong", "%s", problem)
		}
		return out
	}
}

func (s *Schema) checkObject(at string, m map[string]any, out []fault.Detail) []fault.Detail {
	for _, name := range s.Required {
		if _, ok := m[name]; !ok {
			out = append(out, fault.Detail{Field: at + "/" + name, Code: "required", Message: "请填写" + s.Properties[name].name()})
		}
	}
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p, ok := s.Properties[name]
		if !ok {
			out = append(out, fault.Detail{Field: at + "/" + name, Code: "field_unknown", Message: "没有“" + name + "”这个字段"})
			continue
		}
		out = p.check(at+"/"+name, m[name], out)
	}
	return out
}

// checkText counts characters, not bytes, and refuses what no keyboard types on purpose.
func (s *Schema) checkText(text string) string {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	switch {
	case len(s.OneOf) > 0:
		if slices.ContainsFunc(s.OneOf, func(c Choice) bool { return c.Const == text }) {
			return ""
		}
		return s.name() + "不在可选范围内"
	case s.MinLength > 0 && n == 0:
		return "请填写" + s.name()
	case n < s.MinLength:
		return fmt.Sprintf("%s至少%d个字", s.name(), s.MinLength)
	case s.MaxLength > 0 && n > s.MaxLength:
		return fmt.Sprintf("%s不超过%d个字", s.name(), s.MaxLength)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }):
		return s.name() + "含有不可见的控制字符"
	}
	return ""
}

func (s *Schema) name() string {
	if s.Title == "" {
		return "内容"
	}
	return s.Title
}

// Encoded is the JSON of a body that the program made of plain values, which always can
// be encoded: one that can't is a mistake in the program.
func Encoded(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
