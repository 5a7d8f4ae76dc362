package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"luodi/internal/dispatch"
	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
)

// DispatchCompiler performs the effects of dispatch sheets: it makes and freezes their
// content, and hands instructions to liaisons.
type DispatchCompiler struct {
	Reads     Reads
	Calendars *Calendars
	Blobs     Blobs
	Processes Processes
	Now       func() time.Time
	NewID     func() string
}

// Compile performs dispatch.EffectCompile. Asked twice it may freeze two contents, of
// which the process keeps the one that it is told of.
func (c *DispatchCompiler) Compile(ctx context.Context, _, id string, e process.Effect) (json.RawMessage, error) {
	var asked dispatch.Compilation
	if err := json.Unmarshal(e.Body, &asked); err != nil {
		return nil, err
	}
	in, err := c.input(ctx, asked.Planned)
	if err != nil {
		return nil, err
	}
	sheet, err := dispatch.Compile(in)
	if err != nil {
		return nil, err
	}
	data, err := sheet.Encode()
	if err != nil {
		return nil, err
	}
	digest, err := c.Blobs.Put(ctx, data)
	if err != nil {
		return nil, err
	}
	return event.NewDraft(dispatch.Compiled{Round: asked.Round, Digest: digest, Size: len(data), City: sheet.City, Units: sheet.Units()}).Data, nil
}

// input gathers what the sheet is made of.
func (c *DispatchCompiler) input(ctx context.Context, p dispatch.Planned) (in dispatch.Input, err error) {
	in = dispatch.Input{Planned: p, MadeAt: c.Now()}
	if in.Calendar, err = c.Calendars.Current(ctx); err != nil {
		return in, err
	}
	counties, err := c.units(ctx, &in)
	if err != nil {
		return in, err
	}
	err = c.Reads.EachProcess(ctx, liaison.Kind, p.From, func(row ProcessRow) error {
		x, err := carried(row)
		in.Liaisons = append(in.Liaisons, x)
		return err
	})
	if err != nil {
		return in, err
	}
	err = c.Reads.EachStageEvent(ctx, p.From, p.Until, func(x project.Project, e event.Event) error {
		county := dispatch.Unit{ID: x.CountyID, Name: counties[x.CountyID]}
		in.Moves = append(in.Moves, dispatch.Move{ProjectID: x.ID, ProjectName: x.Name, County: county, Title: project.Tell(e), At: e.At})
		return nil
	})
	if err != nil {
		return in, err
	}
	in.Standing, err = c.standing(ctx, p, in)
	return in, err
}

// carried is a liaison with everything that was owed in it.
func carried(row ProcessRow) (dispatch.Carried, error) {
	var s liaison.State
	if err := json.Unmarshal(row.State, &s); err != nil {
		return dispatch.Carried{}, err
	}
	return dispatch.Carried{
		Subject: dispatch.Subject{LiaisonID: s.ID, ProjectID: s.ProjectID, ProjectName: s.ProjectName,
			County: dispatch.Unit{ID: s.CountyID, Name: s.CountyName}, Department: dispatch.Unit{ID: s.DepartmentID, Name: s.DepartmentName}},
		Role: s.Role, Suspended: s.Stage == liaison.Suspended, AssignedAt: s.AssignedAt, EndedAt: s.EndedAt, Items: liaison.Items(s),
	}, nil
}

func (c *DispatchCompiler) units(ctx context.Context, in *dispatch.Input) (names map[string]string, err error) {
	units, err := c.Reads.Units(ctx)
	names = map[string]string{}
	for _, u := range units {
		x := dispatch.Unit{ID: u.ID, Name: u.Name}
		names[u.ID] = u.Name
		switch u.Kind {
		case org.County:
			in.Counties = append(in.Counties, x)
		case org.Department, org.Centre:
			in.Departments = append(in.Departments, x)
		}
	}
	return names, err
}

// standing are the instructions of earlier sheets that are not done.
func (c *DispatchCompiler) standing(ctx context.Context, planned dispatch.Planned, in dispatch.Input) (out []dispatch.Standing, err error) {
	for p := (Page{Limit: 200}); ; {
		rows, next, err := c.Reads.Dispatches(ctx, org.Scope{All: true}, DispatchFilter{Stage: dispatch.Issued}, p)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if !row.Until.Before(planned.Until) {
				continue
			}
			process, err := c.Reads.Process(ctx, dispatch.Kind, row.ID, org.Scope{All: true})
			if err != nil {
				return nil, err
			}
			var s dispatch.State
			if err := json.Unmarshal(process.State, &s); err != nil {
				return nil, err
			}
			out = append(out, s.Standings(in.Calendar, in.MadeAt)...)
		}
		if p.Cursor = next; next == "" {
			return out, nil
		}
	}
}

// Instruct performs dispatch.EffectInstruct. The liaison takes each instruction once;
// what it refuses is a result. Errors: the engine or the database is away; ask again.
func (c *DispatchCompiler) Instruct(ctx context.Context, _, _ string, e process.Effect) (json.RawMessage, error) {
	var msg dispatch.Message
	if err := json.Unmarshal(e.Body, &msg); err != nil {
		return nil, err
	}
	body, err := json.Marshal(liaison.Instruct{ID: msg.Instruction, Sheet: msg.Sheet, Text: msg.Text, Due: msg.Due})
	if err != nil {
		return nil, err
	}
	cmd := process.Command{ID: fmt.Sprintf("dispatch:%s", msg.Instruction), Name: liaison.CmdInstruct, Actor: org.SystemActor(), At: c.Now(), Body: body,
		Request: Digest(liaison.CmdInstruct, body)}
	out := dispatch.InstructionSent{ID: msg.ID, Round: msg.Round}
	over := fault.New(fault.Conflict, "liaison_ended", "包联已经结束")
	err = messenger{c.Processes, c.Reads, c.NewID}.send(ctx, liaison.Kind, msg.LiaisonID, cmd, over)
	if f := fault.From(err); f != nil {
		if passing(f) {
			return nil, f
		}
		out.Code, out.Refused = f.Code, f.Message
	}
	return json.Marshal(out)
}
