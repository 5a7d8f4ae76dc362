package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"luodi/internal/app"
	"luodi/internal/org"
	"luodi/internal/panel"
	"luodi/internal/process"
)

// Panel is a meeting as the API shows it: in a secret ballot who has voted, and the
// totals once they are counted.
type Panel struct {
	ID         string           `json:"id"`
	Version    int64            `json:"version" doc:"number of the last event"`
	Title      string           `json:"title"`
	At         time.Time        `json:"at" doc:"when it is to be held"`
	Place      string           `json:"place"`
	Stage      panel.Stage      `json:"stage" enum:"convened,open,closed,cancelled"`
	StageLabel string           `json:"stage_label"`
	Light      process.Light    `json:"light" enum:"green,yellow,red"`
	Convener   Person           `json:"convener"`
	ConvenedAt time.Time        `json:"convened_at"`
	RemindAt   time.Time        `json:"remind_at,omitzero"`
	Reminded   bool             `json:"reminded"`
	Rule       PanelRule        `json:"rule"`
	Members    []PanelMember    `json:"members"`
	Items      []PanelItem      `json:"items"`
	OpenedAt   time.Time        `json:"opened_at,omitzero"`
	Minutes    string           `json:"minutes,omitempty"`
	MinutesBy  *Person          `json:"minutes_by,omitempty"`
	EndedAt    time.Time        `json:"ended_at,omitzero"`
	EndedBy    *Person          `json:"ended_by,omitempty"`
	Reason     string           `json:"reason,omitempty" doc:"of the cancellation"`
	Actions    []process.Action `json:"actions" doc:"as /actions says for the caller"`
	Timeline   []TimelineItem   `json:"timeline"`
}

// PanelRule is how a meeting votes. Shares are exact fractions.
type PanelRule struct {
	Ballot          panel.Ballot `json:"ballot" enum:"named,secret"`
	Weighted        bool         `json:"weighted,omitempty" doc:"votes count by weight"`
	QuorumOf        panel.Basis  `json:"quorum_of" enum:"members,weights"`
	Quorum          string       `json:"quorum" maxLength:"9" pattern:"^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$" patternDescription:"分数,如 2/3" doc:"share of members or weights for attendance and turnout"`
	QuorumStrict    bool         `json:"quorum_strict" doc:"more than the share, not just as much"`
	Threshold       string       `json:"threshold" maxLength:"9" pattern:"^[1-9][0-9]{0,3}/[1-9][0-9]{0,3}$" patternDescription:"分数,如 1/2" doc:"share of the votes cast that passes; at least 1/2"`
	ThresholdStrict bool         `json:"threshold_strict" doc:"more than the share, not just as much"`
	CountAbstain    bool         `json:"count_abstain,omitempty" doc:"an abstention is a vote cast"`
	Casting         bool         `json:"casting,omitempty" doc:"the chair decides a tie; with a threshold of 1/2 only"`
	Proxies         bool         `json:"proxies,omitempty" doc:"a standing proxy may attend and vote for a member"`
}

// PanelMember is a member with their attendance.
type PanelMember struct {
	UserID    string    `json:"user_id"`
	Name      string    `json:"name"`
	UnitID    string    `json:"unit_id"`
	UnitName  string    `json:"unit_name"`
	Weight    int       `json:"weight"`
	Chair     bool      `json:"chair"`
	Present   bool      `json:"present"`
	PresentAt time.Time `json:"present_at,omitzero"`
	SignedBy  string    `json:"signed_by,omitempty" doc:"who signed, when it was not the member"`
}

// PanelItem is one review on the agenda.
type PanelItem struct {
	ID          string       `json:"id"`
	ReviewID    string       `json:"review_id"`
	ProjectID   string       `json:"project_id"`
	ProjectName string       `json:"project_name"`
	Note        string       `json:"note,omitempty"`
	Status      panel.Status `json:"status" enum:"listed,voting,tied,passed,failed,no_quorum,postponed,removed,refused"`
	StatusLabel string       `json:"status_label"`
	Round       int          `json:"round" doc:"of voting; a vote without a quorum may be repeated"`
	Recused     []string     `json:"recused" doc:"names of members who step aside"`
	Votes       []PanelVote  `json:"votes"`
	Tally       *PanelTally  `json:"tally,omitempty" doc:"after the vote was closed"`
	Casting     *PanelCast   `json:"casting,omitempty" doc:"the chair's casting vote"`
	Advice      string       `json:"advice,omitempty"`
	Reason      string       `json:"reason,omitempty" doc:"of postponement or removal"`
	Refusal     string       `json:"refusal,omitempty" doc:"why the review did not take what it was told"`
}

// PanelVote is one member's ballot; in a secret one it says only that there is one.
type PanelVote struct {
	UserID      string       `json:"user_id"`
	Name        string       `json:"name"`
	Proxy       string       `json:"proxy,omitempty" doc:"name of the standing proxy who voted"`
	Choice      panel.Choice `json:"choice,omitempty" enum:"for,against,abstain" doc:"named ballots only"`
	ChoiceLabel string       `json:"choice_label,omitempty"`
	Text        string       `json:"text,omitempty"`
}

