package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/assessment"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/selfreport"
)

// Errands tells self-reports what their year has for them.
type Errands struct {
	Scorer    *Scorer
	Reads     Reads
	Processes Processes
	Now       func() time.Time
	NewID     func() string
	// Look is when the registry is looked at; nil: now. A rehearsal in another time looks
	// at what is there all the same.
	Look func() time.Time
}

// Run performs assessment.EffectErrand: every self-report gets a command whose id follows
// from the errand, so that one that was told already says the same again. Errors: the
// engine or the database is away; ask again.
func (r *Errands) Run(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var x assessment.Errand
	if err := json.Unmarshal(e.Body, &x); err != nil {
		return nil, err
	}
	state, err := r.Scorer.state(ctx, id)
	if err != nil {
		return nil, err
	}
	out := assessment.ErrandDone{No: x.No, What: x.What}
	if x.What == "open" {
		out.Units, err = r.open(ctx, state, x)
	} else {
		out.Units, err = r.tell(ctx, state, x)
	}
	if err != nil {
		return nil, err
	}
	return event.NewDraft(out).Data, nil
}

// open opens a self-report for every unit, with what the registry knows of it.
func (r *Errands) open(ctx context.Context, state assessment.State, x assessment.Errand) (int, error) {
	look := r.Now
	if r.Look != nil {
		look = r.Look
	}
	book, err := r.Scorer.Book(ctx, state.Plan.Book.Digest)
	if err != nil {
		return 0, err
	}
	known, err := r.Scorer.Known(ctx, state, lastDay(state.Year), look().UTC().Truncate(time.Microsecond))
	if err != nil {
		return 0, err
	}
	for _, m := range state.Active() {
		o := selfreport.Opening{
			Year: state.ID, UnitID: m.UnitID, UnitName: m.Name, Group: m.Group, Office: state.Office, Lapse: state.Plan.Lapse, Illustrative: state.Plan.Illustrative,
			Fill: state.Plan.Terms[assessment.Reporting], Verify: state.Plan.Terms[assessment.Verifying],
			Figures: assessment.Figures(book, m.Group, state.Verifier),
		}
		for _, f := range o.Figures {
			o.Known = append(o.Known, known[m.UnitID][f.Name])
		}
		body, err := json.Marshal(o)
		if err != nil {
			return 0, err
		}
		child := selfreport.ID(state.ID, m.UnitID)
		_, err = r.Processes.Start(ctx, selfreport.Kind, child, state.ID+"年度自评 "+m.Name, r.command(state, x, selfreport.CmdOpen, body))
		if err != nil {
			return 0, err
		}
	}
	return len(state.Active()), nil
}

func (r *Errands) command(state assessment.State, x assessment.Errand, name string, body json.RawMessage) process.Command {
	return process.Command{ID: fmt.Sprintf("year:%s:%d", state.ID, x.No), Name: name, Actor: org.SystemActor(), At: r.Now(), Body: body}
}

// tell sends a command to the self-reports that the errand is about. One that isn't
// there, or that is over, has nothing to be told.
func (r *Errands) tell(ctx context.Context, state assessment.State, x assessment.Errand) (int, error) {
	name, body, err := message(x)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, m := range state.Plan.Members {
		if x.Unit != "" && m.UnitID != x.Unit {
			continue
		}
		child := selfreport.ID(state.ID, m.UnitID)
		err := messenger{r.Processes, r.Reads, r.NewID}.send(ctx, selfreport.Kind, child, r.command(state, x, name, body), nil)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// message is the command of an errand.
func message(x assessment.Errand) (name string, body json.RawMessage, err error) {
	var b any
	switch x.What {
	case "seal":
		return selfreport.CmdSeal, nil, nil
	case "unseal":
		return selfreport.CmdUnseal, nil, nil
	case "rename":
		name, b = selfreport.CmdRename, selfreport.WasRenamed{Name: x.Name}
	case "merge":
		name, b = selfreport.CmdMerge, selfreport.WasMerged{Into: x.Into, Name: x.Name}
	case "extend":
		stage := selfreport.Filling
		if assessment.Stage(x.Name) == assessment.Verifying {
			stage = selfreport.Submitted
		}
		name, b = selfreport.CmdExtend, selfreport.Extend{Stage: stage, Days: x.Days}
	case "finish":
		name, b = selfreport.CmdFinish, selfreport.WasFinished{}
	default:
		return "", nil, fault.Newf(fault.Internal, "internal", "不认识的通知“%s”", x.What)
	}
	body, err = json.Marshal(b)
	return name, body, err
}
