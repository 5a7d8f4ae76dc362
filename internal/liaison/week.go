package liaison

import (
	"fmt"
	"time"

	"luodi/internal/calendar"
)

// isoWeek names the week of a day, "2023-W40" (ISO 8601: Monday to Sunday, the year
// is that of its Thursday).
func isoWeek(d calendar.Date) string {
	year, week := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// weekLabel is a week in Chinese.
func weekLabel(week string) string {
	var year, n int
	if _, err := fmt.Sscanf(week, "%d-W%d", &year, &n); err != nil {
		return week
	}
	return fmt.Sprintf("%d年第%d周", year, n)
}
