package panel

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Submission is the body of ActConvene: the server gives the id, and what was asked
// for as it was asked.
type Submission struct {
	ID      string          `json:"id"`
	Meeting json.RawMessage `json:"meeting"` // as ConveneForm says
}

// Given is what the server adds to a command: the people, units and reviews that
// its body names, as they are now. What doesn't exist isn't in it.
type Given struct {
	Users   map[string]org.User `json:"users,omitempty"`
	Units   map[string]org.Unit `json:"units,omitempty"`
	Reviews map[string]Review   `json:"reviews,omitempty"`
}

// Review is a review that may come onto an agenda.
type Review struct {
	ID          string `json:"id"`
	ProjectID   string `json:"project_id"`
	ProjectName string `json:"project_name"`
	Stage       string `json:"stage"`
	// Quorum and Threshold are the least that the review's template asks of a meeting's
	// rule, as fractions; empty: whatever the meeting has.
	Quorum    string `json:"quorum,omitempty"`
	Threshold string `json:"threshold,omitempty"`
}

// stageOfReviews is the stage in which reviews wait for a meeting.
const stageOfReviews = "panel"

func given(cmd process.Command) (g Given, err error) {
	if len(cmd.With) > 0 {
		err = process.Unmarshal(cmd.With, &g)
	}
	return g, err
}

type memberBody struct {
	UserID string `json:"user_id"`
	Weight int    `json:"weight"`
}

type ruleBody struct {
	Ballot          Ballot `json:"ballot"`
	Weighted        bool   `json:"weighted"`
	QuorumOf        Basis  `json:"quorum_of"`
	Quorum          string `json:"quorum"`
	QuorumStrict    bool   `json:"quorum_strict"`
	Threshold       string `json:"threshold"`
	ThresholdStrict bool   `json:"threshold_strict"`
	CountAbstain    bool   `json:"count_abstain"`
	Casting         bool   `json:"casting"`
	Proxies         bool   `json:"proxies"`
}

// arrangementBody is an arrangement as people state it; what is left out stays.
type arrangementBody struct {
	Title   string       `json:"title"`
	At      string       `json:"at"`
	Place   string       `json:"place"`
	Members []memberBody `json:"members"`
	Chair   string       `json:"chair"`
	Rule    *ruleBody    `json:"rule"`
}

// arrange applies what is asked for to an arrangement.
func (b arrangementBody) arrange(a Arrangement, g Given, now time.Time, f Facts) (_ Arrangement, err error) {
	if b.Title != "" {
		a.Title = strings.TrimSpace(b.Title)
	}
	if b.Place != "" {
		a.Place = strings.TrimSpace(b.Place)
	}
	if b.At != "" {
		if a, err = a.on(b.At, now); err != nil {
			return a, err
		}
	}
	if b.Rule != nil {
		if a.Rule, err = b.Rule.rule(f); err != nil {
			return a, err
		}
	}
	chair := b.Chair
	if chair == "" {
		chair = State{Arrangement: a}.Chair().UserID
	}
	if b.Members != nil {
		if a.Members, err = members(b.Members, g); err != nil {
			return a, err
		}
	}
	return a.presided(chair)
}

// maxAhead bounds a mistyped year.
const maxAhead = 366 * 24 * time.Hour

func (a Arrangement) on(text string, now time.Time) (Arrangement, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return a, fault.Field("/at", "time_invalid", "会议时间应写作 2024-03-01T09:00:00+08:00 这样的时刻")
	}
	at = at.UTC().Truncate(time.Second)
	if a.At.Equal(at) {
		return a, nil
	}
	if !at.After(now) || at.After(now.Add(maxAhead)) {
		return a, fault.Field("/at", "time_invalid", "会议时间应在此刻之后一年以内")
	}
	a.At, a.RemindAt = at, at.Add(-remindBefore)
	if !a.RemindAt.After(now) {
		a.RemindAt = time.Time{}
	}
	return a, nil
}

func members(list []memberBody, g Given) ([]Member, error) {
	out := []Member{}
	for i, b := range list {
		at := "/members/" + strconv.Itoa(i) + "/user_id"
		u, ok := g.Users[b.UserID]
		switch {
		case !ok:
			return nil, fault.Field(at, "user_unknown", "没有这个账号:"+b.UserID)
		case u.Disabled:
			return nil, fault.Field(at, "user_disabled", u.Name+"的账号已停用")
		case org.ScopeOf(org.Actor{UserID: u.ID, UnitID: u.UnitID, Roles: u.Roles}).Empty():
			return nil, fault.Field(at, "user_without_business", u.Name+"的账号没有业务角色,看不到会议")
		case slices.ContainsFunc(out, func(m Member) bool { return m.UserID == u.ID }):
			return nil, fault.Field(at, "member_twice", u.Name+"重复列为成员")
		}
		out = append(out, Member{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: g.Units[u.UnitID].Name, Weight: max(b.Weight, 1)})
	}
	return out, nil
}

