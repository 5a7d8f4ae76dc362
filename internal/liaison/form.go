package liaison

import (
	"fmt"
	"regexp"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/process"
)

// maxFiles bounds the attachments of one step.
const maxFiles = 20

func form(fields ...process.Field) func(State, []target) []process.Field {
	return func(State, []target) []process.Field { return fields }
}

func text(title string, lo, hi int) process.Field {
	return process.Field{Name: "text", Schema: process.Text(title, lo, hi), Optional: lo == 0}
}

func day(title string, optional bool) process.Field {
	return process.Field{Name: "on", Schema: process.DateText(title), Optional: optional}
}

func attachments(title string) process.Field {
	return process.Field{Name: "files", Schema: process.List(title, process.Ref("附件", process.FormatFile), 0, maxFiles), Optional: true}
}

// request is what the forms ask for; each operation reads its own part.
type request struct {
	Text      string   `json:"text"`
	On        string   `json:"on"`
	Files     []string `json:"files"`
	Progress  string   `json:"progress"`
	Next      string   `json:"next"`
	Funds     string   `json:"funds"`
	Title     string   `json:"title"`
	Kind      string   `json:"kind"`
	Unit      string   `json:"unit"`
	Units     []string `json:"units"`
	Cadre     string   `json:"cadre"`
	CadreName string   `json:"cadre_name"`
}

// said reads a decision's body, with the day and the files that it names.
type said struct {
	request
	day   calendar.Date
	files []File
	given Given
}

func hear(d decision) (out said, err error) {
	if err = d.Read(&out.request); err != nil {
		return out, err
	}
	if err = d.Given(&out.given); err != nil {
		return out, err
	}
	if out.On != "" {
		if out.day, err = calendar.ParseDate(out.On); err != nil {
			return out, fault.Field("/on", "date_invalid", "日期应写作 2023-05-01 的形式").Because(err)
		}
	}
	for i, id := range out.Files {
		f, ok := out.given.Files[id]
		if !ok {
			return out, fault.Field(fmt.Sprintf("/files/%d", i), "attachment_unknown", "没有这个附件,或您无权使用")
		}
		out.files = append(out.files, f)
	}
	return out, nil
}

// past checks a day on which something has happened.
func (x said) past(at time.Time) error {
	if x.day.After(calendar.DateOf(at)) {
		return fault.Field("/on", "date_in_future", "日期"+x.On+"晚于今天")
	}
	return nil
}

// future checks a day by which something is to happen.
func (x said) future(at time.Time) error {
	if !x.day.IsZero() && x.day.Before(calendar.DateOf(at)) {
		return fault.Field("/on", "date_past", "期限"+x.On+"早于今天")
	}
	return nil
}

func sameDay(a, b time.Time) bool { return !a.IsZero() && calendar.DateOf(a) == calendar.DateOf(b) }

var amountPattern = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,2})?$`)

// amount reports whether a text is an amount in 万元.
func amount(text string) bool { return amountPattern.MatchString(text) }
