// Package profile says what the columns of a model looked like over some time. A baseline and a window are the same
// noun: a Set of Columns, one for every feature and every output, counted over one frozen Layout.
//
// The layout is made once, from the baseline's values. For a numeric column it fixes up to about a thousand cuts, at the
// baseline's quantiles; a window then only counts how many values fall between two cuts. Such counts add, subtract and
// encode small, and they answer every question about a distribution later: PSI, Jensen-Shannon and chi-square exactly,
// Kolmogorov-Smirnov within a certified interval, quantiles and Wasserstein as estimates.
//
// Merging is associative and commutative to the last bit, because counts are integers and sums are exact (ExactSum):
// in whatever order events arrive, and however panes are merged, a window has the same numbers.
//
// Reading order: instant.go (event time), key.go (whose window), kind.go, layout.go (the frozen shape), cuts.go (where it is
// cut), edges.go (the cuts' lookup), column.go (counts), unseen.go (values the baseline never had), exactsum.go (sums),
// set.go (all columns), codec.go (bytes).
//
// The package knows nothing of its readers: it compares nothing and judges nothing.
package profile
