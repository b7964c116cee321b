package window

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// series is the windows of one spec of one version, whole or one segment.
type series struct {
	id    seriesKey
	key   profile.Key // model, version, segment and window; no time
	spec  Spec
	panes map[int64]*pane
	// windows that are not final, by index. There is one for every pane: the last over it.
	windows []*window
	begun   bool
	next    int64 // from here on the clock opens windows, see fill
	last    int64 // the newest window that is or was open
	gap     int   // windows in a row in which the version was silent
	lacking int64 // windows up to here may lack input
	// settled and judged are where the judgements have got to: every window below has been judged, or was found
	// insufficient. An event is not admitted to a pane under a settled window.
	settled  int64
	judged   []int64     // by horizon
	coverage [][]float64 // by horizon: label coverage of the last windows at their judgement
	horizon  horizon
	held     int // drift measurements kept for final reports
	life     life
	asleep   alarm
}

// window is one window from its first event to its final report.
type window struct {
	index  int64
	closed bool
	// matures is the first moment at which enough time has passed for the usual label, see horizon; Dusk until that is
	// known.
	matures profile.Instant
	// drift keeps the judged distributions for the final report, while there is room.
	drift    []detectors.Measurement
	compared *compared
}

const (
	maxGap      = 1000    // silent windows reported in a row before a gap is left
	maxHeld     = 100_000 // drift measurements a series keeps for final reports: about 20 MB
	usualMemory = 64      // windows behind the usual coverage
)

func newSeries(id seriesKey, key profile.Key, spec Spec, horizons int) *series {
	s := &series{
		id: id, key: key, spec: spec, panes: map[int64]*pane{}, settled: math.MinInt64, lacking: math.MinInt64,
		judged: make([]int64, horizons), coverage: make([][]float64, horizons), horizon: newHorizon(),
		life: life{began: profile.Dusk, back: math.MinInt64}, asleep: awake,
	}
	for h := range s.judged {
		s.judged[h] = math.MinInt64
	}
	return s
}

func (s *series) start(index int64) profile.Instant {
	return profile.Instant(index * s.spec.Slide.Milliseconds())
}

func (s *series) end(index int64) profile.Instant { return s.start(index).Add(s.spec.Size) }

// known is the end of a step of label time, or of a pane: what it holds was known by then.
func (s *series) known(step int64) profile.Instant { return s.start(step).Add(s.spec.Slide) }

// admits tells whether an event may still be added to its pane: the watermark of its partition is not beyond the
// allowed lateness, and no window over the pane has had its distributions judged.
func (s *series) admits(at, mark profile.Instant, lateness time.Duration) bool {
	index := at.Index(s.spec.Slide)
	return s.known(index).Add(lateness) > mark && index-s.spec.panes()+1 >= s.settled
}

// pane returns the pane that holds the event time, opening it and the windows over it. A set is laid out for the whole
// model only.
func (s *series) pane(at profile.Instant, layout *profile.Layout) *pane {
	index := at.Index(s.spec.Slide)
	p, ok := s.panes[index]
	if !ok {
		p = &pane{labels: map[int64]*arrivals{}}
		if s.id.segment == whole {
			p.set = profile.NewSet(s.key, layout)
		}
		s.panes[index] = p
		for w := index - s.spec.panes() + 1; w <= index; w++ {
			s.open(w)
		}
	}
	return p
}

// open opens the window with that index, unless it is open already.
func (s *series) open(index int64) {
	if i, found := s.find(index); !found {
		s.windows = slices.Insert(s.windows, i, &window{index: index, matures: profile.Dusk})
		s.asleep = awake
	}
	if !s.begun {
		s.begun, s.next, s.last = true, index, index
	}
	s.next, s.last = max(min(s.next, index), s.life.back), max(s.last, index)
}

// find returns where the window with that index stands, or would stand.
func (s *series) find(index int64) (int, bool) {
	if n := len(s.windows); n > 0 && s.windows[n-1].index < index {
		return n, false
	}
	return slices.BinarySearchFunc(s.windows, index, func(w *window, index int64) int { return cmp.Compare(w.index, index) })
}

// from returns the first open window whose index is not below, nil if there is none.
func (s *series) from(index int64) *window {
	if i, _ := s.find(index); i < len(s.windows) {
		return s.windows[i]
	}
	return nil
}

// unclosed returns the first window that is not closed, nil if all are.
func (s *series) unclosed() *window {
	i, _ := s.find(s.settled) // all below are closed
	for _, w := range s.windows[i:] {
		if !w.closed {
			return w
		}
	}
	return nil
}

// done returns the index below which every window has had all its judgements.
func (s *series) done() int64 {
	done := s.settled
	for _, judged := range s.judged {
		done = min(done, judged)
	}
	return done
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

// spokenIn tells whether any prediction of the window with that index was on time.
func (s *series) spokenIn(index int64) bool {
	spoken := false
	s.covered(&window{index: index}, func(p *pane) { spoken = spoken || p.spoken })
	return spoken
}

// add counts a labelled prediction in its pane, under the step of time in which the label became known. A label that
// is older than its prediction counts from the prediction's pane on: what comes first does not show.
func (s *series) add(at profile.Instant, truth join.Truth, outcome performance.Outcome, schema *performance.Schema) {
	index := at.Index(s.spec.Slide)
	p := s.panes[index]
	if p == nil {
		return // final already: the labels' clock stood still for too long
	}
	delay := truth.Delay(at)
	step := max(truth.Time.Index(s.spec.Slide), index)
	if len(s.judged) > 0 {
		s.horizon.learn(step, s.known(step), delay)
	}
	if index < s.done() {
		step = p.lift(step)
	}
	a := p.arriving(step, schema)
	a.tally.Observe(outcome)
	a.delays.Observe(delay)
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

// settle notes that a window has had its distributions judged: no other window needs the profile of its last pane.
func (s *series) settle(w *window, measurements []detectors.Measurement) {
	s.settled = w.index + 1
	if p := s.panes[w.index]; p != nil {
		p.set = nil
	}
	s.hold(w, measurements)
	s.foldDone(w)
}

// foldDone forgets the label steps of a window's last pane, once all its judgements were given.
func (s *series) foldDone(w *window) {
	if p := s.panes[w.index]; p != nil && w.index < s.done() {
		p.fold()
	}
}

// hold keeps a window's drift measurements for its final report; beyond the bound the oldest go first.
func (s *series) hold(w *window, measurements []detectors.Measurement) {
	w.drift = slices.Clip(slices.Clone(measurements))
	s.held += len(measurements)
	for _, old := range s.windows {
		if s.held <= maxHeld {
			return
		}
		s.held -= len(old.drift)
		old.drift = nil
	}
}

// retire forgets the first window, which is final, and the pane that no other window needs.
func (s *series) retire(w *window) {
	s.held -= len(w.drift)
	s.windows[0] = nil
	s.windows = s.windows[1:]
	delete(s.panes, w.index)
}
