package app

import (
	"cmp"
	"slices"
	"time"

	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/review"
)

// Templates are the review procedures that a city keeps, in all their versions. A
// review freezes the one in force on the day it starts.
type Templates struct {
	all []review.Template
}

// NewTemplates takes checked templates. Errors: Conflict "template_repeated" for two
// of one id and version; Conflict "template_none" for none.
func NewTemplates(all ...review.Template) (*Templates, error) {
	seen := map[string]int{}
	for _, t := range all {
		if seen[t.ID] == t.Version {
			return nil, fault.Newf(fault.Conflict, "template_repeated", "研判模板“%s”第%d版重复", t.ID, t.Version)
		}
		seen[t.ID] = t.Version
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Conflict, "template_none", "没有研判模板")
	}
	return &Templates{all: all}, nil
}

// On is the template in force at a moment: of those in force the one that came into
// force last, and of these the newest version. Conflict "template_none" when there is none.
func (t *Templates) On(at time.Time) (review.Template, error) {
	day := calendar.DateOf(at)
	inForce := slices.DeleteFunc(slices.Clone(t.all), func(x review.Template) bool { return !x.InForce(day) })
	if len(inForce) == 0 {
		return review.Template{}, fault.Newf(fault.Conflict, "template_none", "%s没有生效的研判模板,请联系管理员", day)
	}
	return slices.MaxFunc(inForce, func(a, b review.Template) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Version, b.Version))
	}), nil
}
