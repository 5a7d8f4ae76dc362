package rulebook

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// ranking makes 名次: by total, then by what decides, those sent last behind all.
func (l *lowering) ranking(o *object, last *Expr) {
	b, form := l.book, o.sub("排名")
	g := &Grouping{Func: "名次", Of: b.Total}
	if form != nil {
		g.Tie, g.Rising = form.choice("并列"), form.choice("方向") == "越小越好"
		for i, n := range form.items("决胜") {
			if e := l.formula(n, b.words); e != nil {
				c := l.column(&target{prefix: "决胜/" + Int(int64(i+1)).String(), at: at(n)}, "", e)
				c.Label = "决胜" + Int(int64(i+1)).String()
				g.Ties = append(g.Ties, c)
			}
		}
	}
	if last != nil {
		g.Last = l.column(&target{prefix: "名列末位"}, "", last)
		g.Last.Label = "名列末位"
	}
	b.Rank = l.column(&target{prefix: "名次"}, "", &Expr{Op: OpGroup, Group: g})
	b.Rank.Label = "名次"
}

func (l *lowering) grades(o *object) {
	b := l.book
	for _, x := range o.objects("等次") {
		g := &Grade{Name: x.text("名称"), Awards: x.flag("评优"), at: at(x.node)}
		g.Round = map[string]Rounding{"进一": Up, "四舍五入": HalfUp, "舍去": Down, "": Down}[x.choice("取整")]
		if e := x.formula("当"); e != nil {
			g.Cond = l.column(&target{prefix: "等次/" + g.Name, at: g.at}, "", e)
			g.Cond.Label = g.Name
		}
		if n := x.keys["名额"]; n != nil {
			g.Quota = l.quota(n)
		}
		b.Grades = append(b.Grades, g)
	}
	for _, out := range b.Outcomes {
		if out.Effect == "定为等次" && b.grade(out.Grade) < 0 {
			l.errorf(out.at, "grade_unknown", "没有等次“%s”", out.Grade)
		}
	}
}

func (b *Book) grade(name string) int {
	for i, g := range b.Grades {
		if g.Name == name {
			return i
		}
	}
	return -1
}

// quota reads "3", "30%", or one of them for each group.
func (l *lowering) quota(n *yaml.Node) map[string]quota {
	if n.Kind != yaml.MappingNode {
		return map[string]quota{"": l.oneQuota(n)}
	}
	out := map[string]quota{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		group := n.Content[i].Value
		if l.book.group(group) == nil {
			l.errorf(at(n.Content[i]), "group_unknown", "没有分组“%s”", group)
		}
		out[group] = l.oneQuota(n.Content[i+1])
	}
	return out
}

func (l *lowering) oneQuota(n *yaml.Node) quota {
	s, percent := strings.CutSuffix(strings.TrimSpace(n.Value), "%")
	v, ok := ParseNum(s)
	if n.Kind != yaml.ScalarNode || !ok || v.Sign() < 0 {
		l.errorf(at(n), "quota_form", "名额应写个数,或如 30%%")
	}
	return quota{v, percent}
}
