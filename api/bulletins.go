package api

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/bulletin"
	"luodi/internal/bulletin/paper"
	"luodi/internal/calendar"
	"luodi/internal/document"
	"luodi/internal/process"
)

// Bulletin is a monthly bulletin as the API shows it. How it came about and who has read
// it is for the centre.
type Bulletin struct {
	ID          string               `json:"id" doc:"the month, such as 2023-10; a correction's ends in -c1"`
	Version     int64                `json:"version" doc:"number of the last event"`
	Title       string               `json:"title"`
	Year        int                  `json:"year"`
	Month       int                  `json:"month"`
	Cutoff      calendar.Date        `json:"cutoff" doc:"last day that counts"`
	Amends      *BulletinOriginal    `json:"amends,omitempty" doc:"the bulletin that this one corrects"`
	Stage       bulletin.Stage       `json:"stage" enum:"computing,draft,checking,signing,published,withdrawn"`
	StageLabel  string               `json:"stage_label"`
	Number      string               `json:"number,omitempty" doc:"such as 〔2023〕第9期, once published"`
	Automatic   bool                 `json:"automatic" doc:"opened by the schedule"`
	DueAt       time.Time            `json:"due_at,omitzero" doc:"when the schedule was to open it"`
	OpenedAt    time.Time            `json:"opened_at"`
	KnownAt     time.Time            `json:"known_at" doc:"what was recorded later is not in the figures"`
	Digest      string               `json:"digest,omitempty" doc:"SHA-256 of the frozen content"`
	Text        string               `json:"text,omitempty" doc:"编者按"`
	Reason      string               `json:"reason,omitempty" doc:"why it was given back or withdrawn"`
	SubmittedBy *Person              `json:"submitted_by,omitempty"`
	CheckedBy   *Person              `json:"checked_by,omitempty"`
	PublishedBy *Person              `json:"published_by,omitempty"`
	PublishedAt time.Time            `json:"published_at,omitzero"`
	Content     *bulletin.Content    `json:"content,omitempty" doc:"absent while the figures are computed for the first time"`
	Read        bool                 `json:"read" doc:"the caller has read it (已阅)"`
	Reads       []BulletinRead       `json:"reads" doc:"for the centre"`
	Actions     []process.Action     `json:"actions" doc:"as /actions says for the caller"`
	Timeline    []TimelineItem       `json:"timeline"`
	Indicators  []bulletin.Indicator `json:"indicators"`
	RateKinds   []bulletin.RateKind  `json:"rate_kinds"`
}

// BulletinOriginal names the bulletin that another corrects.
type BulletinOriginal struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Reason string `json:"reason"`
}

// BulletinRead is a receipt (已阅).
type BulletinRead struct {
	Name     string    `json:"name"`
	UnitName string    `json:"unit_name"`
	At       time.Time `json:"at"`
}

// The content's own types, under names of their own in the description.
type (
	// BulletinContent is everything that a bulletin says in figures.
	BulletinContent bulletin.Content
	// BulletinProgress is 序时进度.
	BulletinProgress bulletin.Progress
	// BulletinBook names the rule book.
	BulletinBook bulletin.BookRef
	// BulletinLine is one unit's figures.
	BulletinLine bulletin.Line
	// BulletinMeasure is one indicator of one unit.
	BulletinMeasure bulletin.Measure
	// BulletinRate is a conversion.
	BulletinRate bulletin.Rate
	// BulletinRanking is one group in its order.
	BulletinRanking bulletin.Ranking
	// BulletinRanked is one unit's place.
	BulletinRanked bulletin.Ranked
	// BulletinPoint is what one indicator of the rule book gave.
	BulletinPoint bulletin.Point
	// BulletinListed is a unit on the red or the black list.
	BulletinListed bulletin.Listed
	// BulletinSection is a register's table.
	BulletinSection bulletin.Section
	// BulletinColumn is a column of it.
	BulletinColumn bulletin.Column
	// BulletinFinding is a contradiction.
	BulletinFinding bulletin.Finding
	// BulletinCorrection is a project that was changed after a publication.
	BulletinCorrection bulletin.Correction
	// BulletinChange is one property before and after.
	BulletinChange bulletin.Change
	// BulletinAffected is one published figure and what it would be today.
	BulletinAffected bulletin.Affected
	// BulletinAmends says what a correction corrects.
	BulletinAmends bulletin.Amends
	// BulletinIndicator is a figure that is counted for each unit.
	BulletinIndicator bulletin.Indicator
	// BulletinRateKind is one of the conversions.
	BulletinRateKind bulletin.RateKind
)

