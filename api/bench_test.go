package api_test

import (
	"database/sql"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// aimRead is what a review with its actions may cost, of a bare single-row read.
const aimRead = 3.0

// bareRow is the list row of a review.
type bareRow struct {
	ID          string
	ProjectName string
	Stage       string
	Light       string
	StartedAt   time.Time
	Due         *time.Time
}

func (bareRow) TableName() string { return "reviews" }

// bare reads one row through Gin and GORM and nothing else: no session, no scope.
func bare(b *testing.B, raw *sql.DB) http.Handler {
	db, err := gorm.Open(gormsqlite.Dialector{DriverName: "sqlite", Conn: raw})
	must(b, err)
	r := gin.New()
	r.GET("/bare/:id", func(c *gin.Context) {
		var row bareRow
		if err := db.WithContext(c).Where("id = ?", c.Param("id")).Take(&row).Error; err != nil {
			c.AbortWithStatus(http.StatusNotFound)
			return
		}
		c.JSON(http.StatusOK, row)
	})
	return r
}

// BenchmarkReview compares GET /reviews/{id}, with its session, scope, state and the
// caller's actions, to the bare read in alternating turns over real connections.
func BenchmarkReview(b *testing.B) {
	w := newTown(b)
	county := w.as("danjiangkou.jingban")
	id := county.start(county.register("丹江口示例大项目", large()))
	w.as("zhaoshang.jingban").act(id, "accept", fields{}).is(http.StatusOK)
	for _, unit := range []string{"fagai", "ziran", "shengtai", "jingxin", "zhujian"} {
		w.as(unit+".jingban").act(id, "opine", fields{"seat": unit, "opinion": "agree", "text": "经研究,原则同意该项目落地"}).is(http.StatusOK)
	}
	reviewer := w.as("shuili.jingban")
	ours, theirs := httptest.NewServer(w.handler), httptest.NewServer(bare(b, w.raw))
	b.Cleanup(func() { ours.Close(); theirs.Close() })
	get := func(address string, who *person) time.Duration {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
		must(b, err)
		if who != nil {
			r.AddCookie(who.cookie)
		}
		began := time.Now()
		answer, err := http.DefaultClient.Do(r)
		must(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(b, err)
		must(b, answer.Body.Close())
		if answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status)
		}
		return time.Since(began)
	}
	var full, single []time.Duration
	for b.Loop() {
		for range 20 {
			full = append(full, get(ours.URL+"/api/v1/reviews/"+id, &reviewer))
			single = append(single, get(theirs.URL+"/bare/"+id, nil))
		}
	}
	slices.Sort(full)
	slices.Sort(single)
	ratio := float64(full[len(full)/2]) / float64(single[len(single)/2])
	verdict := "PASS"
	if ratio > aimRead {
		verdict = "MISS"
	}
	b.Logf("%s GET a review with its actions, to a bare single-row read: %.2f (aim <= %.1f; %v to %v)", verdict, ratio, aimRead, full[len(full)/2], single[len(single)/2])
}
