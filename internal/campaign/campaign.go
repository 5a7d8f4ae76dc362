// Package campaign describes special campaigns (专项行动), such as 五百行动, as data: what
// each of their items counts, and the target. What an item counts is a filter over
// single projects, or the entries of a register.
package campaign

import (
	"bytes"
	_ "embed" // the built-in campaigns
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/project"
	"luodi/internal/register"
)

// Measure is what an item counts.
type Measure string

// The measures, as files write them.
const (
	ActiveTeams  Measure = "专班"   // teams of the year in the register
	Appointed    Measure = "大使"   // ambassadors of the year in the register
	Signed       Measure = "签约"   // projects signed in the year, no framework agreements
	SignedAtOnce Measure = "活动签约" // of these, those signed at an event
	Landed       Measure = "落地"   // above-scale projects landed in the year
	Started      Measure = "开工"   // projects started in the year
	Funds        Measure = "到位资金" // money that arrived in the year, 亿元
)

var measures = []Measure{ActiveTeams, Appointed, Signed, SignedAtOnce, Landed, Started, Funds}

// Campaign is one, of one year.
type Campaign struct {
	ID    string `yaml:"编号" json:"id"`
	Name  string `yaml:"名称" json:"name"`
	Year  int    `yaml:"年度" json:"year"`
	Note  string `yaml:"说明" json:"note"`
	Items []Item `yaml:"项目" json:"items"`
}

// Item is one thing that a campaign wants.
type Item struct {
	ID         string                 `yaml:"编号" json:"id"`
	Name       string                 `yaml:"名称" json:"name"`
	Unit       string                 `yaml:"计量" json:"unit"`
	Measure    Measure                `yaml:"口径" json:"measure"`
	Industries []string               `yaml:"行业" json:"industries,omitempty"`
	Investors  []project.InvestorKind `yaml:"投资方" json:"investors,omitempty"`
	Target     int64                  `yaml:"目标" json:"target"`
	Source     string                 `yaml:"来源" json:"source"` // of the target: 公开报道, 示例, or a document
}

//go:embed campaigns.yaml
var builtin []byte

// Builtin are the campaigns that come along.
func Builtin() ([]Campaign, error) { return Load("campaigns.yaml", builtin) }

// Load reads a file of campaigns. Errors: Invalid "campaigns_invalid" with every finding.
func Load(name string, data []byte) ([]Campaign, error) {
	var file struct {
		Campaigns []Campaign `yaml:"行动"`
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return nil, fault.Newf(fault.Invalid, "campaigns_invalid", "%s 看不懂:%v", name, err)
	}
	var wrong []fault.Detail
	find := func(where, message string) {
		wrong = append(wrong, fault.Detail{Field: where, Code: "campaign_invalid", Message: message})
	}
	seen := map[string]bool{}
	for _, c := range file.Campaigns {
		if c.ID == "" || c.Name == "" || c.Year < 2000 || seen[fmt.Sprint(c.ID, c.Year)] {
			find(c.Name, "行动须有编号、名称和年度,且不重复")
		}
		seen[fmt.Sprint(c.ID, c.Year)] = true
		for _, i := range c.Items {
			if i.ID == "" || i.Name == "" || i.Unit == "" || i.Target < 1 || i.Source == "" || !slices.Contains(measures, i.Measure) {
				find(c.Name+"/"+i.Name, fmt.Sprintf("须有编号、名称、计量、大于0的目标及其来源,口径为%v之一", measures))
			}
		}
	}
	if len(wrong) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "campaigns_invalid", Message: name + " 有误", Details: wrong}
	}
	return file.Campaigns, nil
}

// Register is the register that an item counts the entries of; ok is false for one
// that counts projects.
func (i Item) Register() (register.Kind, bool) {
	switch i.Measure {
	case ActiveTeams:
		return register.Teams, true
	case Appointed:
		return register.Ambassadors, true
	}
	return "", false
}

// Filter is the list of projects that an item counts in a year, or of those whose funds
// it sums.
func (i Item) Filter(year int) project.Filter {
	no, yes := false, true
	whole := project.Span{From: calendar.Date{Year: year, Month: time.January, Day: 1}, Until: calendar.Date{Year: year, Month: time.December, Day: 31}}
	f := project.Filter{Industries: i.Industries, InvestorKinds: i.Investors}
	switch i.Measure {
	case Signed:
		f.Signed, f.Framework = whole, &no
	case SignedAtOnce:
		f.Signed, f.Framework, f.AtEvent = whole, &no, &yes
	case Landed:
		f.Landed, f.AboveScale, f.Framework = whole, &yes, &no
	case Started:
		f.Started, f.Framework = whole, &no
	case Funds:
		f.Funds = whole
	}
	return f
}
