package rules

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Contradiction notes that a window's final labels would have been judged otherwise than the labels known at the time.
// It is told as a line in an incident's thread; it is never a transition.
type Contradiction struct {
	// Told is the transition that the window's judgement made.
	Told Transition `json:"told"`
	// Value and Threshold are what the final labels say, and the limit they were held against.
	Value     float64         `json:"value"`
	Threshold float64         `json:"threshold"`
	At        profile.Instant `json:"at"`
}

// maxTold bounds the transitions that wait for their window's final labels; the oldest are forgotten first.
const maxTold = 256

// Review compares a Final report with what was told about its window: a Fire that the final labels do not bear out, a
// Worse that is not so bad, a Resolve although the rule's fire condition holds. Reports of other phases, and windows that
// made no transition about labels, give nothing. A window is reviewed once.
func (e *Engine) Review(final detectors.Report) []Contradiction {
	if final.Phase != detectors.Final {
		return nil
	}
	var notes []Contradiction
	e.told = slices.DeleteFunc(e.told, func(told Transition) bool {
		if !told.about(final.Key) {
			return false
		}
		if note, contradicts := e.review(told, &final); contradicts {
			notes = append(notes, note)
		}
		return true
	})
	return notes
}

func (e *Engine) review(told Transition, final *detectors.Report) (note Contradiction, contradicts bool) {
	rule := e.ruleNamed(told.Rule)
	m := final.Find(told.Measure, told.Column, told.Class)
	v := rule.judge(final, m)
	if v.unjudged != "" {
		return Contradiction{}, false
	}
	note = Contradiction{Told: told, Value: m.Value, Threshold: v.limit, At: final.AsOf}
	switch told.Kind {
	case Fire:
		contradicts = !v.failing
	case Worse:
		note.Threshold, contradicts = told.Threshold, !v.paging
	case Resolve:
		contradicts = v.failing
	case Supersede, Stale:
	}
	return note, contradicts
}

// remember keeps what was told about windows whose labels may still change.
func (e *Engine) remember(transitions []Transition) {
	for _, told := range transitions {
		rule := e.ruleNamed(told.Rule)
		if rule.measure.phase != detectors.Performance || told.Kind == Supersede || told.Kind == Stale {
			continue
		}
		told.Measurement, told.History = detectors.Measurement{}, nil
		e.told = append(e.told, told)
	}
	if extra := len(e.told) - maxTold; extra > 0 {
		e.told = slices.Delete(e.told, 0, extra)
	}
}

func (t *Transition) about(key profile.Key) bool {
	return t.Model == key.Model && t.Version == key.Version && t.Segment == key.Segment && t.Window == key.Window &&
		t.WindowStart == key.Start && t.WindowEnd == key.End
}

// ruleNamed returns a rule of this engine, nil if there is none with that name.
func (e *Engine) ruleNamed(name string) *compiled {
	i := slices.IndexFunc(e.rules, func(c *compiled) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return e.rules[i]
}
