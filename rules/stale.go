package rules

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Advance tells the engine how far the predictions' watermark has come. A scope that had no window of any kind for three
// of its window lengths is forgotten; what was firing there, or waited for a successor there, ends with a Stale
// transition. At the end of an input (Dusk) nothing more is going to be judged, and nothing becomes stale.
//
// While windows do come but cannot be judged, Evaluate makes the same decision, window by window: a rule that waits for
// labels is not stale merely because they take their time.
func (e *Engine) Advance(at profile.Instant) []Transition {
	if at == profile.Dusk || at <= e.clock {
		return nil
	}
	e.clock = at
	var transitions []Transition
	for _, where := range e.sortedScopes() {
		s := e.scopes[where]
		if s.length <= 0 || at < staleAfter(s.heard, s.length) || e.gone(where, detectors.Drift) {
			continue // of a superseded version, what waits for labels ends with its second succession
		}
		for _, rule := range e.rules {
			if state := s.rules[rule.Name]; state != nil {
				transitions = append(transitions, state.expire(rule, where, at)...)
			}
		}
		delete(e.scopes, where)
	}
	return transitions
}

// expire ends everything that fires or waits.
func (r *ruleState) expire(rule *compiled, where scope, at profile.Instant) (transitions []Transition) {
	for _, p := range r.places() {
		t := r.tracks[p]
		waiting, waits := r.waiting[p]
		switch {
		case t != nil && t.Firing:
			transitions = append(transitions, t.transition(rule, where.key(), p, Stale, at))
		case waits:
			waiting.Version, waiting.Kind, waiting.At = where.Version, Stale, at
			transitions = append(transitions, waiting)
		}
	}
	return transitions
}
