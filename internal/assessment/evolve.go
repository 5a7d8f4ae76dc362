package assessment

import (
	"slices"

	"luodi/internal/event"
	"luodi/internal/process"
)

// maxTrials is how many trial runs are kept in the list; older ones stay in the stream.
const maxTrials = 20

// own gives the state lists of its own, for states are values.
func (s State) own() State {
	s.Changes, s.Errands, s.Draws, s.Marks = slices.Clone(s.Changes), slices.Clone(s.Errands), slices.Clone(s.Draws), slices.Clone(s.Marks)
	s.Runs, s.Appeals, s.Adjustments, s.Rounds = slices.Clone(s.Runs), slices.Clone(s.Appeals), slices.Clone(s.Adjustments), slices.Clone(s.Rounds)
	s.Plan.Members, s.Targets = slices.Clone(s.Plan.Members), slices.Clone(s.Targets)
	return s
}

func signed(e event.Event) Signed { return Signed{By: e.Actor, At: e.At} }

// to goes to a stage with its clock.
func (s State) to(stage Stage, c *process.Clock, e event.Event) State {
	s.Stage, s.Clock, s.Light, s.Reminded, s.StageSince = stage, c, process.Green, false, e.At
	return s
}

// send adds an errand.
func (s State) send(x Errand) State {
	x.No = len(s.Errands) + 1
	s.Errands = append(s.Errands[:len(s.Errands):len(s.Errands)], x)
	return s
}

func (b YearOpened) apply(_ State, e event.Event) State {
	return State{ID: b.ID, Year: b.Year, Office: b.Office, Plan: b.Plan, Opened: signed(e)}.to(Setup, nil, e)
}

func (b BookChosen) apply(s State, _ event.Event) State {
	s.Plan.Book, s.Plan.Members = b.Book, b.Members
	s.Plan.Duties, s.Plan.Judges = kept(s.Plan, b.Book)
	return s
}

// kept are the duties and judges that still have a meaning under another book.
func kept(p Plan, b BookUse) (map[string]string, []Judge) {
	duties := map[string]string{}
	for id, unit := range p.Duties {
		if b.Indicator(id) != nil {
			duties[id] = unit
		}
	}
	var judges []Judge
	for _, j := range p.Judges {
		j.Topics = slices.DeleteFunc(slices.Clone(j.Topics), func(t string) bool {
			x := b.topic(t)
			return x == nil || len(x.Panels) > 0 && !slices.Contains(x.Panels, j.Panel)
		})
		if len(j.Topics) > 0 {
			judges = append(judges, j)
		}
	}
	return duties, judges
}

func (b MembersSet) apply(s State, _ event.Event) State {
	s.Plan.Members = b.Members
	return s
}

func (b DutiesSet) apply(s State, _ event.Event) State {
	s.Plan.Duties = b.Duties
	return s
}

func (b TermsSet) apply(s State, _ event.Event) State {
	s.Plan.Terms, s.Plan.Lapse = b.Terms, b.Lapse
	return s
}

func (b JudgesSet) apply(s State, _ event.Event) State {
	s.Plan.Judges = b.Judges
	return s
}

func (b TargetsSet) apply(s State, e event.Event) State {
	s = s.own()
	b.Sheet.By = signed(e)
	if n := len(s.Targets); s.Issued == nil && n > 0 { // a draft takes the place of a draft
		b.Sheet.Version = s.Targets[n-1].Version
		s.Targets[n-1] = b.Sheet
		return s
	}
	b.Sheet.Version = len(s.Targets) + 1
	s.Targets = append(s.Targets, b.Sheet)
	return s
}

func (b TargetsIssued) apply(s State, e event.Event) State {
	at := signed(e)
	s.Issued = &at
	return s.to(Running, nil, e)
}

func (b ChangeProposed) apply(s State, e event.Event) State {
	s = s.own()
	b.Change.By = signed(e)
	if b.Change.Targets != nil {
		sheet := *b.Change.Targets
		sheet.By = b.Change.By
		b.Change.Targets = &sheet
	}
	s.Changes = append(s.Changes, b.Change)
	return s
}

