// Package prometheus shows the newest judged windows, the rules and the agent itself to a Prometheus server.
//
// What describes a state (windows, rules, incidents, retrain requests, Kafka positions) lives in one immutable snapshot.
// Every scrape makes its series anew from it, so that a model, version or partition that is gone leaves no stale series
// behind. What counts events is instrumented directly (Instruments).
//
// Only whole models are exported: a segment's rows would be counted twice by a sum. A measurement whose status is not ok
// is absent rather than NaN or 0, because NaN breaks averages and 0 lies; window_ready and window_samples tell why. There
// are no timestamps on the samples: window_end_timestamp_seconds says how old a number is.
//
// Reading order: catalogue.go (every metric, the only place with names, help texts and labels), exporter.go (what is
// published, and how a scrape reads it), window.go (from measurements to series), state.go (from rules, retrain requests,
// incidents and positions to series), instruments.go (counters and histograms), cardinality.go (caps and clean labels).
package prometheus
