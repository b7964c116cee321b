// Package performance scores what a model answered against what turned out to be true, and counts how it was served.
//
// A Schema says what the model answers: its task, its classes, which of them is positive. Schema.Interpret reads a raw
// answer by it and gives an Outcome; a Tally adds Outcomes up and turns into measurements. Nothing but sums and counts
// is kept: a Tally merges, encodes small, and is the same to the last bit in whatever order its rows came and however
// they were grouped, because counts are integers and sums are exact (profile.ExactSum).
//
// Definitions are scikit-learn's. A zero denominator gives 0 and the status undefined; what does not exist (no scores,
// so no ROC AUC) is absent. Intervals are 95 % bounds on n/deff rows, because errors close in time are alike
// (designeffect.go).
//
// A Tally is for streams. An Evaluation holds the rows of a batch: it has every measure of a Tally, more of them, and
// bounds from a block bootstrap for those that no formula gives bounds to.
//
// Reading order: schema.go (task and classes), outcome.go, interpret.go (a raw answer read), infer.go (a schema found in a
// baseline's rows), tally.go (the sum); confusion.go, margins.go (mcc, kappa, F) and averages.go; ranking.go (scores, kept
// small) and exactranking.go, ranked.go (ROC AUC, average precision), separation.go (gini, ks_separation, lift);
// calibration.go, regression.go, mean.go (a mean with its error), measurement.go (a number and its bounds), codec.go;
// evaluation.go (a batch), topk.go, costs.go, relative.go (more of a regression), confusioncells.go and reliability.go (for
// people), blocks.go and bootstrap.go with resampledclasses.go, resampledrankings.go, resampledscores.go and
// resampledvalues.go; histogram.go, traffic.go and delays.go (how the model was served, how late labels are),
// designeffect.go.
//
// The package draws no conclusions: limits and streaks are the business of package rules.
package performance
