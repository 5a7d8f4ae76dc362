package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/event"
	"luodi/internal/org"
	"luodi/internal/process"
	"luodi/internal/review"
)

// Review is a review as the API shows it.
type Review struct {
	ID           string         `json:"id"`
	Version      int64          `json:"version" doc:"number of the last event"`
	Stage        review.Stage   `json:"stage" enum:"intake,opinions,decision,end"`
	StageLabel   string         `json:"stage_label"`
	Light        process.Light  `json:"light" enum:"green,yellow,red" doc:"worst light of the open steps"`
	Due          time.Time      `json:"due,omitzero" doc:"earliest open deadline"`
	Provisional  bool           `json:"provisional" doc:"an open deadline was counted over a year without a holiday notice"`
	Figures      review.Figures `json:"figures" doc:"the project's figures as submitted"`
	Note         string         `json:"note,omitempty"`
	Initiator    Person         `json:"initiator"`
	Template     TemplateRef    `json:"template"`
	Intake       Step           `json:"intake"`
	Seats        []Seat         `json:"seats"`
	Decision     Step           `json:"decision"`
	Outcome      review.Outcome `json:"outcome,omitempty"`
	OutcomeLabel string         `json:"outcome_label,omitempty"`
	OutcomeText  string         `json:"outcome_text,omitempty"`
	OutcomeBy    *Person        `json:"outcome_by,omitempty"`
	StartedAt    time.Time      `json:"started_at"`
	EndedAt      time.Time      `json:"ended_at,omitzero"`
	Timeline     []TimelineItem `json:"timeline"`
}

// Person is who did something, and for which unit.
type Person struct {
	Name     string `json:"name"`
	UnitName string `json:"unit_name,omitempty"`
}

// TemplateRef names the template frozen into a review.
type TemplateRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Seat is one department's place in a review.
type Seat struct {
	ID           string         `json:"id"`
	UnitName     string         `json:"unit_name"`
	Veto         bool           `json:"veto" doc:"一票否决: no approval against this seat"`
	Why          string         `json:"why" doc:"why the template seats this unit"`
	Opinion      review.Opinion `json:"opinion,omitempty"`
	OpinionLabel string         `json:"opinion_label,omitempty"`
	Text         string         `json:"text,omitempty"`
	Condition    string         `json:"condition,omitempty"`
	By           *Person        `json:"by,omitempty"`
	Step         Step           `json:"step"`
}

// Step is a piece of work with a deadline.
type Step struct {
	State       string        `json:"state" enum:"waiting,open,returned,done,cancelled" doc:"cancelled: the review ended before the step was done"`
	OpenedAt    time.Time     `json:"opened_at,omitzero"`
	Due         time.Time     `json:"due,omitzero"`
	RemindAt    time.Time     `json:"remind_at,omitzero"`
	RedAt       time.Time     `json:"red_at,omitzero"`
	WorkingDays int           `json:"working_days,omitempty"`
	Light       process.Light `json:"light" enum:"green,yellow,red"`
	Reminded    bool          `json:"reminded"`
	Provisional bool          `json:"provisional"`
	Returned    *Returned     `json:"returned,omitempty"`
	DoneAt      time.Time     `json:"done_at,omitzero"`
}

// Returned is a request for supplements; the step's clock stands still.
type Returned struct {
	Person
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// TimelineItem is one recorded event in words.
type TimelineItem struct {
	Seq       int64     `json:"seq"`
	Stream    string    `json:"stream"`
	Type      string    `json:"type"`
	Text      string    `json:"text" doc:"the event in Chinese"`
	At        time.Time `json:"at"`
	ActorName string    `json:"actor_name"`
	UnitName  string    `json:"unit_name,omitempty"`
	Automatic bool      `json:"automatic" doc:"done by the clock, by nobody's decision"`
	Hash      string    `json:"hash" doc:"link of the stream's hash chain"`
}

// ReviewID is the path parameter of one review.
type ReviewID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) reviewRoutes(a huma.API) {
	t := tagged("reviews 落地前研判")
	huma.Register(a, op(http.MethodPost, "/api/v1/reviews", "start-review", "Submit a project for review", t, created), s.startReview)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews", "list-reviews", "Reviews that the caller may see, latest first", t), s.listReviews)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/plan", "plan-review", "Who would sit on a project's review, and why", t), s.planReview)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}", "get-review", "One review with its timeline", t), s.getReview)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/actions", "list-review-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.reviewActions)
	huma.Register(a, op(http.MethodPost, "/api/v1/reviews/{id}/actions/{action}", "act-on-review", "Do one of the actions", t), s.actOnReview)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths["/api/v1/reviews/{id}/actions/{action}"].Post.RequestBody.Required = false
}

type startReviewInput struct {
	Keyed
	Body struct {
		ProjectID string `json:"project_id" minLength:"1" maxLength:"64"`
		Note      string `json:"note,omitempty" maxLength:"1000" doc:"what the reviewers should know"`
	}
}

type receiptOutput struct {
	Location string `header:"Location"`
	Body     process.Receipt
}

