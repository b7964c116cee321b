package rules

import (
	"strings"
	"time"
)

// Rule is one condition on a measurement, as users write it.
type Rule struct {
	// Name identifies the rule in notices, metrics and restored state; unique within a model.
	Name string `yaml:"name"`
	// Measure is the name of the measurement that is judged.
	Measure string `yaml:"measure"`
	// Column limits the rule to columns: names or patterns with *, separated by commas; a leading ! leaves a column
	// out. Each column has a state of its own. Default: every column that has the measure.
	Column string `yaml:"column"`
	// Class limits the rule to one class, or to those that match a pattern with *. Default: the measurement without a
	// class, where there is none the macro average.
	Class string `yaml:"class"`
	// Segment limits the rule to the values of one segment name; by default it judges the whole model.
	Segment string `yaml:"segment"`
	// Window names the window; by default every window of the model.
	Window string `yaml:"window"`
	// Above is the limit from which on the rule fails; a rule has this or below. A number, "baseline", "baseline - 0.1",
	// "2 * baseline", "baseline - 3*tolerance", "threshold" (the measurement's own) or "max(0.2, threshold)".
	Above Limit `yaml:"above"`
	// Below is the limit under which the rule fails.
	Below Limit `yaml:"below"`
	// Clear is the limit that a firing rule must come back over (or under). Default: the firing limit.
	Clear Limit `yaml:"clear"`
	// Page is a further limit on the same side: beyond it, for as many windows, a firing rule becomes worse and its
	// severity rises to page.
	Page Limit `yaml:"page"`
	// For is how many judged windows that do not overlap must fail in a row.
	For *int `yaml:"for" default:"2"`
	// ClearFor is how many judged windows that do not overlap must be clear in a row.
	ClearFor *int `yaml:"clear_for" default:"2"`
	// Wait is how long after a window's end its labels are waited for. Default: the p90 of the delays seen so far.
	Wait *time.Duration `yaml:"wait"`
	// MinSamples is the least n of the measurement.
	MinSamples *int `yaml:"min_samples" default:"200"`
	// MinCoverage is the least share of labelled predictions. Default: 0.8 of the share that is usual at that age.
	MinCoverage *float64 `yaml:"min_coverage"`
	// MaxBaseline switches the rule off for columns whose baseline value is already as large as this.
	MaxBaseline *float64 `yaml:"max_baseline"`
	// Z asks for significance: the distance from the baseline (from the limit, where that is a plain number), in
	// standard errors, both samples' errors counted.
	Z *float64 `yaml:"z"`
	// Severity is what the rule is worth: info is a line in a digest, warning a message, page wakes somebody.
	Severity Severity `yaml:"severity" default:"warning"`
	// Retrain lets the rule ask for retraining.
	Retrain bool `yaml:"retrain"`
}

// The defaults of a rule's optional keys.
const (
	defaultStreak     = 2
	defaultMinSamples = 200
)

// compiled is a rule with its defaults filled in and its words looked up.
type compiled struct {
	Rule
	index      int
	measure    measure
	horizon    int // of Report.Horizon; 0 for rules of the Drift phase
	below      bool
	limit      Limit // Above or Below
	clear      Limit
	forStreak  int
	clearFor   int
	minSamples uint64
}

func compile(rule Rule, index int) *compiled {
	c := &compiled{
		Rule:       rule,
		index:      index,
		below:      rule.Below.Set,
		limit:      rule.Above,
		forStreak:  valueOr(rule.For, defaultStreak),
		clearFor:   valueOr(rule.ClearFor, defaultStreak),
		minSamples: uint64(max(0, valueOr(rule.MinSamples, defaultMinSamples))),
	}
	c.measure, _ = measureOf(rule.Measure)
	if c.below {
		c.limit = rule.Below
	}
	c.clear = c.limit
	if rule.Clear.Set {
		c.clear = rule.Clear
	}
	if c.Severity == "" {
		c.Severity = Warning
	}
	return c
}

func valueOr[T any](pointer *T, otherwise T) T {
	if pointer == nil {
		return otherwise
	}
	return *pointer
}

// beyond tells whether value is on the bad side of a limit. The limit itself is still good.
func (c *compiled) beyond(value, limit float64) bool {
	if c.below {
		return value < limit
	}
	return value > limit
}

// matchesColumn tells whether a list of patterns takes a column. An empty list takes all; a list of exclusions alone
// takes all others.
func matchesColumn(list, column string) bool {
	if strings.TrimSpace(list) == "" {
		return true
	}
	taken, onlyExclusions := false, true
	for pattern := range strings.SplitSeq(list, ",") {
		pattern = strings.TrimSpace(pattern)
		if excluded, isExclusion := strings.CutPrefix(pattern, "!"); isExclusion {
			if matches(strings.TrimSpace(excluded), column) {
				return false
			}
			continue
		}
		onlyExclusions = false
		taken = taken || matches(pattern, column)
	}
	return taken || onlyExclusions
}

// matches compares a name with a pattern in which each * stands for any text, also none.
func matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	middle := name[len(first) : len(name)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(middle, part)
		if !found {
			return false
		}
		middle = after
	}
	return true
}
