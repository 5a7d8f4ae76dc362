package app

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/project"
	"luodi/internal/review"
)

// Reviews is 落地前研判 for its users.
type Reviews struct {
	Service[review.State, review.Facts]
	Templates *Templates
	Admission *Admission // nil: reviews are not scored
}

// NewReviews makes the use case.
func NewReviews(service Service[review.State, review.Facts], templates *Templates) *Reviews {
	s := &Reviews{Service: service, Templates: templates}
	s.Prepare, s.Memory = s.prepare, newMemory[review.State]()
	return s
}

// StartReview is what a person says to start a review.
type StartReview struct {
	ProjectID string `json:"project_id"`
	Note      string `json:"note"`
}

// Preview is a review before it is started: who would sit, why, and when each
// deadline would fall if it were submitted now.
type Preview struct {
	review.Plan
	Title    string            `json:"title" doc:"of the template"`
	Figures  review.Figures    `json:"figures"`
	Forecast []review.Expected `json:"forecast"`
}

// Plan tells who would sit on a project's review, and why, before it is started.
func (s *Reviews) Plan(ctx context.Context, actor org.Actor, projectID string) (Preview, error) {
	p, err := s.Reads.Project(ctx, projectID, org.ScopeOf(actor))
	if err != nil {
		return Preview{}, err
	}
	plan, f, err := s.plan(ctx, p)
	if err != nil {
		return Preview{}, err
	}
	t, err := s.Templates.On(s.Now())
	return Preview{Plan: plan, Title: t.Title, Figures: f, Forecast: review.ForecastPlan(plan, s.Facts().Calendar, s.Now())}, err
}

// Forecast tells who is still to act in a review, and when each deadline falls.
func (s *Reviews) Forecast(ctx context.Context, actor org.Actor, id string) ([]review.Expected, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return review.Forecast(v.State, s.Facts().Calendar, s.Now()), nil
}

// Resubmission is what a resubmission would change now: the registry's figures
// against those submitted last, and which seats would be asked again.
func (s *Reviews) Resubmission(ctx context.Context, actor org.Actor, id string) ([]review.Change, []string, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.Reads.Project(ctx, v.State.Figures.ProjectID, org.ScopeOf(actor))
	if err != nil {
		return nil, nil, err
	}
	plan, f, err := s.plan(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	changes := review.Compare(v.State.Figures, f)
	return changes, v.State.AskedAgain(changes, plan), nil
}

// plan is the template's choice, with the seats marked whose units have nobody to act.
func (s *Reviews) plan(ctx context.Context, p project.Project) (review.Plan, review.Figures, error) {
	plan, f, err := s.chosen(ctx, p)
	if err != nil {
		return plan, f, err
	}
	var ids []string
	for _, seat := range plan.Seats {
		ids = append(ids, seat.UnitID)
	}
	unstaffed, err := s.unstaffed(ctx, ids)
	for i := range plan.Seats {
		plan.Seats[i].Unstaffed = slices.Contains(unstaffed, plan.Seats[i].UnitID)
	}
	return plan, f, err
}

// chosen is whom the template seats for a project as it stands in the registry.
func (s *Reviews) chosen(ctx context.Context, p project.Project) (review.Plan, review.Figures, error) {
	f := figures(p)
	units, err := unitsByID(ctx, s.Reads)
	if err != nil {
		return review.Plan{}, f, err
	}
	t, err := s.Templates.On(s.Now())
	if err != nil {
		return review.Plan{}, f, err
	}
	plan, err := t.Plan(f, units)
	return plan, f, err
}

func figures(p project.Project) review.Figures {
	return review.Figures{
		ProjectID: p.ID, Code: p.Code, Name: p.Name, Investor: p.Investor,
		InvestorKind: string(p.InvestorKind), CountyID: p.CountyID, Industry: p.Industry,
		AgreedAmount: p.AgreedAmount, LandArea: p.LandArea.String(), EnergyUse: p.EnergyUse.String(),
		Chemicals: p.Chemicals,
	}
}

func unitsByID(ctx context.Context, reads Reads) (map[string]org.Unit, error) {
	list, err := reads.Units(ctx)
	units := make(map[string]org.Unit, len(list))
	for _, u := range list {
		units[u.ID] = u
	}
	return units, err
}

// MayStart says whether the actor may start reviews of a project at all.
func (s *Reviews) MayStart(actor org.Actor, p project.Project) error {
	if !MayStartReviews(actor) || mayEdit(actor, p.CountyID) != nil {
		return fault.New(fault.Forbidden, "review_start_forbidden", "由招商中心或项目所在县市区发起研判")
	}
	if p.Stage == project.InReview {
		return fault.New(fault.Conflict, "review_active", "项目正在研判,不能重复发起")
	}
	_, err := p.ByReview(project.InReview)
	return err
}

// startSchema is the form of StartReview.
var startSchema = process.Object(
	process.Field{Name: "project_id", Schema: process.Text("项目", 1, 64)},
	process.Field{Name: "note", Schema: process.Text("说明", 0, 1000), Optional: true})

// Start submits a project for review. The id follows from the key, so that asking
// again with the same key finds the same review. Errors: NotFound for a hidden
// project, Forbidden, Conflict when the project's stage or another review forbids it.
func (s *Reviews) Start(ctx context.Context, actor org.Actor, key string, in StartReview) (process.Receipt, error) {
	request, err := json.Marshal(in)
	if err != nil {
		return process.Receipt{}, err
	}
	if err := process.Read(startSchema, request, &in); err != nil {
		return process.Receipt{}, err
	}
	cmd, err := s.command(actor, review.ActSubmit, key, request)
	if err != nil {
		return process.Receipt{}, err
	}
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte("review\n"+cmd.ID)).String()
	if receipt, ok, err := s.stored(ctx, id, cmd); ok || err != nil {
		return receipt, err
	}
	receipt, err := s.start(ctx, actor, id, cmd, in)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		if receipt, ok, twin := s.stored(ctx, id, cmd); ok || twin != nil {
			return receipt, twin // the same key, sent twice at once: the other was first
		}
	}
	return receipt, err
}

