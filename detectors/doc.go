// Package detectors compares a window with its baseline and measures how far it has moved.
//
// A window and a baseline are the same noun, a profile.Set, and a Measurement is one number about the two: named, with
// the sizes behind it, a p-value or bounds where there are any, the threshold from which it counts as drift, and a
// status that says whether it can be trusted. Nothing here reads a clock, a file or a network, nothing returns NaN or
// an infinity, and no input panics.
//
// Each measure exists in two forms. The batch command holds all values (Sample) and is exact: CompareColumn. The agent
// holds counts between frozen cuts (profile.Column) and is exact where its cuts allow it, and says so where they do
// not: CompareSets. Both forms are first laid side by side as cells, one for every distinct value or one for every
// interval, and from there on they share one implementation.
//
//	measure                 columns      from counts         what it sees                          drift above
//	psi                     all          exact               shares of the baseline's deciles      max(0.1, chance)
//	psi@deciles, psi@inner  all          exact               the same by other tools' bins         max(0.1, chance)
//	ks                      numeric      certified interval  the largest gap of the distributions  max(0.1, chance)
//	chi2                    categorical  exact               shares of categories                  critical value
//	jensen_shannon          all          exact               shares, bounded by 1: ranks drivers   max(0.1, chance)
//	wasserstein             numeric      not measured        how far values moved, in their unit   no limit
//	wasserstein_normalized  numeric      estimate            the same in standard deviations       max(0.1, chance)
//	missing_rate            all, text    exact               nulls, NaN, absent keys               baseline + max(2 points, chance)
//	unseen_rate             categorical  exact               values that the baseline never had    singletons + the same
//	out_of_range_rate       numeric      exact               values outside minimum and maximum    2/(m+1) + the same
//	mismatch_rate           all          exact               values of another type                baseline + the same
//
// All is numeric, categorical and boolean; boolean counts as categorical. Text columns have no distribution here. Chance
// is what α, split over the columns, allows at the given sizes and design effect (Options): whether a distance is real
// and whether it matters are two questions, and drift is a yes to both. Where the caller knows how far the baseline's
// own weeks are apart (Options.Yardstick), a threshold is at least that.
//
// Missing and infinite values, and values of another type, have no place in a distribution: they are left out of n and
// counted apart. −0 is 0. With nothing on one side the status is insufficient and the value 0; where a denominator is
// zero, such as the spread of a constant baseline, it is undefined and 0.
//
// Reading order: measurement.go, codec.go and catalogue.go (what is said), options.go, sample.go (values in memory), comparison.go
// (cells), compare.go (the list of measures), then a file for each measure: psi.go, ks.go with kolmogorov.go (its
// distribution), chisquare.go, jensenshannon.go, wasserstein.go, rate.go with missing.go, unseen.go, range.go and
// mismatch.go; psibins.go and values.go (what detectors/faults and detectors/drivers look into).
package detectors
