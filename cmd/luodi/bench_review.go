package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"luodi/internal/demo"
	"luodi/internal/loadtest"
	"luodi/workflows"
)

// aimReviewEvents is the history of a whole review, in events a command.
const aimReviewEvents = 7.0

// course is one whole review as the benchmark plays it: thirteen seats, signers,
// supplements, a panel and conditions.
type course struct {
	site     *loadtest.Site
	people   map[string]*loadtest.Person
	review   string
	commands int // on the review
}

// benchReview plays a whole review and counts what its workflow's history has grown
// to: commands, deadlines, the panel's messages and the document included.
func benchReview(ctx context.Context, o *office, site *loadtest.Site, t *table) error {
	began := time.Now()
	c, err := playReview(ctx, site)
	if err != nil {
		return err
	}
	took := time.Since(began)
	r, err := o.engine.DescribeWorkflowExecution(ctx, workflows.ID("review", c.review), "")
	if err != nil {
		return err
	}
	events := r.GetWorkflowExecutionInfo().GetHistoryLength()
	t.line("a whole review: %d commands, %d events and %d bytes of history, %v", c.commands, events,
		r.GetWorkflowExecutionInfo().GetHistorySizeBytes(), round(took))
	t.atMost("a whole review, history events a command", float64(events)/float64(c.commands), aimReviewEvents)
	return nil
}

// playReview plays a whole review on a demonstration that runs somewhere.
func playReview(ctx context.Context, site *loadtest.Site) (*course, error) {
	c := &course{site: site, people: map[string]*loadtest.Person{}}
	for _, part := range []func(context.Context) error{c.submit, c.ask, c.answer, c.vote, c.follow} {
		if err := part(ctx); err != nil {
			return c, err
		}
	}
	return c, nil
}

// as is a demonstration account, signed in once.
func (c *course) as(ctx context.Context, login string) (*loadtest.Person, error) {
	if who := c.people[login]; who != nil {
		return who, nil
	}
	who, err := c.site.SignIn(ctx, login, demo.Password)
	c.people[login] = who
	return who, err
}

type body = map[string]any

// act does one action on the review.
func (c *course) act(ctx context.Context, login, action string, b body) error {
	c.commands++
	return c.post(ctx, login, "/api/v1/reviews/"+c.review+"/actions/"+action, b, nil)
}

func (c *course) post(ctx context.Context, login, path string, b body, out any) error {
	who, err := c.as(ctx, login)
	if err != nil {
		return err
	}
	if err := done(ctx, who, path, b, out); err != nil {
		return fmt.Errorf("%s %s: %w", login, path, err)
	}
	return nil
}