func teachBulletin(r huma.Registry) {
	for t, alias := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[bulletin.Content]():    reflect.TypeFor[BulletinContent](),
		reflect.TypeFor[bulletin.Progress]():   reflect.TypeFor[BulletinProgress](),
		reflect.TypeFor[bulletin.BookRef]():    reflect.TypeFor[BulletinBook](),
		reflect.TypeFor[bulletin.Line]():       reflect.TypeFor[BulletinLine](),
		reflect.TypeFor[bulletin.Measure]():    reflect.TypeFor[BulletinMeasure](),
		reflect.TypeFor[bulletin.Rate]():       reflect.TypeFor[BulletinRate](),
		reflect.TypeFor[bulletin.Ranking]():    reflect.TypeFor[BulletinRanking](),
		reflect.TypeFor[bulletin.Ranked]():     reflect.TypeFor[BulletinRanked](),
		reflect.TypeFor[bulletin.Point]():      reflect.TypeFor[BulletinPoint](),
		reflect.TypeFor[bulletin.Listed]():     reflect.TypeFor[BulletinListed](),
		reflect.TypeFor[bulletin.Section]():    reflect.TypeFor[BulletinSection](),
		reflect.TypeFor[bulletin.Column]():     reflect.TypeFor[BulletinColumn](),
		reflect.TypeFor[bulletin.Finding]():    reflect.TypeFor[BulletinFinding](),
		reflect.TypeFor[bulletin.Correction](): reflect.TypeFor[BulletinCorrection](),
		reflect.TypeFor[bulletin.Change]():     reflect.TypeFor[BulletinChange](),
		reflect.TypeFor[bulletin.Affected]():   reflect.TypeFor[BulletinAffected](),
		reflect.TypeFor[bulletin.Amends]():     reflect.TypeFor[BulletinAmends](),
		reflect.TypeFor[bulletin.Indicator]():  reflect.TypeFor[BulletinIndicator](),
		reflect.TypeFor[bulletin.RateKind]():   reflect.TypeFor[BulletinRateKind](),
	} {
		r.RegisterTypeAlias(t, alias)
	}
}

