// Package bulletin is 月通报: a month's figures of the city's investment promotion,
// frozen at a cut-off, ranked, checked by a second person and published under a
// number. The figures are a pure function of what was known; the process around them
// decides who may publish what. (docs/bulletin.md defines every figure.)
package bulletin