// PanelTally is the count of a vote. A vote without a quorum has no totals.
type PanelTally struct {
	For         int          `json:"for" doc:"heads, or weights when the rule is weighted; so are against and abstain"`
	Against     int          `json:"against"`
	Abstain     int          `json:"abstain"`
	Voted       int          `json:"voted" doc:"in what the quorum is counted in; so are eligible and present"`
	Eligible    int          `json:"eligible" doc:"members less those who stepped aside"`
	Present     int          `json:"present" doc:"of the eligible"`
	Result      panel.Status `json:"result" enum:"passed,failed,no_quorum,tied" doc:"tied: the chair's casting vote decides"`
	ResultLabel string       `json:"result_label"`
}

// PanelCast is the chair's casting vote.
type PanelCast struct {
	Choice      panel.Choice `json:"choice" enum:"for,against"`
	ChoiceLabel string       `json:"choice_label"`
	Text        string       `json:"text,omitempty"`
	By          Person       `json:"by"`
}

func (s *Server) panelRoutes(a huma.API) {
	t := tagged("panels 研判会")
	huma.Register(a, op(http.MethodPost, "/api/v1/panels", "convene-panel", "Call a panel meeting on reviews that wait for one", t, created), s.convenePanel)
	huma.Register(a, op(http.MethodGet, "/api/v1/panels", "list-panels", "Meetings that the caller may see, the latest first", t), s.listPanels)
	huma.Register(a, op(http.MethodGet, "/api/v1/panels/{id}", "get-panel", "One meeting with what the caller may do and its timeline", t), s.getPanel)
	huma.Register(a, op(http.MethodGet, "/api/v1/panels/{id}/actions", "list-panel-actions", "What the caller may do now, with the JSON Schema of each body and the reason where it is not allowed", t), s.panelActions)
	huma.Register(a, op(http.MethodPost, "/api/v1/panels/{id}/actions/{action}", "act-on-panel", "Do one of the actions", t), s.actOnPanel)
	// huma takes a raw body for a required one; some actions need nothing said.
	a.OpenAPI().Paths["/api/v1/panels/{id}/actions/{action}"].Post.RequestBody.Required = false
}

// PanelID is the path parameter of one meeting.
type PanelID struct {
	ID string `path:"id" maxLength:"64"`
}

// conveneBody says what to call; package panel checks it, with the place of what's wrong.
type conveneBody struct {
	Title   string          `json:"title" minLength:"2" maxLength:"100"`
	At      string          `json:"at" format:"date-time" doc:"RFC 3339, such as 2024-03-01T09:00:00+08:00"`
	Place   string          `json:"place" minLength:"2" maxLength:"100"`
	Members []ConveneMember `json:"members" minItems:"1" maxItems:"60"`
	Chair   string          `json:"chair" minLength:"1" maxLength:"64" doc:"user id of the member who presides"`
	Rule    PanelRule       `json:"rule"`
	Items   []ConveneItem   `json:"items" minItems:"1" maxItems:"50"`
}

// ConveneMember names a member.
type ConveneMember struct {
	UserID string `json:"user_id" minLength:"1" maxLength:"64"`
	Weight int    `json:"weight,omitempty" minimum:"1" maximum:"100" doc:"of the member's vote, when the rule is weighted"`
}

// ConveneItem puts a review on the agenda.
type ConveneItem struct {
	ReviewID string `json:"review_id" minLength:"1" maxLength:"64" doc:"a review in the stage panel"`
	Note     string `json:"note,omitempty" maxLength:"500"`
}

type convenePanelInput struct {
	Keyed
	Body conveneBody
}

func (s *Server) convenePanel(ctx context.Context, in *convenePanelInput) (*receiptOutput, error) {
	request, err := json.Marshal(in.Body)
	if err != nil {
		return nil, fail(ctx, err)
	}
	r, err := s.Panels.Convene(ctx, actorOf(ctx), in.Key, request)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return &receiptOutput{Location: "/api/v1/panels/" + r.ID, Body: r}, nil
}

type listPanelsInput struct {
	Paged
	Stage string    `query:"stage" enum:"convened,open,closed,cancelled"`
	Query string    `query:"q" maxLength:"100" doc:"part of the title"`
	Open  string    `query:"open" enum:"true,false" doc:"only meetings that are not over, or only those that are"`
	From  time.Time `query:"from" doc:"held at this moment or later"`
	Until time.Time `query:"until" doc:"held before this moment"`
}

func (s *Server) listPanels(ctx context.Context, in *listPanelsInput) (*body[List[app.MeetingRow]], error) {
	f := app.MeetingFilter{Stage: panel.Stage(in.Stage), Query: in.Query, Open: optionalBool(in.Open), From: in.From, Until: in.Until}
	rows, next, err := s.Panels.List(ctx, actorOf(ctx), f, in.page())
	return answer(ctx, page(rows, next), err)
}