func (s *Server) bulletinRoutes(a huma.API) {
	teachBulletin(a.OpenAPI().Components.Schemas)
	t := tagged("bulletins 月通报")
	const path = "/api/v1/bulletins"
	huma.Register(a, op(http.MethodGet, path, "list-bulletins", "Bulletins that the caller may see, the latest month first: drafts are the centre's", t), s.listBulletins)
	huma.Register(a, op(http.MethodPost, path, "open-bulletin", "Open a month's bulletin, or a correction of a published one; its figures are those known now", t, created), s.openBulletin)
	huma.Register(a, op(http.MethodGet, path+"/{id}", "get-bulletin", "One bulletin with its figures, what the caller may do and its timeline", t), s.getBulletin)
	huma.Register(a, op(http.MethodGet, path+"/{id}/verification", "verify-bulletin", "Compute the bulletin again from what was known when it was frozen, and compare", t), s.verifyBulletin)
	huma.Register(a, op(http.MethodGet, path+"/{id}/bulletin.xlsx", "download-bulletin-workbook", "The figures as a workbook", t, sheetAnswer), s.bulletinWorkbook)
	huma.Register(a, op(http.MethodGet, path+"/{id}/bulletin.pdf", "download-bulletin-pdf", "The bulletin as an official document, PDF", t, fileAnswer), s.bulletinPDF)
	huma.Register(a, op(http.MethodGet, path+"/{id}/bulletin.docx", "download-bulletin-word", "The bulletin as an official document, Word", t, fileAnswer), s.bulletinWord)
	huma.Register(a, op(http.MethodGet, path+"/{id}/actions", "list-bulletin-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.bulletinActions)
	huma.Register(a, op(http.MethodPost, path+"/{id}/actions/{action}", "act-on-bulletin", "Do one of the actions", t), s.actOnBulletin)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths[path+"/{id}/actions/{action}"].Post.RequestBody.Required = false
}

// BulletinID is the path parameter of one bulletin.
type BulletinID struct {
	ID string `path:"id" maxLength:"64" doc:"such as 2023-10"`
}

type listBulletinsInput struct {
	Paged
	Year      int    `query:"year" minimum:"1990" maximum:"2999"`
	Stage     string `query:"stage" enum:"computing,draft,checking,signing,published,withdrawn"`
	Published string `query:"published" enum:"true,false"`
}

func (s *Server) listBulletins(ctx context.Context, in *listBulletinsInput) (*body[List[app.BulletinRow]], error) {
	f := app.BulletinFilter{Year: in.Year, Stage: bulletin.Stage(in.Stage), Published: optionalBool(in.Published)}
	rows, next, err := s.Bulletins.List(ctx, actorOf(ctx), f, in.page())
	return answer(ctx, page(rows, next), err)
}

type openBulletinInput struct {
	Keyed
	Body struct {
		Month  string        `json:"month,omitempty" maxLength:"7" doc:"such as 2023-10; for a bulletin"`
		Cutoff calendar.Date `json:"cutoff,omitzero" doc:"last day that counts; by the rule when absent"`
		Amends string        `json:"amends,omitempty" maxLength:"64" doc:"id of the published bulletin to correct; for a correction"`
		Reason string        `json:"reason,omitempty" maxLength:"500" doc:"of the correction"`
	}
}

func (s *Server) openBulletin(ctx context.Context, in *openBulletinInput) (*receiptOutput, error) {
	b := in.Body
	r, err := s.Bulletins.Open(ctx, actorOf(ctx), in.Key, app.BulletinRequest{Month: b.Month, Cutoff: b.Cutoff, Amends: b.Amends, Reason: b.Reason})
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: "/api/v1/bulletins/" + r.ID, Body: r}, nil
}

func (s *Server) getBulletin(ctx context.Context, in *BulletinID) (*body[Bulletin], error) {
	actor := actorOf(ctx)
	v, err := s.Bulletins.Show(ctx, actor, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := bulletinOf(v, actor.UserID)
	out.Actions = bulletin.Actions(v.State, actor, s.Now())
	return answer(ctx, out, nil)
}

func (s *Server) bulletinActions(ctx context.Context, in *BulletinID) (*body[actionList], error) {
	actions, err := s.Bulletins.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnBulletinInput struct {
	Keyed
	BulletinID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnBulletin(ctx context.Context, in *actOnBulletinInput) (*body[process.Receipt], error) {
	r, err := s.Bulletins.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func (s *Server) verifyBulletin(ctx context.Context, in *BulletinID) (*body[app.Verification], error) {
	v, err := s.Bulletins.Verify(ctx, actorOf(ctx), in.ID)
	return answer(ctx, v, err)
}

func (s *Server) bulletinWorkbook(ctx context.Context, in *BulletinID) (*sheetOutput, error) {
	state, data, err := s.Bulletins.Sheet(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return attachment(ctx, state.Title()+".xlsx", func(b *bytes.Buffer) error {
		_, err := b.Write(data)
		return err
	})
}

func (s *Server) bulletinPDF(ctx context.Context, in *BulletinID) (*fileOutput, error) {
	return s.bulletinPaper(ctx, in.ID, ".pdf", "application/pdf", document.Paper.PDF)
}

func (s *Server) bulletinWord(ctx context.Context, in *BulletinID) (*fileOutput, error) {
	return s.bulletinPaper(ctx, in.ID, ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", document.Paper.Word)
}

// bulletinPaper prints a bulletin: a function of what is frozen.
func (s *Server) bulletinPaper(ctx context.Context, id, ext, media string, render func(document.Paper) ([]byte, error)) (*fileOutput, error) {
	state, content, err := s.Bulletins.Content(ctx, actorOf(ctx), id)
	if err != nil {
		return nil, fail(ctx, err)
	}
	doc := paper.Compose(state, content)
	data, err := render(doc)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return fileOf(doc.Title+ext, media, data), nil
}

// bulletinOf is a bulletin but for what the caller may do.
func bulletinOf(v app.BulletinView, caller string) Bulletin {
	s := v.State
	out := Bulletin{
		ID: s.ID, Version: v.Row.Head, Title: s.Title(), Year: s.Year, Month: s.Month, Cutoff: s.Cutoff, Stage: s.Stage, StageLabel: s.Stage.Label(),
		Number: s.Number, Automatic: s.Opened.By.System, DueAt: s.DueAt, OpenedAt: s.Opened.At, KnownAt: s.KnownAt, Text: s.Text, Reason: s.Reason,
		Content: v.Content, Read: s.HasRead(caller), Reads: []BulletinRead{}, Timeline: timeline(v.Events),
		Indicators: bulletin.Indicators, RateKinds: bulletin.RateKinds,
	}
	if s.Amends != nil {
		out.Amends = &BulletinOriginal{ID: s.Amends.ID, Number: s.Amends.Number, Reason: s.Amends.Reason}
	}
	if s.Frozen != nil {
		out.Digest = s.Frozen.Digest
	}
	out.SubmittedBy, out.CheckedBy, out.PublishedBy = signatory(s.Submitted), signatory(s.Checked), signatory(s.Published)
	if s.Published != nil {
		out.PublishedAt = s.Published.At
	}
	for _, r := range s.Receipts {
		if v.Centre {
			out.Reads = append(out.Reads, BulletinRead{Name: r.Name, UnitName: r.UnitName, At: r.At})
		}
	}
	return out
}

func signatory(s *bulletin.Signed) *Person {
	if s == nil {
		return nil
	}
	return person(s.By)
}
