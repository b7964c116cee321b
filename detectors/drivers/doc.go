// Package drivers tells what stands behind a change of performance: which columns moved most, in which of their bins, which
// of them move when performance does, and in which slice of the rows the errors are.
//
//	Rank          columns by how far they moved: the Jensen–Shannon distance, which is bounded, where PSI's size is a matter
//	              of its floor
//	Correlate     a column's distances over the chunks with the change of performance over the chunks, as NannyML's
//	              CorrelationRanker has it
//	Contributions the terms of PSI, bin by bin
//	Search        the slice (one bin or category of a column, an open-ended range, or two of them together) that holds most
//	              of the excess error, if one is worse than the rest beyond chance
//	Story         what all this and the faults come to, in one sentence
//
// A slice that was searched for looks worse than it is. So the change inside is compared with the change outside, with the
// effective number of rows, and its p-value is multiplied by the number of slices looked at (Bonferroni). Without labels
// there is no excess error and no segment; a distance says that a column moved, never that it did harm.
//
// Reading order: rank.go, correlation.go, contribution.go with interval.go (how a bin is written), segment.go (what is
// found), search.go (how), sums.go (what is behind it), story.go.
package drivers
