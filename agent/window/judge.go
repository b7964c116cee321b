package window

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Step is one thing that events or clocks have brought about: a report, a version's end, or its return.
type Step struct {
	Report     *detectors.Report
	Superseded *Supersession
	Revived    *Revival
}

// Revival says that a version which had been superseded answers again.
type Revival struct {
	Model, Version string
	At             profile.Instant
}

// Supersession says that a version was silent for a whole window while a newer one answered. It comes twice: on the
// predictions' clock for the rules about distributions, and when the labels' clock has got there too for the rules
// about performance. So each kind of rule sees it at the same place in its own order, however far apart the clocks are.
type Supersession struct {
	Model, Old, New string
	Window          string
	Phase           detectors.Phase // Drift or Performance
	At              profile.Instant // the window's end
}

// stage orders what is due at one moment: a version's end is decided before any judgement of that window.
type stage uint8

const (
	closing stage = iota
	superseding
	drifting
	performing
	finishing
)

// action is the next thing due in a series.
type action struct {
	due     profile.Instant
	stage   stage
	model   *model
	version *version
	series  *series
	window  *window
	horizon int
	asOf    profile.Instant
	judged  bool
}

func (a *action) before(b *action) bool {
	return a.due < b.due || a.due == b.due && a.stage < b.stage
}

// Advance brings the windows up to the clocks P and L and returns what has become due, in the order of event time:
// the same steps in the same order, however far the clocks moved at once.
func (w *Windows) Advance(predictions, labels profile.Instant) []Step {
	steps := w.revived
	w.revived = nil
	c := clocks{predictions: predictions, labels: labels, patience: predictions}
	if w.LabelsLag {
		c.patience = min(predictions, labels)
	}
	for {
		next := w.next(c)
		if next == nil {
			return steps
		}
		steps = append(steps, w.perform(next)...)
	}
}

// clocks are P, L, and the one by which labels are given up that do not come: P, as long as L stands still for lack of
// labels and not for lack of reading them.
type clocks struct{ predictions, labels, patience profile.Instant }

// both is the clock that has come less far.
func (c clocks) both() profile.Instant { return min(c.predictions, c.labels) }

// next returns the earliest action that is due in any series, nil if there is none.
func (w *Windows) next(c clocks) *action {
	var first *action
	for _, m := range w.models {
		for _, v := range m.versions {
			for _, s := range v.ordered() {
				a := &action{model: m, version: v, series: s}
				if s.dueNext(a, w.options.Clock.AllowedLateness, m.options, c) && (first == nil || a.before(first)) {
					first = a
				}
			}
		}
	}
	return first
}

// dueNext fills in the series' earliest due action; false if nothing is due.
func (s *series) dueNext(a *action, lateness time.Duration, o Model, c clocks) bool {
	predictions := c.predictions
	if !a.version.superseded[s.number] {
		s.fill(predictions, a.model.newest())
	}
	found := false
	offer := func(b action) {
		if !found || b.before(a) {
			b.model, b.version, b.series = a.model, a.version, a.series
			*a, found = b, true
		}
	}
	if w := s.first(func(w *window) bool { return w.closed }); w != nil && predictions >= s.end(w.index) {
		offer(action{due: s.end(w.index), stage: closing, window: w})
	}
	if s.successor != "" && c.both() >= s.silentFrom {
		offer(action{due: s.silentFrom, stage: superseding})
	}
	if w := s.first(func(w *window) bool { return w.drifted }); w != nil && w.closed {
		if due := s.end(w.index).Add(lateness); predictions >= due {
			offer(action{due: due, stage: drifting, window: w})
		}
	}
	for h := range o.Horizons {
		w := s.first(func(w *window) bool { return w.judged[h] })
		if w == nil || !w.drifted {
			continue
		}
		if asOf, judged, ready := s.judge(w, h, o, lateness, c); ready {
			offer(action{due: max(asOf, s.end(w.index).Add(lateness)), stage: performing, window: w, horizon: h, asOf: asOf, judged: judged})
		}
	}
	if w := s.first(func(*window) bool { return false }); w != nil && w.drifted && w.wholly() {
		due := s.end(w.index).Add(o.MaxDelay).Add(lateness)
		if c.both() >= due || c.patience >= due.Add(o.MaxDelay) {
			offer(action{due: due, stage: finishing, window: w})
		}
	}
	return found
}

// first returns the first open window that is not done yet.
func (s *series) first(done func(*window) bool) *window {
	for _, w := range s.windows {
		if !done(w) {
			return w
		}
	}
	return nil
}

// wholly tells whether every horizon's judgement was given.
func (w *window) wholly() bool {
	for _, judged := range w.judged {
		if !judged {
			return false
		}
	}
	return true
}

// judge finds the first step boundary, not before the window's end and the wait, at which enough labels were known, and
// tells whether the clocks have passed it. If there is none until labels are given up, the judgement is that there are
// not enough.
func (s *series) judge(w *window, h int, o Model, lateness time.Duration, c clocks) (asOf profile.Instant, judged, ready bool) {
	end := s.end(w.index)
	if c.both() < end {
		return 0, false, c.patience >= end.Add(o.MaxDelay).Add(o.MaxDelay) && c.patience != profile.Dusk
	}
	horizon := o.Horizons[h]
	wait, known := s.wait(horizon, end)
	earliest := end.Add(s.ceil(wait))
	steps, labeled := s.labeledBy(w)
	need := s.needed(w, h, horizon)
	for i, step := range steps {
		if labeled[i] < need || !known {
			continue
		}
		asOf = max(earliest, s.known(step))
		if asOf > end.Add(o.MaxDelay) {
			break
		}
		return asOf, !s.blind(w), c.predictions >= max(asOf, end.Add(lateness)) && c.labels >= asOf
	}
	asOf = earliest
	if n := len(steps); n > 0 {
		asOf = max(asOf, s.known(steps[n-1]))
	}
	deadline := end.Add(o.MaxDelay)
	gone := c.both() >= deadline || c.patience >= earliest.Add(o.MaxDelay) ||
		s.rows(w) < need && c.both() >= earliest // there are not that many predictions to be labelled
	return min(asOf, deadline), false, gone
}

