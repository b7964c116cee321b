package sinks

import (
	"context"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Sink takes the reports about windows, of every phase, in the order in which they are made.
type Sink interface {
	// Write takes one report. It is called by one goroutine at a time and must honour ctx. The report is final: neither
	// side changes what it points to afterwards, so a sink may keep it. Writing the same report twice must be as good as
	// writing it once, wherever the destination can tell, because a restart may repeat the last ones. An error means that
	// this report is lost here; the caller counts it and goes on with the next.
	Write(ctx context.Context, report detectors.Report) error
}

// Func is a function as a Sink.
type Func func(ctx context.Context, report detectors.Report) error

// Write calls f.
func (f Func) Write(ctx context.Context, report detectors.Report) error { return f(ctx, report) }

var _ Sink = Func(nil)
