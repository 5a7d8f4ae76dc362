// Package workbook writes scores as a spreadsheet with live formulas, and reads facts
// from one. It sees the book through the same columns of expressions that the engine
// computes: a fact becomes a cell, every other value a formula over cells, so that a
// department can follow and recompute its score with the program it knows.
//
// A spreadsheet computes in binary floating point. Wherever a difference in the last
// bit could decide, a comparison, a step or a rounding, the formula first brings the
// number to guard places, which repairs what binary fractions lose and is far finer
// than any figure that books deal with.
package workbook
