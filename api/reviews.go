package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/process"
	"luodi/internal/review"
)

// Review is a review as the API shows it to one person.
type Review struct {
	ID            string           `json:"id"`
	Version       int64            `json:"version" doc:"number of the last event"`
	Stage         review.Stage     `json:"stage" enum:"intake,opinions,panel,decision,conditions,deferred,end"`
	StageLabel    string           `json:"stage_label"`
	Light         process.Light    `json:"light" enum:"green,yellow,red" doc:"worst light of the open steps"`
	Due           time.Time        `json:"due,omitzero" doc:"earliest open deadline"`
	Provisional   bool             `json:"provisional" doc:"an open deadline was counted over a year without a holiday notice"`
	Figures       review.Figures   `json:"figures" doc:"the project's figures as submitted last"`
	Note          string           `json:"note,omitempty"`
	Submissions   []Submission     `json:"submissions" doc:"every submission, with what changed"`
	Initiator     Person           `json:"initiator"`
	Template      TemplateRef      `json:"template"`
	Mode          string           `json:"mode_label" doc:"会签、或签、依次 or 票签"`
	Tally         *BallotTally     `json:"tally,omitempty" doc:"of 票签"`
	Intake        Step             `json:"intake"`
	Recheck       Step             `json:"recheck" doc:"the centre passes a stepwise supplement on"`
	Seats         []Seat           `json:"seats"`
	PanelWhy      string           `json:"panel_why,omitempty" doc:"why a panel has to meet; absent: it doesn't"`
	Panel         Step             `json:"panel"`
	Meeting       *MeetingRef      `json:"meeting,omitempty"`
	Verdict       *review.Verdict  `json:"verdict,omitempty"`
	Decision      Step             `json:"decision"`
	Conditions    []Condition      `json:"conditions"`
	Paused        *Pause           `json:"paused,omitempty"`
	Outcome       review.Outcome   `json:"outcome,omitempty"`
	OutcomeLabel  string           `json:"outcome_label,omitempty"`
	OutcomeText   string           `json:"outcome_text,omitempty"`
	OutcomeBy     *Person          `json:"outcome_by,omitempty"`
	DecidedAt     time.Time        `json:"decided_at,omitzero"`
	DeferredUntil calendar.Date    `json:"deferred_until,omitzero"`
	Score         *review.Score    `json:"score,omitempty" doc:"admission score by a rule book"`
	Papers        []PaperRef       `json:"papers" doc:"opinion documents 研判意见书"`
	Reads         []ReadReceipt    `json:"reads" doc:"read receipts 已阅"`
	StartedAt     time.Time        `json:"started_at"`
	EndedAt       time.Time        `json:"ended_at,omitzero"`
	Actions       []process.Action `json:"actions" doc:"as /actions says for the caller"`
}

// Submission is one submission of the project's figures.
type Submission struct {
	At      time.Time       `json:"at"`
	By      Person          `json:"by"`
	Text    string          `json:"text,omitempty"`
	Changes []review.Change `json:"changes" doc:"against the submission before"`
}

// BallotTally counts the seats that agree among those that said anything.
type BallotTally struct {
	Agree int    `json:"agree"`
	All   int    `json:"all"`
	Pass  string `json:"pass" doc:"share that has to agree"`
}

// MeetingRef is the panel's meeting that has the review on its agenda.
type MeetingRef struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
	Chair string    `json:"chair"`
}

// Pause is a stop of every clock (中止计时).
type Pause struct {
	Person
	At    time.Time     `json:"at"`
	Text  string        `json:"text"`
	Until calendar.Date `json:"until,omitzero"`
}

// PaperRef is an opinion document. Until it's made, the files are absent.
type PaperRef struct {
	Number   string    `json:"number"`
	Decided  time.Time `json:"decided"`
	IssuedAt time.Time `json:"issued_at,omitzero"`
	Word     string    `json:"word,omitempty" doc:"address of the Word file"`
	PDF      string    `json:"pdf,omitempty" doc:"address of the PDF"`
	WordHash string    `json:"word_sha256,omitempty"`
	PDFHash  string    `json:"pdf_sha256,omitempty"`
}

// ReadReceipt is a read receipt.
type ReadReceipt struct {
	Person
	At time.Time `json:"at"`
}

// Person is who did something, for which unit, and in whose name if not their own.
type Person struct {
	Name     string `json:"name"`
	UnitName string `json:"unit_name,omitempty"`
	For      string `json:"for,omitempty" doc:"whom they stood in for (代理)"`
}

