//go:build external

package engine

import "context"

// StartEmbedded is not part of this build; it returns ErrNotBuilt.
func StartEmbedded(context.Context, Embedded) (*Engine, error) { return nil, ErrNotBuilt }
