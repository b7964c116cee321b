// Package dataset holds a file as columns in memory and compares two of them exactly: the batch side of the product,
// where values are at hand and nothing need be estimated.
//
// A file is a CSV table or one native event a line (NDJSON), plain or compressed by gzip, or a Parquet file; which of them
// is told by its content, never by its name. Either way it becomes a Dataset: columns of features and outputs, and beside
// them for each row its id, its time, the model's answer and the truth, as far as they are known.
//
// What counts as missing: empty cells, null, keys that are absent, NaN, and in CSV also the other spellings that pandas
// reads as missing by default (NA, N/A, null, None and so on, see spelling.go). Infinities are counted apart.
//
// Reading order: dataset.go (the noun), column.go (one column and its kind), open.go (what a file is), table.go with
// record.go, role.go, spelling.go, number.go, reading.go and timestamp.go (CSV), parquet.go with parquetcell.go and
// parquetpage.go, events.go (NDJSON), labels.go (truth from another file); then compare.go (two datasets side by side) with
// parallel.go, chunk.go (the pieces), multivariate.go (all features together), outcomes.go (answers in the model's terms),
// scores.go (performance) with costs.go, judged.go (what labels say beside it), estimates.go (performance without labels),
// fairness.go (the same by group), explain.go (what is behind the numbers: drivers and the story) with faults.go and
// heaps.go (broken input) and place.go (where), and segment.go (the slice that holds a drop), correction.go and
// threshold.go (what p-values and limits mean), distribution.go (what plots show), history.go (what all chunks together
// say, in text and page alike); baseline.go (a dataset's rows for a baseline's builder). Apart from all of them, series.go
// reads one column as it comes, without keeping it.
//
// The package has no clock and writes nothing.
package dataset
