package agent

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/agent/checkpoint"
	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/file"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

// Options are what an agent is given by code.
type Options struct {
	Config *config.Config
	Source source.Source
	// Streams says what a topic carries.
	Streams func(topic string) event.Stream
	// Notifiers by destination: "slack", "retrain".
	Notifiers map[string]alerts.Notifier
	// Sinks take every report besides the exporter.
	Sinks []sinks.Sink
	// File is the one sink whose length is part of the checkpoint; nil if there is none.
	File     *file.Sink
	Exporter *prometheus.Exporter
	// StateFolder holds checkpoints and acts.
	StateFolder string
	// Version of the program, for the status page. ExternalURL leads people to the agent's pages; may be empty.
	Version, ExternalURL string
	// Each is told of every finding after it was taken in; nil: nobody. It runs in the worker and must not block.
	Each func(Finding, []retrain.Event)
	Log  zerolog.Logger
	Now  func() time.Time
}

// Agent reads a source and tells the world. One goroutine, Run's, owns all state.
type Agent struct {
	options    Options
	config     *config.Config
	log        zerolog.Logger
	pipeline   *Pipeline
	delivery   *delivery
	files      *checkpoint.Files
	assignment source.Assignment
	held       bool
	paused     map[source.Partition]bool
	faults     inputFaults
	blindness  blindness
	meter      meter

	started     time.Time
	checkpoints struct {
		sequence uint64
		last     time.Time
		bytes    int
		acts     uint64 // of the checkpoint before the last
	}
	recent   recent
	snapshot atomic.Pointer[admin.Snapshot]
	samples  atomic.Pointer[[]admin.Refused]
}

// New assembles an agent and restores its state from the folder. Nothing is read from the source before Run.
func New(o Options) (*Agent, error) {
	pipeline, err := newPipeline(o)
	if err != nil {
		return nil, err
	}
	a := &Agent{
		options: o, config: o.Config, log: o.Log, pipeline: pipeline, started: o.Now(), recent: newRecent(),
		faults: inputFaults{}, blindness: blindness{firing: map[string]bool{}},
	}
	if a.files, err = checkpoint.OpenFiles(o.StateFolder); err != nil {
		return nil, err
	}
	acts, log, err := checkpoint.OpenActs(o.StateFolder)
	if err != nil {
		return nil, errors.Join(err, a.files.Close())
	}
	a.delivery = &delivery{
		ledger: alerts.NewLedger(o.Config.Environment, a.destinations()...), desk: newDesk(o.Config, a.offsets), acts: acts, now: o.Now,
		questions: make(chan question, 16),
	}
	if err := a.restore(log); err != nil {
		return nil, errors.Join(err, acts.Close(), a.files.Close())
	}
	a.meter = newMeter(a.pipeline)
	a.delivery.deliverer = alerts.NewDeliverer(alerts.Options{
		Notifiers: o.Notifiers, Previous: a.delivery.ledger.Outbox().Previous, Record: a.delivery.record, Now: o.Now, Logger: o.Log,
	})
	a.publish()
	return a, nil
}

// defaultLabelDelay is how long labels are awaited unless the configuration says otherwise.
const defaultLabelDelay = 90 * day

func newPipeline(o Options) (*Pipeline, error) {
	return NewPipeline(o.Config, PipelineOptions{
		Streams: o.Streams, Labels: len(o.Config.Kafka.Labels) > 0, LabelDelay: defaultLabelDelay, Log: o.Log,
	})
}

// destinations are those that are told of incidents.
func (a *Agent) destinations() []string {
	if a.options.Notifiers[slackDestination] != nil {
		return []string{slackDestination}
	}
	return nil
}

// Run reads until the context ends, or the input does. It then makes everything durable, tries for a few seconds to
// deliver what is pending, and leaves the group.
func (a *Agent) Run(ctx context.Context) error {
	for {
		err := a.serve(ctx)
		switch {
		case errors.Is(err, source.ErrReassigned):
			a.log.Info().Msg("partitions are being reassigned")
			a.checkpoint(context.WithoutCancel(ctx))
		case errors.Is(err, source.ErrEnd), ctx.Err() != nil:
			return a.stop(context.WithoutCancel(ctx))
		default:
			return errors.Join(err, a.stop(context.WithoutCancel(ctx)))
		}
	}
}

// serve takes an assignment and reads it for as long as it holds.
func (a *Agent) serve(ctx context.Context) error {
	assignment, err := a.assigned(ctx)
	if err != nil {
		return err
	}
	a.take(assignment)
	if err := a.options.Source.Seek(ctx, a.pipeline.positions); err != nil {
		return fmt.Errorf("seek: %w", err)
	}
	for {
		a.paused = a.skewed()
		a.options.Source.Pause(a.paused)
		batch, err := a.fetch(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			a.publish() // standing by, and alive
		case err != nil:
			return err
		default:
			a.consume(ctx, batch)
		}
	}
}

// assigned waits for an assignment: for topics that do not exist yet, and brokers that do not answer, too.
func (a *Agent) assigned(ctx context.Context) (source.Assignment, error) {
	for {
		wait, cancel := context.WithTimeout(ctx, heartbeat)
		assignment, err := a.options.Source.Assignment(wait)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return assignment, err
		}
		a.publish()
	}
}

