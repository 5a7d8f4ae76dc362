// Package selfreport is what one unit reports of its own year (自评), and what the
// departments responsible for each figure make of it (核实). An assessment year has one
// for each of its units, so that sixty units and their verifiers work side by side; the
// year seals them when it scores.
package selfreport
