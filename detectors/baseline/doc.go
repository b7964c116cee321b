// Package baseline is what a model version looked like when it was good: the profile of its columns, its performance,
// how sure that performance is, how late its labels are, and how far its own windows lie from one another. Every later
// window is compared with it.
//
// A Builder takes rows, infers what nobody has said (kinds of columns, task, classes) and writes down in Notes what it
// had to guess. A baseline is kept in a file of its own format, versioned and checksummed.
//
// Reading order: baseline.go (the noun), builder.go (rows in), column.go (one column of them, its kind and layout),
// build.go (from rows to a baseline), windows.go (each window against all others), file.go (bytes).
package baseline
