// Package sinks brings every report about a window to machines: gauges, a file, a topic.
//
// A sink may lose a report, at the price of a gap in somebody's chart; it may never hold up the stream or grow without
// bound. Whoever must not miss anything is served by package alerts, which makes the opposite promise.
//
// Reading order: sink.go (the contract), line.go (the public JSON of windows, transitions and retrain requests, which
// the backtest command, the file, the topic and the HTTP API share), moment.go (how times and numbers that do not exist
// stay out of that JSON). The sinks themselves have a folder each: prometheus, file, kafka. Package sinktest holds what
// all of them are tested with.
package sinks
