// Package window decides which window an event belongs to, fills windows with profiles and performance tallies, and
// reports each window when its time has come.
//
// Event time alone decides. Every partition has a watermark: no event older than it is expected any more. Two clocks
// follow from them: P, the lowest watermark of the prediction partitions, and L, the lowest of the label partitions.
// Windows close and their distributions are judged on P alone, because labels uploaded once a day must not delay them;
// performance waits for both.
//
// A series is the windows of one kind (say 1h) of one model version, whole or one segment of it. It keeps panes, the
// slices of time of which windows are made: a tumbling window is one pane, a sliding one several. In a pane, what
// predictions looked like is one profile.Set; how good they were is one tally for each slice of the time at which
// labels became known. So "as of A" is a sum of tallies, and the order of arrival does not matter.
//
// The same events give the same Drift, Performance and Final reports in the same order within a series, in whatever
// order partitions are read, as long as every partition had its first event before the clocks moved on. A Closed report
// says what was known at that moment, which late events change. The wall clock changes numbers only where it closes
// windows of a silent partition that then speaks again; and while the join is full, or a model has more versions than it
// may, it matters what came first.
//
// Reading order: watermark.go (event time), spec.go (kinds of window, label horizons), window.go (what there is),
// gather.go (events into panes), version.go and segment.go (of whom), pane.go, series.go (the panes and windows of one
// kind), life.go (which version is the newest), judge.go (when what is due), horizon.go (when labels are enough),
// report.go (what is reported), counts.go (what was counted, refused or late), codec.go (bytes).
package window
