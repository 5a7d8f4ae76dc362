// Package rulebooks holds the rule books that come with Luodi, with facts to try them
// on. They are illustrative: the city's own text is not public.
package rulebooks

import "embed"

// Files are the books, and for each NAME.yaml the facts NAME.facts.yaml.
//
//go:embed *.yaml
var Files embed.FS