func (b ChangeDecided) apply(s State, e event.Event) State {
	s = s.own()
	i := slices.IndexFunc(s.Changes, func(c Change) bool { return c.No == b.No })
	if i < 0 {
		return s
	}
	c, at := &s.Changes[i], signed(e)
	c.Decided, c.Decision, c.Decider = map[bool]string{true: "approved", false: "refused"}[b.Approved], b.Text, &at
	if !b.Approved {
		return s
	}
	switch c.Kind {
	case ChangeTargets:
		sheet := *c.Targets
		sheet.Version, sheet.Reason, sheet.Moved = len(s.Targets)+1, c.Reason, c.Diff
		s.Targets = append(s.Targets, sheet)
	case ChangeBook:
		s.Plan.Book = *c.Book
		s.Plan.Duties, s.Plan.Judges = kept(s.Plan, *c.Book)
	case ChangeName:
		if m := s.Member(c.UnitID); m != nil {
			m.Name = c.Name
		}
		return s.send(Errand{What: "rename", Unit: c.UnitID, Name: c.Name})
	case ChangeMerge:
		if m := s.Member(c.UnitID); m != nil {
			m.MergedInto = c.Into
		}
		if c.Targets != nil {
			sheet := *c.Targets
			sheet.Version, sheet.Reason, sheet.Moved = len(s.Targets)+1, c.Reason, c.Diff
			s.Targets = append(s.Targets, sheet)
		}
		return s.send(Errand{What: "merge", Unit: c.UnitID, Into: c.Into, Name: s.unitName(c.Into)})
	case ChangeTime:
		s.Clock, s.Light, s.Reminded = b.Clock, b.Light, false
		return s.send(Errand{What: "extend", Days: c.Days, Name: string(s.Stage)})
	}
	return s
}

func (b StageBegun) apply(s State, e event.Event) State {
	from := s.Stage
	s = s.own().to(b.Stage, b.Clock, e)
	switch {
	case b.Stage == Reporting:
		return s.send(Errand{What: "open"})
	case b.Stage == Scoring:
		return s.send(Errand{What: "seal"})
	case b.Stage == Verifying && !from.Before(Scoring):
		return s.send(Errand{What: "unseal"})
	}
	return s
}

func (b ErrandDone) apply(s State, _ event.Event) State {
	s = s.own()
	for i := range s.Errands {
		if s.Errands[i].No == b.No {
			s.Errands[i].Done = true
		}
	}
	return s
}

func (b SampleDrawn) apply(s State, e event.Event) State {
	s = s.own()
	b.Draw.By = signed(e)
	s.Draws = append(s.Draws, b.Draw)
	return s
}

func (b SampleSeen) apply(s State, e event.Event) State {
	s = s.own()
	for i := range s.Draws {
		if s.Draws[i].No != b.Draw {
			continue
		}
		s.Draws[i].Items = slices.Clone(s.Draws[i].Items)
		for k := range s.Draws[i].Items {
			if x := &s.Draws[i].Items[k]; x.ID == b.Item {
				at := signed(e)
				x.Found, x.Text, x.By = b.Found, b.Text, &at
			}
		}
	}
	return s
}

func (b WasMarked) apply(s State, e event.Event) State {
	s = s.own()
	judge := e.Actor.Person()
	for _, m := range b.Marks {
		x := Mark{Judge: judge, Topic: b.Topic, Unit: m.Unit, Mark: m.Mark, At: e.At}
		i := slices.IndexFunc(s.Marks, func(y Mark) bool { return y.Judge == judge && y.Topic == b.Topic && y.Unit == m.Unit })
		if i < 0 {
			s.Marks = append(s.Marks, x)
			continue
		}
		s.Marks[i] = x
	}
	return s
}

func (b RunAsked) apply(s State, e event.Event) State {
	s.RunNo = b.No
	s.Asked = &Asked{No: b.No, Kind: b.Kind, Appeal: b.Appeal, AsOf: b.AsOf, KnownAt: b.KnownAt, By: signed(e)}
	return s
}

// apply passes over the result of a scoring that nobody waits for any more.
func (b WasScored) apply(s State, e event.Event) State {
	if s.Asked == nil || s.Asked.No != b.Run.No {
		return s
	}
	s = s.own()
	b.Run.Kind, b.Run.Appeal, b.Run.By = s.Asked.Kind, s.Asked.Appeal, s.Asked.By
	if b.Run.KnownAt.IsZero() { // what failed before it had looked
		b.Run.AsOf, b.Run.KnownAt = s.Asked.AsOf, s.Asked.KnownAt
	}
	s.Asked = nil
	s.Runs = append(s.Runs, b.Run)
	trials := 0
	for i := len(s.Runs) - 1; i >= 0; i-- {
		if s.Runs[i].Kind == Trial {
			if trials++; trials > maxTrials {
				s.Runs = slices.Delete(s.Runs, i, i+1)
			}
		}
	}
	if b.Run.Failed != "" {
		return s.unruled(b.Run)
	}
	if b.Run.Kind == Official {
		s.Rechecked, s.Returned = nil, ""
		return s.to(Rechecking, b.Clock, e)
	}
	for i := range s.Appeals {
		if a := &s.Appeals[i]; b.Run.Kind == Appealed && a.No == b.Run.Appeal {
			a.After = b.Run.No
		}
	}
	return s
}

