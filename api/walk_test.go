package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// program is a client that knows nothing but /openapi.json and what /actions says.
// It looks up operations by their id and fills in forms from their JSON Schema.
type program struct {
	*town
	crew []person
}

// call finds an operation in the document and calls it.
func (p program) call(by person, id string, parameters map[string]string, body any) answer {
	p.Helper()
	for _, item := range p.document.paths {
		for method, op := range item.operations {
			if op["operationId"] != id {
				continue
			}
			target := item.path
			for name, value := range parameters {
				target = strings.ReplaceAll(target, "{"+name+"}", value)
			}
			var raw []byte
			if body != nil {
				raw = encode(p, body)
			}
			return by.send(strings.ToUpper(method), target, raw)
		}
	}
	p.Fatalf("the document has no operation %s", id)
	return answer{}
}

// formSchema is what the program reads of a JSON Schema.
type formSchema struct {
	Type       string                `json:"type"`
	Properties map[string]formSchema `json:"properties"`
	Required   []string              `json:"required"`
	OneOf      []struct {
		Const string `json:"const"`
	} `json:"oneOf"`
	MinLength int `json:"minLength"`
}

// fill makes a value that fits: the first of the choices, or words enough.
func (f formSchema) fill() any {
	switch {
	case f.Type == "object":
		out := map[string]any{}
		for _, name := range f.Required {
			out[name] = f.Properties[name].fill()
		}
		return out
	case len(f.OneOf) > 0:
		return f.OneOf[0].Const
	default:
		return strings.Repeat("可", max(2, f.MinLength))
	}
}

// complete checks a form against its own schema with a validator that isn't ours.
func (p program) complete(d deed, body any) {
	p.Helper()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(d.Schema))
	must(p, err)
	c := jsonschema.NewCompiler()
	must(p, c.AddResource("http://luodi.test/form", schema))
	compiled, err := c.Compile("http://luodi.test/form")
	must(p, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encode(p, body)))
	must(p, err)
	if err := compiled.Validate(value); err != nil {
		p.Fatalf("%s: %v", d.Action, err)
	}
}

// step does the first thing that anybody may do now and that isn't to be avoided; ""
// when there is none.
func (p program) step(review string, avoid ...string) (done string) {
	p.Helper()
	for _, by := range p.crew {
		list := p.call(by, "list-review-actions", map[string]string{"id": review}, nil)
		if list.status == http.StatusNotFound {
			continue // hidden from this one
		}
		for _, d := range into[struct{ Actions []deed }](list.is(http.StatusOK)).Actions {
			if !d.Allowed || slices.Contains(avoid, d.Action) {
				continue
			}
			var form formSchema
			must(p, json.Unmarshal(d.Schema, &form))
			body := form.fill()
			p.complete(d, body)
			p.call(by, "act-on-review", map[string]string{"id": review, "action": d.Action}, body).is(http.StatusOK)
			return d.Action
		}
	}
	return ""
}

// TestAProgramWalksAReviewToItsEnd: the document and /actions are all it takes.
func TestAProgramWalksAReviewToItsEnd(t *testing.T) {
	danger := []string{"withdraw", "terminate"}
	for _, c := range []struct {
		name  string
		avoid []string
		walk  string
	}{
		{"straight on", append(danger, "return"), "accept opine opine opine opine decide"},
		{"withdrawn at once", []string{"accept", "return", "terminate"}, "withdraw"},
		{"terminated", []string{"accept", "return", "withdraw"}, "terminate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgram(t)
			operator := p.crew[0]
			project := into[struct{ ID string }](p.call(operator, "create-project", nil, draft("示例项目")).is(http.StatusCreated)).ID
			review := into[struct{ ID string }](p.call(operator, "start-review", nil, map[string]string{"project_id": project}).is(http.StatusCreated)).ID
			var walked []string
			for action := p.step(review, c.avoid...); action != ""; action = p.step(review, c.avoid...) {
				walked = append(walked, action)
				if len(walked) > 20 {
					t.Fatalf("no end: %v", walked)
				}
			}
			if got := strings.Join(walked, " "); got != c.walk {
				t.Errorf("walked %s, want %s", got, c.walk)
			}
			p.ended(operator, review, project)
		})
	}
}

