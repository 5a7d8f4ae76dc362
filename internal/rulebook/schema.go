package rulebook

// Schema is the JSON Schema of a book's file, written from the tables that the loader
// itself reads by; editors complete and check with it.
func Schema() map[string]any {
	defs := map[string]any{}
	for name, keys := range shapes {
		if name != "书" {
			defs[name] = objectSchema(name, keys)
		}
	}
	var ops []any
	for _, o := range operations {
		ops = append(ops, map[string]any{"type": "object", "additionalProperties": false, "required": []string{o.name}, "properties": map[string]any{o.name: formSchema(o)}})
	}
	defs["处理"] = map[string]any{"type": "array", "items": map[string]any{"oneOf": ops}}
	root := objectSchema("书", shapes["书"])
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "落地·考核细则"
	root["$defs"] = defs
	return root
}

func objectSchema(name string, keys []key) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, k := range keys {
		properties[k.name] = formSchema(k)
		if k.required {
			required = append(required, k.name)
		}
	}
	s := map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "title": name}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

var (
	scalarSchema = []string{"string", "number", "boolean"}
	textSchema   = []string{"string", "number"}
)

func formSchema(k key) map[string]any {
	s := map[string]any{"description": k.doc}
	ref := map[string]any{"$ref": "#/$defs/" + k.of}
	switch k.form {
	case asText:
		s["type"] = textSchema
	case asFormula, asPolicy:
		s["type"] = scalarSchema
		if k.form == asPolicy {
			s["examples"] = policies
		}
	case asNumber:
		s["type"] = "number"
	case asWhole:
		s["type"], s["minimum"] = "integer", k.low
		if k.high > 0 {
			s["maximum"] = k.high
		}
	case asFlag:
		s["enum"] = []any{"是", "否", true, false}
	case asDay:
		s["type"], s["pattern"] = "string", `^\d{4}-\d{2}-\d{2}$`
	case asChoice:
		s["enum"] = k.choices
	case asTexts, asFormulas:
		s["type"], s["items"] = "array", map[string]any{"type": scalarSchema}
	case asShape:
		s["$ref"] = ref["$ref"]
	case asShapes:
		s["type"], s["items"] = "array", ref
	case asPoints:
		s["type"], s["additionalProperties"] = []string{"number", "object"}, map[string]any{"type": "number"}
	case asOps:
		s["$ref"] = "#/$defs/处理"
	}
	return s
}
