package rules

import (
	"bytes"
	"math"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// fullEngine has everything a state can hold: firing, pending, waiting and insufficient subjects, something told.
func fullEngine(tb testing.TB) *Engine {
	tb.Helper()
	e := compiledEngine(tb, propertyRules()...)
	for end := profile.Instant(1); end <= 3; end++ {
		e.Evaluate(psiReport(end, 0.9, detectors.OK, "a", "b"))
		e.Evaluate(detectors.Report{
			Key:   profile.Key{Model: "m", Start: end - 1, End: end},
			Phase: detectors.Performance, Horizon: 1, Judged: true, AsOf: end, Complete: true,
			Measurements: []detectors.Measurement{{
				Name: "accuracy", Value: 0.1, N: 500, Baseline: new(0.7), Upper: new(math.Inf(1)), Status: detectors.OK,
			}},
		})
	}
	e.Supersede(Succession{Model: "m", Old: "", New: "2", At: 3})
	next := psiReport(4, 0.9, detectors.OK, "a", "b", "c")
	next.Key.Version = "2"
	e.Evaluate(next)
	next = psiReport(5, 0.9, detectors.Insufficient, "c")
	next.Key.Version = "2"
	next.Judged = false
	e.Evaluate(next)
	return e
}

func TestRestoreDropsWhatTheRulesNoLongerKnow(t *testing.T) {
	saved := encoded(t, fullEngine(t))
	changed := compiledEngine(t, propertyRules()[1])
	dropped, err := changed.Restore(saved)
	if err != nil {
		t.Fatal(err)
	}
	if len(dropped) != 2 || dropped[0].Kind != Stale || dropped[0].Rule != "drift" || dropped[0].Version != "2" ||
		dropped[0].Column != "a" || dropped[1].Column != "b" {
		t.Errorf("dropped %+v, want a stale end of what waited in columns a and b", dropped)
	}
	states := changed.States()
	if len(states) != 1 || states[0].Rule != "damage" || states[0].State != Insufficient {
		t.Errorf("states %+v", states)
	}

	other := propertyRules()[1]
	other.Measure = "recall" // the same name, but another question
	if dropped, err = compiledEngine(t, propertyRules()[0], other).Restore(saved); err != nil || len(dropped) != 1 {
		t.Errorf("dropped %+v, %v", dropped, err)
	}
}

func TestRestoreRefusesGarbageAndKeepsItsState(t *testing.T) {
	e := fullEngine(t)
	before := encoded(t, e)
	for _, garbage := range []string{
		"", "{", "[]", `{"clock":"never"}`, `{"scopes":[{"tracks":[{"track":{"seen":1}}]}]}`,
		// A transition that waits is told one day, and remembered by its own rule: it must be the one it waits under.
		`{"scopes":[{"model":"m","tracks":[{"rule":"drift","measure":"psi","waiting":{"kind":"fire","rule":"another","measure":"psi"}}]}]}`,
	} {
		if _, err := e.Restore([]byte(garbage)); err == nil {
			t.Errorf("%q was restored", garbage)
		}
	}
	if !bytes.Equal(encoded(t, e), before) {
		t.Error("an error changed the state")
	}
}

func FuzzRestore(f *testing.F) {
	f.Add(encoded(f, fullEngine(f)))
	f.Add(encoded(f, compiledEngine(f, Defaults()...)))
	f.Add([]byte(`{"scopes":[{"model":"m","tracks":[{"rule":"drift","measure":"psi"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := compiledEngine(t, propertyRules()...)
		if _, err := e.Restore(data); err != nil {
			return
		}
		saved := encoded(t, e)
		again := compiledEngine(t, propertyRules()...)
		if _, err := again.Restore(saved); err != nil || !bytes.Equal(encoded(t, again), saved) {
			t.Errorf("not the same after a second round trip: %v", err)
		}
		e.States()
		e.Evaluate(psiReport(10, 0.9, detectors.OK))
		e.Supersede(Succession{Model: "m", Old: "", New: "2", At: 11})
		e.Advance(1 << 50)
		e.Review(detectors.Report{Phase: detectors.Final, Judged: true, Complete: true})
	})
}