func newProgram(t *testing.T) program {
	w := newTown(t)
	p := program{town: w}
	for _, login := range []string{"zhaoshang.jingban", "zhaoshang.fuze", "fagai.jingban", "ziran.jingban", "shengtai.fuze", "jingxin.jingban", "danjiangkou.jingban", "shizhang", "admin"} {
		p.crew = append(p.crew, w.as(login))
	}
	return p
}

// ended: the review is closed, every action says why not, and the project's stage follows.
func (p program) ended(by person, review, project string) {
	p.Helper()
	v := by.review(review)
	if v.Stage != "end" || v.Outcome == "" {
		p.Errorf("stage %s, outcome %q", v.Stage, v.Outcome)
	}
	for _, d := range by.actions(review) {
		if d.Allowed || !strings.Contains(d.Reason, "已办结") {
			p.Errorf("%s after the end: %+v", d.Action, d)
		}
		by.act(review, d.Action, map[string]any{}).refused(http.StatusConflict, "action_conflict")
	}
	for _, member := range p.crew {
		member.sees("/api/v1/tasks?box=todo")
	}
	stage := into[struct{ Stage string }](by.get("/api/v1/projects/" + project).is(http.StatusOK)).Stage
	if want := map[string]string{"approved": "cleared", "withdrawn": "negotiating", "terminated": "negotiating"}[v.Outcome]; stage != want {
		p.Errorf("the project is %s after %s, want %s", stage, v.Outcome, want)
	}
}

// TestAReturnStopsOneClockAndAResubmissionStartsIt through the API.
func TestAReturnStopsOneClockAndAResubmissionStartsIt(t *testing.T) {
	s := newScene(t)
	s.handler.act(s.review, "return", map[string]any{"text": "请补充用地红线图"}).is(http.StatusOK)
	type step struct {
		State    string
		Due      string
		Returned struct {
			Name     string
			UnitName string `json:"unit_name"`
			Text     string
		}
	}
	seat := func() step {
		v := into[struct {
			Seats []struct {
				ID   string
				Step step
			}
		}](s.operator.get("/api/v1/reviews/" + s.review).is(http.StatusOK))
		for _, x := range v.Seats {
			if x.ID == "ziran" {
				return x.Step
			}
		}
		t.Fatal("no seat of ziran")
		return step{}
	}
	if x := seat(); x.State != "returned" || x.Returned.UnitName != "市自然资源和规划局" || x.Returned.Text != "请补充用地红线图" {
		t.Errorf("returned: %+v", x)
	}
	s.handler.act(s.review, "opine", map[string]any{"seat": "ziran", "opinion": "agree", "text": "同意"}).refused(http.StatusConflict, "action_conflict")
	s.operator.sees("/api/v1/tasks?box=todo", s.review)
	s.clock.advance(48 * time.Hour) // to Wednesday
	s.operator = s.as("zhaoshang.jingban")
	s.operator.act(s.review, "resubmit", map[string]any{"text": "已补充"}).is(http.StatusOK)
	if x := seat(); x.State != "open" || x.Due != "2024-03-06T09:30:00Z" { // Monday 4 March and the two days it stood still
		t.Errorf("resubmitted: %+v", x)
	}
}

func TestAVetoLeavesNoApproval(t *testing.T) {
	s := newScene(t)
	for _, unit := range []string{"fagai", "ziran", "shengtai", "jingxin"} {
		opinion := "agree"
		if unit == "shengtai" {
			opinion = "disagree"
		}
		s.as(unit+".jingban").act(s.review, "opine", map[string]any{"seat": unit, "opinion": opinion, "text": "意见如下"}).is(http.StatusOK)
	}
	for _, outcome := range []string{"approved", "conditional"} {
		s.leader.act(s.review, "decide", map[string]any{"outcome": outcome, "text": "同意落地"}).refused(http.StatusUnprocessableEntity, "body_invalid")
	}
	s.leader.act(s.review, "decide", map[string]any{"outcome": "rejected", "text": "不予通过"}).is(http.StatusOK)
	if v := s.leader.review(s.review); v.Outcome != "rejected" {
		t.Errorf("outcome %s", v.Outcome)
	}
}
