//go:build !external

package engine

import (
	dc "go.temporal.io/server/common/dynamicconfig"
)

// plenty lifts a rate limit out of the way. The server's defaults share a
// cluster among tenants; here the only tenant is us and SQLite is the limit.
const plenty = 100_000

// dynamicConfig holds every setting that differs from the server's default, and
// why. Limits that protect a single process (history size and count, total
// updates before Continue-As-New, payload size) keep their defaults, unless a run
// is to continue as new after a number of events that isn't zero.
func dynamicConfig(continueAfter int) dc.StaticClient {
	settings := dc.StaticClient{
		// A queue reads its next task at most this often: 20 a second by default,
		// which makes a lone caller wait 50 ms for an ordinary activity or a timer
		// where 26 are enough. The host limits default to a share of
		// persistenceMaxQPS and would bite next.
		dc.TransferProcessorMaxPollRPS.Key():       plenty,
		dc.TransferProcessorMaxPollHostRPS.Key():   plenty,
		dc.TimerProcessorMaxPollRPS.Key():          plenty,
		dc.TimerProcessorMaxPollHostRPS.Key():      plenty,
		dc.VisibilityProcessorMaxPollRPS.Key():     plenty,
		dc.VisibilityProcessorMaxPollHostRPS.Key(): plenty,

		// Requests and database calls a second, per service.
		dc.FrontendRPS.Key():                        plenty,
		dc.FrontendMaxNamespaceRPSPerInstance.Key(): plenty,
		dc.HistoryRPS.Key():                         plenty,
		dc.MatchingRPS.Key():                        plenty,
		dc.FrontendPersistenceMaxQPS.Key():          plenty,
		dc.HistoryPersistenceMaxQPS.Key():           plenty,
		dc.MatchingPersistenceMaxQPS.Key():          plenty,
		// Lists and counts of workflows; 10 a second would slow a reconciliation.
		dc.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 200,

		// Ten by default. A whole panel may vote on one review in the same second.
		dc.WorkflowExecutionMaxInFlightUpdates.Key(): 100,

		// Four by default, to spread one queue over hosts; with one host every
		// partition only adds a forwarding hop and polls that miss their task.
		dc.MatchingNumTaskqueueReadPartitions.Key():  1,
		dc.MatchingNumTaskqueueWritePartitions.Key(): 1,

		// Entries, not bytes. 128,000 by default is sized for a cluster's host; an
		// office has hundreds of open processes, each a few kilobytes to tens.
		dc.HistoryCacheHostLevelMaxSize.Key(): 8_192,

		// Off: the default asks a server on the internet for news of versions.
		dc.EnableServerVersionCheck.Key(): false,
	}
	if continueAfter > 0 {
		settings[dc.HistoryCountSuggestContinueAsNew.Key()] = continueAfter
	}
	return settings
}
