// Package assessment is the assessment year (年度考核): its plan and targets, the steps
// from self-report to lock, the runs that score it by a rule book, publicity, appeals and
// grades; and the rule books that a year may choose from. What each unit reports is a
// process of its own (package selfreport).
package assessment
