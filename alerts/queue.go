package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// keptDone is how many finished entries a queue remembers: those that the owner of the outbox may submit again because
// it has not yet taken in their outcome.
const keptDone = 4096

// queue is one destination: what waits for it, and the goroutine that sends.
type queue struct {
	name     string
	notifier Notifier
	options  Options
	wake     chan struct{}

	mu      sync.Mutex
	waiting []*parcel // in the order of submission
	known   map[string]bool
	done    []finished // oldest first
	// receipts are newer than what the outbox knows, until it has taken in the outcomes.
	receipts map[string]finished
	// quiet is until when the destination asked to be left alone.
	quiet   time.Time
	closing bool
	stats   Stats
}

// parcel is an entry on its way.
type parcel struct {
	entry    Entry
	previous json.RawMessage
	attempts int
	first    time.Time // of the attempts
	next     time.Time
	sending  bool
	// left: tried for the last time before a close.
	left bool
}

// finished is an entry that needs no more sending.
type finished struct {
	id, key string
	receipt json.RawMessage
}

func newQueue(destination string, options Options) *queue {
	notifier := options.Notifiers[destination]
	if notifier == nil {
		notifier = NotifierFunc(func(context.Context, Entry, json.RawMessage) (json.RawMessage, error) {
			return nil, errUnconfigured
		})
	}
	return &queue{
		name: destination, notifier: notifier, options: options, wake: make(chan struct{}, 1),
		known: map[string]bool{}, receipts: map[string]finished{},
		stats: Stats{Destination: destination, Failed: map[Reason]uint64{}},
	}
}

var (
	errUnconfigured = errors.New("no such destination is configured")
	errExpired      = errors.New("expired before it could be delivered")
)

// submit appends an entry, unless it is known, and drops the unsent ones it replaces.
func (q *queue) submit(entry Entry, previous json.RawMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.known[entry.ID] {
		return
	}
	q.waiting = slices.DeleteFunc(q.waiting, func(p *parcel) bool {
		pointless := p.entry.Replaceable && p.entry.Key == entry.Key && !p.sending
		if pointless {
			q.stats.Replaced++
			q.remember(finished{id: p.entry.ID, key: p.entry.Key})
		}
		return pointless
	})
	q.known[entry.ID] = true
	q.waiting = append(q.waiting, &parcel{entry: entry, previous: previous})
	q.rouse()
}

// close lets each entry be tried once more without further delay; then run returns.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closing = true
	for _, p := range q.waiting {
		p.next = time.Time{}
	}
	q.rouse()
}

func (q *queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// run sends until ctx ends, or until the queue is closed and everything was tried.
func (q *queue) run(ctx context.Context) {
	for ctx.Err() == nil {
		p, pause, more := q.next()
		switch {
		case p != nil:
			q.attempt(ctx, p)
		case !more:
			return
		default:
			q.sleep(ctx, pause)
		}
	}
}

// next returns the first entry that is due and first of its key. If there is none it says how long to wait, 0 for until
// the next submission, and whether there is anything to wait for.
func (q *queue) next() (due *parcel, pause time.Duration, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.options.Now()
	blocked := map[string]bool{}
	var soonest time.Time
	for _, p := range q.waiting {
		if blocked[p.entry.Key] {
			continue
		}
		blocked[p.entry.Key] = true
		if p.left {
			continue
		}
		at := p.next
		if q.quiet.After(at) {
			at = q.quiet
		}
		if !at.After(now) {
			p.sending = true
			return p, 0, true
		}
		if soonest.IsZero() || at.Before(soonest) {
			soonest = at
		}
	}
	if soonest.IsZero() {
		return nil, 0, !q.closing
	}
	return nil, soonest.Sub(now), true
}

// sleep waits for a submission, for ctx, and for the pause unless it is 0.
func (q *queue) sleep(ctx context.Context, pause time.Duration) {
	var due <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
	case <-q.wake:
	case <-due:
	}
}

// attempt sends one entry once and settles what follows from it.
func (q *queue) attempt(ctx context.Context, p *parcel) {
	started := q.options.Now()
	if p.first.IsZero() {
		p.first = started
	}
	if expiry := p.entry.NotAfter; !expiry.IsZero() && started.After(expiry) {
		q.giveUp(ctx, p, Expired, errExpired)
		return
	}
	p.attempts++
	receipt, err := q.notifier.Notify(ctx, p.entry, q.previous(p))
	now := q.options.Now()
	q.count(now.Sub(started), err)

	retry := AsRetryable(err)
	switch {
	case err == nil:
		q.finish(ctx, p, Outcome{Receipt: receipt})
	case ctx.Err() != nil:
		q.putBack(p, func() {}) // cut off by the close: the entry stays in the outbox
	case errors.Is(err, errUnconfigured):
		q.giveUp(ctx, p, Unconfigured, err)
	case retry == nil:
		q.giveUp(ctx, p, Refused, err)
	case now.Sub(p.first) >= q.options.GiveUp:
		q.giveUp(ctx, p, Exhausted, err)
	default:
		q.postpone(p, now, retry)
	}
}