// TemplateRef names the template frozen into a review.
type TemplateRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Seat is one department's place in a review, or an added signer's.
type Seat struct {
	ID           string         `json:"id"`
	UnitID       string         `json:"unit_id"`
	UnitName     string         `json:"unit_name"`
	Veto         bool           `json:"veto" doc:"一票否决: no approval against this seat"`
	SignOff      bool           `json:"sign_off" doc:"a handler drafts, a leader signs"`
	Lapse        string         `json:"lapse,omitempty" doc:"what an overdue seat is taken to say"`
	Why          string         `json:"why" doc:"why the template seats this unit"`
	Added        string         `json:"added,omitempty" doc:"前加签, 并加签 or 后加签"`
	AddedTo      string         `json:"added_to,omitempty" doc:"seat it was added to"`
	Unstaffed    bool           `json:"unstaffed,omitempty" doc:"nobody in the unit can act"`
	Holder       *Person        `json:"holder,omitempty" doc:"who claimed it, or whom it was handed to"`
	Delegate     *Delegate      `json:"delegate,omitempty"`
	Draft        *SeatDraft     `json:"draft,omitempty" doc:"waits for a leader's signature; its content is for the unit alone"`
	Opinion      review.Opinion `json:"opinion,omitempty"`
	OpinionLabel string         `json:"opinion_label,omitempty"`
	Text         string         `json:"text,omitempty"`
	Conditions   []Demand       `json:"conditions,omitempty"`
	Mark         *int           `json:"mark,omitempty"`
	By           *Person        `json:"by,omitempty"`
	Drafter      *Person        `json:"drafter,omitempty"`
	Automatic    bool           `json:"automatic,omitempty" doc:"taken as said because the time ran out; nobody said it"`
	Dropped      string         `json:"dropped,omitempty" doc:"why nobody has to speak here any more"`
	Remarks      []Remark       `json:"remarks,omitempty" doc:"said after the seat was done; without effect"`
	Past         []PastOpinion  `json:"past,omitempty" doc:"opinions of earlier rounds"`
	Step         Step           `json:"step"`
}