func (s *Server) startReview(ctx context.Context, in *startReviewInput) (*receiptOutput, error) {
	r, err := s.Reviews.Start(ctx, actorOf(ctx), in.Key, app.StartReview{ProjectID: in.Body.ProjectID, Note: in.Body.Note})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: "/api/v1/reviews/" + r.ID, Body: r}, nil
}

type listReviewsInput struct {
	Paged
	Stage     string `query:"stage" enum:"intake,opinions,decision,end"`
	ProjectID string `query:"project_id" maxLength:"64"`
	Query     string `query:"q" maxLength:"100" doc:"part of the project's name"`
	Open      string `query:"open" enum:"true,false" doc:"only open, or only ended ones"`
}

func (s *Server) listReviews(ctx context.Context, in *listReviewsInput) (*body[List[app.ReviewRow]], error) {
	f := app.ReviewFilter{Stage: review.Stage(in.Stage), ProjectID: in.ProjectID, Query: in.Query, Open: optionalBool(in.Open)}
	rows, next, err := s.Reviews.List(ctx, actorOf(ctx), f, in.page())
	return answer(ctx, page(rows, next), err)
}

// optionalBool tells "not asked for" from false.
func optionalBool(text string) *bool {
	if text == "" {
		return nil
	}
	v := text == "true"
	return &v
}

func (s *Server) planReview(ctx context.Context, in *struct {
	ProjectID string `query:"project_id" required:"true" minLength:"1" maxLength:"64"`
}) (*body[review.Plan], error) {
	p, err := s.Reviews.Plan(ctx, actorOf(ctx), in.ProjectID)
	return answer(ctx, p, err)
}

func (s *Server) getReview(ctx context.Context, in *ReviewID) (*body[Review], error) {
	v, err := s.Reviews.Get(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return answer(ctx, reviewOf(v), nil)
}

type actionList struct {
	Actions []process.Action `json:"actions"`
}

func (s *Server) reviewActions(ctx context.Context, in *ReviewID) (*body[actionList], error) {
	actions, err := s.Reviews.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

// actInput takes any JSON object: which one fits is said by /actions, because it
// depends on the process, its state and the caller.
type actInput struct {
	Keyed
	ReviewID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnReview(ctx context.Context, in *actInput) (*body[process.Receipt], error) {
	r, err := s.Reviews.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func reviewOf(v app.View[review.State]) Review {
	s := v.State
	out := Review{
		ID: s.ID, Version: v.Row.Head, Stage: s.Stage, StageLabel: s.Stage.Label(), Light: s.Light(), Due: s.Due(),
		Provisional: s.Provisional(), Figures: s.Figures, Note: s.Note, Initiator: *person(s.Initiator),
		Template: TemplateRef{ID: s.TemplateID, Version: s.TemplateVersion},
		Intake:   stepOf(s, s.Intake), Decision: stepOf(s, s.Decision), Seats: []Seat{},
		Outcome: s.Outcome, OutcomeLabel: s.Outcome.Label(), OutcomeText: s.OutcomeText, OutcomeBy: person(s.OutcomeBy),
		StartedAt: s.StartedAt, EndedAt: s.EndedAt, Timeline: timeline(v.Events),
	}
	for _, seat := range s.Seats {
		out.Seats = append(out.Seats, Seat{
			ID: seat.ID, UnitName: seat.UnitName, Veto: seat.Veto, Why: seat.Why,
			Opinion: seat.Opinion, OpinionLabel: seat.Opinion.Label(), Text: seat.Text, Condition: seat.Condition,
			By: person(seat.By), Step: stepOf(s, seat.Step),
		})
	}
	return out
}

// person is nil for nobody.
func person(a org.Actor) *Person {
	if a.Name == "" {
		return nil
	}
	return &Person{Name: a.Name, UnitName: a.UnitName}
}

func stepOf(s review.State, x review.Step) Step {
	out := Step{
		State: "waiting", OpenedAt: x.Clock.Start, Due: x.Clock.Due, RemindAt: x.Clock.RemindAt, RedAt: x.Clock.RedAt,
		WorkingDays: x.Clock.Terms.Days, Light: x.Light, Reminded: x.Reminded, Provisional: x.Clock.Provisional, DoneAt: x.DoneAt,
	}
	switch {
	case x.Clock.Start.IsZero():
		out.Light = process.Green
	case !x.DoneAt.IsZero():
		out.State = "done"
	case s.Ended():
		out.State = "cancelled"
	case x.Returned != nil:
		out.State = "returned"
		out.Returned = &Returned{Person: *person(x.Returned.By), At: x.Returned.At, Text: x.Returned.Text}
	default:
		out.State = "open"
	}
	return out
}

func timeline(events []event.Event) []TimelineItem {
	out := []TimelineItem{}
	for _, e := range events {
		out = append(out, TimelineItem{
			Seq: e.Seq, Stream: e.Stream, Type: e.Type, Text: app.Tell(e), At: e.At,
			ActorName: e.Actor.Name, UnitName: e.Actor.UnitName, Automatic: e.Actor.System, Hash: e.Hash,
		})
	}
	return out
}
