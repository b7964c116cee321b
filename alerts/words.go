package alerts

import (
	"fmt"
	"math"
	"strings"

	"github.com/anchorwatch/anchorwatch/rules"
)

// namedSubjects is how many columns, classes or segments a line names before it counts.
const namedSubjects = 3

// alike is what transitions share that one line can tell.
type alike struct {
	kind                           rules.Kind
	severity                       rules.Severity
	rule, version, window, measure string
}

// tell puts transitions into words, one line for those that differ in nothing but column, class and segment: a rule that
// fires for ninety columns at once is one event to a reader.
func tell(transitions []rules.Transition) []string {
	var order []alike
	groups := map[alike][]rules.Transition{}
	for _, t := range transitions {
		key := alike{t.Kind, t.Severity, t.Rule, t.Version, t.Window, t.Measure}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], t)
	}
	var texts []string
	for _, key := range order {
		texts = append(texts, sentence(groups[key]))
	}
	return texts
}

// sentence is the line of transitions that are alike: "accuracy-drop fired: accuracy 0.560 < 0.707 (version 1, window
// 14d)".
func sentence(group []rules.Transition) string {
	worst := group[0]
	for _, t := range group[1:] {
		if excess(t) > excess(worst) {
			worst = t
		}
	}
	about, figures, where := subjects(group), comparison(worst), circumstances(worst)
	if len(group) > 1 {
		figures = "worst " + figures
	}
	switch worst.Kind {
	case rules.Fire:
		return fmt.Sprintf("%s fired%s: %s%s", worst.Rule, about, figures, where)
	case rules.Worse:
		return fmt.Sprintf("%s got worse%s, now %s: %s%s", worst.Rule, about, worst.Severity, figures, where)
	case rules.Resolve:
		return fmt.Sprintf("%s resolved%s: %s%s", worst.Rule, about, figures, where)
	case rules.Stale:
		return fmt.Sprintf("%s ended%s: no window could be judged any more%s", worst.Rule, about, where)
	case rules.Supersede:
		return fmt.Sprintf("%s%s: version %s is superseded, waiting for its successor", worst.Rule, about, worst.Version)
	}
	return fmt.Sprintf("%s %s%s", worst.Rule, worst.Kind, about)
}

// subjects names what a group is about beyond the whole model: " for vicprice, vicdemand and 3 more".
func subjects(group []rules.Transition) string {
	var names []string
	for _, t := range group {
		if name := subject(t.Subject); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	if more := len(names) - namedSubjects; more > 0 {
		return fmt.Sprintf(" for %s and %d more", strings.Join(names[:namedSubjects], ", "), more)
	}
	return " for " + strings.Join(names, ", ")
}

// subject names column, class and segment: "income, class default, country=DE"; nothing for the whole model.
func subject(s rules.Subject) string {
	var parts []string
	if s.Column != "" {
		parts = append(parts, s.Column)
	}
	if s.Class != "" {
		parts = append(parts, "class "+s.Class)
	}
	if s.Segment.Name != "" {
		parts = append(parts, s.Segment.Name+"="+s.Segment.Value)
	}
	return strings.Join(parts, ", ")
}

// circumstances are version and window, as far as they are known.
func circumstances(t rules.Transition) string {
	switch {
	case t.Version != "" && t.Window != "":
		return fmt.Sprintf(" (version %s, window %s)", t.Version, t.Window)
	case t.Version != "":
		return fmt.Sprintf(" (version %s)", t.Version)
	case t.Window != "":
		return fmt.Sprintf(" (window %s)", t.Window)
	}
	return ""
}

// comparison is the measured value beside the limit that decided: "accuracy 0.560 < 0.707".
func comparison(t rules.Transition) string {
	sign := "="
	switch {
	case t.Value < t.Threshold:
		sign = "<"
	case t.Value > t.Threshold:
		sign = ">"
	}
	return fmt.Sprintf("%s %s %s %s", t.Measure, figure(t.Value), sign, figure(t.Threshold))
}

// figure prints three decimals, and large numbers by four digits.
func figure(v float64) string {
	if math.Abs(v) >= 1000 {
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// excess is how far a value is beyond its limit, relative to the limit, so that measures of any unit can be ranked.
func excess(t rules.Transition) float64 {
	distance := math.Abs(t.Value - t.Threshold)
	if t.Threshold == 0 {
		return distance
	}
	return math.Min(distance/math.Abs(t.Threshold), math.MaxFloat64)
}
