// Package estimate tells how well a classifier does before anybody knows the truth: confidence-based performance
// estimation (CBPE, J. Białek et al., as NannyML 0.13.1 computes it).
//
// If a score is an honest probability p, a row that was called positive is right with probability p and wrong with
// 1 − p. Summed over a chunk of unlabelled rows, that is the expected confusion matrix, and from it follow accuracy,
// precision, recall and all the rest. Scores are made honest by isotonic regression on a labelled reference, where that
// helps. The bounds are the value ± 3 sampling errors: what a chunk of that size would scatter if nothing had changed.
//
// The estimate believes the scores. It sees harder inputs (covariate shift), but a world in which the same inputs have
// other answers (concept drift) leaves the scores, and so the estimate, as they were. Nothing in the unlabelled rows can
// tell. So every estimator has a report card: once labels come, its past estimates are set beside what turned out to be
// true, and an estimator that was wrong is not trusted, with the reason in a sentence.
//
//	reference ─ Reference.Fit ─▶ Estimator ─ NewState ─▶ State ─ Estimates ─▶ estimated_accuracy …
//	                                                       ▲ Observe             │
//	labels ────────────────── realised measures ───────────┴──▶ Card ◀───────────┘
//
// A State is all that a chunk needs. It holds, for each class, how many rows were answered with it, the probability mass
// of those rows and of all rows, and for each distinct score the rows and their probability mass.
//
// Reading order: reference.go (labelled rows), ranked.go (rows in order of a score), isotonic.go, calibration.go with
// shuffle.go (whether calibration helps), samplingerror.go, estimator.go, state.go, measures.go, card.go.
package estimate
