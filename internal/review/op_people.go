package review

import (
	"fmt"
	"slices"
	"time"

	"luodi/internal/event"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/process"
)

// Who acts for a seat: pool, hand-over, delegation, added signers.

var opClaim = operation{
	name: ActClaim, label: "认领", who: seatName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
			switch {
			case x.idle() != "":
				return x.idle()
			case x.Holder != nil:
				return "已由" + x.Holder.Name + "认领"
			case a.Person() == s.Initiator.UserID:
				return "发起人不能为自己发起的项目出具意见,请由本单位其他人员办理"
			}
			return ""
		})
	},
	do: func(d decision) ([]event.Draft, error) {
		return event.Drafts(Claimed{Seat: d.on.id, Holder: person(d.acting())}), nil
	},
}

// person is the one whose rights a capacity uses, as a holder or a delegate.
func person(a org.Actor) org.Actor {
	if a.For != nil {
		return org.Actor{UserID: a.For.UserID, Name: a.For.Name, UnitID: a.For.UnitID, UnitName: a.For.UnitName}
	}
	return org.Actor{UserID: a.UserID, Name: a.Name, UnitID: a.UnitID, UnitName: a.UnitName}
}

var opRelease = operation{
	name: ActRelease, label: "退回公共池", who: seatName + "的认领人或负责人", field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
			switch {
			case x.spoken():
				return x.idle()
			case x.Holder == nil:
				return "没有人认领"
			case x.Holder.UserID != a.Person() && !x.leads(a):
				return "已由" + x.Holder.Name + "认领"
			}
			return ""
		})
	},
	do: func(d decision) ([]event.Draft, error) { return event.Drafts(Released{Seat: d.on.id}), nil },
}

var opTransfer = operation{
	name: ActTransfer, label: "转办", who: seatName + "、" + centreName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) || a.Has(centreRoles...) }, func(x *Seat) string {
			why := x.handable()
			if why == "" && !x.holds(a) && !x.leads(a) && !a.Has(centreRoles...) {
				return "已由" + x.Holder.Name + "认领"
			}
			return why
		})
	},
	form: always(
		process.Field{Name: "user", Schema: process.Ref("转给(席位单位的人员)", process.FormatUser)},
		process.Field{Name: "text", Schema: process.Text("转办说明", 0, 500), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		b, err := d.whom()
		if err != nil {
			return nil, err
		}
		to, err := d.colleague(d.seat(d.on.id), b.User)
		return event.Drafts(Transferred{Seat: d.on.id, Holder: &to, Text: b.Text}), err
	},
}

// whom is to whom something goes: a person or a unit.
type whom struct {
	User string `json:"user"`
	Unit string `json:"unit"`
	Text string `json:"text"`
}

func (d decision) whom() (b whom, err error) {
	err = d.read(&b)
	return b, err
}

// handable says why a seat can't be handed to somebody else; "" when it can.
func (x *Seat) handable() string {
	switch {
	case x.spoken():
		return x.idle()
	case x.Step.Clock.Start.IsZero():
		return "还没有轮到该席位"
	}
	return ""
}

var opReassign = operation{
	name: ActReassign, label: "改派单位", who: centreName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		if !a.Has(centreRoles...) {
			return deny(forbidden, "由招商中心把席位改派给其他单位")
		}
		return s.seatsWhere(a, func(*Seat) bool { return true }, (*Seat).handable)
	},
	form: always(
		process.Field{Name: "unit", Schema: process.Ref("改派给", process.FormatUnit)},
		process.Field{Name: "text", Schema: process.Text("改派说明", 0, 500), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		b, err := d.whom()
		if err != nil {
			return nil, err
		}
		u, err := d.freeUnit("/unit", b.Unit)
		return event.Drafts(Transferred{Seat: d.on.id, UnitID: u.ID, UnitName: u.Name, Text: b.Text}), err
	},
}

// freeUnit is a unit with people in it and without a seat that still has to speak.
func (d decision) freeUnit(field, id string) (org.Unit, error) {
	u, ok := d.given.Units[id]
	switch {
	case !ok || u.Kind == org.Leadership:
		return u, fault.Field(field, "unit_unknown", "没有这个可以参加会审的单位")
	case slices.Contains(d.given.Unstaffed, id):
		return u, fault.Field(field, "unit_unstaffed", u.Name+"没有可以办理的人员,请先由系统管理员添加账号")
	case slices.ContainsFunc(d.Seats, func(x Seat) bool { return x.Unit() == id && !x.spoken() }):
		return u, fault.Field(field, "unit_sits", u.Name+"已在会审名单中")
	}
	return u, nil
}

// colleague is somebody of the seat's unit who may act for it.
func (d decision) colleague(x *Seat, id string) (org.Actor, error) {
	u, ok := d.given.Users[id]
	switch {
	case !ok || u.Disabled:
		return org.Actor{}, fault.Field("/user", "user_unknown", "没有这个人员")
	case u.UnitID != x.Unit():
		return org.Actor{}, fault.Field("/user", "user_elsewhere", u.Name+"不是"+x.UnitName+"的人员")
	case !(org.Actor{Roles: u.Roles}).Has(seatRoles...):
		return org.Actor{}, fault.Field("/user", "user_role", u.Name+"没有办理会审意见的角色")
	case u.ID == d.Initiator.UserID:
		return org.Actor{}, fault.Field("/user", "user_initiator", "发起人不能为自己发起的项目出具意见")
	case u.ID == d.acting().Person():
		return org.Actor{}, fault.Field("/user", "user_self", "不能转给自己,请直接认领或办理")
	}
	return org.Actor{UserID: u.ID, Name: u.Name, UnitID: u.UnitID, UnitName: x.UnitName}, nil
}

