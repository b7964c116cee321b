package alerts

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Options are what a Deliverer is given by code.
type Options struct {
	// Notifiers by destination. An entry for any other destination is given up at once.
	Notifiers map[string]Notifier
	// Previous returns the receipt of the last delivered entry of a key as far as the outbox knows; it is called by the
	// goroutine that calls Submit. Nil: there are none.
	Previous func(destination, key string) json.RawMessage
	// Record makes an outcome durable. It is called after each delivery and before the next of that destination, by
	// several goroutines if there are several destinations, and again and again until it returns nil. Nil: nothing is
	// recorded.
	Record func(Outcome) error
	// Now is the wall clock; required.
	Now func() time.Time
	// Jitter returns a number in [0, 1); default rand.Float64.
	Jitter func() float64
	// FirstDelay and LongestDelay bound the pause before another attempt: full jitter under a ceiling that begins at
	// FirstDelay and doubles up to LongestDelay, which also bounds what a destination may ask for. Default 5 s and 1 h.
	FirstDelay, LongestDelay time.Duration
	// GiveUp is how long an entry is tried, counted from the first attempt of this process; default 24 h.
	GiveUp time.Duration
	Logger zerolog.Logger
}

// Deliverer sends durable entries, one goroutine a destination, so that a slow one delays neither the others nor the
// caller. Within a key, order is kept: an entry waits until the one before it is delivered or given up. Keys do not wait
// for each other, unless the destination itself asks to be left alone.
//
// Delivery is at least once. What a crash can double is the one entry a destination that was sent and not yet recorded,
// and a timeout that the other side did not mean.
type Deliverer struct {
	options Options
	start   func(*queue)
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	queues  map[string]*queue
	closing bool
}

// NewDeliverer returns a deliverer that has nothing to do. Its goroutines start as destinations get their first entry;
// Close ends them.
func NewDeliverer(options Options) *Deliverer {
	if options.Jitter == nil {
		options.Jitter = rand.Float64
	}
	if options.Record == nil {
		options.Record = func(Outcome) error { return nil }
	}
	if options.Previous == nil {
		options.Previous = func(string, string) json.RawMessage { return nil }
	}
	options.FirstDelay = cmp.Or(options.FirstDelay, 5*time.Second)
	options.LongestDelay = cmp.Or(options.LongestDelay, time.Hour)
	options.GiveUp = cmp.Or(options.GiveUp, 24*time.Hour)
	ctx, stop := context.WithCancel(context.Background())
	d := &Deliverer{options: options, stop: stop, queues: map[string]*queue{}}
	d.start = func(q *queue) { d.running.Go(func() { q.run(ctx) }) }
	return d
}

// Submit queues entries, which must be durable, in the order of their making. It does not wait. An entry that was
// submitted before is ignored, so the whole outbox can be submitted after each checkpoint. After Close it does nothing.
func (d *Deliverer) Submit(entries ...Entry) {
	for _, entry := range entries {
		if q := d.queue(entry.Destination); q != nil {
			q.submit(entry, d.options.Previous(entry.Destination, entry.Key))
		}
	}
}

// Close takes nothing more, tries each entry that waits once more, and returns when that is done or ctx ends, whichever
// is first. What is undelivered then stays in the outbox; the error says how much that is.
func (d *Deliverer) Close(ctx context.Context) error {
	d.mu.Lock()
	d.closing = true
	for _, q := range d.queues {
		q.close()
	}
	d.mu.Unlock()

	inTime := context.AfterFunc(ctx, d.stop)
	d.running.Wait()
	inTime()
	d.stop()
	left := 0
	for _, s := range d.Stats() {
		left += s.Pending
	}
	if left > 0 {
		return fmt.Errorf("close delivery: %d entries are not delivered", left)
	}
	return nil
}

// queue returns the destination's queue and starts its goroutine at the first call, nil after Close.
func (d *Deliverer) queue(destination string) *queue {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing {
		return nil
	}
	q := d.queues[destination]
	if q == nil {
		q = newQueue(destination, d.options)
		d.queues[destination] = q
		d.start(q)
	}
	return q
}

// Stats are the counters of one destination since the start of the process.
type Stats struct {
	Destination string `json:"destination"`
	Attempts    uint64 `json:"attempts"`
	Delivered   uint64 `json:"delivered"`
	Retries     uint64 `json:"retries"` // failed attempts after which another was planned
	// Failed counts entries that were given up, by reason.
	Failed map[Reason]uint64 `json:"failed,omitempty"`
	// Replaced counts entries dropped unsent for a newer one.
	Replaced uint64 `json:"replaced"`
	Pending  int    `json:"pending"`
	// Latency is the time spent in attempts, in seconds.
	Latency   float64 `json:"latency_seconds"`
	LastError string  `json:"last_error,omitempty"`
}

// Reason says why an entry was given up.
type Reason string

// The reasons.
const (
	Refused      Reason = "refused"      // the destination's answer was final
	Expired      Reason = "expired"      // the entry's NotAfter has passed
	Exhausted    Reason = "exhausted"    // tried for as long as GiveUp allows
	Unconfigured Reason = "unconfigured" // no notifier of that name
)

// Stats returns the counters of every destination seen so far, by name.
func (d *Deliverer) Stats() []Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	var stats []Stats
	for _, q := range d.queues {
		stats = append(stats, q.snapshot())
	}
	slices.SortFunc(stats, func(a, b Stats) int { return cmp.Compare(a.Destination, b.Destination) })
	return stats
}