// Delegate is a colleague who prepares the opinion (委派).
type Delegate struct {
	Person
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`
	BackAt time.Time `json:"back_at,omitzero"`
	Report string    `json:"report,omitempty" doc:"for the unit alone"`
}

// SeatDraft is an opinion that waits for a signature.
type SeatDraft struct {
	By           Person    `json:"by"`
	At           time.Time `json:"at"`
	OpinionLabel string    `json:"opinion_label,omitempty"`
	Text         string    `json:"text,omitempty"`
}

// Demand is a condition as a seat sets it.
type Demand struct {
	Text      string `json:"text"`
	OwnerName string `json:"owner_name,omitempty"`
	Due       string `json:"due,omitempty"`
}

// Remark is said afterwards.
type Remark struct {
	Person
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// PastOpinion is what a seat said before it was opened again.
type PastOpinion struct {
	Person
	OpinionLabel string    `json:"opinion_label"`
	Text         string    `json:"text,omitempty"`
	At           time.Time `json:"at"`
}

// Condition is something that has to be met after a conditional approval.
type Condition struct {
	ID        string     `json:"id"`
	Text      string     `json:"text"`
	Owner     string     `json:"owner"`
	OwnerName string     `json:"owner_name"`
	SetBy     string     `json:"set_by,omitempty" doc:"who set it and verifies it; absent: the centre"`
	State     string     `json:"state" enum:"open,submitted,closed,waived"`
	Step      Step       `json:"step"`
	Check     Step       `json:"check"`
	Evidence  []Evidence `json:"evidence"`
	Closed    *Remark    `json:"closed,omitempty" doc:"how it was found met, or why it was waived"`
}

// Evidence is what a condition's owner shows for it.
type Evidence struct {
	Person
	At       time.Time     `json:"at"`
	Text     string        `json:"text"`
	Files    []review.File `json:"files"`
	Returned string        `json:"returned,omitempty"`
}

// Step is a piece of work with a deadline.
type Step struct {
	State       string        `json:"state" enum:"waiting,open,returned,paused,done,cancelled" doc:"cancelled: the review ended before the step was done; paused: its clock stands still"`
	OpenedAt    time.Time     `json:"opened_at,omitzero"`
	Due         time.Time     `json:"due,omitzero"`
	RemindAt    time.Time     `json:"remind_at,omitzero"`
	RedAt       time.Time     `json:"red_at,omitzero"`
	WorkingDays int           `json:"working_days,omitempty"`
	Extended    int           `json:"extended,omitempty" doc:"working days added"`
	Urged       int           `json:"urged,omitempty" doc:"how often it was urged (催办)"`
	Light       process.Light `json:"light" enum:"green,yellow,red"`
	Reminded    bool          `json:"reminded"`
	Provisional bool          `json:"provisional"`
	Returned    *Returned     `json:"returned,omitempty"`
	DoneAt      time.Time     `json:"done_at,omitzero"`
}

// Returned is a request for supplements; the step's clock stands still.
type Returned struct {
	Person
	At         time.Time `json:"at"`
	Text       string    `json:"text"`
	Route      string    `json:"route,omitempty" doc:"直达 or 逐级"`
	AnsweredAt time.Time `json:"answered_at,omitzero" doc:"resubmitted, and not yet passed on by the centre"`
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
	For       string    `json:"for,omitempty" doc:"whom they stood in for (代理)"`
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
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}", "get-review", "One review, with what the caller may do now", t), s.getReview)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/timeline", "review-timeline", "Every event of a review in words, oldest first", t), s.reviewTimeline)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/forecast", "forecast-review", "Who is still to act, and when each deadline falls", t), s.forecastReview)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/admission", "score-admission", "The admission score as it would be if the review were decided now", t), s.scoreAdmission)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/resubmission", "preview-resubmission", "What resubmitting now would change, and whom it would ask again", t), s.previewResubmission)
	huma.Register(a, op(http.MethodGet, "/api/v1/reviews/{id}/papers/{number}", "download-paper", "An opinion document 研判意见书 as PDF or Word", t, fileAnswer), s.downloadPaper)
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
	Stage     string `query:"stage" enum:"intake,opinions,panel,decision,conditions,deferred,end"`
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
}) (*body[app.Preview], error) {
	p, err := s.Reviews.Plan(ctx, actorOf(ctx), in.ProjectID)
	return answer(ctx, p, err)
}

func (s *Server) getReview(ctx context.Context, in *ReviewID) (*body[Review], error) {
	actor := actorOf(ctx)
	v, actions, err := s.Reviews.Look(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return answer(ctx, reviewOf(v.Row, v.State, actor, actions), nil)
}

func (s *Server) reviewTimeline(ctx context.Context, in *ReviewID) (*body[timelineList], error) {
	v, err := s.Reviews.Get(ctx, actorOf(ctx), in.ID)
	return answer(ctx, timelineList{Items: timeline(v.Events)}, err)
}

type forecastList struct {
	Steps []review.Expected `json:"steps"`
}

func (s *Server) forecastReview(ctx context.Context, in *ReviewID) (*body[forecastList], error) {
	steps, err := s.Reviews.Forecast(ctx, actorOf(ctx), in.ID)
	if steps == nil {
		steps = []review.Expected{}
	}
	return answer(ctx, forecastList{Steps: steps}, err)
}

type admission struct {
	Scored bool          `json:"scored" doc:"false where no rule book scores reviews"`
	Score  *review.Score `json:"score,omitempty"`
}

func (s *Server) scoreAdmission(ctx context.Context, in *ReviewID) (*body[admission], error) {
	score, ok, err := s.Reviews.AdmissionScore(ctx, actorOf(ctx), in.ID)
	out := admission{Scored: ok}
	if ok {
		out.Score = &score
	}
	return answer(ctx, out, err)
}

type resubmission struct {
	Changes []review.Change `json:"changes" doc:"the registry's figures against those submitted last"`
	Asked   []string        `json:"asked_again" doc:"units whose seats would be opened"`
}

func (s *Server) previewResubmission(ctx context.Context, in *ReviewID) (*body[resubmission], error) {
	changes, asked, err := s.Reviews.Resubmission(ctx, actorOf(ctx), in.ID)
	if changes == nil {
		changes = []review.Change{}
	}
	return answer(ctx, resubmission{Changes: changes, Asked: asked}, err)
}

func (s *Server) downloadPaper(ctx context.Context, in *struct {
	ReviewID
	Number string `path:"number" maxLength:"100"`
	Format string `query:"format" enum:"pdf,docx" default:"pdf"`
}) (*fileOutput, error) {
	file, data, err := s.Papers.Open(ctx, actorOf(ctx), in.ID, in.Number, in.Format)
	if err != nil {
		return nil, fail(ctx, err)
	}
	media := "application/pdf"
	if in.Format == "docx" {
		media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	}
	return fileOf(file.Name, media, data), nil
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

func timeline(events []event.Event) []TimelineItem {
	out := []TimelineItem{}
	for _, e := range events {
		out = append(out, TimelineItem{
			Seq: e.Seq, Stream: e.Stream, Type: e.Type, Text: app.Tell(e), At: e.At,
			ActorName: e.Actor.Name, UnitName: e.Actor.UnitName, For: standsFor(e.Actor), Automatic: e.Actor.System, Hash: e.Hash,
		})
	}
	return out
}
