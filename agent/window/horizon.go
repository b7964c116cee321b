package window

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// horizon is what a series knows about how long its labels take. It looks at them in the order in which windows are
// judged, so a window's horizon does not depend on what was read first.
type horizon struct {
	delays  performance.Delays // of the labels known by the moment learned
	learned profile.Instant
	recent  map[int64]*performance.Delays // by step of label time: known later
	matured int64                         // the windows below have been looked at
}

func newHorizon() horizon {
	return horizon{learned: profile.Dawn, recent: map[int64]*performance.Delays{}, matured: math.MinInt64}
}

// learn counts the delay of a label that became known in a step, which ends at known.
func (h *horizon) learn(step int64, known profile.Instant, delay time.Duration) {
	if known <= h.learned {
		h.delays.Observe(delay)
		return
	}
	d := h.recent[step]
	if d == nil {
		d = &performance.Delays{}
		h.recent[step] = d
	}
	d.Observe(delay)
}

// mature works out when the usual label of each settled window has come, window by window, as far as the clocks allow:
// no late prediction may be able to add a label that was known by then.
func (s *series) mature(c clocks, lateness, maxDelay time.Duration) {
	limit := min(c.predictions.Add(-lateness), c.labels)
	for w := s.from(s.horizon.matured); w != nil && w.index < s.settled; w = s.from(s.horizon.matured) {
		if !s.matureWindow(w, limit, s.end(w.index).Add(maxDelay)) {
			return
		}
		s.horizon.matured = w.index + 1
	}
}

// matureWindow takes the p90 of the delays known by a window's end, or by the first step at which any is known, if that
// is later. It is false as long as the limit has not got that far. A window whose labels are given up before stays
// without a moment.
func (s *series) matureWindow(w *window, limit, deadline profile.Instant) bool {
	end, h := s.end(w.index), &s.horizon
	by := max(end, h.learned)
	if h.delays.N() == 0 {
		first := profile.Dusk
		for step := range h.recent {
			first = min(first, s.known(step))
		}
		by = max(by, first)
	}
	if by > min(limit, deadline) {
		return limit >= deadline
	}
	for step, delays := range h.recent {
		if s.known(step) <= by {
			h.delays.Merge(delays)
			delete(h.recent, step)
		}
	}
	h.learned = by
	if wait, known := h.delays.Quantile(delayQuantile); known {
		w.matures = max(by, end.Add(s.ceil(wait)))
	}
	return true
}

// earliest is the first moment at which a window may be judged; Dusk if it is not known yet.
func (s *series) earliest(w *window, wait *time.Duration) profile.Instant {
	if wait != nil {
		return s.end(w.index).Add(s.ceil(*wait))
	}
	return w.matures
}

// ceil rounds a wait up to whole steps, so that judgements fall on step boundaries.
func (s *series) ceil(d time.Duration) time.Duration {
	if rest := d % s.spec.Slide; rest > 0 && d <= 1<<63-1-s.spec.Slide {
		return d - rest + s.spec.Slide
	}
	return d
}

// labeled counts the window's predictions that have a label.
func (s *series) labeled(w *window) uint64 {
	var n uint64
	s.covered(w, func(p *pane) {
		for _, a := range p.labels {
			n += a.delays.N()
		}
	})
	return n
}

// enough returns the end of the first step of label time by which so many of the window's predictions had a label. There
// are as many.
func (s *series) enough(w *window, need uint64) profile.Instant {
	counts := map[int64]uint64{}
	s.covered(w, func(p *pane) {
		for step, a := range p.labels {
			counts[step] += a.delays.N()
		}
	})
	known := profile.Dawn
	var sum uint64
	for _, step := range slices.Sorted(maps.Keys(counts)) {
		if sum >= need {
			break
		}
		sum += counts[step]
		known = s.known(step)
	}
	return known
}

// lastKnown is the end of the last step, not after a limit, in which a label of the window became known; Dawn if none.
func (s *series) lastKnown(w *window, limit profile.Instant) profile.Instant {
	last := profile.Dawn
	s.covered(w, func(p *pane) {
		for step := range p.labels {
			if known := s.known(step); known <= limit {
				last = max(last, known)
			}
		}
	})
	return last
}
