package calendar_test

import (
	"testing"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"luodi/internal/calendar"
)

// differences are the days that only one of the two tables names, with the
// notice that explains each. On none of them is there another answer to whether
// the day is worked: the plain week says the same.
var differences = map[string]string{
	// Holidays that the notice joins to an ordinary weekend (与周末连休): the
	// library names the weekend, our table leaves it to the plain week.
	"2018-06-16": "国办发明电〔2017〕12号", "2018-06-17": "国办发明电〔2017〕12号", // 端午节
	"2018-09-22": "国办发明电〔2017〕12号", "2018-09-23": "国办发明电〔2017〕12号", // 中秋节
	"2019-04-06": "国办发明电〔2018〕15号", "2019-04-07": "国办发明电〔2018〕15号", // 清明节
	"2019-06-08": "国办发明电〔2018〕15号", "2019-06-09": "国办发明电〔2018〕15号", // 端午节
	"2019-09-14": "国办发明电〔2018〕15号", "2019-09-15": "国办发明电〔2018〕15号", // 中秋节
	"2023-12-30": "国办发明电〔2023〕7号", "2023-12-31": "国办发明电〔2023〕7号", // 元旦
	"2024-06-08": "国办发明电〔2023〕7号", "2024-06-09": "国办发明电〔2023〕7号", // 端午节
	// "2月3日(星期一)起正常上班": our table keeps what the notice says of a plain Monday.
	"2020-02-03": "国办发明电〔2020〕1号",
}

// TestAgreesWithAnIndependentLibrary compares every day of the years both know
// with github.com/6tail/lunar-go, whose table was put together by others.
func TestAgreesWithAnIndependentLibrary(t *testing.T) {
	c := builtin(t)
	notices := map[string]bool{}
	for _, n := range c.Notices() {
		notices[n.ID] = true
	}
	met := map[string]bool{}
	last := calendar.Date{Year: 2026, Month: time.December, Day: 31}
	for d := (calendar.Date{Year: 2018, Month: time.January, Day: 1}); !d.After(last); d = d.AddDays(1) {
		ours := c.Explain(d)
		theirs := HolidayUtil.GetHolidayByYmd(d.Year, int(d.Month), d.Day)
		works := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		if theirs != nil {
			works = theirs.IsWork()
		}
		if ours.Working != works {
			t.Errorf("%s: worked %v (%s %s), the library says %v", d, ours.Working, ours.Reason, ours.NoticeID, works)
		}
		if (ours.NoticeID != "") != (theirs != nil) {
			met[d.String()] = true
			if !notices[differences[d.String()]] {
				t.Errorf("%s: only one of the tables names it, and no notice explains that (ours: %+v)", d, ours)
			}
		}
	}
	for d := range differences {
		if !met[d] {
			t.Errorf("%s: both tables agree on it now; take it off the list", d)
		}
	}
}
