package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"luodi/internal/fault"
)

//go:embed docs.html
var docsPage []byte

// docs lists the operations from /openapi.json without help from other hosts.
func (s *Server) docs(c *gin.Context) {
	c.Header("Content-Security-Policy", "default-src 'self'; script-src 'self' 'sha256-"+docsHash()+"'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	c.Data(http.StatusOK, "text/html; charset=utf-8", docsPage)
}

// workbench serves the embedded pages. Paths without a file are the workbench's own
// routes and get its start page; what is under /api never does.
func (s *Server) workbench(c *gin.Context) {
	name := strings.TrimPrefix(path.Clean(c.Request.URL.Path), "/")
	if strings.HasPrefix(name, "api/") || name == "api" {
		abort(c, fault.New(fault.NotFound, "not_found", "没有这个地址"))
		return
	}
	if c.Request.Method != http.MethodGet && c.Request.Method != http.MethodHead {
		c.Header("Allow", "GET, HEAD")
		wrongMethod(c)
		return
	}
	if info, err := fs.Stat(s.Web, name); name == "" || err != nil || info.IsDir() {
		if strings.HasPrefix(name, "assets/") {
			abort(c, fault.New(fault.NotFound, "not_found", "没有这个文件"))
			return
		}
		name = "index.html"
	}
	if strings.HasPrefix(name, "assets/") { // their names hold a hash of their content
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		c.Header("Cache-Control", "no-cache")
	}
	page, err := fs.ReadFile(s.Web, name)
	if err != nil {
		abort(c, fault.New(fault.NotFound, "not_found", "没有这个页面"))
		return
	}
	http.ServeContent(c.Writer, c.Request, name, time.Time{}, bytes.NewReader(page))
}

// docsHash names the page's one script for the Content-Security-Policy.
var docsHash = sync.OnceValue(func() string {
	script := string(docsPage)
	script = script[strings.Index(script, "<script>")+len("<script>") : strings.Index(script, "</script>")]
	sum := sha256.Sum256([]byte(script))
	return base64.StdEncoding.EncodeToString(sum[:])
})
