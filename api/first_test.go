package api_test

import "testing"

func TestFirst(t *testing.T) {
	w := newTown(t)
	c := w.as("zhaoshang.jingban")
	p := c.register("甲")
	before := w.contents()
	t.Log(before)
	r := c.start(p)
	t.Log(string(c.get("/api/v1/reviews/" + r).body))
	t.Log(string(c.get("/api/v1/me").body))
	t.Log(string(c.get("/openapi.json").body))
}