// heartbeat is how long the worker waits for anything before it shows that it lives.
const heartbeat = 5 * time.Second

func (a *Agent) fetch(ctx context.Context) (source.Batch, error) {
	ctx, cancel := context.WithTimeout(ctx, heartbeat)
	defer cancel()
	return a.options.Source.Fetch(ctx)
}

// take begins to follow the partitions of an assignment. An agent that owns only part of them sees only part of every
// window: it counts on, and pages nobody. One that stands by keeps its state and its positions as they are: when the
// partitions come back it goes on from there, for what others have read meanwhile is not in its windows.
func (a *Agent) take(assignment source.Assignment) {
	if assignment.Generation != a.assignment.Generation {
		a.options.Exporter.Rebalances.Add(1)
	}
	a.assignment = assignment
	if len(assignment.Owned) > 0 {
		a.pipeline.own(assignment.Owned, a.options.Streams)
		a.pipeline.marks.Resume(a.options.Now())
	}
	a.pipeline.partial = a.partial()
	a.log.Info().Int("owned", len(assignment.Owned)).Int("total", assignment.Total).Int("generation", assignment.Generation).
		Msg("partitions assigned")
	a.publish()
}

// partial tells that other agents own some of the partitions.
func (a *Agent) partial() bool {
	return len(a.assignment.Owned) > 0 && len(a.assignment.Owned) < a.assignment.Total
}

// consume takes one batch through the pipeline and out into the world.
func (a *Agent) consume(ctx context.Context, batch source.Batch) {
	findings := a.pipeline.Consume(batch)
	at, _ := a.pipeline.clocks()
	behind := a.partial() || a.pipeline.lag(a.options.Now()) > a.config.Kafka.MaxLag
	a.hold(behind || a.old(batch), at)
	urgent := false
	for _, f := range findings {
		a.report(ctx, f)
		due, events := a.delivery.take(f, a.gates(f.Model), a.options.ExternalURL)
		urgent = urgent || due
		a.measureRequests(events)
		if a.options.Each != nil {
			a.options.Each(f, events)
		}
	}
	urgent = a.hold(behind, at) || urgent
	if events := a.delivery.catchUp(at, behind || !a.pipeline.caughtUp(), a.gates); len(events) > 0 {
		urgent = true
		a.measureRequests(events)
		if a.options.Each != nil {
			a.options.Each(Finding{Model: events[0].Model, At: at}, events)
		}
	}
	now := a.options.Now()
	if changes := a.blindness.look(now, a.pipeline.lag(now), &a.pipeline.refused); len(changes) > 0 && a.pipeline.anyDefault() {
		a.delivery.ledger.Apply(changes[0].At, changes[0].Model, changes)
		urgent = true
	}
	a.measure(batch)
	if urgent || now.Sub(a.checkpoints.last) >= a.config.Checkpoint.Interval {
		a.checkpoint(ctx)
	}
	if len(findings) > 0 || now.Sub(a.snapshot.Load().At) >= time.Second {
		a.publish()
	}
}

// old tells whether what a batch makes known is old news, although it may be the one that ends a backlog.
func (a *Agent) old(batch source.Batch) bool {
	return len(batch.Records) > 0 && a.options.Now().Sub(batch.Records[0].Time) > a.config.Kafka.MaxLag
}

// hold keeps notices back while the agent is so far behind that they would be old news, or sees only part of the input.
// It tells whether there is now something to be sent.
func (a *Agent) hold(held bool, at profile.Instant) (released bool) {
	if held != a.held {
		a.log.Info().Bool("held", held).Msg("notices are held while the agent is behind or sees only part of the input")
	}
	a.held = held
	return len(a.delivery.ledger.Hold(held, at)) > 0
}

// report writes a finding's reports to every sink. A sink may lose one: that is a gap in a chart.
func (a *Agent) report(ctx context.Context, f Finding) {
	for _, r := range f.Reports {
		a.recent.add(r)
		a.faults.look(&r)
		if r.Revision > 0 {
			a.options.Exporter.WindowRevisions.Add(1, f.Model)
		}
		for _, sink := range a.options.Sinks {
			if err := sink.Write(ctx, r); err != nil {
				a.options.Exporter.SinkErrors.Add(1, fmt.Sprintf("%T", sink))
				a.log.Warn().Err(err).Str("model", f.Model).Msg("a sink lost a report")
			}
		}
		if err := a.options.Exporter.Write(ctx, r); err != nil {
			a.log.Warn().Err(err).Str("model", f.Model).Msg("the exporter lost a report")
		}
	}
}

// skewed returns the partitions that wait for slower ones.
func (a *Agent) skewed() map[source.Partition]bool {
	return a.pipeline.marks.Ahead(max(a.pipeline.longestPane, 10*time.Minute), a.pipeline.lagging)
}

// stop makes everything durable and lets go.
func (a *Agent) stop(ctx context.Context) error {
	a.checkpoint(ctx)
	budget, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	errs := []error{a.delivery.deliverer.Close(budget)}
	a.delivery.catchUp(a.pipeline.marks.Predictions(), true, a.gates)
	a.checkpoint(ctx)
	a.publish()
	return errors.Join(append(errs, a.delivery.acts.Close(), a.files.Close(), a.options.Source.Close())...)
}
