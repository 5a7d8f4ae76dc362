// Package rulebook is the scoring language of Luodi: a city's 考核细则 or 项目准入评价
// table as a file, and the engine that scores with it. It is pure: no database, no
// clock, no floats. docs/rulebook.md describes the language for assessors.
//
// A Book is read by Load, which gives every finding at once with its position. What
// an author writes, formulas and methods alike, is lowered to one small typed
// expression tree (Expr), arranged in columns (Column): one value per unit, such as a
// metric, a step of a method or the score of an indicator; or one value per record of
// a table, such as the points of a project. Everything else reads that one tree: the
// engine compiles it to closures over columns of facts (compile.go), the explanation
// prints it with its figures put in (explain.go), package workbook writes it as
// formulas of a spreadsheet, the checker looks for what can't be right.
//
// Facts are the units, their figures, marks and records (facts.go). Book.Score runs a
// book over facts.
package rulebook
