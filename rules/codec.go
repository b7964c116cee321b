package rules

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// savedEngine is an Engine's state as the checkpoint keeps it: sorted, so that equal states are equal bytes.
type savedEngine struct {
	Clock      profile.Instant  `json:"clock"`
	Scopes     []savedScope     `json:"scopes,omitempty"`
	Successors []savedSuccessor `json:"successors,omitempty"`
	Told       []Transition     `json:"told,omitempty"`
}

type savedScope struct {
	scope
	Heard  profile.Instant `json:"heard"`
	Length time.Duration   `json:"length_ns"`
	Tracks []savedTrack    `json:"tracks,omitempty"`
}

type savedTrack struct {
	Rule    string      `json:"rule"`
	Measure string      `json:"measure"`
	Column  string      `json:"column,omitempty"`
	Class   string      `json:"class,omitempty"`
	Track   *track      `json:"track,omitempty"`
	Waiting *Transition `json:"waiting,omitempty"`
}

type savedSuccessor struct {
	Model   string          `json:"model"`
	Version string          `json:"version"`
	Window  string          `json:"window,omitempty"`
	Phase   detectors.Phase `json:"phase"`
	By      string          `json:"by"`
}

// Encode returns the state of every subject, without the rules. Equal states give equal bytes.
func (e *Engine) Encode() ([]byte, error) {
	saved := savedEngine{Clock: e.clock, Told: e.told}
	for _, where := range e.sortedScopes() {
		s := e.scopes[where]
		out := savedScope{scope: where, Heard: s.heard, Length: s.length}
		for _, rule := range e.rules {
			state := s.rules[rule.Name]
			if state == nil {
				continue
			}
			for _, p := range state.places() {
				t := savedTrack{
					Rule: rule.Name, Measure: rule.Measure, Column: p.column, Class: p.class, Track: state.tracks[p],
				}
				if waiting, ok := state.waiting[p]; ok {
					t.Waiting = &waiting
				}
				out.Tracks = append(out.Tracks, t)
			}
		}
		saved.Scopes = append(saved.Scopes, out)
	}
	for old, by := range e.successors {
		saved.Successors = append(saved.Successors, savedSuccessor{old.model, old.version, old.window, old.phase, by})
	}
	slices.SortFunc(saved.Successors, func(a, b savedSuccessor) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Window, b.Window), cmp.Compare(a.Phase, b.Phase))
	})
	data, err := json.Marshal(saved)
	if err != nil {
		return nil, fmt.Errorf("encode rule state: %w", err)
	}
	return data, nil
}

// Restore replaces the engine's state by an encoded one. State of rules that no longer exist, or that now judge another
// measure, is dropped; what was firing under them ends with the Stale transitions it returns. After an error the engine
// is unchanged.
func (e *Engine) Restore(data []byte) ([]Transition, error) {
	var saved savedEngine
	if err := json.Unmarshal(data, &saved); err != nil {
		return nil, fmt.Errorf("decode rule state: %w", err)
	}
	for _, in := range saved.Scopes {
		for _, t := range in.Tracks {
			if w := t.Waiting; w != nil && (w.Rule != t.Rule || w.Measure != t.Measure) {
				return nil, fmt.Errorf("decode rule state: a transition of rule %q on %s waits under rule %q on %s", w.Rule, w.Measure, t.Rule, t.Measure)
			}
		}
	}
	restored := Engine{
		rules: e.rules, horizons: e.horizons, clock: saved.Clock,
		scopes: make(map[scope]*scopeState), successors: make(map[ended]string),
	}
	var dropped []Transition
	for _, in := range saved.Scopes {
		s := restored.scope(in.scope)
		s.heard, s.length = in.Heard, in.Length
		for _, t := range in.Tracks {
			dropped = append(dropped, restored.restore(in, t)...)
		}
	}
	for _, s := range saved.Successors {
		restored.successors[ended{s.Model, s.Version, s.Window, s.Phase}] = s.By
	}
	for _, told := range saved.Told {
		if restored.knows(told.Rule, told.Measure) {
			restored.told = append(restored.told, told)
		}
	}
	*e = restored
	return dropped, nil
}

// restore puts one subject back, or returns how it ends.
func (e *Engine) restore(in savedScope, saved savedTrack) []Transition {
	known := e.knows(saved.Rule, saved.Measure)
	state := newRuleState()
	if known {
		state = e.scope(in.scope).rule(saved.Rule)
	}
	p := place{saved.Column, saved.Class}
	if saved.Track != nil {
		state.tracks[p] = saved.Track
	}
	if saved.Waiting != nil {
		state.waiting[p] = *saved.Waiting
	}
	if known {
		return nil
	}
	gone := &compiled{Rule: Rule{Name: saved.Rule, Measure: saved.Measure}}
	return state.expire(gone, in.scope, max(in.Heard, e.clock))
}

func (e *Engine) knows(rule, measure string) bool {
	c := e.ruleNamed(rule)
	return c != nil && c.Measure == measure
}