func (s *Server) getPanel(ctx context.Context, in *PanelID) (*body[Panel], error) {
	v, err := s.Panels.Get(ctx, actorOf(ctx), in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	return answer(ctx, panelOf(v, panel.Actions(v.State, actorOf(ctx), s.Now())), nil)
}

func (s *Server) panelActions(ctx context.Context, in *PanelID) (*body[actionList], error) {
	actions, err := s.Panels.Actions(ctx, actorOf(ctx), in.ID)
	return answer(ctx, actionList{Actions: actions}, err)
}

type actOnPanelInput struct {
	Keyed
	PanelID
	Action  string         `path:"action" maxLength:"64"`
	Body    map[string]any `required:"false" doc:"as the action's schema in /actions says"`
	RawBody []byte
}

func (s *Server) actOnPanel(ctx context.Context, in *actOnPanelInput) (*body[process.Receipt], error) {
	r, err := s.Panels.Act(ctx, actorOf(ctx), in.ID, in.Action, in.Key, in.RawBody)
	return answer(ctx, r, err)
}

func panelOf(v app.View[panel.State], actions []process.Action) Panel {
	s := v.State
	out := Panel{
		ID: s.ID, Version: v.Row.Head, Title: s.Title, At: s.At, Place: s.Place, Stage: s.Stage, StageLabel: s.Stage.Label(),
		Light: s.Light(), Convener: *person(s.Convener), ConvenedAt: s.ConvenedAt, RemindAt: s.RemindAt, Reminded: s.Reminded,
		Rule: panelRuleOf(s.Rule), Members: []PanelMember{}, Items: []PanelItem{}, OpenedAt: s.OpenedAt,
		Minutes: s.Minutes, MinutesBy: person(s.MinutesBy), EndedAt: s.EndedAt, EndedBy: person(s.EndedBy), Reason: s.Reason,
		Actions: actions, Timeline: timeline(v.Events),
	}
	for _, m := range s.Members {
		out.Members = append(out.Members, panelMemberOf(s, m))
	}
	for _, x := range s.Items {
		out.Items = append(out.Items, panelItemOf(s, x))
	}
	return out
}

func panelRuleOf(r panel.Rule) PanelRule {
	return PanelRule{
		Ballot: r.Ballot, Weighted: r.Weighted, QuorumOf: r.QuorumOf, Quorum: r.Quorum.String(), QuorumStrict: r.QuorumStrict,
		Threshold: r.Threshold.String(), ThresholdStrict: r.ThresholdStrict, CountAbstain: r.CountAbstain,
		Casting: r.Casting, Proxies: r.Proxies,
	}
}

func panelMemberOf(s panel.State, m panel.Member) PanelMember {
	out := PanelMember{UserID: m.UserID, Name: m.Name, UnitID: m.UnitID, UnitName: m.UnitName, Weight: m.Weight, Chair: m.Chair}
	for _, p := range s.Present {
		if p.UserID != m.UserID {
			continue
		}
		out.Present, out.PresentAt = true, p.At
		if p.By.UserID != m.UserID {
			out.SignedBy = p.By.Name
		}
	}
	return out
}

func panelItemOf(s panel.State, x panel.Item) PanelItem {
	out := PanelItem{
		ID: x.ID, ReviewID: x.ReviewID, ProjectID: x.ProjectID, ProjectName: x.ProjectName, Note: x.Note,
		Status: x.Status, StatusLabel: x.Status.Label(), Round: x.Round, Recused: []string{}, Votes: []PanelVote{},
		Advice: x.Advice, Reason: x.Reason, Refusal: x.Refusal,
	}
	if t := x.Tally; t != nil {
		out.Tally = &PanelTally{For: t.For, Against: t.Against, Abstain: t.Abstain, Voted: t.Voted, Eligible: t.Eligible,
			Present: t.Present, Result: t.Result, ResultLabel: t.Result.Label()}
	}
	for _, id := range x.Recused {
		m, _ := s.Member(id)
		out.Recused = append(out.Recused, m.Name)
	}
	for _, v := range x.Votes {
		m, _ := s.Member(v.UserID)
		vote := PanelVote{UserID: v.UserID, Name: m.Name, Proxy: proxyOf(v.By)}
		if s.Rule.Ballot == panel.Named {
			vote.Choice, vote.ChoiceLabel, vote.Text = v.Choice, v.Choice.Label(), v.Text
		}
		out.Votes = append(out.Votes, vote)
	}
	if c := x.Cast; c != nil {
		out.Casting = &PanelCast{Choice: c.Choice, ChoiceLabel: c.Choice.Label(), Text: c.Text, By: *person(c.By)}
	}
	return out
}

// proxyOf is the name of who acted for somebody else.
func proxyOf(by org.Actor) string {
	if by.For == nil {
		return ""
	}
	return by.Name
}
