package agent

import (
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// witness remembers, of each log, where the clocks stood when the log was last known to be read to its end. Watermarks
// alone cannot tell a log that is silent from one whose records have not been fetched yet: a producer may have filled all
// partitions at once, and the first batch of one must not end the windows of the others.
type witness struct {
	past []sighting
	last map[source.Partition]sighting
}

// sighting is where the clocks stood at a moment of wall time, by watermarks alone.
type sighting struct {
	at                  time.Time
	predictions, labels profile.Instant
}

const (
	// settling is how old a broker's answer may be that says a log has no more: its wait for records, and the way.
	settling = time.Second
	// The past is remembered in steps, and no longer than an answer can be on its way.
	pastStep, pastLength = 100 * time.Millisecond, 20 * time.Second
)

// note remembers where the clocks stand after a batch.
func (w *witness) note(s sighting) {
	n := len(w.past)
	if n > 0 && s.at.Before(w.past[n-1].at) {
		s.at = w.past[n-1].at
	}
	if n > 1 && s.at.Sub(w.past[n-2].at) < pastStep {
		w.past[n-1] = s
		return
	}
	w.past = append(w.past, s)
	if oldest := w.past[0].at; s.at.Sub(oldest) > pastLength {
		w.past = slices.Delete(w.past, 0, 1)
	}
}

// caughtUp notes that a log was read to its end as of a fetch: it holds nothing that belongs before where the clocks
// stood shortly before.
func (w *witness) caughtUp(p source.Partition, fetched time.Time) {
	for _, s := range slices.Backward(w.past) {
		if !s.at.After(fetched.Add(-settling)) {
			w.last[p] = s
			return
		}
	}
}

// of returns the last sighting of a log, at Dawn if there was none.
func (w *witness) of(p source.Partition) sighting {
	if s, ok := w.last[p]; ok {
		return s
	}
	return sighting{predictions: profile.Dawn, labels: profile.Dawn}
}

// clocks returns P and L. A partition without any event is left out of them only as far as it is known to be empty.
func (p *Pipeline) clocks() (predictions, labels profile.Instant) {
	empty := func(q source.Partition) profile.Instant { return p.witness.of(q).predictions }
	unlabeled := func(q source.Partition) profile.Instant { return p.witness.of(q).labels }
	predictions = min(p.marks.Predictions(), p.marks.Lowest(event.Predictions, true, empty))
	labels = min(p.marks.Labels(), p.marks.Lowest(event.Labels, true, unlabeled))
	return predictions, labels
}

// patience is the clock by which labels are given up that do not come: P, as far as the logs of labels are known to hold
// no more.
func (p *Pipeline) patience() profile.Instant {
	return p.marks.Lowest(event.Labels, false, func(q source.Partition) profile.Instant { return p.witness.of(q).predictions })
}
