package store

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"luodi/internal/app"
	"luodi/internal/fault"
)

// column is one key that a list is sorted by. In either direction rows without a
// value come last; both databases would put them first when ascending.
type column[R any] struct {
	name     string
	desc     bool
	nullable bool
	value    func(R) any               // string, int64, time.Time; nil for no value
	parse    func(string) (any, error) // what value gave, from a cursor
}

// order is how a list is sorted. Its last column is unique, so that every row has
// one place and pages neither overlap nor leave rows out, whatever is inserted meanwhile.
type order[R any] []column[R]

// cursor is the place behind a row: the order it belongs to and the row's keys.
type cursor struct {
	Order string    `json:"o"`
	Keys  []*string `json:"k"`
}

// page reads one page of db, which selects and filters but doesn't sort, and the
// cursor of the next page, "" on the last. Errors: Invalid "cursor_invalid".
func page[R any](db *gorm.DB, o order[R], p app.Page) (rows []R, next string, err error) {
	if db, err = o.slice(db, p); err != nil {
		return nil, "", err
	}
	if err := db.Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next = o.cut(rows, p)
	return rows, next, nil
}

// slice sorts db, begins behind the page's cursor, and ends one row behind the page.
func (o order[R]) slice(db *gorm.DB, p app.Page) (*gorm.DB, error) {
	if p.Cursor != "" {
		keys, err := o.decode(p.Cursor)
		if err != nil {
			return nil, err
		}
		condition, args := o.after(keys)
		db = db.Where(condition, args...)
	}
	return db.Order(o.by()).Limit(size(p) + 1), nil
}

// cut takes off the row behind the page, which says that there is another page.
func (o order[R]) cut(rows []R, p app.Page) ([]R, string) {
	n := size(p)
	if len(rows) <= n {
		return rows, ""
	}
	return rows[:n], o.encode(rows[n-1])
}

func size(p app.Page) int { return min(max(p.Limit, 1), 200) }

func (o order[R]) by() string {
	var parts []string
	for _, c := range o {
		switch {
		case c.desc:
			parts = append(parts, c.name+" DESC")
		case c.nullable:
			parts = append(parts, c.name+" IS NULL", c.name)
		default:
			parts = append(parts, c.name)
		}
	}
	return strings.Join(parts, ", ")
}

// after is the condition for the rows behind a place: equal in the first columns,
// behind in the next.
func (o order[R]) after(keys []any) (string, []any) {
	var (
		either []string
		args   []any
		same   string
		prefix []any
	)
	for i, c := range o {
		if behind, with := c.behind(keys[i]); behind != "" {
			either = append(either, "("+same+behind+")")
			args = append(append(args, prefix...), with...)
		}
		if keys[i] == nil {
			same += c.name + " IS NULL AND "
		} else {
			same += c.name + " = ? AND "
			prefix = append(prefix, keys[i])
		}
	}
	condition := "(" + strings.Join(either, " OR ") + ")"
	if first := o[0]; !first.nullable {
		// Says nothing new, but tells the database where in an index to begin.
		condition = first.name + map[bool]string{true: " <= ? AND ", false: " >= ? AND "}[first.desc] + condition
		args = append([]any{keys[0]}, args...)
	}
	return condition, args
}

// behind is the condition for a value behind key; "" when there is none, for
// nothing comes behind no value.
func (c column[R]) behind(key any) (string, []any) {
	if key == nil {
		return "", nil
	}
	condition := c.name + " > ?"
	if c.desc {
		condition = c.name + " < ?"
	}
	if c.nullable {
		condition = "(" + condition + " OR " + c.name + " IS NULL)"
	}
	return condition, []any{key}
}

func (o order[R]) encode(row R) string {
	c := cursor{Order: o.by()}
	for _, col := range o {
		c.Keys = append(c.Keys, keyText(col.value(row)))
	}
	data, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and pointers to texts always encode
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func keyText(v any) *string {
	var text string
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		text = v
	case int64:
		text = strconv.FormatInt(v, 10)
	case time.Time:
		text = v.UTC().Format(time.RFC3339Nano)
	}
	return &text
}

func (o order[R]) decode(text string) ([]any, error) {
	bad := fault.Field("/cursor", "cursor_invalid", "分页游标无效,请从第一页重新开始")
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, bad.Because(err)
	}
	var c cursor
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, bad.Because(err)
	}
	if c.Order != o.by() || len(c.Keys) != len(o) {
		return nil, bad
	}
	keys := make([]any, len(o))
	for i, col := range o {
		switch {
		case c.Keys[i] != nil:
			if keys[i], err = col.parse(*c.Keys[i]); err != nil {
				return nil, bad.Because(err)
			}
		case !col.nullable:
			return nil, bad
		}
	}
	return keys, nil
}

// The kinds of columns.

func textColumn[R any](name string, desc bool, value func(R) string) column[R] {
	return column[R]{
		name: name, desc: desc, value: func(r R) any { return value(r) },
		parse: func(s string) (any, error) { return s, nil },
	}
}

func numberColumn[R any](name string, desc bool, value func(R) int64) column[R] {
	return column[R]{
		name: name, desc: desc, value: func(r R) any { return value(r) },
		parse: func(s string) (any, error) { return strconv.ParseInt(s, 10, 64) },
	}
}

func timeColumn[R any](name string, desc bool, value func(R) time.Time) column[R] {
	return column[R]{
		name: name, desc: desc, value: func(r R) any { return value(r) },
		parse: func(s string) (any, error) { return time.Parse(time.RFC3339Nano, s) },
	}
}

// maybe makes a column's value optional; get is nil for none.
func maybe[R, V any](c column[R], get func(R) *V) column[R] {
	c.nullable = true
	c.value = func(r R) any {
		if v := get(r); v != nil {
			return *v
		}
		return nil
	}
	return c
}
