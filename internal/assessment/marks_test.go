package assessment_test

import (
	"testing"

	"luodi/internal/assessment"
	"luodi/internal/fault"
)

func marks(topic, unit, mark string) body {
	return body{"topic": topic, "marks": []body{{"unit_id": unit, "mark": mark}}}
}

// Marks are from 0 to 100 with at most two places, in digits.
func TestMarksAreBounded(t *testing.T) {
	w := upTo(t, assessment.Reporting)
	for mark, good := range map[string]bool{
		"0": true, "100": true, "100.00": true, "99.99": true, "0.01": true, "88.5": true, "7": true,
		"100.01": false, "100.1": false, "101": false, "-1": false, "-0": false, "-0.5": false, "+5": false, "1.234": false, "1.": false, ".5": false, "1.-5": false, "1.+5": false,
		"1e1": false, "５": false, "9 9": false, "0x1": false, "1.2.3": false, "1,5": false, "1000": false, "NaN": false, "_1": false,
	} {
		err := w.record(w.command(assessment.ActMark, firm, marks("营商环境", "maojian", mark)))
		if good != (err == nil) || !good && !fault.HasCode(err, "mark_invalid") {
			t.Errorf("%q: %v", mark, err)
		}
	}
	w.refused(firm, assessment.ActMark, marks("营商环境", "maojian", ""), "text_wrong")
	w.refused(firm, assessment.ActMark, marks("营商环境", "maojian", "1000.00"), "text_wrong")
}

// A judge marks the topics that were given to them, units that are marked on them, and
// not their own.
func TestAJudgeMarksWhatIsTheirs(t *testing.T) {
	w := upTo(t, assessment.Running)
	w.refused(firm, assessment.ActMark, marks("营商环境", "maojian", "90"), "action_conflict") // too early
	w = upTo(t, assessment.Reporting)
	w.refused(zhang, assessment.ActMark, marks("营商环境", "maojian", "90"), "action_forbidden")
	w.refused(maojian, assessment.ActMark, marks("营商环境", "maojian", "90"), "own_unit")
	w.refused(maojian, assessment.ActMark, marks("服务质量", "fagai", "90"), "text_wrong")   // not given
	w.refused(firm, assessment.ActMark, marks("营商环境", "fagai", "90"), "unit_not_marked") // a department
	w.refused(firm, assessment.ActMark, marks("营商环境", "xiangyang", "90"), "text_wrong")
	judges := w.state.Plan.Judges
	if n := w.state.Unmarked(judges[0]); n != 4 {
		t.Errorf("the firm owes %d marks", n)
	}
	w.do(firm, assessment.ActMark, marks("营商环境", "maojian", "90"))
	w.do(firm, assessment.ActMark, marks("营商环境", "maojian", "80")) // the last one counts
	w.do(firm, assessment.ActMark, marks("服务质量", "fagai", "70.5"))
	if n := w.state.Unmarked(judges[0]); n != 2 || len(w.state.Marks) != 2 {
		t.Errorf("the firm owes %d marks: %+v", n, w.state.Marks)
	}
	var owed []string
	for _, task := range assessment.Tasks(w.state) {
		if task.Action == assessment.ActMark {
			owed = append(owed, task.UserID)
		}
	}
	same(t, "who owes marks", owed, []string{"u-firm", "u-maojian"})
	got := w.state.MarkedBy(judges[0], "营商环境")
	if len(got) != 2 || got[0].Mark != "80" || got[1].Mark != "" || got[1].Member.UnitID != "zhangwan" {
		t.Errorf("marked by the firm: %+v", got)
	}
	if got := w.state.MarkedBy(judges[1], "营商环境"); len(got) != 1 || got[0].Member.UnitID != "zhangwan" {
		t.Errorf("a county marks %+v", got)
	}
	w.do(zhang, assessment.ActVerify, nil)
	w.do(zhang, assessment.ActScore, nil)
	w.refused(firm, assessment.ActMark, marks("营商环境", "maojian", "90"), "action_conflict")
}

// Marks are given unseen until the year is scored.
func TestMarksAreBlindUntilScoring(t *testing.T) {
	for stage, blind := range map[assessment.Stage]bool{assessment.Reporting: true, assessment.Verifying: true, assessment.Scoring: false, assessment.Publicity: false, assessment.Locked: false} {
		if s := (assessment.State{Stage: stage}); s.Blind() != blind {
			t.Errorf("blind at %s: %v", stage, s.Blind())
		}
	}
}

// Mean, lowest and highest are exact to two places; a mark is an outlier when it lies
// more than fifteen points from the mean of the others, and there are three at least.
func TestSpreadsAreExact(t *testing.T) {
	judges := func(n int) (out []assessment.Judge) {
		for i := range n {
			id := string(rune('a' + i))
			out = append(out, assessment.Judge{UserID: id, Name: id, UnitID: "unit-" + id, Topics: []string{"营商环境"}})
		}
		return out
	}
	for _, tt := range []struct {
		marks           []string
		mean, low, high string
		outliers        string
		owed            int
	}{
		{nil, "", "", "", "", 0},
		{[]string{"90"}, "90", "90", "90", "", 0},
		{[]string{"0", "100"}, "50", "0", "100", "", 0}, // two say nothing of each other
		{[]string{"90", "90", "75"}, "85", "75", "90", "", 0},
		{[]string{"90", "90", "74.99"}, "85", "74.99", "90", "c", 0},
		{[]string{"90", "90", "60"}, "80", "60", "90", "c", 0}, // the others: 90, 75 from 75
		{[]string{"80", "80", "81"}, "80.33", "80", "81", "", 0},
		{[]string{"80", "81", "81"}, "80.67", "80", "81", "", 0},
		{[]string{"9", "10", "100"}, "39.67", "9", "100", "abc", 0}, // numbers, not texts
		{[]string{"", "88.50", "88.5"}, "88.5", "88.5", "88.5", "", 1},
	} {
		s := assessment.State{Plan: assessment.Plan{Book: assessment.UseOf("b", cityBook()), Members: members[:1], Judges: judges(len(tt.marks))}}
		for i, m := range tt.marks {
			if m != "" {
				s.Marks = append(s.Marks, assessment.Mark{Judge: s.Plan.Judges[i].UserID, Topic: "营商环境", Unit: "maojian", Mark: m})
			}
		}
		all := s.Spreads()
		if len(all) != 1 { // 服务质量 is of departments
			t.Fatalf("%d spreads", len(all))
		}
		x, outliers := all[0], ""
		for _, m := range x.Marks {
			if m.Outlier {
				outliers += m.Judge
			}
		}
		if x.Mean != tt.mean || x.Lowest != tt.low || x.Highest != tt.high || outliers != tt.outliers || x.Owed != tt.owed || x.Count != len(tt.marks)-tt.owed {
			t.Errorf("%v: %+v, outliers %q", tt.marks, x, outliers)
		}
	}
	// A judge of the unit itself owes it no mark.
	s := assessment.State{Plan: assessment.Plan{Book: assessment.UseOf("b", cityBook()), Members: members, Judges: []assessment.Judge{{UserID: "u", UnitID: "maojian", Topics: []string{"营商环境"}}}}}
	if x := s.Spreads(); len(x) != 4 || x[0].Owed != 0 || x[1].Owed != 1 || x[2].UnitID != "fagai" || x[2].Owed != 0 {
		t.Errorf("%+v", x)
	}
}
