package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const assessor = "kaohe.jingban"

// yearOf is what the test needs of an assessment year.
type yearOf struct {
	Stage, Computing string
	Members          []struct {
		UnitID string `json:"unit_id"`
	}
	Runs []struct {
		No                   int
		Kind, Inputs, Output string
		Standing             bool
	}
	Appeals []struct {
		No, Before, After int
		Status            string
	}
	Timeline []struct{ Type string }
}

func (y yearOf) count(eventType string) int {
	n := 0
	for _, e := range y.Timeline {
		if e.Type == eventType {
			n++
		}
	}
	return n
}

const yearPath = "/api/v1/assessments/2024"

func (w *town) year(ctx context.Context) (y yearOf) {
	w.Helper()
	w.insist(ctx, assessor, http.MethodGet, yearPath, "", nil, &y)
	return y
}

func (w *town) step(ctx context.Context, login, action string, body any) {
	w.Helper()
	w.insist(ctx, login, http.MethodPost, yearPath+"/actions/"+action, "year-"+action, body, nil)
}

// until waits for the year to become something.
func (w *town) until(ctx context.Context, what string, is func(yearOf) bool) yearOf {
	w.Helper()
	for {
		y := w.year(ctx)
		if is(y) {
			return y
		}
		select {
		case <-ctx.Done():
			w.Fatalf("%s never came: %+v", what, y)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

type answerBody map[string]any

// TestAYearSurvivesKillNine: an assessment year is killed in the middle of the official
// run, again and again, and in the middle of the recomputation after an appeal. Each comes
// to exactly one result, the frozen inputs reproduce it, and streams, workflows and
// projections agree.
func TestAYearSurvivesKillNine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Minute)
	defer cancel()
	data := []string{"--data", t.TempDir()}
	args := append([]string{"serve", "--demo", "--listen", "127.0.0.1:0"}, data...)
	server := launch(t, 0, args...)
	w := newTown(t, server.address())
	again := func() {
		server.kill()
		server = launch(t, 0, args...)
		w.site.MoveTo(server.address())
	}

	w.reportAll(ctx)
	w.step(ctx, assessor, "begin_verifying", answerBody{})
	w.verifyAll(ctx)
	w.step(ctx, assessor, "begin_scoring", answerBody{})
	again() // in the middle of telling the self-reports
	w.until(ctx, "the seal", func(y yearOf) bool { return y.count("assessment.errand_done") == 2 })
	w.step(ctx, assessor, "official", answerBody{})
	for range 3 {
		server.logged("scoring begins") // it settles for a while before it looks
		again()
	}
	y := w.until(ctx, "the official run", func(y yearOf) bool { return y.Stage == "rechecking" })
	if n := y.count("assessment.scored"); n != 1 || len(y.Runs) != 1 || !y.Runs[0].Standing {
		t.Fatalf("%d scorings: %+v", n, y.Runs)
	}
	w.step(ctx, leader, "recheck_pass", answerBody{})
	w.step(ctx, leader, "publicize", answerBody{})
	w.step(ctx, county, "appeal", answerBody{"indicator": "E1", "text": "外出招商批次少计,请复核"})
	w.step(ctx, leader, "rule", answerBody{"result": "accepted", "text": "经核属实,予以更正", "corrections": []answerBody{{"figure": "外出招商批次", "value": "131"}}})
	for range 2 {
		server.logged("scoring begins")
		again()
	}
	y = w.until(ctx, "the recomputation", func(y yearOf) bool { return y.Appeals[0].After != 0 })
	if n := y.count("assessment.scored"); n != 2 || len(y.Runs) != 2 || y.Runs[0].Output == y.Runs[1].Output {
		t.Fatalf("%d scorings: %+v", n, y.Runs)
	}
	server.stop()
	reconciled(t, data...)
	c, code := finished(t, append([]string{"assessment", "verify", "2023", "2024", "--log-level", "warn"}, data...)...)
	if code != 0 || !strings.Contains(c.out.String(), "2 years, 0 differ") {
		t.Errorf("luodi assessment verify ended with %d\n%s%s", code, c.out, c.err)
	}
}

// reportAll has every unit of the demonstration's 2024 hand its self-report in.
func (w *town) reportAll(ctx context.Context) {
	w.Helper()
	for _, m := range w.year(ctx).Members {
		path := yearPath + "/units/" + m.UnitID
		var r struct {
			Stage string
			Items []struct {
				Name, Registry, Said, Kind, Measure string
				Optional                            bool
			}
		}
		w.insist(ctx, assessor, http.MethodGet, path, "", nil, &r)
		if r.Stage != "filling" {
			continue
		}
		var items []answerBody
		for _, x := range r.Items {
			value := x.Registry
			switch {
			case value != "" || x.Said != "" || x.Optional:
			case x.Measure == "%":
				value = "90%"
			default:
				value = "100"
			}
			if value != "" {
				items = append(items, answerBody{"figure": x.Name, "value": value})
			}
		}
		w.insist(ctx, m.UnitID+".jingban", http.MethodPost, path+"/actions/fill", "fill-"+m.UnitID, answerBody{"items": items}, nil)
		w.insist(ctx, m.UnitID+".jingban", http.MethodPost, path+"/actions/submit", "submit-"+m.UnitID, answerBody{}, nil)
	}
}

// verifyAll has every figure verified by whose business it is.
func (w *town) verifyAll(ctx context.Context) {
	w.Helper()
	for _, m := range w.year(ctx).Members {
		for _, login := range []string{"shangwu.jingban", "fagai.jingban", assessor} {
			path := yearPath + "/units/" + m.UnitID
			var r struct {
				Actions []struct {
					Action  string
					Allowed bool
				}
			}
			a, err := w.as(login).Get(ctx, path)
			if err != nil {
				w.Fatal(err)
			}
			if a.Status == http.StatusNotFound {
				continue // not theirs to see
			}
			if err := a.Into(&r); err != nil {
				w.Fatal(err)
			}
			if slices.ContainsFunc(r.Actions, func(x struct {
				Action  string
				Allowed bool
			}) bool {
				return x.Action == "confirm" && x.Allowed
			}) {
				w.insist(ctx, login, http.MethodPost, path+"/actions/confirm", fmt.Sprintf("confirm-%s-%s", login, m.UnitID), answerBody{"text": "已核对"}, nil)
			}
		}
	}
}
