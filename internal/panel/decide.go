package panel

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Commands that the clock and the effects send.
const (
	cmdRemind  = "remind"
	cmdOverdue = "overdue"
	cmdTold    = "told"
)

// Decide turns a command into events, or refuses it with a fault. It reads no
// clock and no store.
func Decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if cmd.Name == ActConvene {
		return convene(s, cmd, f)
	}
	if !s.Started() {
		return nil, fault.New(fault.NotFound, "panel_unknown", "没有这场研判会")
	}
	if cmd.Actor.System {
		return automatic(s, cmd)
	}
	for _, op := range operations() {
		if op.name == cmd.Name {
			return op.decide(s, cmd, f)
		}
	}
	return nil, process.Require(nil, cmd, nil)
}

// decision is one command against one state.
type decision struct {
	State
	cmd   process.Command
	facts Facts
	me    org.Actor // the capacity it's done in
}

func (op operation) decide(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	act, as := op.offer(s, cmd.Actor, cmd.At)
	if act.Allowed && op.name == ActVote && s.Rule.Ballot == Secret {
		act.Schema = s.sealedForm(as)
	}
	var body struct {
		Member string `json:"member"`
	}
	if err := process.Require([]process.Action{act}, cmd, &body); err != nil {
		return nil, err
	}
	d := decision{State: s, cmd: cmd, facts: f, me: as[0]}
	if i := slices.IndexFunc(as, func(c org.Actor) bool { return c.Person() == body.Member }); i >= 0 {
		d.me = as[i]
	}
	bodies, err := op.do(d)
	if err != nil {
		return nil, err
	}
	drafts := event.Drafts(bodies...)
	for i := range drafts {
		drafts[i].For = d.me.For
	}
	return drafts, nil
}

// request is what the forms ask for; each operation reads its own part.
type request struct {
	Item   string `json:"item"`
	UserID string `json:"user_id"`
	Choice string `json:"choice"`
	Text   string `json:"text"`
}

// read decodes the body, which the form has checked, and finds the item it names.
func (d decision) read() (r request, x Item, err error) {
	if len(d.cmd.Body) > 0 {
		err = process.Unmarshal(d.cmd.Body, &r)
	}
	if found := d.Item(r.Item); found != nil {
		x = *found
	}
	return r, x, err
}

func one(b event.Body, err error) ([]event.Body, error) {
	if err != nil {
		return nil, err
	}
	return []event.Body{b}, nil
}

func convene(s State, cmd process.Command, f Facts) ([]event.Draft, error) {
	if s.Started() {
		return nil, fault.New(fault.Conflict, "panel_convened", "会议已经召集")
	}
	var sub Submission
	if err := process.Unmarshal(cmd.Body, &sub); err != nil {
		return nil, err
	}
	var b struct {
		arrangementBody
		Items []agendaBody `json:"items"`
	}
	if err := process.Read(ConveneForm(), sub.Meeting, &b); err != nil {
		return nil, err
	}
	g, err := given(cmd)
	if err != nil {
		return nil, err
	}
	a, err := b.arrange(Arrangement{}, g, cmd.At, f)
	if err != nil {
		return nil, err
	}
	out := ConvenedMeeting{ID: sub.ID, Arrangement: a, Items: []Item{}}
	for i, item := range b.Items {
		x, err := item.item(State{Arrangement: a, Items: out.Items}, g, "/items/"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, x)
	}
	return event.Drafts(out), nil
}

