package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
)

func TestDateOfIsTheDayInShanghai(t *testing.T) {
	for moment, want := range map[string]string{
		"2025-03-03T15:59:59Z": "2025-03-03",
		"2025-03-03T16:00:00Z": "2025-03-04",
		"2024-12-31T16:00:00Z": "2025-01-01",
	} {
		m, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DateOf(m).String(); got != want {
			t.Errorf("%s is %s in Shanghai, want %s", moment, got, want)
		}
	}
}

func TestParseDateRefusesWhatIsNoDate(t *testing.T) {
	for _, s := range []string{"", "2025-02-30", "2025-13-01", "2025-1-1", "2025/01/01", "0000-01-01", "20250101", "2025-01-01T00:00:00Z", "12025-01-01"} {
		if _, err := calendar.ParseDate(s); !fault.Is(err, fault.Invalid) || !fault.HasCode(err, "invalid_date") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestDateTextRoundTrip(t *testing.T) {
	type doc struct {
		On  calendar.Date `json:"on"`
		Off calendar.Date `json:"off,omitzero"`
	}
	for _, want := range []doc{{}, {On: date(t, "2024-02-29")}, {On: date(t, "0001-01-01"), Off: date(t, "9999-12-31")}} {
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got doc
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Errorf("%s read back as %+v, %v", text, got, err)
		}
	}
	got := doc{On: date(t, "2025-01-01")}
	if err := json.Unmarshal([]byte(`{"on":"2025-02-30"}`), &got); !fault.HasCode(err, "invalid_date") {
		t.Errorf("a bad date in JSON: %v", err)
	}
}

func TestDateOrderAndArithmetic(t *testing.T) {
	a, b := date(t, "2024-02-28"), date(t, "2024-03-01")
	if a.AddDays(2) != b || b.AddDays(-2) != a || a.AddDays(0) != a {
		t.Error("2024 has a 29 February")
	}
	if date(t, "1969-12-31").AddDays(1) != date(t, "1970-01-01") || date(t, "1970-01-01").AddDays(-366) != date(t, "1968-12-31") {
		t.Error("days before 1970 count wrong")
	}
	if !a.Before(b) || b.Before(a) || !b.After(a) || a.After(a) || a.Compare(a) != 0 {
		t.Error("order")
	}
	if date(t, "2025-03-09").Weekday() != time.Sunday || date(t, "1969-12-29").Weekday() != time.Monday {
		t.Error("weekday")
	}
	if (calendar.Date{Year: 2025, Month: 2, Day: 30}).Valid() || (calendar.Date{}).Valid() || !a.Valid() {
		t.Error("validity")
	}
}
