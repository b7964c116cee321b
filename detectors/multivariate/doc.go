// Package multivariate measures whether features still hang together as they did: what no column shows by itself.
//
// A Table holds the features of a reference or a window; Fit learns from a reference once, and Reference.Compare
// measures any number of windows against it by three measures that see different things.
//
//	measure                   what it sees                                 blind to                       state of a stream
//	pca_reconstruction_error  correlations that break, variance that goes  change along the kept axes     ErrorSum, 1.1 kB
//	mmd                       any change of the joint distribution         small changes among many dims  FeatureSum, 776 bytes
//	domain_classifier_auc     changes of single columns, many small ones   change of correlation alone    none: batch only
//
// The first is defined to the digit by NannyML, and the same numbers come out. The second and third are of our own
// making, and their promise is calibration: without drift their p-values are what they say, whatever the columns look
// like (TestFalseAlarms), which a fixed limit or three standard deviations of a few chunks do not give. The first has
// the reference's own stretches for a yardstick, because seasons move it; its p-value errs on the safe side.
//
// A stream carries what a fixed function of each row adds up to: the errors of a frozen basis, the mean features of
// frozen frequencies. A frozen classifier could score rows too, but one that was never fitted to this window answers
// another question, so that the third measure needs the rows. States merge without rounding: the same rows give the same
// bits in any order and any grouping. Streams and batches share everything after the state.
//
// Sizes: mmd and the classifier take at most 1,000 rows of either side, spread evenly over them by a seeded choice, which
// bounds the cost, and the smallest change that they call one. Of more than 200 columns, 200 that are spread evenly over their order
// are looked at; 500 columns of 2,000 rows then take 0.2 s to fit. Cost of 10,000 rows of 25 numbers against as many, one core
// (AMD EPYC, BenchmarkMultivariate): Fit 11 ms, Compare 6 ms, of which the error is 1.3, mmd 1.8 and the classifier 2.5.
// A row costs a stream 0.2 µs for the error and 2 µs for mmd.
//
// Reading order: table.go (the input), reference.go (the three measures), thresholds.go; coding.go, basis.go and
// reconstruction.go (NannyML's error); cells.go, features.go, discrepancy.go and weightedchisquare.go (MMD); classifier.go
// and auc.go; rows.go.
//
// The package is pure: no clock, goroutine or I/O, and its generators are seeded by constants.
package multivariate
