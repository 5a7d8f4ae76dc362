package store

import (
	"strings"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/org"
)

// stamp is a moment as both databases keep it: UTC, microseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// maybeStamp is NULL for the zero time.
func maybeStamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = stamp(t)
	return &t
}

func maybeTime(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// maybeDate is NULL for the zero date.
func maybeDate(d calendar.Date) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}

func dateOf(text *string) (calendar.Date, error) {
	if text == nil {
		return calendar.Date{}, nil
	}
	return calendar.ParseDate(*text)
}

// joinRoles writes ",a,b,": a role is found by looking for ",a,", never by a part of a name.
func joinRoles(roles []org.Role) string {
	if len(roles) == 0 {
		return ""
	}
	var b strings.Builder
	for _, r := range roles {
		b.WriteString("," + string(r))
	}
	return b.String() + ","
}

func splitRoles(text string) []org.Role {
	var roles []org.Role
	for part := range strings.SplitSeq(strings.Trim(text, ","), ",") {
		if part != "" {
			roles = append(roles, org.Role(part))
		}
	}
	return roles
}

// searchText is what a search looks into: the texts in lower case, so that "5g"
// finds "5G" on both databases.
func searchText(texts ...string) string { return strings.ToLower(strings.Join(texts, "\n")) }