func (d decision) revise() ([]event.Body, error) {
	var b arrangementBody
	if err := process.Unmarshal(orEmpty(d.cmd.Body), &b); err != nil {
		return nil, err
	}
	g, err := given(d.cmd)
	if err != nil {
		return nil, err
	}
	a, err := b.arrange(d.Arrangement, g, d.cmd.At, d.facts)
	if err != nil {
		return nil, err
	}
	if reflect.DeepEqual(a, d.Arrangement) {
		return nil, fault.New(fault.Invalid, "arrangement_unchanged", "安排没有变化")
	}
	for _, x := range d.Items {
		if x.Status.Active() {
			if err := x.fits(a.Rule); err != nil {
				return nil, err
			}
		}
	}
	out := Revised{Arrangement: a, Revision: d.Revision}
	if a.Title != d.Title || !a.At.Equal(d.At) || !reflect.DeepEqual(a.Members, d.Members) {
		out.Revision++
	}
	return one(out, nil)
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

func (d decision) addItem() ([]event.Body, error) {
	var b agendaBody
	if err := process.Unmarshal(d.cmd.Body, &b); err != nil {
		return nil, err
	}
	g, err := given(d.cmd)
	if err != nil {
		return nil, err
	}
	x, err := b.item(d.State, g, "")
	return one(ItemAdded{Item: x}, err)
}

func (d decision) removeItem() ([]event.Body, error) {
	r, x, err := d.read()
	return one(ItemRemoved{Item: x.ID, Label: x.ProjectName, Text: r.Text}, err)
}

func (d decision) attend() ([]event.Body, error) {
	m, _ := d.Member(d.me.Person())
	return one(Attended{UserID: m.UserID, Name: m.Name}, nil)
}

func (d decision) mark() ([]event.Body, error) {
	r, _, err := d.read()
	m, _ := d.Member(r.UserID)
	return one(Attended{UserID: m.UserID, Name: m.Name, Marked: true}, err)
}

func (d decision) open() ([]event.Body, error) {
	return one(Opened{Present: len(d.Present), Members: len(d.Members)}, nil)
}

func (d decision) openVote() ([]event.Body, error) {
	_, x, err := d.read()
	return one(VoteOpened{Item: x.ID, Label: x.ProjectName, Round: x.Round + 1}, err)
}

func (d decision) vote() ([]event.Body, error) {
	r, x, err := d.read()
	if err != nil {
		return nil, err
	}
	m, _ := d.Member(d.me.Person())
	out := Voted{Item: x.ID, Label: x.ProjectName, UserID: m.UserID, Name: m.Name, Text: r.Text}
	if d.Rule.Ballot == Named {
		out.Choice = Choice(r.Choice)
		return one(out, nil)
	}
	if _, err := d.opened(x, m.UserID, r.Choice); err != nil {
		return nil, err
	}
	out.Sealed = r.Choice
	return one(out, nil)
}

// opened is what a sealed ballot says. It never leaves Decide but in a total.
func (d decision) opened(x Item, userID, sealed string) (Choice, error) {
	if d.facts.Urn == nil {
		return "", errNoUrn()
	}
	c, err := d.facts.Urn.Open(d.ID, x.round(), userID, sealed)
	if err != nil || !c.Valid() {
		return "", fault.New(fault.Conflict, "ballot_unreadable", "选票无法开启:不是在本系统现有密钥下封装的").Because(err)
	}
	return c, nil
}

// round names an item's vote: a ballot of another round is another ballot.
func (x Item) round() string { return x.ID + "#" + strconv.Itoa(x.Round) }

// Seal puts the sealed text in the place of the choice in the body of a vote, as a
// secret ballot wants it, once the vote is one that may be cast now. Errors: what
// Decide would refuse.
func Seal(s State, cmd process.Command, f Facts) (json.RawMessage, error) {
	i := slices.IndexFunc(operations(), func(op operation) bool { return op.name == ActVote })
	act, as := operations()[i].offer(s, cmd.Actor, cmd.At)
	var body map[string]string
	if err := process.Require([]process.Action{act}, cmd, &body); err != nil {
		return nil, err
	}
	if f.Urn == nil {
		return nil, errNoUrn()
	}
	voter := as[0].Person()
	if body["member"] != "" {
		voter = body["member"]
	}
	body["choice"] = f.Urn.Seal(s.ID, s.voting().round(), voter, Choice(body["choice"]))
	return encode(body), nil
}

// Sealing reports whether a command of this name has to go through Seal.
func Sealing(s State, name string) bool { return name == ActVote && s.Rule.Ballot == Secret }

func errNoUrn() error {
	return fault.New(fault.Conflict, "urn_missing", "本系统未配置选票密钥,不能进行无记名投票;请联系管理员")
}

func (d decision) recuse() ([]event.Body, error) {
	r, x, err := d.read()
	m, _ := d.Member(d.me.Person())
	return one(RecusedFrom{Item: x.ID, Label: x.ProjectName, UserID: m.UserID, Name: m.Name, Text: r.Text}, err)
}

// closeVote opens every ballot and publishes the totals, those of a vote without a
// quorum not even: they decide nothing.
func (d decision) closeVote() ([]event.Body, error) {
	_, x, err := d.read()
	if err != nil {
		return nil, err
	}
	choices := map[string]Choice{}
	for _, v := range x.Votes {
		choices[v.UserID] = v.Choice
		if v.Sealed == "" {
			continue
		}
		if choices[v.UserID], err = d.opened(x, v.UserID, v.Sealed); err != nil {
			return nil, err
		}
	}
	return one(VoteClosed{Item: x.ID, Label: x.ProjectName, Tally: d.Count(x, choices)}, nil)
}

func (d decision) cast() ([]event.Body, error) {
	r, x, err := d.read()
	return one(CastByChair{Item: x.ID, Label: x.ProjectName, Choice: Choice(r.Choice), Text: r.Text}, err)
}

func (d decision) postpone() ([]event.Body, error) {
	r, x, err := d.read()
	return one(ItemPostponed{Item: x.ID, Label: x.ProjectName, Text: r.Text}, err)
}

func (d decision) advise() ([]event.Body, error) {
	r, x, err := d.read()
	return one(Advised{Item: x.ID, Label: x.ProjectName, Text: r.Text}, err)
}

func (d decision) minute() ([]event.Body, error) {
	r, _, err := d.read()
	return one(Minuted{Text: r.Text}, err)
}

func (d decision) close() ([]event.Body, error) { return one(ClosedMeeting{}, nil) }

func (d decision) cancel() ([]event.Body, error) {
	r, _, err := d.read()
	return one(CancelledMeeting{Text: r.Text}, err)
}

// automatic handles what the clock, the sweep and the effects send. None of it
// votes. A new holiday notice moves no meeting.
func automatic(s State, cmd process.Command) ([]event.Draft, error) {
	switch cmd.Name {
	case cmdRemind:
		if s.Stage == Convened && !s.Reminded && !s.RemindAt.IsZero() && !cmd.At.Before(s.RemindAt) {
			return event.Drafts(Reminded{}), nil
		}
	case cmdOverdue:
		if !s.Over() && !s.Overdue && !cmd.At.Before(s.At.Add(overdueAfter)) {
			return event.Drafts(PastDue{}), nil
		}
	case cmdTold:
		return told(s, cmd)
	}
	return nil, nil
}

// told notes what became of a message, once.
func told(s State, cmd process.Command) ([]event.Draft, error) {
	var b Delivery
	if err := process.Unmarshal(cmd.Body, &b); err != nil {
		return nil, err
	}
	x := s.Item(b.Item)
	switch {
	case x == nil || x.Settled || x.Told == b.Notice:
		return nil, nil
	case b.Refused != "":
		return event.Drafts(ItemRefused{Item: x.ID, Label: x.ProjectName, Notice: b.Notice, Code: b.Code, Text: b.Refused}), nil
	}
	return event.Drafts(ItemTold{Item: x.ID, Label: x.ProjectName, Notice: b.Notice}), nil
}
