// Package web carries the built workbench inside the binary.
package web

import (
	"embed"
	"errors"
	"io/fs"
)

// dist holds what Vite built. Only placeholder.html is committed, so that Go
// builds without Node and a build leaves the work tree clean.
//
//go:embed all:dist
var dist embed.FS

const (
	index       = "index.html"
	placeholder = "placeholder.html"
)

// FS is the built workbench, with index.html at its root. In a binary that was
// built without the workbench, index.html is a page that says so.
func FS() fs.FS {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, and nothing else can fail
	}
	return withPlaceholder{root}
}

type withPlaceholder struct{ fs.FS }

// Open opens a file; the placeholder stands in for an index.html that was not built.
func (f withPlaceholder) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if name == index && errors.Is(err, fs.ErrNotExist) {
		return f.FS.Open(placeholder)
	}
	return file, err
}
