package rules

import (
	"maps"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Succession says that a newer version of a model has taken over from an older one.
type Succession struct {
	Model, Old, New string
	// Window limits it to one kind of window; empty: every kind.
	Window string
	// Phase limits it to the rules that are judged there, Drift or Performance: the labels' clock may be days behind the
	// predictions', and each kind of rule must see the end at its own place. Empty: both.
	Phase detectors.Phase
	At    profile.Instant
}

// ended is a kind of rule that looks at a version no longer.
type ended struct {
	model, version, window string
	phase                  detectors.Phase
}

// Supersede ends the rules of a model's old version. It returns a Supersede transition for each that was firing. Those
// wait in the successor's scope: the successor's first ok judgement of the same rule, segment, window, column and class
// makes the Resolve transition. Until the old version answers again (see Revive), reports about it are ignored.
func (e *Engine) Supersede(s Succession) []Transition {
	if s.Old == s.New {
		return nil
	}
	var transitions []Transition
	for _, phase := range []detectors.Phase{detectors.Performance, detectors.Drift} {
		if s.Phase != "" && s.Phase != phase {
			continue
		}
		e.successors[ended{s.Model, s.Old, s.Window, phase}] = s.New
		delete(e.successors, ended{s.Model, s.New, s.Window, phase})
		for _, from := range e.sortedScopes() {
			if from.Model == s.Model && from.Version == s.Old && (s.Window == "" || s.Window == from.Window) {
				to := from
				to.Version = s.New
				transitions = append(transitions, e.handOver(from, to, phase, s.At)...)
			}
		}
	}
	return transitions
}

// Revive lets the rules look at a superseded version again: it answers again, beside its successor or in its place.
func (e *Engine) Revive(model, version string) {
	maps.DeleteFunc(e.successors, func(old ended, _ string) bool { return old.model == model && old.version == version })
}

// gone tells whether rules judged at that phase look at a scope's version no longer.
func (e *Engine) gone(at scope, phase detectors.Phase) bool {
	_, all := e.successors[ended{at.Model, at.Version, "", phase}]
	_, this := e.successors[ended{at.Model, at.Version, at.Window, phase}]
	return all || this
}

// handOver moves what is firing, or already waits, from one scope to its successor's, and forgets the old scope once no
// rule looks at it.
func (e *Engine) handOver(from, to scope, phase detectors.Phase, at profile.Instant) (transitions []Transition) {
	old := e.scopes[from]
	for _, rule := range e.rules {
		state, ok := old.rules[rule.Name]
		if !ok || rule.measure.phase != phase {
			continue
		}
		delete(old.rules, rule.Name)
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
	if e.gone(from, detectors.Drift) && e.gone(from, detectors.Performance) {
		delete(e.scopes, from)
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