var opDelegate = operation{
	name: ActDelegate, label: "委派", who: seatName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.sits(a) }, func(x *Seat) string {
			switch {
			case x.idle() != "":
				return x.idle()
			case x.Delegate.pending():
				return "已委派" + x.Delegate.To.Name + "办理,等待交回"
			case !x.holds(a) && !x.leads(a):
				return "已由" + x.Holder.Name + "认领"
			}
			return ""
		})
	},
	form: always(
		process.Field{Name: "user", Schema: process.Ref("委派给", process.FormatUser)},
		process.Field{Name: "text", Schema: process.Text("委派事项", 0, 500), Optional: true},
	),
	do: func(d decision) ([]event.Draft, error) {
		b, err := d.whom()
		if err != nil {
			return nil, err
		}
		to, err := d.colleague(d.seat(d.on.id), b.User)
		return event.Drafts(Delegated{Seat: d.on.id, By: person(d.acting()), To: to, Text: b.Text}), err
	},
}

var opHandBack = operation{
	name: ActHandBack, label: "交回委派", who: "被委派人", field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		var out []target
		for _, x := range s.Seats {
			if x.Delegate.pending() && x.Delegate.To.UserID == a.Person() && s.Stage == Opinions && !x.spoken() {
				out = append(out, target{id: x.ID, title: x.UnitName, as: a})
			}
		}
		return out, refusal{conflict, "没有委派给您的事项"}
	},
	form: textField("办理结果(供委派人出具意见)", 2, 2000),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(HandedBack{Seat: d.on.id, Text: text}), err
	},
}

var opAddSigner = operation{
	name: ActAddSigner, label: "加签", who: seatName, field: "seat", title: "席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		return s.seatsWhere(a, func(x *Seat) bool { return x.Added == nil && (x.sits(a) || a.Has(org.CentreLeader)) }, func(x *Seat) string {
			switch {
			case x.idle() != "":
				return x.idle()
			case !x.holds(a) && !x.leads(a) && !a.Has(org.CentreLeader):
				return "已由" + x.Holder.Name + "认领"
			}
			return ""
		})
	},
	form: always(
		process.Field{Name: "unit", Schema: process.Ref("加签单位", process.FormatUnit)},
		process.Field{Name: "where", Schema: process.OneOf("加签方式", places()...)},
		process.Field{Name: "days", Schema: process.Whole("时限(工作日,不填与本席位相同)", 1, 30), Optional: true},
		process.Field{Name: "text", Schema: process.Text("加签事由", 2, 500)},
	),
	do: func(d decision) ([]event.Draft, error) {
		var b struct {
			Unit  string `json:"unit"`
			Where Where  `json:"where"`
			Days  int    `json:"days"`
			Text  string `json:"text"`
		}
		if err := d.read(&b); err != nil {
			return nil, err
		}
		u, err := d.freeUnit("/unit", b.Unit)
		if err != nil {
			return nil, err
		}
		x := d.seat(d.on.id)
		out := SignerAdded{
			ID: fmt.Sprintf("%s+%d", u.ID, d.Counts["signer"]+1), UnitID: u.ID, UnitName: u.Name, To: x.ID, ToName: x.UnitName,
			Where: b.Where, Text: b.Text, Terms: d.terms(*x),
		}
		if b.Days > 0 {
			out.Terms = process.Terms{Days: b.Days, Remind: min(1, b.Days-1), Grace: out.Terms.Grace}
		}
		if b.Where != After {
			clock := d.start(out.Terms)
			out.Clock = &clock
		}
		return event.Drafts(out), nil
	},
}

func places() []process.Choice {
	var out []process.Choice
	for _, w := range []Where{Before, Parallel, After} {
		out = append(out, process.Choice{Const: string(w), Title: w.Label()})
	}
	return out
}

var opRemoveSigner = operation{
	name: ActRemoveSigner, label: "减签", who: "加签人、其单位负责人或" + centreLeaderName, field: "signer", title: "加签席位",
	may: func(s State, a org.Actor, _ time.Time) ([]target, refusal) {
		var out []target
		no := refusal{conflict, "没有可以减去的加签席位"}
		for _, x := range s.Seats {
			if x.Added == nil || x.spoken() || s.Stage != Opinions {
				continue
			}
			to := s.seat(x.Added.To)
			if x.Added.By.UserID != a.UserID && !to.leads(a) && !a.Has(org.CentreLeader) {
				no = refusal{forbidden, "由加签人、其单位负责人或招商中心负责人减签"}
				continue
			}
			out = append(out, target{id: x.ID, title: x.UnitName + "(" + x.Added.Where.Label() + ")", as: a})
		}
		return out, no
	},
	form: textField("减签理由", 2, 500),
	do: func(d decision) ([]event.Draft, error) {
		text, err := d.said()
		return event.Drafts(SignerRemoved{Seat: d.on.id, Name: d.seat(d.on.id).UnitName, Text: text}), err
	},
}
