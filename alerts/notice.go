package alerts

import (
	"cmp"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// A notice is bounded, however many rules fire at once: it is stored with every checkpoint until it is delivered.
const (
	maxListed = 20
	maxCharts = 5
)

// notice tells the incident's state.
func (in *incident) notice(environment string, kind NoticeKind, at profile.Instant, changes []rules.Transition) Notice {
	n := Notice{
		Incident:    in.ID,
		Environment: environment,
		Model:       in.Model,
		Kind:        kind,
		Severity:    in.Severity,
		OpenedAt:    in.OpenedAt,
		At:          at,
		Timeline:    in.Timeline.lines(),
		Lines:       in.Timeline.Count,
		Note:        in.Note,
	}
	if in.Ended {
		n.EndedAt = in.At
	}
	for _, t := range changes[:min(len(changes), maxListed)] {
		n.Changes = append(n.Changes, storable(t))
	}
	burning := in.standing(firing)
	n.More = max(0, len(burning)-maxListed)
	for i, r := range burning[:len(burning)-n.More] {
		n.Firing = append(n.Firing, r.Evidence.Transition)
		n.Evidence = append(n.Evidence, r.Evidence.Measurement)
		if i < maxCharts {
			n.Charts = append(n.Charts, r.chart())
		}
	}
	n.Waiting = atWorst(in.standing(waiting))
	n.Ended = atWorst(in.standing(over))
	return n
}

// chart is the recent history behind a rule.
func (r *tracked) chart() Chart {
	t := r.Evidence.Transition
	title := t.Measure
	if name := cmp.Or(t.Column, t.Class); name != "" {
		title += " of " + name
	}
	return Chart{Title: title, Threshold: t.Threshold, Points: r.Evidence.History}
}

// atWorst returns the transitions by which rules fired, with the worst value seen since.
func atWorst(list []*tracked) []rules.Transition {
	var transitions []rules.Transition
	for _, r := range list[:min(len(list), maxListed)] {
		t := r.Evidence.Transition
		t.Value = r.Worst
		transitions = append(transitions, t)
	}
	return transitions
}
