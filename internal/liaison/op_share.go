package liaison

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Urging, copies, read receipts and comments.

var opUrge = operation{
	Name: ActUrge, Label: "催办", Who: theCentre + "、市领导", Field: "duty", Title: "催办事项",
	May: func(s State, a org.Actor, at time.Time) ([]target, refusal) {
		if !a.Has(centreRoles...) && !a.Has(org.CityLeader) {
			return process.NotYou("由招商中心或市领导催办")
		}
		return going(s, a, at, func(s State, a org.Actor, at time.Time) ([]target, refusal) {
			return among(a, s.urgeable(at), func(owed) bool { return true }, func(x owed) string { return x.key },
				func(x owed) string { return x.label }, "没有可以催办的事项(同一事项每天催办一次)")
		})
	},
	Form: form(text("催办留言", 0, 200)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		i := slices.IndexFunc(d.State.open(), func(o owed) bool { return o.key == d.On.ID })
		return []event.Body{Urged{Duty: d.On.ID, Label: d.State.open()[i].label, Text: x.Text}}, err
	},
}

var opCopy = operation{
	Name: ActCopy, Label: "抄送", Who: theCarrier + "、" + theCounty + "、" + theCentre, Late: true,
	May: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if !s.carries(a) && !s.hosts(a) && !a.Has(centreRoles...) {
			return process.NotYou("由包联单位、项目所在县市区或招商中心抄送")
		}
		return process.On(a)
	},
	Form: form(
		process.Field{Name: "units", Schema: process.List("抄送单位", process.Ref("单位", process.FormatUnit), 1, 50)},
		text("抄送说明", 0, 500),
	),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		if err != nil {
			return nil, err
		}
		b := Copied{Text: x.Text}
		readers := d.State.Readers()
		for i, id := range x.Units {
			u, ok := x.given.Units[id]
			switch {
			case !ok:
				return nil, fault.Field(fmt.Sprintf("/units/%d", i), "unit_unknown", "没有这个单位")
			case slices.ContainsFunc(readers, func(r process.Reader) bool { return r.UnitID == id }):
				return nil, fault.Field(fmt.Sprintf("/units/%d", i), "unit_reads", u.Name+"已可查看本项包联")
			case !slices.Contains(b.Units, Unit{u.ID, u.Name}):
				b.Units = append(b.Units, Unit{u.ID, u.Name})
			}
		}
		return []event.Body{b}, nil
	},
}

var opComment = operation{
	Name: ActComment, Label: "留言", Who: "有关单位",
	May: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if !s.takesPart(a) {
			return process.NotYou("由与本项包联有关的单位留言")
		}
		return process.On(a)
	},
	Form: form(text("留言", 1, 1000)),
	Do: func(d decision) ([]event.Body, error) {
		x, err := hear(d)
		return []event.Body{Commented{Text: x.Text}}, err
	},
}

var opRead = operation{
	Name: ActRead, Label: "已阅", Who: "可查看本项包联的人员", Late: true, Readers: true,
	May: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		switch {
		case a.For != nil:
			return process.NotYou("已阅由本人签收,不能代理")
		case slices.ContainsFunc(s.Reads, func(r Read) bool { return r.UserID == a.UserID }):
			return process.NotNow("您已签收,无需再次签收")
		case !a.ReadsAll() && !slices.ContainsFunc(s.Readers(), func(r process.Reader) bool { return r.UnitID == a.UnitID }):
			return process.NotYou("您所在单位没有收到本项包联")
		}
		return process.On(a)
	},
	Do: func(decision) ([]event.Body, error) { return []event.Body{WasRead{}}, nil },
}
