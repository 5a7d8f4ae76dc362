// Package register keeps what stands around the project: industry chains (产业链),
// outward teams (驻外招商专班), ambassadors (招商大使) and promotion events (招商活动).
// An entry is never overwritten and never deleted: every edit makes a version with its
// time, author and reason, so that a register as of any moment can be read. Projects
// name an entry by its exact name or by one of its aliases.
package register

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/org"
)

// Kind is one of the four registers.
type Kind string

// The registers.
const (
	Chains      Kind = "chain"      // 产业链
	Teams       Kind = "team"       // 驻外招商专班
	Ambassadors Kind = "ambassador" // 招商大使
	Events      Kind = "event"      // 招商活动
)

// Kinds lists the registers in the order in which they are shown.
var Kinds = []Kind{Chains, Teams, Ambassadors, Events}

var labels = map[Kind]string{Chains: "产业链", Teams: "驻外招商专班", Ambassadors: "招商大使", Events: "招商活动"}

// Label is the register's Chinese name.
func (k Kind) Label() string { return labels[k] }

// Draft is what people say of an entry. The part of its own kind is set, and no other.
type Draft struct {
	Name         string   `json:"name" maxLength:"400" doc:"as projects name it"`
	Aliases      []string `json:"aliases,omitempty" maxItems:"50" nullable:"false" doc:"other names that projects use for it"`
	UnitID       string   `json:"unit_id,omitempty" maxLength:"64" doc:"home unit of a team, host of an event, who keeps contact with an ambassador"`
	Remark       string   `json:"remark,omitempty" maxLength:"8000"`
	Illustrative bool     `json:"illustrative,omitempty" doc:"made up (示例)"`

	Chain      *Chain      `json:"chain,omitempty"`
	Team       *Team       `json:"team,omitempty"`
	Ambassador *Ambassador `json:"ambassador,omitempty"`
	Event      *Event      `json:"event,omitempty"`
}

// Chain is an industry chain with its three heads.
type Chain struct {
	Head      string `json:"head,omitempty" maxLength:"400" doc:"链长: the official"`
	HeadUnit  string `json:"head_unit,omitempty" maxLength:"400" doc:"the official's unit or post"`
	Leader    string `json:"leader,omitempty" maxLength:"400" doc:"链主: the leading enterprise"`
	Innovator string `json:"innovator,omitempty" maxLength:"400" doc:"链创: the research body"`
	Tier      string `json:"tier,omitempty" maxLength:"32" doc:"一主四优多支撑: lead, advantaged, supporting or other"`
	Goals     string `json:"goals,omitempty" maxLength:"8000"`
}

// Team is a team stationed elsewhere.
type Team struct {
	Place   string        `json:"place" maxLength:"400" doc:"where it is stationed"`
	From    calendar.Date `json:"from,omitzero"`
	Until   calendar.Date `json:"until,omitzero" doc:"last day; empty: until further notice"`
	Head    string        `json:"head,omitempty" maxLength:"400"`
	Members []string      `json:"members,omitempty" maxItems:"100" nullable:"false"`
	Contact string        `json:"contact,omitempty" maxLength:"400" doc:"personal: for the centre and the home unit only"`
	Trips   []Trip        `json:"trips,omitempty" maxItems:"2000" nullable:"false"`
}

// Trip is a visit that a team made.
type Trip struct {
	On       calendar.Date `json:"on"`
	Place    string        `json:"place" maxLength:"400"`
	Purpose  string        `json:"purpose" maxLength:"2000"`
	Contacts string        `json:"contacts,omitempty" maxLength:"2000" doc:"whom they met; personal: for the centre and the home unit only"`
	Results  string        `json:"results,omitempty" maxLength:"4000"`
}