func (s *Reviews) start(ctx context.Context, actor org.Actor, id string, cmd process.Command, in StartReview) (process.Receipt, error) {
	p, err := s.Reads.Project(ctx, in.ProjectID, org.ScopeOf(actor))
	if err != nil {
		return process.Receipt{}, err
	}
	if err := s.MayStart(actor, p); err != nil {
		return process.Receipt{}, err
	}
	if err := s.notDeferred(ctx, p.ID); err != nil {
		return process.Receipt{}, err
	}
	if cmd.Body, err = s.submission(ctx, id, p, in.Note); err != nil {
		return process.Receipt{}, err
	}
	receipt, err := s.Processes.Start(ctx, review.Kind, id, "研判 "+p.Name, cmd)
	if err == nil && receipt.Request != cmd.Request {
		return process.Receipt{}, errKeyReused()
	}
	return receipt, err
}

// notDeferred sends whoever starts anew to the review that waits to be taken up again.
func (s *Reviews) notDeferred(ctx context.Context, projectID string) error {
	open := true
	rows, _, err := s.Reads.Reviews(ctx, org.Scope{All: true}, ReviewFilter{ProjectID: projectID, Stage: review.Deferral, Open: &open}, Page{Limit: 1})
	if err == nil && len(rows) > 0 {
		return fault.New(fault.Conflict, "review_deferred", "该项目有暂缓的研判,请在原研判中“重启研判”,不必重新发起")
	}
	return err
}

// submission freezes the project's figures and the template's choice into the command.
func (s *Reviews) submission(ctx context.Context, id string, p project.Project, note string) (json.RawMessage, error) {
	plan, f, err := s.plan(ctx, p)
	if err != nil {
		return nil, err
	}
	return json.Marshal(review.Submission{ID: id, Figures: f, Note: note, StageBefore: string(p.Stage), Plan: plan})
}

// List gives the reviews the actor may see, latest first.
func (s *Reviews) List(ctx context.Context, actor org.Actor, f ReviewFilter, p Page) ([]ReviewRow, string, error) {
	return s.Reads.Reviews(ctx, org.ScopeOf(actor), f, p)
}

// ProjectReview writes what a review changes beside its own rows: its line in the
// lists and, when the outcome says so, the project's stage, in Record's transaction.
func ProjectReview(tx Tx, before, after review.State, events []event.Event) error {
	if err := tx.SaveReview(ReviewRowFor(after)); err != nil {
		return err
	}
	if err := useFiles(tx, after, events); err != nil {
		return err
	}
	if before.Started() && before.ProjectStage() == after.ProjectStage() {
		return nil
	}
	return moveProject(tx, after, events)
}

func moveProject(tx Tx, s review.State, events []event.Event) error {
	p, err := tx.Project(s.Figures.ProjectID)
	if err != nil {
		return err
	}
	to := project.Stage(s.ProjectStage())
	if s.Outcome == review.Withdrawn || s.Outcome == review.Terminated {
		to = p.GivenBack(to)
	}
	moved, err := p.ByReview(to)
	if err != nil {
		return err
	}
	last := events[len(events)-1]
	_, err = saveProject(tx, moved, last.CommandID, last.Actor, last.At, project.StageByReview{
		ReviewID: s.ID, From: p.Stage, To: moved.Stage, Outcome: s.Outcome.Label(),
	})
	return err
}

// ReviewRowFor is the list row that a state should have.
func ReviewRowFor(s review.State) ReviewRow {
	row := ReviewRow{
		ID: s.ID, ProjectID: s.Figures.ProjectID, ProjectName: s.Figures.Name, CountyID: s.Figures.CountyID,
		Stage: s.Stage, Outcome: s.Outcome, StartedBy: s.Initiator.Name, StartedUser: s.Initiator.UserID,
		StartedUnit: s.Initiator.UnitID, StartedAt: s.StartedAt, Due: s.Due(), Provisional: s.Provisional(),
		Light: s.Light(), EndedAt: s.EndedAt, Seats: len(s.Seats),
	}
	for _, seat := range s.Seats {
		if seat.Opinion != "" {
			row.Opined++
		}
	}
	return row
}

// ReviewFacts gives what review rules need; the digest names the calendar in it.
func ReviewFacts(calendars *Calendars) func(context.Context) (review.Facts, string, error) {
	return func(ctx context.Context) (review.Facts, string, error) {
		cal, err := calendars.Current(ctx)
		if err != nil {
			return review.Facts{}, "", err
		}
		return review.Facts{Calendar: cal}, cal.Digest(), nil
	}
}

// ReviewSnapshot gives the facts last seen, without asking the store.
func ReviewSnapshot(calendars *Calendars) func() review.Facts {
	return func() review.Facts { return review.Facts{Calendar: calendars.Snapshot()} }
}
