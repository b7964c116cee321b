package window

import (
	"cmp"
	"math"
	"slices"
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

// stage orders what is due at one moment: a version's end is decided before any judgement of that window.
type stage uint8

const (
	closing stage = iota
	turning
	settling
	judging
	finishing
)

// action is a thing to be done in a series.
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

// compare puts actions into the order of event time.
func (a *action) compare(b *action) int {
	return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.stage, b.stage))
}

// clocks are P, L, and the one by which labels are given up that do not come: P, as long as L stands still for lack of
// labels and not for lack of reading them.
type clocks struct{ predictions, labels, patience profile.Instant }

// both is how far both clocks have come.
func (c clocks) both() profile.Instant { return min(c.predictions, c.labels) }

// alarm is how far the clocks must come before there can be anything to do in a series again: P, or both.
type alarm struct{ predictions, both profile.Instant }

var (
	awake  = alarm{profile.Dawn, profile.Dawn}
	asleep = alarm{profile.Dusk, profile.Dusk}
)

// agenda finds the first thing that is due in a series, and when to look again if there is none.
type agenda struct {
	clocks clocks
	first  *action
	next   alarm
}

// onPredictions puts an action on the agenda that is due once P has come to its moment.
func (g *agenda) onPredictions(a action) {
	g.offer(a, g.clocks.predictions >= a.due, alarm{a.due, profile.Dusk})
}

// onBoth puts an action on the agenda that is to be done once both clocks have come to a moment; or, should L stand still,
// once P has come to another. At the end of the predictions that does not count: the labels are still being read.
func (g *agenda) onBoth(a action, moment, stalled profile.Instant) {
	p := g.clocks.patience
	g.offer(a, g.clocks.both() >= moment || p >= stalled && p != profile.Dusk, alarm{stalled, moment})
}

func (g *agenda) offer(a action, due bool, at alarm) {
	switch {
	case !due:
		g.wake(at)
	case g.first == nil || a.compare(g.first) < 0:
		g.first = &a
	}
}

func (g *agenda) wake(at alarm) {
	g.next.predictions, g.next.both = min(g.next.predictions, at.predictions), min(g.next.both, at.both)
}

// Advance brings the windows up to the clocks P and L and returns what has become due, in the order of event time:
// the same steps in the same order, however far the clocks moved at once.
func (w *Windows) Advance(predictions, labels profile.Instant) []Step {
	var steps []Step
	c := clocks{predictions, labels, min(predictions, max(labels, w.Patience))}
	due := w.due(c)
	for len(due) > 0 {
		first := 0 // ties stay in the order of models, versions and series
		for i := range due {
			if due[i].compare(due[first]) < 0 {
				first = i
			}
		}
		a := due[first]
		steps = append(steps, w.perform(a)...)
		if next := w.nextIn(a.model, a.version, a.series, c); next != nil {
			due[first] = next
		} else {
			due = slices.Delete(due, first, first+1)
		}
	}
	return steps
}

// due returns the first action of every series that has any.
func (w *Windows) due(c clocks) []*action {
	var due []*action
	for _, m := range w.models {
		for _, v := range m.sorted {
			for _, s := range v.ordered {
				if c.predictions < s.asleep.predictions && c.both() < s.asleep.both {
					continue
				}
				if a := w.nextIn(m, v, s, c); a != nil {
					due = append(due, a)
				}
			}
		}
	}
	return due
}

// nextIn returns the first action that is due in a series; nil if there is none, and then the series sleeps until there
// can be one.
func (w *Windows) nextIn(m *model, v *version, s *series, c clocks) *action {
	g := agenda{clocks: c, next: asleep}
	if s.id.segment == whole && s.begun && !s.life.superseded {
		w.fill(s, &g)
	}
	w.plan(s, m.options, &g)
	if g.first == nil {
		s.asleep = g.next
		return nil
	}
	g.first.model, g.first.version, g.first.series = m, v, s
	return g.first
}

// plan puts on the agenda what is next in each stage of a series.
func (w *Windows) plan(s *series, o Model, g *agenda) {
	lateness := w.options.Clock.AllowedLateness
	if win := s.unclosed(); win != nil {
		g.onPredictions(action{due: s.end(win.index), stage: closing, window: win})
	}
	if len(s.life.turns) > 0 {
		turned := s.life.turns[0].at
		g.onBoth(action{due: turned, stage: turning}, turned, s.stalled(turned, g.clocks.labels, o))
	}
	if win := s.from(s.settled); win != nil && win.closed {
		g.onPredictions(action{due: s.end(win.index).Add(lateness), stage: settling, window: win})
	}
	s.mature(g.clocks, lateness, o.MaxDelay)
	for h := range o.Horizons {
		if win := s.from(s.judged[h]); win != nil && win.index < s.settled {
			s.judge(win, h, o, lateness, g)
		}
	}
	if win := s.from(math.MinInt64); win != nil && win.index < s.done() {
		due := s.end(win.index).Add(o.MaxDelay).Add(lateness)
		g.onBoth(action{due: due, stage: finishing, window: win}, due, due.Add(o.MaxDelay))
	}
}