// wait returns how long after the window's end its labels are waited for; false while no delay is known yet.
func (s *series) wait(h Horizon, end profile.Instant) (time.Duration, bool) {
	if h.Wait != nil {
		return *h.Wait, true
	}
	return s.horizon(end)
}

// needed is how many labelled predictions a window needs to be judged.
func (s *series) needed(w *window, h int, horizon Horizon) uint64 {
	share := s.usual(h)
	if horizon.MinCoverage != nil {
		share = *horizon.MinCoverage
	}
	return max(1, uint64(horizon.MinSamples), uint64(math.Ceil(share*float64(s.rows(w))-1e-9)))
}

// blind tells whether the labels of some of the window's predictions could not be waited for.
func (s *series) blind(w *window) bool {
	blind := false
	s.covered(w, func(p *pane) { blind = blind || p.unjoined > 0 })
	return blind
}

// ceil rounds a wait up to whole steps, so that judgements fall on step boundaries.
func (s *series) ceil(d time.Duration) time.Duration {
	if rest := d % s.spec.Slide; rest > 0 && d <= math.MaxInt64-s.spec.Slide {
		return d - rest + s.spec.Slide
	}
	return d
}

// perform carries out an action and returns what is to be told.
func (w *Windows) perform(a *action) []Step {
	s := a.series
	switch a.stage {
	case closing:
		return w.close(a)
	case superseding:
		step := s.supersession(s.successor, detectors.Performance, s.silentFrom)
		s.successor = ""
		return []Step{step}
	case drifting:
		a.window.drifted = true
		r := w.report(a, detectors.Drift, s.end(a.window.index))
		r.Judged = r.Samples > 0 && a.version.layout != nil
		s.hold(a.window, distributions(r.Measurements))
		s.settle()
		return []Step{{Report: r}}
	case performing:
		a.window.judged[a.horizon] = true
		r := w.report(a, detectors.Performance, a.asOf)
		r.Horizon, r.Judged = a.horizon+1, a.judged
		if a.judged {
			s.remember(a.horizon, float64(r.Labeled)/float64(max(r.Samples, 1)))
		} else {
			insufficient(r.Measurements)
		}
		return []Step{{Report: r}}
	default:
		r := w.report(a, detectors.Final, s.lastKnown(a.window))
		s.retire(a.window)
		if a.version.superseded[a.series.number] && len(s.windows) == 0 {
			delete(a.version.series, s.id)
		}
		return []Step{{Report: r}}
	}
}

// close reports that a window's time is over, and notices a version that has fallen silent.
func (w *Windows) close(a *action) []Step {
	s, win := a.series, a.window
	win.closed = true
	s.next = max(s.next, win.index+1)
	if s.rows(win) == 0 {
		s.gap++
	} else {
		s.gap = 0
	}
	steps := []Step{{Report: w.report(a, detectors.Closed, s.end(win.index))}}
	if s.id.segment != whole {
		return steps
	}
	if s.rows(win) == 0 && !a.version.superseded[s.number] {
		if newer := a.model.spokeIn(a.version, s.id, win.index); newer != nil {
			a.version.superseded[s.number] = true
			s.successor, s.silentFrom = newer.name, s.end(win.index)
			steps = append(steps, s.supersession(newer.name, detectors.Drift, s.silentFrom))
		}
	}
	return steps
}

// spokeIn returns a newer version than v that answered in the window with that index, nil if there is none.
func (m *model) spokeIn(v *version, id seriesKey, index int64) *version {
	for _, other := range m.versions {
		if other == v || other.speaking <= v.speaking {
			continue
		}
		if s := other.series[id]; s != nil && s.rows(&window{index: index}) > 0 {
			return other
		}
	}
	return nil
}

// fill opens the next window of a whole model although it had no event, once the clock has passed its end: silence is
// reported too. A long gap is not filled window by window: after a thousand empty ones in a row it is left, up to the
// next window with events or the last before the clock. At the end of the input the model's newest event is the last that
// the clock could have come to.
func (s *series) fill(predictions, newest profile.Instant) {
	clock := predictions
	if predictions == profile.Dusk {
		clock = newest
	}
	if s.id.segment != whole || !s.begun || clock < s.end(s.next) {
		return
	}
	if i, ok := s.find(s.next); ok && !s.windows[i].closed {
		return
	}
	if s.gap >= maxGap {
		s.gap = 0
		s.next = max(s.next, min(s.upcoming(s.next), clock.Add(-s.spec.Size).Index(s.spec.Slide)))
	}
	s.open(s.next)
}

// newest is the time of the model's newest event, of whatever version.
func (m *model) newest() profile.Instant {
	newest := profile.Dawn
	for _, v := range m.versions {
		newest = max(newest, v.newest)
	}
	return newest
}

// upcoming returns the index of the next open window after one, or no limit.
func (s *series) upcoming(index int64) int64 {
	for _, w := range s.windows {
		if w.index > index {
			return w.index
		}
	}
	return math.MaxInt64
}

func (s *series) supersession(successor string, phase detectors.Phase, at profile.Instant) Step {
	return Step{Superseded: &Supersession{
		Model: s.key.Model, Old: s.key.Version, New: successor, Window: s.key.Window, Phase: phase, At: at,
	}}
}
