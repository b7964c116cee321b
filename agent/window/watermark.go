package window

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Clock holds the rules of event time.
type Clock struct {
	OutOfOrderness  time.Duration
	AllowedLateness time.Duration
	FutureSkew      time.Duration
	MaxEventAge     time.Duration // 0: no limit
}

// Watermarks follow event time in every partition.
type Watermarks struct {
	clock Clock
	marks map[source.Partition]*mark
}

// mark is one partition's progress.
type mark struct {
	stream event.Stream
	// settled decides lateness: the newest event time less the out-of-orderness, and whatever idle advance the last
	// checkpoint contained. It never goes back.
	settled profile.Instant
	newest  profile.Instant // the newest event time; Dawn before the first event
	arrived time.Time       // wall clock at which the newest event came
	// idle is how far a caught-up partition has been carried on by the wall clock: it closes windows, but makes nothing
	// late before a checkpoint holds it, or a replay could judge otherwise.
	idle  profile.Instant
	ended bool
	// timed tells that some event brought a timestamp of its own.
	timed bool
}

// NewWatermarks returns watermarks of no partition yet.
func NewWatermarks(clock Clock) *Watermarks {
	return &Watermarks{clock: clock, marks: map[source.Partition]*mark{}}
}

// Track begins to follow a partition, unless it is followed already.
func (w *Watermarks) Track(p source.Partition, stream event.Stream) {
	if _, ok := w.marks[p]; !ok {
		w.marks[p] = &mark{stream: stream, settled: profile.Dawn, newest: profile.Dawn, idle: profile.Dawn}
	}
}

// Keep forgets every partition that is not owned any more.
func (w *Watermarks) Keep(owned []source.Partition) {
	kept := make(map[source.Partition]*mark, len(owned))
	for _, p := range owned {
		if m, ok := w.marks[p]; ok {
			kept[p] = m
		}
	}
	w.marks = kept
}

// Timing says how an event's timestamp was taken.
type Timing uint8

// The timings.
const (
	OnTime  Timing = iota
	Future         // later than its record: the record's time, or its partition's newest event time, was taken instead
	Refused        // from the future with nothing to put in its place, or older than MaxEventAge
)

// Observe takes an event's timestamp into its partition and returns the event time to use and the watermark that
// decides its lateness. A timestamp later than the event's own record plus the skew never moves a watermark. Nor does
// that of an untimed event, which is its record's, among events with times of their own: in a topic refilled from the
// past it would end every window at once.
func (w *Watermarks) Observe(origin event.Origin, stamp profile.Instant, untimed bool, arrived time.Time) (at, before profile.Instant, t Timing) {
	m := w.marks[origin.Partition]
	if m == nil {
		w.Track(origin.Partition, event.Either)
		m = w.marks[origin.Partition]
	}
	record := profile.InstantOf(origin.Record)
	m.timed = m.timed || !untimed
	switch {
	case untimed && m.timed && m.newest != profile.Dawn:
		return min(stamp, m.newest), m.settled, OnTime
	case stamp > record.Add(w.clock.FutureSkew):
		if m.newest == profile.Dawn {
			return 0, m.settled, Refused
		}
		return min(record, m.newest), m.settled, Future
	case w.clock.MaxEventAge > 0 && stamp < record.Add(-w.clock.MaxEventAge):
		return 0, m.settled, Refused
	}
	before = m.settled
	if stamp > m.newest {
		m.newest, m.arrived = stamp, arrived
		m.settled = max(m.settled, stamp.Add(-w.clock.OutOfOrderness))
	}
	return stamp, before, OnTime
}

// CaughtUp carries a partition on whose log has been read to its end: by the wall time that has passed since its newest
// event came, not to the wall clock itself, because a topic refilled from the past must not close its own windows.
func (w *Watermarks) CaughtUp(p source.Partition, now time.Time) {
	m := w.marks[p]
	if m == nil || m.newest == profile.Dawn || m.arrived.IsZero() {
		return
	}
	passed := max(now.Sub(m.arrived), 0)
	m.idle = max(m.idle, m.newest.Add(-w.clock.OutOfOrderness).Add(passed))
}

// End says that a partition has been read to its end and will never have more.
func (w *Watermarks) End(p source.Partition) {
	if m := w.marks[p]; m != nil {
		m.ended = true
	}
}

// Settle lets what the wall clock has carried on count for lateness. It is called when a checkpoint is taken, which
// then contains it.
func (w *Watermarks) Settle() {
	for _, m := range w.marks {
		m.settled = max(m.settled, m.idle)
	}
}

// Predictions returns P, Labels L: the lowest watermark of the partitions that carry the stream. A partition that never
// had an event is left out; without any other the clock stands at Dawn. Ended partitions do not hold it back; when all
// have ended it stands at Dusk.
func (w *Watermarks) Predictions() profile.Instant { return w.lowest(event.Predictions) }

// Labels returns L, see Predictions. Without any label partition it stands at Dusk: no label will ever come.
func (w *Watermarks) Labels() profile.Instant { return w.lowest(event.Labels) }

func (w *Watermarks) lowest(stream event.Stream) profile.Instant {
	lowest, silent := profile.Dusk, false
	for _, m := range w.marks {
		switch {
		case m.stream != stream && m.stream != event.Either, m.ended:
		case m.newest == profile.Dawn:
			silent = true
		default:
			lowest = min(lowest, max(m.settled, m.idle))
		}
	}
	if lowest == profile.Dusk && silent {
		return profile.Dawn
	}
	return lowest
}

// furthest is the highest watermark that any partition's own events have given it; Dawn without any event.
func (w *Watermarks) furthest() profile.Instant {
	furthest := profile.Dawn
	for _, m := range w.marks {
		if m.stream != event.Labels {
			furthest = max(furthest, m.settled)
		}
	}
	return furthest
}

// Lowest returns the lowest of what a function says of the partitions that carry the stream and have not ended, of the
// silent ones alone if that is asked for: those without any event. Dusk if there are none.
func (w *Watermarks) Lowest(stream event.Stream, silent bool, of func(source.Partition) profile.Instant) profile.Instant {
	lowest := profile.Dusk
	for p, m := range w.marks {
		if (m.stream == stream || m.stream == event.Either) && !m.ended && (!silent || m.newest == profile.Dawn) {
			lowest = min(lowest, of(p))
		}
	}
	return lowest
}

// Watermark returns the watermark of a partition, Dawn if it had no event.
func (w *Watermarks) Watermark(p source.Partition) profile.Instant {
	if m := w.marks[p]; m != nil {
		return max(m.settled, m.idle)
	}
	return profile.Dawn
}

// Ahead returns the partitions whose newest event is more than limit ahead of the slowest of the lagging ones: they
// wait, so that one fast partition does not fill memory with windows that cannot close.
func (w *Watermarks) Ahead(limit time.Duration, lagging func(source.Partition) bool) map[source.Partition]bool {
	slowest := profile.Dusk
	for p, m := range w.marks {
		if !m.ended && lagging(p) {
			slowest = min(slowest, m.newest)
		}
	}
	if slowest == profile.Dusk {
		return nil
	}
	ahead := map[source.Partition]bool{}
	for p, m := range w.marks {
		if !m.ended && m.newest != profile.Dawn && (slowest == profile.Dawn || m.newest > slowest.Add(limit)) {
			ahead[p] = true
		}
	}
	return ahead
}
