package rules

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// Status is a read-only picture of one subject, for metrics and pages.
type Status struct {
	Subject
	Measure  string   `json:"measure"`
	State    State    `json:"state"`
	Severity Severity `json:"severity"` // the rule's; once it has become worse, page
	// Reason says why the newest window could not be judged; a firing rule keeps its state meanwhile.
	Reason string `json:"reason,omitempty"`
	// Streak counts failing windows in a row, of For; while firing, clear windows in a row, of ClearFor.
	Streak int `json:"streak"`
	Of     int `json:"of"`
	// Since is the start of the failing streak: set while pending or firing.
	Since *profile.Instant `json:"since,omitempty"`
	// Evaluation is the newest judged window; nil if there is none yet.
	Evaluation *Evaluation `json:"evaluation,omitempty"`
	// Succeeds is the superseded version whose incident waits for this version's first ok judgement.
	Succeeds string `json:"succeeds,omitempty"`
}

// Evaluation is what the newest judged window measured, and the limit that decided.
type Evaluation struct {
	WindowStart profile.Instant `json:"window_start"`
	WindowEnd   profile.Instant `json:"window_end"`
	AsOf        profile.Instant `json:"as_of"`
	Value       float64         `json:"value"`
	Threshold   float64         `json:"threshold"`
	History     []Point         `json:"history"`
}

// States returns the state of every subject, sorted by model, version, segment, window, rule (as configured), column and
// class. The result shares nothing with the engine.
func (e *Engine) States() []Status {
	var all []Status
	for _, where := range e.sortedScopes() {
		for _, rule := range e.rules {
			state := e.scopes[where].rules[rule.Name]
			if state == nil {
				continue
			}
			for _, p := range state.places() {
				status := state.tracks[p].status(rule)
				status.Subject = where.subject(rule.Name, p)
				status.Succeeds = state.waiting[p].Version
				all = append(all, status)
			}
		}
	}
	return all
}

// status draws the picture; a nil track is a superseded firing whose successor has not been measured yet.
func (t *track) status(rule *compiled) Status {
	s := Status{Measure: rule.Measure, State: OK, Severity: rule.Severity, Of: rule.forStreak}
	if t == nil {
		s.State, s.Reason = Insufficient, "not measured yet"
		return s
	}
	s.State, s.Reason, s.Streak = t.state(), t.Unjudged, t.Fail.Count
	switch {
	case t.Firing:
		s.Severity, s.Streak, s.Of = t.Severity, t.Clear.Count, rule.clearFor
		s.Since = new(t.Since)
	case t.Fail.Count > 0:
		s.Since = new(t.Fail.Start)
	}
	if t.Judged {
		s.Evaluation = &Evaluation{
			WindowStart: t.Start, WindowEnd: t.End, AsOf: t.AsOf, Value: t.Value, Threshold: t.Threshold,
			History: append([]Point{}, t.History...),
		}
	}
	return s
}