// Ambassador is somebody appointed to bring projects.
type Ambassador struct {
	Title     string        `json:"title,omitempty" maxLength:"400" doc:"post and organisation"`
	Region    string        `json:"region,omitempty" maxLength:"400"`
	Appointed calendar.Date `json:"appointed,omitzero"`
	Until     calendar.Date `json:"until,omitzero"`
	Contact   string        `json:"contact,omitempty" maxLength:"400" doc:"personal: for the centre and the contact unit only"`
	Leads     []Lead        `json:"leads,omitempty" maxItems:"2000" nullable:"false" doc:"what they brought"`
}

// Lead is a lead that an ambassador brought, whether or not it became a project.
type Lead struct {
	On        calendar.Date `json:"on"`
	Project   string        `json:"project" maxLength:"400"`
	ProjectID string        `json:"project_id,omitempty" maxLength:"64"`
	Outcome   string        `json:"outcome,omitempty" maxLength:"2000"`
}

// Event is an occasion at which projects are signed.
type Event struct {
	From  calendar.Date `json:"from"`
	Until calendar.Date `json:"until,omitzero" doc:"last day; empty: the first"`
	City  string        `json:"city" maxLength:"400"`
	Host  string        `json:"host,omitempty" maxLength:"400" doc:"as printed, when it is no unit of the city"`
}

// Last is the last day of an event.
func (e Event) Last() calendar.Date {
	if e.Until.IsZero() {
		return e.From
	}
	return e.Until
}

// Entry is one version of an entry.
type Entry struct {
	Kind    Kind   `json:"kind"`
	ID      string `json:"id"`
	Version int64  `json:"version"`
	Draft
	Closed     bool      `json:"closed" doc:"no longer used (停用); its history stays"`
	RecordedAt time.Time `json:"recorded_at" doc:"of this version"`
	RecordedBy string    `json:"recorded_by"`
	Reason     string    `json:"reason,omitempty" doc:"why this version was made"`
}

// Names are all the names that projects may use for an entry.
func (d Draft) Names() []string { return append([]string{d.Name}, d.Aliases...) }

// Tidy trims what people typed and leaves out aliases that say nothing new.
func (d Draft) Tidy() Draft {
	d.Name = strings.TrimSpace(d.Name)
	var aliases []string
	for _, a := range d.Aliases {
		if a = strings.TrimSpace(a); a != "" && a != d.Name && !slices.Contains(aliases, a) {
			aliases = append(aliases, a)
		}
	}
	d.Aliases = aliases
	return d
}

// Public is what everybody may read: without personal contact data.
func (e Entry) Public() Entry {
	if e.Team != nil {
		t := *e.Team
		t.Contact, t.Trips = "", slices.Clone(t.Trips)
		for i := range t.Trips {
			t.Trips[i].Contacts = ""
		}
		e.Team = &t
	}
	if e.Ambassador != nil {
		a := *e.Ambassador
		a.Contact = ""
		e.Ambassador = &a
	}
	return e
}

// maxName is how long a name may be, in characters; projects' own fields are no longer.
const maxName = 100

// Check finds everything wrong with a draft of a kind. Errors: Invalid
// "register_invalid" with each field as a JSON pointer. units are those that exist.
func (d Draft) Check(kind Kind, units map[string]org.Unit, today calendar.Date) error {
	f := findings{today: today}
	f.name("/name", d.Name)
	for i, a := range d.Aliases {
		f.name(fmt.Sprintf("/aliases/%d", i), a)
	}
	if _, ok := units[d.UnitID]; d.UnitID != "" && !ok {
		f.add("/unit_id", "unit_unknown", "没有这个单位")
	}
	f.parts(kind, d)
	if len(f.details) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Code: "register_invalid", Details: f.details,
		Message: fmt.Sprintf("%s信息有%d处错误", kind.Label(), len(f.details))}
}

type findings struct {
	today   calendar.Date
	details []fault.Detail
}

func (f *findings) add(field, code, message string) {
	f.details = append(f.details, fault.Detail{Field: field, Code: code, Message: message})
}

func (f *findings) name(field, text string) {
	if n := utf8.RuneCountInString(text); n == 0 || n > maxName || strings.ContainsAny(text, "\r\n\t") {
		f.add(field, "name_invalid", "名称为1至100个字符,不能换行")
	}
}

