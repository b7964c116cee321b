package rules

import "time"

// Rule is one condition on a measurement, as users write it.
type Rule struct {
	Name    string `yaml:"name"`
	Measure string `yaml:"measure"`
	// Column limits the rule to one column, or to those that match a pattern with *; each has a state of its own.
	Column string `yaml:"column"`
	Class  string `yaml:"class"`
	// Segment limits the rule to the values of one segment name; by default it judges the whole model.
	Segment string `yaml:"segment"`
	// Window names the window; by default every window of the model.
	Window string `yaml:"window"`
	// Above and Below are the limits, of which a rule has one: a number, "baseline", "baseline - 0.1", "baseline * 2"
	// or "threshold" (the measurement's own).
	Above Limit `yaml:"above"`
	Below Limit `yaml:"below"`
	// Clear is the limit that a firing rule must come back over (or under); default: the firing limit.
	Clear Limit `yaml:"clear"`
	// For and ClearFor count judged windows that do not overlap; default 2.
	For      *int `yaml:"for"`
	ClearFor *int `yaml:"clear_for"`
	// Wait is how long after a window's end its labels are waited for; default: the p90 of the delays seen so far.
	Wait *time.Duration `yaml:"wait"`
	// MinSamples is the least n of the measurement; default 200. MinCoverage is the least share of labelled
	// predictions; default: 0.8 of the share that is usual at that age.
	MinSamples  *int     `yaml:"min_samples"`
	MinCoverage *float64 `yaml:"min_coverage"`
	// Z asks for significance: the distance from the limit in standard errors, both samples' errors counted.
	Z        *float64 `yaml:"z"`
	Severity Severity `yaml:"severity"` // default warning
	// Retrain lets the rule ask for retraining.
	Retrain bool `yaml:"retrain"`
}
