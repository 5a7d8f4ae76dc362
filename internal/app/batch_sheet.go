package app

import (
	"context"
	"io"
	"strings"

	"luodi/internal/batch"
	"luodi/internal/calendar"
	"luodi/internal/fault"
	"luodi/internal/liaison"
	"luodi/internal/org"
	"luodi/internal/project"
)

// How a liaison list stands in a workbook: names instead of ids.

// milestoneTitles are the titles of all types' milestones, each once.
func (s *Batches) milestoneTitles() []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range s.Template.Types {
		for _, m := range t.Milestones {
			if !seen[m.Title] {
				out, seen[m.Title] = append(out, m.Title), true
			}
		}
	}
	return out
}

// entries finds what lines name. A name must be that of one thing only.
func (s *Batches) entries(ctx context.Context, lines []PairingLine) ([]batch.Entry, []fault.Detail, error) {
	units, err := s.Reads.Units(ctx)
	if err != nil {
		return nil, nil, err
	}
	out := make([]batch.Entry, len(lines))
	var findings []fault.Detail
	for i, l := range lines {
		wrong := func(field, code, message string) {
			findings = append(findings, fault.Detail{Field: l.Where(s.titled(field)), Code: code, Message: message})
		}
		e := batch.Entry{Team: l.Team, Role: liaison.Lead}
		if strings.HasPrefix(l.Role, "协同") {
			e.Role = liaison.Support
		} else if l.Role != "" && !strings.HasPrefix(l.Role, "牵头") {
			wrong("/role", "role_unknown", "角色应为“牵头包联”或“协同包联”,现为“"+l.Role+"”")
		}
		if e.ProjectID, err = s.projectNamed(ctx, l.Project, wrong); err != nil {
			return nil, nil, err
		}
		for _, u := range units {
			if u.Name == l.Department || u.ShortName == l.Department {
				e.DepartmentID = u.ID
			}
		}
		if e.DepartmentID == "" {
			wrong("/department_id", "department_unknown", "没有名为“"+l.Department+"”的单位")
		} else if err := s.cadreNamed(ctx, &e, l.Cadre); err != nil {
			return nil, nil, err
		}
		kind := s.typeNamed(l.Type)
		if e.ProjectType = kind.ID; kind.ID == "" {
			wrong("/project_type", "type_unknown", "没有名为“"+l.Type+"”的项目类型")
		}
		e.Milestones = plannedDays(kind, l, wrong)
		out[i] = e
	}
	return out, findings, nil
}

// titled names a milestone's column: a workbook knows milestones by their titles.
func (s *Batches) titled(field string) string {
	id, ok := strings.CutPrefix(field, "/milestones/")
	for _, t := range s.Template.Types {
		for _, m := range t.Milestones {
			if ok && m.ID == id {
				return "/milestones/" + m.Title
			}
		}
	}
	return field
}

func (s *Batches) typeNamed(name string) liaison.Type {
	for i, t := range s.Template.Types {
		if t.Title == name || t.ID == name || name == "" && i == 0 {
			return t
		}
	}
	return liaison.Type{}
}

func plannedDays(kind liaison.Type, l PairingLine, wrong func(field, code, message string)) []liaison.Planned {
	var out []liaison.Planned
	for _, m := range kind.Milestones {
		text := l.Milestones[m.Title]
		if text == "" {
			continue
		}
		on, err := calendar.ParseDate(text)
		if err != nil {
			wrong("/milestones/"+m.ID, "date_invalid", "“"+text+"”不是日期,应写作 2023-05-01 的形式")
			continue
		}
		out = append(out, liaison.Planned{ID: m.ID, On: on})
	}
	return out
}

// projectNamed finds a project by its code, or by its name when only one has it.
func (s *Batches) projectNamed(ctx context.Context, text string, wrong func(field, code, message string)) (string, error) {
	if text == "" {
		wrong("/project_id", "required", "请填写项目编号或项目名称")
		return "", nil
	}
	found, _, err := s.Reads.Projects(ctx, org.Scope{All: true}, project.Filter{Query: text}, project.Sort{}, Page{Limit: 50})
	if err != nil {
		return "", err
	}
	var named []string
	for _, p := range found {
		if p.Code == text {
			return p.ID, nil
		}
		if p.Name == text {
			named = append(named, p.ID)
		}
	}
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		wrong("/project_id", "project_unknown", "没有编号或名称为“"+text+"”的项目")
	default:
		wrong("/project_id", "project_ambiguous", "有几个项目叫“"+text+"”,请改填项目编号")
	}
	return "", nil
}

// cadreNamed finds the cadre's account in the department; without one the name will do.
func (s *Batches) cadreNamed(ctx context.Context, e *batch.Entry, name string) error {
	e.CadreName = name
	if name == "" {
		return nil
	}
	people, _, err := s.Reads.People(ctx, PeopleFilter{Query: name}, Page{Limit: 50})
	for _, u := range people {
		if u.Name == name && u.UnitID == e.DepartmentID {
			e.CadreID = u.ID
		}
	}
	return err
}

// columnsOf are the texts of a row in the order of a workbook's columns.
func (s *Batches) columnsOf(x ListRow, titles []string) []string {
	kind, _ := s.Template.Type(x.ProjectType)
	out := []string{x.ProjectName, x.CountyName, x.Role.Label(), x.DepartmentName, x.CadreName, x.Team, kind.Title}
	for _, title := range titles {
		day := ""
		for _, m := range kind.Milestones {
			for _, p := range x.Milestones {
				if m.Title == title && p.ID == m.ID {
					day = p.On.String()
				}
			}
		}
		out = append(out, day)
	}
	if x.Liaison != nil {
		light := map[string]string{"green": "绿灯", "yellow": "黄灯", "red": "红灯"}[string(x.Liaison.Light)]
		out = append(out, x.Liaison.Stage.Label(), light)
	}
	return out
}

// Export writes what the actor sees of a list as a workbook.
func (s *Batches) Export(ctx context.Context, actor org.Actor, id string, w io.Writer) (batch.State, error) {
	v, err := s.load(ctx, actor, id)
	if err != nil {
		return v.State, err
	}
	rows, err := s.Rows(ctx, actor, v.State)
	if err != nil {
		return v.State, err
	}
	titles := s.milestoneTitles()
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = s.columnsOf(r, titles)
	}
	return v.State, s.Sheets.WritePairings(w, v.State.Name()+"包联清单", titles, out)
}

// Blank writes an empty list to fill in.
func (s *Batches) Blank(w io.Writer) error {
	return s.Sheets.WritePairings(w, "包联清单(按此填写)", s.milestoneTitles(), nil)
}
