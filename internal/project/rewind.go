package project

import (
	"fmt"
	"strings"

	"luodi/internal/calendar"
	"luodi/internal/event"
	"luodi/internal/money"
)

// Rewind is the project as it was before events, which are its latest, oldest first.
// ok is false when it wasn't in the registry yet. Version and UpdatedAt stay today's:
// events don't tell them, and no figure follows from them. Errors: an event that can't
// be undone, which a sound stream has none of.
func Rewind(p Project, events []event.Event) (before Project, ok bool, err error) {
	p.FundsArrived = append([]Funds{}, p.FundsArrived...)
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if _, registered := event.Decode[Registered](e); registered {
			return Project{}, false, nil
		}
		if err := p.undo(e); err != nil {
			return Project{}, false, fmt.Errorf("project: %s/%d can't be undone: %w", e.Stream, e.Seq, err)
		}
	}
	return p, true, nil
}

func (p *Project) undo(e event.Event) error {
	if b, ok := event.Decode[Changed](e); ok {
		return p.unchange(b.Changes)
	}
	if b, ok := event.Decode[Corrected](e); ok {
		return p.unchange(b.Changes)
	}
	if b, ok := event.Decode[Advanced](e); ok {
		p.Stage = b.From
		p.setDate(b.To, calendar.Date{}) // a stage is only reached by who hadn't its date
	}
	if b, ok := event.Decode[StageByReview](e); ok {
		p.Stage = b.From
	}
	return nil
}

func (p *Project) unchange(changes []Change) error {
	for _, c := range changes {
		read, ok := readers[c.Field]
		if !ok {
			return fmt.Errorf("field %q is unknown", c.Field)
		}
		if err := read(p, c.From); err != nil {
			return fmt.Errorf("field %s: %w", c.Field, err)
		}
	}
	return nil
}

// readers put a field's text back: the other side of Fields.
var readers = map[string]func(*Project, string) error{
	"code":             text(func(p *Project) *string { return &p.Code }),
	"name":             text(func(p *Project) *string { return &p.Name }),
	"investor":         text(func(p *Project) *string { return &p.Investor }),
	"investor_kind":    option(InvestorKinds, func(p *Project) *InvestorKind { return &p.InvestorKind }),
	"county_id":        text(func(p *Project) *string { return &p.CountyID }),
	"industry_tier":    option(Tiers, func(p *Project) *Tier { return &p.IndustryTier }),
	"industry":         text(func(p *Project) *string { return &p.Industry }),
	"chain":            text(func(p *Project) *string { return &p.Chain }),
	"agreed_amount":    amount,
	"framework":        flag(func(p *Project) *bool { return &p.Framework }),
	"above_scale":      flag(func(p *Project) *bool { return &p.AboveScale }),
	"land_area":        quantity(func(p *Project) *Quantity { return &p.LandArea }),
	"energy_use":       quantity(func(p *Project) *Quantity { return &p.EnergyUse }),
	"chemicals":        flag(func(p *Project) *bool { return &p.Chemicals }),
	"team":             text(func(p *Project) *string { return &p.Team }),
	"ambassador":       text(func(p *Project) *string { return &p.Ambassador }),
	"event":            text(func(p *Project) *string { return &p.Event }),
	"verification":     option(Verifications, func(p *Project) *Verification { return &p.Verification }),
	"contact_name":     text(func(p *Project) *string { return &p.ContactName }),
	"contact_phone":    text(func(p *Project) *string { return &p.ContactPhone }),
	"stage":            option(Stages, func(p *Project) *Stage { return &p.Stage }),
	"signed_on":        date(func(p *Project) *calendar.Date { return &p.SignedOn }),
	"landed_on":        date(func(p *Project) *calendar.Date { return &p.LandedOn }),
	"started_on":       date(func(p *Project) *calendar.Date { return &p.StartedOn }),
	"in_statistics_on": date(func(p *Project) *calendar.Date { return &p.InStatisticsOn }),
	"in_production_on": date(func(p *Project) *calendar.Date { return &p.InProductionOn }),
	"funds_arrived":    fundsFrom,
	"illustrative":     flag(func(p *Project) *bool { return &p.Illustrative }),
	"remark":           text(func(p *Project) *string { return &p.Remark }),
}

func text(field func(*Project) *string) func(*Project, string) error {
	return func(p *Project, s string) error {
		*field(p) = s
		return nil
	}
}

func quantity(field func(*Project) *Quantity) func(*Project, string) error {
	return func(p *Project, s string) error {
		*field(p) = Quantity(s)
		return nil
	}
}

func flag(field func(*Project) *bool) func(*Project, string) error {
	return func(p *Project, s string) error {
		if s != yesNo(s == yesNo(true)) {
			return fmt.Errorf("%q is neither yes nor no", s)
		}
		*field(p) = s == yesNo(true)
		return nil
	}
}

func date(field func(*Project) *calendar.Date) func(*Project, string) error {
	return func(p *Project, s string) error { return field(p).UnmarshalText([]byte(s)) }
}

func option[T ~string](options []Option[T], field func(*Project) *T) func(*Project, string) error {
	return func(p *Project, s string) error {
		*field(p) = ""
		for _, o := range options {
			if o.Label == s {
				*field(p) = o.Value
			}
		}
		if label(options, *field(p)) != s {
			return fmt.Errorf("%q is none of the values", s)
		}
		return nil
	}
}

func amount(p *Project, s string) (err error) {
	p.AgreedAmount, err = money.Parse(s, money.Wan)
	return err
}

// fundsFrom reads what FundsText wrote.
func fundsFrom(p *Project, s string) error {
	p.FundsArrived = []Funds{}
	if s == "" {
		return nil
	}
	for part := range strings.SplitSeq(s, ";") {
		day, value, _ := strings.Cut(part, ":")
		on, err := calendar.ParseDate(day)
		if err != nil {
			return err
		}
		a, err := money.Parse(value, money.Wan)
		if err != nil {
			return err
		}
		p.FundsArrived = append(p.FundsArrived, Funds{On: on, Amount: a})
	}
	return nil
}
