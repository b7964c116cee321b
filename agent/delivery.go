package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/checkpoint"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// The destinations of outbox entries.
const (
	slackDestination   = "slack"
	retrainDestination = "retrain"
)

// The kinds of act in the log beside the checkpoint.
const (
	deliveredAct = "delivered"
	callbackAct  = "callback"
)

// delivery turns findings into incidents and retrain requests, and has them delivered. What others do to it, the
// outcome of a delivery or a pipeline's callback, is durable in the acts log before it is acknowledged, and waits in a
// queue until the worker, which owns all state, takes it in.
type delivery struct {
	ledger    *alerts.Ledger
	desk      *retrain.Desk
	deliverer *alerts.Deliverer
	acts      *checkpoint.Acts
	now       func() time.Time

	since map[string]time.Time // wall clock at which a pending entry was first seen, by id

	questions chan question

	mu      sync.Mutex
	arrived []act
	applied uint64 // number of the last act taken in
}

// act is one entry of the log, decoded.
type act struct {
	number   uint64
	outcome  *alerts.Outcome
	callback *retrain.Callback
}

// take brings a finding into the books and tells whether it must become durable at once.
func (d *delivery) take(f Finding, gates retrain.Gates, evidenceURL string) (urgent bool, events []retrain.Event) {
	now := d.now()
	d.ledger.Apply(f.At, f.Model, f.Transitions)
	events = consult(d.desk, f, gates, evidenceURL, now, func(e alerts.Entry) []retrain.Event {
		d.ledger.Outbox().Add(e)
		return nil
	})
	d.note(events)
	for _, c := range f.Contradictions {
		d.ledger.Note(f.Model, c.At, contradiction(c))
	}
	for _, t := range f.Transitions {
		urgent = urgent || t.Severity == rules.Page
	}
	return urgent || len(events) > 0, events
}

// note tells the steps of retrain requests in the incident's thread.
func (d *delivery) note(events []retrain.Event) {
	for _, e := range events {
		if e.Text != "" {
			d.ledger.Note(e.Model, e.At, e.Text)
		}
	}
}

// contradiction says in words that final labels tell another story than those known at the time.
func contradiction(c rules.Contradiction) string {
	return fmt.Sprintf("on final labels %s of %s to %s (version %s) is %.3f, not %.3f as judged at the time; the limit is %.3f",
		c.Told.Measure, c.Told.WindowStart.Time().Format(time.DateOnly), c.Told.WindowEnd.Time().Format(time.DateOnly),
		c.Told.Version, c.Value, c.Told.Value, c.Threshold)
}

// record makes the outcome of a delivery durable. The deliverer calls it, before it sends the next.
func (d *delivery) record(o alerts.Outcome) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	number, err := d.acts.Append(deliveredAct, o)
	if err != nil {
		return err
	}
	d.arrived = append(d.arrived, act{number: number, outcome: &o})
	return nil
}

// question is a callback that waits for the worker's answer.
type question struct {
	callback retrain.Callback
	answer   chan error
}

// errBehind says that the agent cannot know yet what a callback is about.
var errBehind = errors.New("the agent is catching up; ask again")

// accept asks the worker to take in a pipeline's callback. The worker owns the requests, so it alone can say whether
// there is such a request, and it makes the callback durable before it answers.
func (d *delivery) accept(ctx context.Context, c retrain.Callback) error {
	q := question{c, make(chan error, 1)}
	select {
	case d.questions <- q:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-q.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hear answers the callbacks that wait. behind tells that requests may yet be made again by a replay.
func (d *delivery) hear(at profile.Instant, behind bool) (events []retrain.Event) {
	for {
		select {
		case q := <-d.questions:
			err := d.desk.Admit(q.callback)
			if behind && errors.Is(err, retrain.ErrUnknownRequest) {
				err = errBehind
			}
			if err == nil {
				var number uint64
				if number, err = d.acts.Append(callbackAct, q.callback); err == nil {
					events = append(events, d.apply(act{number: number, callback: &q.callback}, at)...)
				}
			}
			q.answer <- err
		default:
			return events
		}
	}
}

// catchUp takes in what has arrived since the last time, and asks again for retraining where a gate was shut.
func (d *delivery) catchUp(at profile.Instant, behind bool, gates func(model string) retrain.Gates) []retrain.Event {
	d.mu.Lock()
	arrived := d.arrived
	d.arrived = nil
	d.mu.Unlock()
	var events []retrain.Event
	for _, a := range arrived {
		events = append(events, d.apply(a, at)...)
	}
	events = append(events, d.hear(at, behind)...)
	now := d.now()
	events = append(events, d.desk.Tick(at, now)...)
	for _, waiting := range d.desk.Waiting() {
		entries, happened := d.desk.Retry(waiting.Model, gates(waiting.Model), at, now)
		d.ledger.Outbox().Add(entries...)
		events = append(events, happened...)
	}
	d.note(events)
	return events
}

func (d *delivery) apply(a act, at profile.Instant) []retrain.Event {
	d.applied = max(d.applied, a.number)
	switch {
	case a.callback != nil:
		return d.desk.Callback(*a.callback, at, d.now())
	case a.outcome != nil:
		d.ledger.Delivered(*a.outcome)
		if a.outcome.Destination == retrainDestination {
			return d.desk.Delivered(*a.outcome, at, d.now())
		}
	}
	return nil
}

// replay takes in the acts of the log that a checkpoint lacks.
func (d *delivery) replay(log []checkpoint.Act, after uint64, at profile.Instant) error {
	for _, entry := range log {
		if entry.Number <= after {
			continue
		}
		a := act{number: entry.Number}
		var err error
		switch entry.Kind {
		case deliveredAct:
			a.outcome = &alerts.Outcome{}
			err = json.Unmarshal(entry.Data, a.outcome)
		case callbackAct:
			a.callback = &retrain.Callback{}
			err = json.Unmarshal(entry.Data, a.callback)
		}
		if err != nil {
			return fmt.Errorf("act %d: %w", entry.Number, err)
		}
		d.note(d.apply(a, at))
	}
	return nil
}

// send hands everything that waits in the outbox to the deliverer. It is called once the checkpoint that holds it is
// durable.
func (d *delivery) send() {
	d.deliverer.Submit(d.ledger.Pending()...)
}

// oldest returns since when the oldest pending entry waits, in Unix seconds; 0 if none does.
func (d *delivery) oldest(pending []alerts.Entry, now time.Time) float64 {
	since := make(map[string]time.Time, len(pending))
	oldest := 0.0
	for _, entry := range pending {
		first, known := d.since[entry.ID]
		if !known {
			first = now
		}
		since[entry.ID] = first
		if at := float64(first.UnixMilli()) / 1000; oldest == 0 || at < oldest {
			oldest = at
		}
	}
	d.since = since
	return oldest
}