// presided seats the chair, and levels the weights where they don't count.
func (a Arrangement) presided(chair string) (Arrangement, error) {
	a.Members = slices.Clone(a.Members)
	found := false
	for i := range a.Members {
		m := &a.Members[i]
		m.Chair = m.UserID == chair
		found = found || m.Chair
		if !a.Rule.Weighted {
			m.Weight = 1
		}
	}
	if !found {
		return a, fault.Field("/chair", "chair_no_member", "主持人应为会议成员")
	}
	return a, nil
}

// rule reads a rule and refuses one that can't work.
func (b ruleBody) rule(f Facts) (Rule, error) {
	r := Rule{
		Ballot: b.Ballot, Weighted: b.Weighted, QuorumOf: b.QuorumOf, QuorumStrict: b.QuorumStrict,
		ThresholdStrict: b.ThresholdStrict, CountAbstain: b.CountAbstain, Casting: b.Casting, Proxies: b.Proxies,
	}
	var err error
	if r.Quorum, err = ParseShare(b.Quorum); err != nil {
		return r, fault.Field("/rule/quorum", "share_invalid", "比例应为不大于1的分数,如 2/3")
	}
	if r.Threshold, err = ParseShare(b.Threshold); err != nil {
		return r, fault.Field("/rule/threshold", "share_invalid", "比例应为不大于1的分数,如 1/2")
	}
	half, whole := Share{1, 2}, Share{1, 1}
	switch {
	case r.QuorumStrict && r.Quorum.Compare(whole) == 0:
		return r, fault.Field("/rule/quorum_strict", "share_unreachable", "没有什么能超过全部")
	case r.ThresholdStrict && r.Threshold.Compare(whole) == 0:
		return r, fault.Field("/rule/threshold_strict", "share_unreachable", "没有什么能超过全部")
	case r.Threshold.Compare(half) < 0:
		return r, fault.Field("/rule/threshold", "threshold_low", "通过所需赞成票不低于一半")
	case r.Casting && r.Threshold.Compare(half) != 0:
		return r, fault.Field("/rule/casting", "casting_unfit", "主持人裁决只用于以一半为界的表决:票数相等时,更高的比例已经没有达到")
	case !r.Weighted && r.QuorumOf == Weights:
		return r, fault.Field("/rule/quorum_of", "weights_missing", "不按权重计票时,法定人数按人数计")
	case r.Ballot == Secret && f.Urn == nil:
		return r, errNoUrn()
	}
	return r, nil
}

type agendaBody struct {
	ReviewID string `json:"review_id"`
	Note     string `json:"note"`
}

// item makes an item of a review; at is where the body stands in the request.
func (b agendaBody) item(s State, g Given, at string) (Item, error) {
	r, ok := g.Reviews[b.ReviewID]
	switch {
	case !ok:
		return Item{}, fault.Field(at+"/review_id", "review_unknown", "没有这项研判:"+b.ReviewID)
	case r.Stage != stageOfReviews:
		return Item{}, fault.New(fault.Conflict, "review_not_waiting", "“"+r.ProjectName+"”的研判不在研判会阶段").
			With(at+"/review_id", "review_not_waiting", "研判不在研判会阶段")
	case slices.ContainsFunc(s.Items, func(x Item) bool { return x.ReviewID == r.ID && x.Status.Active() }):
		return Item{}, fault.New(fault.Conflict, "review_listed", "“"+r.ProjectName+"”已在议程上").
			With(at+"/review_id", "review_listed", "已在议程上")
	}
	x := Item{
		ID: strconv.Itoa(len(s.Items) + 1), ReviewID: r.ID, ProjectID: r.ProjectID, ProjectName: r.ProjectName,
		Note: b.Note, Status: Listed, Quorum: r.Quorum, Threshold: r.Threshold,
	}
	return x, x.fits(s.Rule)
}

// fits refuses a rule weaker than the review's template asks for. Templates are checked
// when they are loaded; a share that can't be read asks for nothing.
func (x Item) fits(r Rule) error {
	weaker := func(got Share, asked string) bool {
		least, err := ParseShare(asked)
		return err == nil && got.Compare(least) < 0
	}
	switch {
	case weaker(r.Quorum, x.Quorum):
		return fault.Field("/rule/quorum", "rule_weaker", "“"+x.ProjectName+"”的研判模板要求法定人数不低于"+x.Quorum)
	case weaker(r.Threshold, x.Threshold):
		return fault.Field("/rule/threshold", "rule_weaker", "“"+x.ProjectName+"”的研判模板要求通过比例不低于"+x.Threshold)
	}
	return nil
}
