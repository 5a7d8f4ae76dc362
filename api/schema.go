package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/process"
	"luodi/internal/project"
)

// The domain's own types know nothing of OpenAPI; these say how they look in JSON.
type (
	amountText   struct{}
	quantityText struct{}
	dayText      struct{}
	anySchema    struct{}
)

// Schema of a money amount.
func (amountText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^-?[0-9][0-9,]*(\.[0-9]{1,6})?$`, PatternDescription: "以万元计的数字,最多六位小数",
		Description: "decimal, 万元 (10,000 CNY)", Examples: []any{"12000.5"}}
}

// Schema of a quantity.
func (quantityText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9]+(\.[0-9]+)?)?$`, PatternDescription: "非负小数,未知则留空", Examples: []any{"120.5"}}
}

// Schema of a day; empty when there is none.
func (dayText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`, PatternDescription: "日期,如 2023-09-01", Examples: []any{"2023-09-01"}}
}

// Schema of a JSON Schema.
func (anySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "JSON Schema of the body to POST"}
}

// teach tells the registry about the domain's types.
func teach(r huma.Registry) {
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[money.Amount]():     reflect.TypeFor[amountText](),
		reflect.TypeFor[project.Quantity](): reflect.TypeFor[quantityText](),
		reflect.TypeFor[calendar.Date]():    reflect.TypeFor[dayText](),
		reflect.TypeFor[process.Schema]():   reflect.TypeFor[anySchema](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
}
