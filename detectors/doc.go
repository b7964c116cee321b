// Package detectors compares a window with its baseline and measures how far it has moved.
//
// A window and a baseline are the same noun, a profile.Set, and a Measurement is one number about the two: named, with
// the sizes behind it, a p-value or bounds where there are any, the threshold from which it counts as drift, and a
// status that says whether it can be trusted. Nothing here reads a clock, a file or a network, nothing returns NaN or
// an infinity, and no input panics.
//
// Each measure exists in two forms. The batch command holds all values (Sample) and is exact: Comparer. The agent
// holds counts between frozen cuts (profile.Column) and is exact where its cuts allow it, and says so where they do
// not: CompareSets. Both forms are first laid side by side as cells, one for every distinct value or one for every
// interval, and from there on they share one implementation.
//
//	measure                 columns      from counts         what it sees                          drift above
//	psi                     all          exact               shares of the baseline's deciles      max(0.1, chance)
//	psi@deciles, psi@inner  all          exact, on request   the same by other tools' bins         max(0.1, chance)
//	ks                      numeric      certified interval  the largest gap of the distributions  max(0.1, chance)
//	chi2                    categorical  exact               shares of categories                  critical value
//	jensen_shannon          all          exact               shares, bounded by 1: ranks drivers   max(0.1, chance)
//	wasserstein             numeric      not measured        how far values moved, in their unit   no limit
//	wasserstein_normalized  numeric      estimate            the same in standard deviations       max(0.1, chance)
//	hellinger, tvd, linf    all          exact, on request   shares, as psi: three bounded distances max(0.1, chance)
//	kl                      all          exact, on request   shares, as psi: the information lost   max(0.1, chance)
//	g_test                  categorical  exact, on request   shares of categories                  critical value
//	cramers_v               categorical  exact, on request   the same, bounded by 1                max(0.1, chance)
//	energy_distance         numeric      not measured        all of the distribution               no limit
//	welch_t                 numeric      exact, on request   the mean, in standard errors          critical value
//	mann_whitney            numeric      not measured        which side's values are the greater   critical value
//	anderson_darling        numeric      not measured        all of it, the tails most             critical value
//	cramer_von_mises        numeric      not measured        all of it                             critical value
//	mean_shift, std_shift   numeric      exact, on request   the mean, the spread                  max(0.1, chance) either way
//	missing_rate            all, text    exact               nulls, NaN, absent keys               baseline + max(2 points, chance)
//	unseen_rate             categorical  exact               values that the baseline never had    singletons + the same
//	out_of_range_rate       numeric      exact               values outside minimum and maximum    2/(m+1) + the same
//	mismatch_rate           all          exact               values of another type                baseline + the same
//
// A name with an @ is a variant of the one before it: psi@evidently, psi@deepchecks, jensen_shannon@evidently,
// jensen_shannon@nannyml, hellinger@nannyml, ks@nannyml, wasserstein@nannyml and chi2@evidently are the numbers of the tools
// they are named after, to the last digits, chi2@yates is SciPy's default. psi@deciles, psi@inner, chi2@yates and
// psi@deepchecks can be had from counts; the others, and all that is not measured from counts, need the values themselves.
// On request means if Options.Measures names it: a number more for every column and window is for those who want it.
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
// A test's p-value depends on the number of rows as much as on the difference. Beside it stand, for values in memory, the
// effect size and what these rows could have detected (effect.go), and a Correction adjusts the p-values of many columns.
//
// Reading order: measurement.go, codec.go and catalogue.go (what is said), options.go, sample.go (values in memory),
// comparison.go (cells), compare.go (the list of measures), then a file for each measure: psi.go, ks.go with kolmogorov.go
// (its distribution), chisquare.go, jensenshannon.go, wasserstein.go, gap.go (what ks.go and wasserstein.go read),
// hellinger.go, totalvariation.go, linfinity.go, kullbackleibler.go, gtest.go, cramersv.go, energy.go, welch.go with
// student.go (its distribution), moments.go and countedmoments.go, shift.go, mannwhitney.go, andersondarling.go,
// cramervonmises.go, rate.go with missing.go, unseen.go, range.go and mismatch.go; the variants of other tools,
// evidently.go, nannyml.go and deepchecks.go, with histogram.go (NumPy's bins); and what is said of tests and limits:
// effect.go, correction.go, limit.go; axis.go (how people look at a column); psibins.go and values.go (what
// detectors/faults and detectors/drivers look into).
package detectors
