package project

import (
	"strings"

	"luodi/internal/fault"
	"luodi/internal/money"
)

// Filter narrows a list of projects. Zero fields don't.
type Filter struct {
	Query        string // part of name, code or investor
	CountyID     string
	Stage        Stage
	Tier         Tier
	InvestorKind InvestorKind
	Industry     string       // exact
	Chain        string       // exact
	Event        string       // exact
	Year         int          // of signing
	LandedYear   int          // of landing
	AmountMin    money.Amount // inclusive
	AmountMax    money.Amount // inclusive; zero is no limit
	Framework    *bool
	AboveScale   *bool
	Illustrative *bool
}

// SortField is a field that a list may be sorted by; ties break by id, so that
// pages never overlap.
type SortField string

// The sort fields.
const (
	BySignedOn     SortField = "signed_on" // unsigned projects last when descending
	ByAgreedAmount SortField = "agreed_amount"
	ByName         SortField = "name"
	ByUpdatedAt    SortField = "updated_at"
	ByCode         SortField = "code"
)

// Valid reports whether lists can be sorted by the field.
func (f SortField) Valid() bool {
	switch f {
	case BySignedOn, ByAgreedAmount, ByName, ByUpdatedAt, ByCode:
		return true
	}
	return false
}

// Sort is the order of a list.
type Sort struct {
	Field SortField
	Desc  bool
}

// ParseSort reads "agreed_amount", or "-signed_on" for descending; empty is
// "-updated_at". Errors: Invalid "sort_unknown".
func ParseSort(s string) (Sort, error) {
	if s == "" {
		return Sort{Field: ByUpdatedAt, Desc: true}, nil
	}
	name, desc := strings.CutPrefix(s, "-")
	if !SortField(name).Valid() {
		return Sort{}, fault.Field("/sort", "sort_unknown", "不支持按该字段排序")
	}
	return Sort{Field: SortField(name), Desc: desc}, nil
}

// String writes what ParseSort reads.
func (s Sort) String() string {
	if s.Desc {
		return "-" + string(s.Field)
	}
	return string(s.Field)
}
