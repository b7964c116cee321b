// Package faults tells broken input from drift. Drift is the world changing; a fault is the way to the model changing: a
// unit, a type, a spelling, a sensor that hangs. Both move a distribution, and only the second is repaired upstream.
//
// Check looks at one column of the current rows beside the same column of the reference and names at most one fault, the
// one that explains it; Schema looks at columns that only one side has; Swapped at pairs of columns; Duplicated compares
// how often whole rows come twice.
//
//	fault                what is seen                                                 what it takes beyond chance
//	missing_surge        more rows without a value                                    2 points more
//	sentinel             one value that stands for missing: −999, 0, "unknown"        2 % of rows, never before
//	type_flip            text in numbers, numbers in text, 0/1 for true/false         2 % of rows more
//	case_change          unseen categories that differ in case from known ones        0.5 % of rows
//	whitespace_change    … in spaces                                                  0.5 % of rows
//	encoding_change      … in encoding: Ã¼ for ü, ? for ü, composed or not            0.5 % of rows
//	new_category         unseen categories otherwise                                  0.3 % of rows
//	unit_change          values, or a part of them, multiplied by 10ⁿ or by a known   the undone values have the
//	                     unit's factor; Fahrenheit for Celsius; any straight line      reference's distribution
//	sign_flip            the same with −1
//	clipped              the end of the distribution is heaped on one value           5 % of rows
//	stuck                one value in all rows, in many more than before, or in a     10 % of rows; a run three times
//	                     row of rows                                                  as long as the longest, and the
//	                                                                                  value commoner than before
//	duplicated_rows      rows that came before                                        2 points more, and four times
//	                                                                                  as many where some are natural
//	column_missing       a column that is gone                                        –
//	column_added         a column that is new                                         –
//	column_renamed       a column that is gone, and a new one with its distribution   one candidate only
//	columns_swapped      two columns, each with the distribution that the other had   a quarter apart before, one candidate only
//
// The tests are built to be silent on drift: a distribution that moved, narrowed, widened or changed shape is no fault,
// and a fault is named only if undoing it gives the reference back, or if it leaves a trace that drift does not leave. Values
// that the rows come to in small steps, below zero or ever larger, have wandered there; a factor jumps. What
// that costs: a shift by an unknown constant, a surge of one known category, or a fault that touches less than a tenth of
// the rows of a column and stays inside its range is drift here. NullRate says how often each fault was named on data
// without one.
//
// Everything is pure and exact: sorted values and counts in, no clock, no randomness, nothing but sentences and finite
// numbers out. A column costs a pass over its values, and a drifted numeric one some thousand binary searches.
//
// Reading order: kind.go (the names, their null rates), column.go (what is looked at), finding.go (what is said), check.go
// (the order of the tests), then one file a test: missing.go, typeflip.go, sentinel.go, spelling.go with normal.go (equal
// but for the spelling), category.go, unit.go with units.go (the list of factors), mixture.go (undoing a part of the rows),
// line.go and escaped.go (values far outside), stuck.go, clipped.go; schema.go, swapped.go, duplicates.go, onset.go (since when),
// chance.go (more than before), words.go (numbers as people say them).
package faults