// unruled opens an appeal again whose recomputation failed: it was accepted, and changed
// nothing.
func (s State) unruled(failed Run) State {
	for i := range s.Appeals {
		if a := &s.Appeals[i]; failed.Kind == Appealed && a.No == failed.Appeal {
			a.Status, a.Ruling, a.Ruled, a.Corrections, a.Before = "open", "", nil, nil, 0
		}
	}
	return s
}

func (b RecheckPassed) apply(s State, e event.Event) State {
	at := signed(e)
	s.Rechecked = &at
	return s
}

func (b RecheckReturned) apply(s State, e event.Event) State {
	s = s.own()
	if r := s.Run(b.Run); r != nil {
		r.Void = b.Text
	}
	s.Returned, s.Rechecked = b.Text, nil
	s = s.to(b.To, b.Clock, e)
	if b.To == Verifying {
		return s.send(Errand{What: "unseal"})
	}
	return s
}

func (b WasPublicized) apply(s State, e event.Event) State {
	s = s.own()
	s.Rounds = append(s.Rounds, Round{No: b.Round, Run: b.Run, By: signed(e), Clock: b.Clock})
	return s.to(Publicity, &b.Clock, e)
}

func (b PublicityOver) apply(s State, e event.Event) State {
	s = s.own()
	for i := range s.Rounds {
		if s.Rounds[i].No == b.Round {
			s.Rounds[i].Over = e.At
		}
	}
	return s.to(b.Next, b.Clock, e)
}

func (b WasAppealed) apply(s State, e event.Event) State {
	s = s.own()
	b.Appeal.By, b.Appeal.Status = signed(e), "open"
	s.Appeals = append(s.Appeals, b.Appeal)
	return s
}

func (b AppealWithdrawn) apply(s State, _ event.Event) State {
	s = s.own()
	for i := range s.Appeals {
		if s.Appeals[i].No == b.No {
			s.Appeals[i].Status = "withdrawn"
		}
	}
	return s
}

func (b AppealRuled) apply(s State, e event.Event) State {
	s = s.own()
	for i := range s.Appeals {
		a := &s.Appeals[i]
		if a.No != b.No {
			continue
		}
		at := signed(e)
		a.Status, a.Ruling, a.Ruled, a.Corrections = "refused", b.Text, &at, b.Corrections
		if b.Accepted {
			a.Status = "accepted"
			if r := s.Standing(); r != nil {
				a.Before = r.No
			}
		}
	}
	return s
}

func (b GradeAdjusted) apply(s State, e event.Event) State {
	s = s.own()
	b.Adjustment.By = signed(e)
	s.Adjustments = append(s.Adjustments, b.Adjustment)
	return s
}

func (b GradeDecided) apply(s State, e event.Event) State {
	s = s.own()
	for i := range s.Adjustments {
		if a := &s.Adjustments[i]; a.No == b.No {
			at := signed(e)
			a.Decided, a.Decision, a.Decider = map[bool]string{true: "confirmed", false: "refused"}[b.Confirmed], b.Text, &at
		}
	}
	return s
}

func (b WasLocked) apply(s State, e event.Event) State {
	b.Final.By = signed(e)
	s.Final = &b.Final
	return s.to(Locked, nil, e).send(Errand{What: "finish"})
}

func (b WasCancelled) apply(s State, e event.Event) State {
	s.Reason, s.Asked = b.Text, nil
	return s.to(Cancelled, nil, e).send(Errand{What: "finish"})
}

func (Reminded) apply(s State, _ event.Event) State {
	s.Reminded = true
	return s
}

func (b StageLate) apply(s State, _ event.Event) State {
	s.Light = b.Light
	return s
}

func (b ClockMoved) apply(s State, _ event.Event) State {
	s.Clock, s.Light = &b.Clock, b.Light
	if n := len(s.Rounds); s.Stage == Publicity && n > 0 {
		s.Rounds = slices.Clone(s.Rounds)
		s.Rounds[n-1].Clock = b.Clock
	}
	return s
}
