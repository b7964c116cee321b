package rules

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Supersede ends every rule of a model's old version, because a newer one has taken over at that moment of event time.
// It returns a Supersede transition for each that was firing. Those wait in the successor's scope: the successor's first
// ok judgement of the same rule, segment, window, column and class makes the Resolve transition. Until the old version
// is itself made a successor again (a roll-back), reports about it are ignored.
func (e *Engine) Supersede(model, oldVersion, newVersion string, at profile.Instant) []Transition {
	if oldVersion == newVersion {
		return nil
	}
	e.successors[modelVersion{model, oldVersion}] = newVersion
	delete(e.successors, modelVersion{model, newVersion})
	var transitions []Transition
	for _, from := range e.sortedScopes() {
		if from.Model != model || from.Version != oldVersion {
			continue
		}
		to := from
		to.Version = newVersion
		transitions = append(transitions, e.handOver(from, to, at)...)
		delete(e.scopes, from)
	}
	return transitions
}

// handOver moves what is firing, or already waits, from one scope to its successor's.
func (e *Engine) handOver(from, to scope, at profile.Instant) (transitions []Transition) {
	old := e.scopes[from]
	for _, rule := range e.rules {
		state, ok := old.rules[rule.Name]
		if !ok {
			continue
		}
		for _, p := range state.places() {
			waiting, waits := state.waiting[p]
			if t := state.tracks[p]; t != nil && t.Firing {
				waiting, waits = t.transition(rule, from.key(), p, Supersede, at), true
				transitions = append(transitions, waiting)
			}
			if !waits {
				continue
			}
			successor := e.scope(to)
			successor.heard, successor.length = max(successor.heard, at), old.length
			waiting.Measurement, waiting.History = detectors.Measurement{}, nil // the successor brings its own
			successor.rule(rule.Name).waiting[p] = waiting
		}
	}
	return transitions
}

func (s scope) key() profile.Key {
	return profile.Key{Model: s.Model, Version: s.Version, Segment: s.Segment, Window: s.Window}
}

// succeeded tells whether a superseded firing is over now that the successor has had one more window, and with which
// transition:
//
//   - the successor fires itself: its own Fire takes the place, so there is none;
//   - it is judged ok: Resolve, with the successor's value;
//   - the window was judged, but has no such measurement (the successor has no such column): Resolve, with the last
//     value of the old version, so that an incident cannot hang for ever;
//   - nothing could be judged for three window lengths since: Stale.
//
// A successor that fails but does not fire yet leaves it waiting.
func (w Transition) succeeded(
	report *detectors.Report, m *detectors.Measurement, v verdict, t *track,
) (end []Transition, over bool) {
	superseded := w.At
	w.Version = report.Key.Version
	w.From, w.To, w.At = Firing, OK, report.AsOf
	w.WindowStart, w.WindowEnd = report.Key.Start, report.Key.End
	switch {
	case t != nil && t.Firing:
		return nil, true
	case v.unjudged == "" && v.failing:
		return nil, false
	case v.unjudged == "":
		w.Kind, w.Value, w.Threshold = Resolve, m.Value, v.limit
		w.Measurement, w.History = t.Measurement, slices.Clone(t.History)
		return []Transition{w}, true
	case m == nil && report.Judged && report.Complete:
		w.Kind = Resolve
		return []Transition{w}, true
	case report.Key.End >= staleAfter(superseded, report.Key.End.Sub(report.Key.Start)):
		w.Kind = Stale
		return []Transition{w}, true
	}
	return nil, false
}
