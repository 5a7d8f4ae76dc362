package loadtest

import (
	"maps"
	"slices"
	"strings"
)

// Action is one entry of a process's list of actions.
type Action struct {
	Name    string `json:"action"`
	Label   string `json:"label"`
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
	Danger  bool   `json:"danger"`
	Schema  Schema `json:"schema"`
}

// Schema is as much JSON Schema as forms are made of.
type Schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a name, or a list of names with "null"
	Properties map[string]Schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *Schema           `json:"items"`
	MinItems   int               `json:"minItems"`
	OneOf      []Choice          `json:"oneOf"`
	Format     string            `json:"format"`
	MinLength  int               `json:"minLength"`
	Minimum    int               `json:"minimum"`
}

// Choice is one value of an enumeration.
type Choice struct {
	Const string `json:"const"`
}

// Fill makes a value that fits: required fields only, the shortest texts. choose
// picks one of n choices.
func (s Schema) Fill(choose func(n int) int) any {
	switch {
	case len(s.Properties) > 0 || s.Type == "object":
		return s.object(choose)
	case s.Type == "array":
		list := []any{}
		for range s.MinItems {
			list = append(list, s.Items.Fill(choose))
		}
		return list
	case len(s.OneOf) > 0:
		return s.OneOf[choose(len(s.OneOf))].Const
	case s.Type == "integer":
		return s.Minimum
	case s.Format == "date":
		return "2099-12-31"
	default:
		return strings.Repeat("好", max(s.MinLength, 1))
	}
}

func (s Schema) object(choose func(n int) int) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) { // in one order, so that a seed repeats a run
		if slices.Contains(s.Required, name) {
			out[name] = s.Properties[name].Fill(choose)
		}
	}
	return out
}