func (c *course) get(ctx context.Context, login, path string, out any) error {
	who, err := c.as(ctx, login)
	if err != nil {
		return err
	}
	a, err := who.Insist(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	return a.Into(out)
}

// submit starts the review of a project that concerns every department.
func (c *course) submit(ctx context.Context) error {
	var project, review struct{ ID string }
	if err := c.post(ctx, "danjiangkou.jingban", "/api/v1/projects", body{
		"name": "测速大项目(示例)", "investor": "示例投资有限公司", "county_id": "danjiangkou", "agreed_amount": "120000", "land_area": "120",
		"energy_use": "5000", "chemicals": true, "industry": "生物医药", "stage": "negotiating", "illustrative": true,
	}, &project); err != nil {
		return err
	}
	c.commands++
	if err := c.post(ctx, "danjiangkou.jingban", "/api/v1/reviews", body{"project_id": project.ID}, &review); err != nil {
		return err
	}
	c.review = review.ID
	return c.act(ctx, "zhaoshang.jingban", "accept", body{})
}

// ask is what goes on around the opinions.
func (c *course) ask(ctx context.Context) error {
	for _, step := range []struct {
		login, action string
		body          body
	}{
		{"ziran.jingban", "return", body{"text": "请补充用地红线图"}},
		{"danjiangkou.jingban", "resubmit", body{"text": "已补充"}},
		{"fagai.jingban", "return", body{"text": "请补充可研报告", "route": "stepwise"}},
		{"danjiangkou.jingban", "resubmit", body{"text": "已补充"}},
		{"zhaoshang.jingban", "forward", body{}},
		{"jingxin.jingban", "add_signer", body{"unit": "wenlv", "where": "parallel", "text": "涉及文物"}},
		{"wenlv.jingban", "opine", body{"opinion": "agree", "text": "不涉及文物"}},
		{"danjiangkou.jingban", "urge", body{"step": "seat:shengtai"}},
		{"zhaoshang.jingban", "cc", body{"units": []string{"nongye"}}},
		{"nongye.jingban", "read", body{}},
		{"zhaoshang.fuze", "read", body{}},
		{"shizhang", "read", body{}},
		{"danjiangkou.jingban", "urge", body{"step": "seat:ziran"}},
		{"danjiangkou.jingban", "urge", body{"step": "seat:fagai"}},
		{"zhaoshang.jingban", "urge", body{"step": "seat:yingji"}},
		{"jingxin.jingban", "claim", body{}},
		{"jingxin.jingban", "release", body{}},
		{"zhaoshang.jingban", "pause", body{"text": "专家评审"}},
		{"zhaoshang.jingban", "resume", body{}},
	} {
		if err := c.act(ctx, step.login, step.action, step.body); err != nil {
			return err
		}
	}
	return nil
}

// answer lets every seat claim and speak, and leaders sign.
func (c *course) answer(ctx context.Context) error {
	var v struct {
		Seats []struct {
			ID      string
			Opinion string
			SignOff bool `json:"sign_off"`
		}
	}
	if err := c.get(ctx, "zhaoshang.jingban", "/api/v1/reviews/"+c.review, &v); err != nil {
		return err
	}
	for _, seat := range v.Seats {
		if seat.Opinion != "" {
			continue
		}
		opinion := body{"seat": seat.ID, "opinion": "agree", "text": "经研究,同意"}
		if seat.ID == "ziran" || seat.ID == "shengtai" {
			opinion["opinion"], opinion["conditions"] = "conditional", []body{{"text": "开工前办结手续"}, {"text": "按批复范围建设"}}
		}
		if err := c.act(ctx, seat.ID+".jingban", "claim", body{"seat": seat.ID}); err != nil {
			return err
		}
		if err := c.act(ctx, seat.ID+".jingban", "opine", opinion); err != nil {
			return err
		}
		if seat.SignOff {
			if err := c.act(ctx, seat.ID+".fuze", "sign", body{"seat": seat.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// vote holds the panel's meeting.
func (c *course) vote(ctx context.Context) error {
	members := []string{"fagai.yanpan", "jingxin.yanpan", "caizheng.yanpan"}
	var panel struct{ ID string }
	meeting := body{
		"title": "研判会(示例)", "at": clock().Add(time.Hour).UTC().Format(time.RFC3339), "place": "会议室", "chair": "demo-" + members[0],
		"members": []body{{"user_id": "demo-" + members[0]}, {"user_id": "demo-" + members[1]}, {"user_id": "demo-" + members[2]}},
		"items":   []body{{"review_id": c.review}},
		"rule": body{"ballot": "named", "quorum_of": "members", "quorum": "2/3", "quorum_strict": false,
			"threshold": "1/2", "threshold_strict": true, "casting": true},
	}
	if err := c.post(ctx, "zhaoshang.jingban", "/api/v1/panels", meeting, &panel); err != nil {
		return err
	}
	path := "/api/v1/panels/" + panel.ID
	var v struct{ Items []struct{ ID string } }
	if err := c.get(ctx, members[0], path, &v); err != nil {
		return err
	}
	item := body{"item": v.Items[0].ID}
	type step struct {
		login, action string
		body          body
	}
	var steps []step
	for _, m := range members {
		steps = append(steps, step{m, "attend", body{}})
	}
	steps = append(steps, step{members[0], "open", body{}}, step{members[0], "open_vote", item})
	for _, m := range members {
		steps = append(steps, step{m, "vote", body{"item": v.Items[0].ID, "choice": "for"}})
	}
	steps = append(steps, step{members[0], "close_vote", item},
		step{"zhaoshang.jingban", "minutes", body{"text": "会议同意。"}}, step{members[0], "close", body{}})
	for _, s := range steps {
		if err := c.post(ctx, s.login, path+"/actions/"+s.action, s.body, nil); err != nil {
			return err
		}
	}
	return c.await(ctx, "decision", 0)
}

// await looks until the review has come to a stage and has so many documents: both
// come from effects, a moment after the command that asked for them.
func (c *course) await(ctx context.Context, stage string, papers int) error {
	for range 100 {
		var v struct {
			Stage  string
			Papers []struct{ PDF string }
		}
		if err := c.get(ctx, "zhaoshang.fuze", "/api/v1/reviews/"+c.review, &v); err != nil {
			return err
		}
		made := 0
		for _, p := range v.Papers {
			if p.PDF != "" {
				made++
			}
		}
		if v.Stage == stage && made >= papers {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("review %s has not come to %s with %d documents", c.review, stage, papers)
}

// follow decides and meets every condition.
func (c *course) follow(ctx context.Context) error {
	if err := c.act(ctx, "zhaoshang.fuze", "decide", body{"outcome": "conditional", "text": "原则同意"}); err != nil {
		return err
	}
	if err := c.await(ctx, "conditions", 1); err != nil {
		return err
	}
	var v struct{ Conditions []struct{ ID string } }
	if err := c.get(ctx, "zhaoshang.fuze", "/api/v1/reviews/"+c.review, &v); err != nil {
		return err
	}
	for _, x := range v.Conditions {
		if err := c.act(ctx, "danjiangkou.jingban", "submit_evidence", body{"condition": x.ID, "text": "已办结"}); err != nil {
			return err
		}
		if err := c.act(ctx, "zhaoshang.jingban", "close_condition", body{"condition": x.ID, "text": "已核实"}); err != nil {
			return err
		}
	}
	return c.await(ctx, "end", 1)
}
