package rules

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Engine is a list of rules with the state of every subject they judge. The same reports in the same order give the
// same transitions, whatever the wall clock says. It is owned by one goroutine.
type Engine struct {
	rules    []*compiled
	horizons []Horizon

	scopes map[scope]*scopeState
	// successors names, for a superseded version, the version that took over.
	successors map[ended]string
	// told holds transitions whose windows are not final yet; see Review.
	told []Transition
	// clock is the latest moment of event time that Advance was told.
	clock profile.Instant
}

// scope is where a rule has states: one window of one segment of one version.
type scope struct {
	Model   string          `json:"model"`
	Version string          `json:"version,omitempty"`
	Segment profile.Segment `json:"segment,omitzero"`
	Window  string          `json:"window,omitempty"`
}

// scopeState is everything known about one scope.
type scopeState struct {
	rules map[string]*ruleState
	// heard is the latest moment at which the scope had a window at all, judged or not, and length that window's.
	heard  profile.Instant
	length time.Duration
}

// ruleState is everything one rule knows in one scope.
type ruleState struct {
	tracks map[place]*track
	// waiting holds the supersede transitions whose successor, this scope's version, has not been judged ok yet.
	waiting map[place]Transition
}

// place is what a scope's measurements are about.
type place struct{ column, class string }

// Compile makes an engine without state. If there are problems, the engine is nil.
func Compile(list []Rule) (*Engine, []Problem) {
	if problems := Validate(list); len(problems) > 0 {
		return nil, problems
	}
	e := &Engine{
		scopes:     make(map[scope]*scopeState),
		successors: make(map[ended]string),
		clock:      profile.Dawn,
	}
	for i, rule := range list {
		e.rules = append(e.rules, compile(rule, i))
	}
	e.numberHorizons()
	return e, nil
}

// Evaluate takes the report of one window and returns what changed, in the order of the rules. Drift reports move the
// rules about distributions and traffic, Performance reports those about labels; of all others the engine only learns
// that the model is still there. The windows of one scope must come in the order of time; a window that was seen before
// changes nothing, so that revisions cannot fire a rule.
func (e *Engine) Evaluate(report detectors.Report) []Transition {
	at := scopeOf(report.Key)
	if e.gone(at, detectors.Drift) && e.gone(at, detectors.Performance) || !writable(report.Key) {
		return nil
	}
	s := e.scope(at)
	s.heard = max(s.heard, report.Key.End, e.clock)
	s.length = report.Key.End.Sub(report.Key.Start)
	var transitions []Transition
	for _, rule := range e.rules {
		if rule.judges(&report) && !e.gone(at, rule.measure.phase) {
			transitions = append(transitions, e.evaluate(rule, s, &report)...)
		}
	}
	e.remember(transitions)
	return transitions
}

// judges tells whether a report is one that the rule waits for.
func (c *compiled) judges(report *detectors.Report) bool {
	return report.Phase == c.measure.phase && report.Horizon == c.horizon &&
		c.Segment == report.Key.Segment.Name && (c.Window == "" || c.Window == report.Key.Window)
}

// evaluate moves every subject of one rule by one window: those that the window measures, then those that it lacks.
func (e *Engine) evaluate(rule *compiled, s *scopeState, report *detectors.Report) (transitions []Transition) {
	state := s.rule(rule.Name)
	seen := make(map[place]bool)
	for i := range report.Measurements {
		m := &report.Measurements[i]
		at := place{m.Column, m.Class}
		if !rule.selects(report, m) || seen[at] {
			continue
		}
		seen[at] = true
		if state.tracks[at] == nil {
			state.tracks[at] = newTrack()
		}
		transitions = append(transitions, state.move(rule, at, report, m)...)
	}
	for _, at := range state.places() {
		if !seen[at] {
			transitions = append(transitions, state.move(rule, at, report, nil)...)
		}
	}
	return transitions
}

// selects tells whether the rule is about a measurement.
func (c *compiled) selects(report *detectors.Report, m *detectors.Measurement) bool {
	if m.Name != c.Measure || !matchesColumn(c.Column, m.Column) {
		return false
	}
	switch {
	case c.Class != "":
		return matches(c.Class, m.Class)
	case m.Class == "":
		return true
	}
	return m.Class == macro && report.Find(m.Name, m.Column, "") == nil
}

// macro is the class of an average over all classes.
const macro = "macro"

// move takes one subject one window further, and the version it succeeds with it.
func (r *ruleState) move(rule *compiled, at place, report *detectors.Report, m *detectors.Measurement) []Transition {
	var transitions []Transition
	v := rule.judge(report, m)
	t := r.tracks[at]
	if t != nil {
		if report.Key.End <= t.Seen {
			return nil
		}
		if t.quiet(report, v) {
			if t.Firing {
				transitions = append(transitions, t.transition(rule, report.Key, at, Stale, report.AsOf))
			}
			t.forget()
		}
		if kind := t.step(rule, report, m, v); kind != "" {
			transitions = append(transitions, t.transition(rule, report.Key, at, kind, report.AsOf))
		}
	}
	if waiting, ok := r.waiting[at]; ok {
		if end, over := waiting.succeeded(report, m, v, t); over {
			delete(r.waiting, at)
			transitions = append(transitions, end...)
		}
	}
	return transitions
}

func (e *Engine) scope(at scope) *scopeState {
	if e.scopes[at] == nil {
		e.scopes[at] = &scopeState{rules: make(map[string]*ruleState), heard: profile.Dawn}
	}
	return e.scopes[at]
}

func (s *scopeState) rule(name string) *ruleState {
	if s.rules[name] == nil {
		s.rules[name] = newRuleState()
	}
	return s.rules[name]
}

func newRuleState() *ruleState {
	return &ruleState{tracks: make(map[place]*track), waiting: make(map[place]Transition)}
}

// places returns every place that has a state or waits for one, sorted.
func (r *ruleState) places() []place {
	all := slices.Collect(maps.Keys(r.tracks))
	for at := range r.waiting {
		if r.tracks[at] == nil {
			all = append(all, at)
		}
	}
	slices.SortFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.column, b.column), cmp.Compare(a.class, b.class))
	})
	return all
}

func (e *Engine) sortedScopes() []scope {
	return slices.SortedFunc(maps.Keys(e.scopes), func(a, b scope) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Segment.Name, b.Segment.Name), cmp.Compare(a.Segment.Value, b.Segment.Value),
			cmp.Compare(a.Window, b.Window))
	})
}

func scopeOf(key profile.Key) scope {
	return scope{Model: key.Model, Version: key.Version, Segment: key.Segment, Window: key.Window}
}

func (s scope) subject(rule string, at place) Subject {
	return Subject{
		Rule: rule, Model: s.Model, Version: s.Version, Segment: s.Segment, Window: s.Window,
		Column: at.column, Class: at.class,
	}
}

// writable tells whether a window's times can be written as RFC 3339, which ends with the year 9999. No event that was
// admitted lies beyond; a window that does is not judged, rather than making the state impossible to save.
func writable(key profile.Key) bool {
	return key.Start < key.End && key.Start.Time().Year() >= 0 && key.End.Time().Year() <= 9999
}