// judge plans the judgement of a window's performance for a horizon: at the first step boundary, not before the window's
// end and the wait, by which enough labels were known. If there is none until labels are given up, the judgement is that
// there are not enough; so it is at once if there are not even that many predictions.
func (s *series) judge(w *window, h int, o Model, lateness time.Duration, g *agenda) {
	end, horizon := s.end(w.index), o.Horizons[h]
	deadline, stalled := end.Add(o.MaxDelay), s.stalled(end, g.clocks.labels, o)
	earliest, rows := s.earliest(w, horizon.Wait), s.rows(w)
	need := s.needed(h, horizon, rows)
	g.wake(s.nextStep(g.clocks, lateness)) // it may be the one
	settled := end.Add(lateness)
	a := action{stage: judging, window: w, horizon: h}
	if earliest <= deadline && s.labeled(w) >= need {
		if asOf := max(earliest, s.enough(w, need)); asOf <= deadline {
			a.due, a.asOf, a.judged = max(asOf, settled), asOf, rows > 0 && !s.blind(w)
			g.onBoth(a, asOf, profile.Dusk)
		}
	}
	moment := deadline
	a.asOf, a.judged = end, false
	if earliest != profile.Dusk {
		a.asOf = min(earliest, deadline)
	}
	switch {
	case horizon.Wait == nil && w.index >= s.horizon.matured: // the wait is not known yet
		moment = profile.Dusk
	case rows < need:
		moment = min(earliest, deadline)
	default:
		a.asOf = max(a.asOf, s.lastKnown(w, deadline))
	}
	a.due = max(moment, settled)
	g.onBoth(a, moment, stalled)
}

// nextStep is where the clocks pass the next step boundary, and where everything before the next one is known.
func (s *series) nextStep(c clocks, lateness time.Duration) alarm {
	return alarm{s.after(c.predictions.Add(-lateness)).Add(lateness), s.after(c.both())}
}

// after returns the first step boundary after a clock, which may not have begun, or be over.
func (s *series) after(clock profile.Instant) profile.Instant {
	switch clock {
	case profile.Dawn:
		return profile.Dawn + 1
	case profile.Dusk:
		return profile.Dusk
	}
	return s.known(clock.Index(s.spec.Slide))
}

// stalled is how far P must come for L to count as standing still: to the label delay beyond the first step boundary, not
// before the given one, that L has not passed.
func (s *series) stalled(boundary, labels profile.Instant, o Model) profile.Instant {
	if labels >= boundary {
		boundary = s.after(labels)
	}
	return boundary.Add(o.MaxDelay)
}

// needed is how many labelled predictions a window of so many needs to be judged: at least one, unless the horizon
// explicitly asks for none.
func (s *series) needed(h int, horizon Horizon, rows uint64) uint64 {
	least, share := uint64(max(horizon.MinSamples, 1)), s.usual(h) // #nosec G115 -- not negative
	if horizon.MinCoverage != nil {
		share = *horizon.MinCoverage
		if horizon.MinSamples <= 0 && share <= 0 {
			return 0
		}
	}
	return max(least, uint64(math.Ceil(share*float64(rows)-1e-9)))
}

// blind tells whether the labels of some of the window's predictions could not be waited for.
func (s *series) blind(w *window) bool {
	blind := false
	s.covered(w, func(p *pane) { blind = blind || p.unjoined > 0 })
	return blind
}

// perform carries out an action and returns what is to be told.
func (w *Windows) perform(a *action) []Step {
	switch a.stage {
	case closing:
		return w.close(a)
	case turning:
		s := a.series
		t := s.life.turns[0]
		s.life.turns = slices.Delete(s.life.turns, 0, 1)
		return []Step{s.step(t, detectors.Performance)}
	case settling:
		r := w.report(a, detectors.Drift, a.series.end(a.window.index))
		r.Judged = r.Samples > 0 && a.version.layout != nil
		a.series.settle(a.window, r.Measurements)
		a.window.compared = nil
		return []Step{{Report: r}}
	case judging:
		return []Step{{Report: w.judge(a)}}
	default:
		return []Step{{Report: w.finish(a)}}
	}
}

// close reports that a window's time is over, after what that says of its version.
func (w *Windows) close(a *action) []Step {
	s, win := a.series, a.window
	win.closed = true
	s.next = max(s.next, win.index+1)
	var steps []Step
	if s.id.segment == whole {
		steps = s.listen(a.model, a.version, win)
	}
	return append(steps, Step{Report: w.report(a, detectors.Closed, s.end(win.index))})
}

// judge reports a window's performance for a horizon.
func (w *Windows) judge(a *action) *detectors.Report {
	s := a.series
	r := w.report(a, detectors.Performance, a.asOf)
	r.Horizon, r.Judged = a.horizon+1, a.judged
	if a.judged {
		s.remember(a.horizon, float64(r.Labeled)/float64(r.Samples))
	} else {
		insufficient(r.Measurements)
	}
	s.judged[a.horizon] = a.window.index + 1
	s.foldDone(a.window)
	return r
}

// finish reports a window for the last time.
func (w *Windows) finish(a *action) *detectors.Report {
	s := a.series
	asOf := max(s.end(a.window.index), s.lastKnown(a.window, profile.Dusk))
	r := w.report(a, detectors.Final, asOf)
	s.retire(a.window)
	return r
}

// fill opens the next window of a whole model although it had no event, once the clock has passed its end: silence is
// reported too. After a thousand silent windows in a row the rest of the gap is left, up to the next window that has an
// event. At the end of the input silence is reported as far as the events of any partition have come.
func (w *Windows) fill(s *series, g *agenda) {
	for win := s.from(s.next); win != nil && win.index == s.next; win = s.from(s.next) {
		if !win.closed {
			return
		}
		s.next++
	}
	if s.gap >= maxGap {
		if win := s.from(s.next); win != nil {
			s.next = win.index
		}
		return
	}
	reach := g.clocks.predictions
	if reach == profile.Dusk {
		reach = max(w.marks.furthest(), s.end(s.last))
	}
	if reach >= s.end(s.next) {
		s.open(s.next)
		return
	}
	g.wake(alarm{s.end(s.next), profile.Dusk})
}