// previous returns the receipt of the entry before: the queue's own if it has one, which is newer than the outbox's.
func (q *queue) previous(p *parcel) json.RawMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	if own, ok := q.receipts[p.entry.Key]; ok {
		return own.receipt
	}
	return p.previous
}

// postpone plans the next attempt. A destination that says how long it wants to be left alone is, for every key.
func (q *queue) postpone(p *parcel, now time.Time, retry *Retryable) {
	q.putBack(p, func() {
		q.stats.Retries++
		if retry.After > 0 {
			q.quiet = now.Add(min(retry.After, q.options.LongestDelay))
			return
		}
		p.next = now.Add(q.backoff(p.attempts))
		p.left = q.closing
	})
	q.options.Logger.Warn().Str("destination", q.name).Str("entry", p.entry.ID).Int("attempts", p.attempts).
		Dur("retry_after", retry.After).Err(retry).Msg("delivery postponed")
}

// backoff is the pause after the nth attempt: full jitter under a doubling ceiling.
func (q *queue) backoff(attempts int) time.Duration {
	ceiling := q.options.FirstDelay
	for range attempts - 1 {
		if ceiling >= q.options.LongestDelay/2 {
			ceiling = q.options.LongestDelay
			break
		}
		ceiling *= 2
	}
	return time.Duration(q.options.Jitter() * float64(ceiling))
}

func (q *queue) giveUp(ctx context.Context, p *parcel, reason Reason, err error) {
	q.options.Logger.Error().Str("destination", q.name).Str("entry", p.entry.ID).Str("reason", string(reason)).
		Int("attempts", p.attempts).Err(err).Msg("delivery given up")
	q.mu.Lock()
	q.stats.Failed[reason]++
	q.mu.Unlock()
	q.finish(ctx, p, Outcome{Error: fmt.Sprintf("%s: %v", reason, err)})
}

// finish records the outcome and takes the entry out. Until it is recorded nothing else is sent, so that a crash doubles
// no more than this one; without a record in the end, the entry is left to the next process.
func (q *queue) finish(ctx context.Context, p *parcel, outcome Outcome) {
	outcome.EntryID, outcome.Destination, outcome.Key = p.entry.ID, p.entry.Destination, p.entry.Key
	outcome.Created, outcome.Attempts, outcome.At = p.entry.Created, p.attempts, q.options.Now()
	if !q.record(ctx, outcome) {
		q.putBack(p, func() { p.left = true })
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(other *parcel) bool { return other == p })
	end := finished{id: p.entry.ID, key: p.entry.Key, receipt: outcome.Receipt}
	q.remember(end)
	if outcome.Error == "" {
		q.stats.Delivered++
		q.receipts[end.key] = end
	}
}

// record calls Options.Record until it succeeds or ctx ends.
func (q *queue) record(ctx context.Context, outcome Outcome) bool {
	for n := 1; ; n++ {
		err := q.options.Record(outcome)
		if err == nil {
			return true
		}
		if n == 1 {
			q.options.Logger.Error().Str("destination", q.name).Str("entry", outcome.EntryID).Err(err).
				Msg("outcome not recorded, sending stops until it is")
		}
		pause := time.NewTimer(q.backoff(n))
		select {
		case <-ctx.Done():
			pause.Stop()
			return false
		case <-pause.C:
		}
	}
}

// putBack makes an entry wait again, on the terms that plan sets.
func (q *queue) putBack(p *parcel, plan func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	p.sending = false
	plan()
}

// remember keeps a finished entry and forgets the oldest.
func (q *queue) remember(end finished) {
	q.known[end.id] = true
	q.done = append(q.done, end)
	if len(q.done) <= keptDone {
		return
	}
	oldest := q.done[0]
	q.done = q.done[1:]
	delete(q.known, oldest.id)
	if q.receipts[oldest.key].id == oldest.id {
		delete(q.receipts, oldest.key)
	}
}

func (q *queue) count(took time.Duration, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats.Attempts++
	q.stats.Latency += took.Seconds()
	if err != nil {
		q.stats.LastError = err.Error()
	}
}

func (q *queue) snapshot() Stats {
	q.mu.Lock()
	defer q.mu.Unlock()
	s := q.stats
	s.Failed = maps.Clone(s.Failed)
	s.Pending = len(q.waiting)
	return s
}
