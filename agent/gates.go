package agent

import (
	"fmt"
	"slices"

	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

const (
	// From this share of missing or mistyped values, where the baseline had hardly any, training on the data would teach
	// the fault.
	faultShare, usualShare = 0.5, 0.05
	// From this share of refused records, of at least so many, the data are not what the model sees.
	refusedShare, fewRecords = 0.2, 1000
)

// brokenRules are the default rules that say the input is broken.
var brokenRules = []string{rules.BrokenInput, rules.BrokenInputType, rules.BrokenOutput, rules.BrokenOutputType}

// inputFaults is what the newest judged window of each model showed to be broken.
type inputFaults map[string]retrain.Gates

// look takes in a judged window.
func (f inputFaults) look(r *detectors.Report) {
	if r.Phase != detectors.Drift || !r.Judged || r.Key.Segment != (profile.Segment{}) {
		return
	}
	var g retrain.Gates
	for _, m := range r.Measurements {
		if m.Status != detectors.OK || m.Value < faultShare || m.Baseline != nil && *m.Baseline >= usualShare {
			continue
		}
		switch m.Name {
		case "missing_rate":
			g.MissingSurge = fmt.Sprintf("%s is missing in %.0f %% of the newest window", m.Column, 100*m.Value)
		case "mismatch_rate":
			g.SchemaChange = fmt.Sprintf("%s has another type in %.0f %% of the newest window", m.Column, 100*m.Value)
		}
	}
	f[r.Key.Model] = g
}

// gates say why a model must not be retrained now. Drift, and values out of range, are no reason.
func (a *Agent) gates(model string) retrain.Gates {
	g := a.faults[model]
	if a.config.Retrain == nil {
		g.Disabled = "no retrain section is configured"
	}
	for _, s := range a.states() {
		if s.Model == model && s.State == rules.Firing && slices.Contains(brokenRules, s.Rule) {
			g.BrokenInput = fmt.Sprintf("the rule %s is firing for %s", s.Rule, s.Column)
		}
	}
	if a.held {
		g.Held = "the agent is behind: what it sees may be over"
	}
	if refused, all := a.pipeline.refused.total(), a.pipeline.refused.records; all >= fewRecords && float64(refused) > refusedShare*float64(all) {
		g.RefusedShare = fmt.Sprintf("%d of %d records could not be read", refused, all)
	}
	return g
}