func (f *findings) required(field, text, what string) {
	if strings.TrimSpace(text) == "" {
		f.add(field, "required", "请填写"+what)
	}
}

func (f *findings) happened(field string, on calendar.Date, what string) {
	switch {
	case on.IsZero():
		f.add(field, "required", "请填写"+what)
	case on.After(f.today):
		f.add(field, "date_in_future", what+"不能晚于今天")
	}
}

func (f *findings) period(field string, from, until calendar.Date) {
	if !until.IsZero() && until.Before(from) {
		f.add(field, "period_invalid", "截止日期早于开始日期")
	}
}

// parts checks the part of the draft's own kind, and that there is no other.
func (f *findings) parts(kind Kind, d Draft) {
	given := map[Kind]bool{Chains: d.Chain != nil, Teams: d.Team != nil, Ambassadors: d.Ambassador != nil, Events: d.Event != nil}
	for _, k := range Kinds {
		switch {
		case given[k] && k != kind:
			f.add("/"+string(k), "part_unexpected", "这里登记的是"+kind.Label())
		case !given[k] && k == kind:
			f.add("/"+string(k), "required", "请填写"+kind.Label()+"的内容")
		case given[k]:
			f.part(kind, d)
		}
	}
}

func (f *findings) part(kind Kind, d Draft) {
	switch kind {
	case Chains:
		if !slices.Contains([]string{"", "lead", "advantaged", "supporting", "other"}, d.Chain.Tier) {
			f.add("/chain/tier", "tier_unknown", "产业层级应为 lead、advantaged、supporting 或 other")
		}
	case Teams:
		f.team(d)
	case Ambassadors:
		f.ambassador(*d.Ambassador)
	case Events:
		if d.Event.From.IsZero() { // one to come may be registered ahead
			f.add("/event/from", "required", "请填写活动日期")
		}
		f.required("/event/city", d.Event.City, "举办城市")
		f.period("/event/until", d.Event.From, d.Event.Until)
	}
}

func (f *findings) team(d Draft) {
	f.required("/unit_id", d.UnitID, "派出单位")
	f.required("/team/place", d.Team.Place, "驻地")
	f.period("/team/until", d.Team.From, d.Team.Until)
	for i, t := range d.Team.Trips {
		at := fmt.Sprintf("/team/trips/%d", i)
		f.happened(at+"/on", t.On, "外出日期")
		f.required(at+"/place", t.Place, "外出地点")
		f.required(at+"/purpose", t.Purpose, "外出事由")
	}
}

func (f *findings) ambassador(a Ambassador) {
	f.period("/ambassador/until", a.Appointed, a.Until)
	for i, l := range a.Leads {
		at := fmt.Sprintf("/ambassador/leads/%d", i)
		f.happened(at+"/on", l.On, "推介日期")
		f.required(at+"/project", l.Project, "项目名称")
	}
}

// MayWrite says who may write an entry: the centre every one; a department or a county
// the teams and events of its own unit. Everybody else is denied.
func MayWrite(a org.Actor, kind Kind, unitID string) bool {
	if keeps(a) {
		return true
	}
	own := unitID != "" && unitID == a.UnitID && a.Has(org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator)
	return own && (kind == Teams || kind == Events)
}

// MaySeeContact says who may read personal contact data: the centre, and the unit of the entry.
func MaySeeContact(a org.Actor, unitID string) bool {
	own := unitID != "" && unitID == a.UnitID && a.Has(org.DepartmentHandler, org.DepartmentLeader, org.CountyOperator)
	return keeps(a) || own
}

// keeps says who keeps the registers.
func keeps(a org.Actor) bool { return a.System || a.Has(org.CentreOperator, org.CentreLeader) }

// MayKeep says who may see names that no register knows, and bring them in.
func MayKeep(a org.Actor) bool { return keeps(a) }
