package app

import (
	"context"

	"luodi/internal/calendar"
	"luodi/internal/money"
	"luodi/internal/org"
	"luodi/internal/project"
)

// StatisticsReads counts the registry for whoever looks at it.
type StatisticsReads interface {
	// Funnel counts how far the projects of a population had come by a day, by group, in
	// the order of the keys. Invalid "dimension_unknown".
	Funnel(ctx context.Context, scope org.Scope, f project.Filter, by project.Dimension, until calendar.Date) ([]project.Funnel, error)
	// ProjectTally counts a list of projects and sums its agreed amounts.
	ProjectTally(ctx context.Context, scope org.Scope, f project.Filter) (n int64, amount money.Amount, err error)
	// FundsTally sums the money that arrived within f.Funds for a list of projects.
	FundsTally(ctx context.Context, scope org.Scope, f project.Filter) (money.Amount, error)
}
