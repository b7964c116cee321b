// Package fairness sets the groups of a protected attribute side by side: how often each is selected, and how often the
// model is right and wrong about it.
//
// A Tally counts answers and labels by group. Its report has the rates of each group, and for all groups
// together the differences and ratios between the highest and the lowest rate, named and defined as in fairlearn 0.15.
// fairlearn's conventions hold in the corners too: a rate without cases is 0, and all groups with rows take part in a
// difference. But what rests on a group of less than Options.Minimum cases has the status insufficient, and a rate or a
// ratio with a zero denominator is undefined.
//
// If any row has a label, all numbers are about labelled rows; without labels there are selection rates alone.
//
// Bounds are 95 %: Wilson's for rates, Newcombe's for differences, the same construction for ratios (interval.go). They
// are those of the two groups that differ most, and make no allowance for these having been picked out of many: with
// ten groups, one difference that excludes 0 proves little. The package shows and judges nothing.
//
// Reading order: tally.go (counts), rate.go, between.go (differences and ratios), report.go, interval.go.
package fairness
