package window

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// series is the windows of one spec of one version, whole or one segment.
type series struct {
	id       seriesKey
	number   int         // of the spec
	key      profile.Key // model, version, segment and window; no time
	spec     Spec
	panes    map[int64]*pane
	windows  []*window // open ones, by index
	next     int64     // the next window to open although no event did, see progress
	retired  int64     // windows below are final: nothing can be added any more
	begun    bool
	past     performance.Delays // delays of labels whose panes are gone
	coverage [][]float64        // by horizon: label coverage of the last windows at their judgement
	held     int                // drift measurements kept for final reports
	gap      int                // empty windows in a row that only the clock opened

	// successor is the version that has taken over, until the rules about performance have been told.
	successor  string
	silentFrom profile.Instant
}

// window is one window from its first event to its final report.
type window struct {
	index    int64
	revision int
	closed   bool
	drifted  bool // its distributions were judged
	judged   []bool
	// drift keeps the judged distributions for the final report, while there is room.
	drift []detectors.Measurement
}

const (
	maxGap      = 1000    // empty windows reported in a row before a gap is left
	maxHeld     = 100_000 // drift measurements a series keeps for final reports: about 20 MB
	usualMemory = 64      // windows behind the usual coverage
)

func newSeries(id seriesKey, key profile.Key, spec Spec, horizons int) *series {
	return &series{id: id, number: int(id.spec), key: key, spec: spec, panes: map[int64]*pane{}, coverage: make([][]float64, horizons)}
}

func (s *series) start(index int64) profile.Instant {
	return profile.Instant(index * s.spec.Slide.Milliseconds())
}

func (s *series) end(index int64) profile.Instant { return s.start(index).Add(s.spec.Size) }

// admits tells whether an event may still be added to its pane: the watermark of its partition is not beyond the
// allowed lateness, and the pane's distributions have not been judged.
func (s *series) admits(at, mark profile.Instant, lateness time.Duration) bool {
	index := at.Index(s.spec.Slide)
	if s.begun && index < s.retired || s.known(index).Add(lateness) <= mark {
		return false
	}
	p := s.panes[index]
	return p == nil || p.set != nil
}

// pane returns the pane that holds the event time, opening it and the windows over it.
func (s *series) pane(at profile.Instant, layout *profile.Layout) *pane {
	index := at.Index(s.spec.Slide)
	p, ok := s.panes[index]
	if !ok {
		p = newPane(profile.NewSet(s.key, layout))
		s.panes[index] = p
		for w := index - s.spec.panes() + 1; w <= index; w++ {
			s.open(w)
		}
	}
	return p
}

// open opens the window with that index, unless it is open already.
func (s *series) open(index int64) {
	i, found := s.find(index)
	if !found {
		s.windows = slices.Insert(s.windows, i, &window{index: index, judged: make([]bool, len(s.coverage))})
	}
	if !s.begun {
		s.begun, s.next, s.retired = true, index, math.MinInt64
	}
}

// find returns where the window with that index stands, or would stand.
func (s *series) find(index int64) (int, bool) {
	return slices.BinarySearchFunc(s.windows, index, func(w *window, index int64) int { return cmp.Compare(w.index, index) })
}

// covered calls yield for every pane of the window that exists, in order of time.
func (s *series) covered(w *window, yield func(*pane)) {
	for index := w.index; index < w.index+s.spec.panes(); index++ {
		if p := s.panes[index]; p != nil {
			yield(p)
		}
	}
}

// rows counts the window's predictions.
func (s *series) rows(w *window) uint64 {
	var n uint64
	s.covered(w, func(p *pane) { n += p.rows })
	return n
}

// labeledBy returns how many predictions of the window had a label as of the end of each step of label time, and those
// steps, in order.
func (s *series) labeledBy(w *window) (steps []int64, labeled []uint64) {
	counts := map[int64]uint64{}
	s.covered(w, func(p *pane) {
		for step, a := range p.labels {
			counts[step] += a.delays.N()
		}
	})
	for step := range counts {
		steps = append(steps, step)
	}
	slices.Sort(steps)
	var sum uint64
	for _, step := range steps {
		sum += counts[step]
		labeled = append(labeled, sum)
	}
	return steps, labeled
}

// known is the end of a step of label time: what it holds was known by then.
func (s *series) known(step int64) profile.Instant {
	return s.start(step).Add(s.spec.Slide)
}

// horizon returns the p90 of the label delays known by a moment; false if none were.
func (s *series) horizon(by profile.Instant) (time.Duration, bool) {
	var delays performance.Delays
	delays.Merge(&s.past)
	for _, p := range s.panes {
		for step, a := range p.labels {
			if s.known(step) <= by {
				delays.Merge(&a.delays)
			}
		}
	}
	return delays.Quantile(delayQuantile)
}

// usual returns the label coverage that is enough for a horizon, 0 until enough windows were judged.
func (s *series) usual(horizon int) float64 {
	seen := s.coverage[horizon]
	if len(seen) < usualWindows {
		return 0
	}
	sorted := slices.Sorted(slices.Values(seen))
	return usualShare * sorted[len(sorted)/2]
}

func (s *series) remember(horizon int, coverage float64) {
	seen := append(s.coverage[horizon], coverage)
	s.coverage[horizon] = seen[max(0, len(seen)-usualMemory):]
}

// hold keeps a window's drift measurements for its final report; beyond the bound the oldest go first.
func (s *series) hold(w *window, measurements []detectors.Measurement) {
	w.drift = measurements
	s.held += len(measurements)
	for _, old := range s.windows {
		if s.held <= maxHeld {
			return
		}
		s.held -= len(old.drift)
		old.drift = nil
	}
}

// retire forgets a window that is final, and the panes no other window needs.
func (s *series) retire(w *window) {
	s.held -= len(w.drift)
	s.retired = max(s.retired, w.index+1)
	s.windows = slices.DeleteFunc(s.windows, func(o *window) bool { return o == w })
	first := int64(math.MaxInt64)
	if len(s.windows) > 0 {
		first = s.windows[0].index
	}
	for index, p := range s.panes {
		if index < first {
			for _, a := range p.labels {
				s.past.Merge(&a.delays)
			}
			delete(s.panes, index)
		}
	}
}

// settle drops the profiles of panes whose windows have all had their distributions judged.
func (s *series) settle() {
	first := int64(math.MaxInt64)
	for _, w := range s.windows {
		if !w.drifted {
			first = w.index
			break
		}
	}
	for index, p := range s.panes {
		if index < first {
			p.set = nil
		}
	}
}
