package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Problem is one thing wrong with a list of rules: where, and what to do about it.
type Problem struct {
	Path    string // "[1].below"
	Message string // what is wrong, what is allowed
}

// String returns path and message.
func (p Problem) String() string { return p.Path + ": " + p.Message }

// Validate returns everything that is wrong with a list of rules, in the order of the list.
func Validate(list []Rule) []Problem {
	var problems []Problem
	first := make(map[string]int)
	for i := range list {
		for _, p := range list[i].validate() {
			problems = append(problems, Problem{Path: fmt.Sprintf("[%d].%s", i, p.Path), Message: p.Message})
		}
		name := list[i].Name
		if j, taken := first[name]; taken && name != "" {
			problems = append(problems, Problem{
				Path:    fmt.Sprintf("[%d].name", i),
				Message: fmt.Sprintf("%q is already the name of rule [%d]: give each rule a name of its own", name, j),
			})
			continue
		}
		first[name] = i
	}
	return problems
}

// validate is a plain list of checks, one a line, so it stays one piece.
func (r *Rule) validate() (problems []Problem) {
	report := func(wrong bool, key, format string, args ...any) {
		if wrong {
			problems = append(problems, Problem{Path: key, Message: fmt.Sprintf(format, args...)})
		}
	}
	m, isMeasure := measureOf(r.Measure)
	performance := isMeasure && m.phase == measures["accuracy"].phase
	limitKey, limit := "above", r.Above
	if r.Below.Set {
		limitKey, limit = "below", r.Below
	}

	report(r.Name == "", "name", "a rule needs a name")
	report(strings.TrimSpace(r.Name) != r.Name || len(r.Name) > 100, "name",
		"%.100q: use at most 100 characters, without spaces around them", r.Name)
	report(r.Measure == "", "measure", "a rule needs a measure: one of %s", measureNames())
	_, elsewhere := detectors.Lookup(r.Measure)
	elsewhere = elsewhere && !streamed(r.Measure)
	report(r.Measure != "" && !isMeasure && !elsewhere, "measure", "unknown measure %q: use one of %s", r.Measure, measureNames())
	report(elsewhere, "measure", "only compare has %q, which needs all values or labels at once: use one of %s", r.Measure, measureNames())
	report(r.Above.Set && r.Below.Set, "below", "a rule has one limit: write above or below, not both")
	report(!r.Above.Set && !r.Below.Set, "above", "a rule needs a limit: write above or below")
	for _, l := range []struct {
		key   string
		limit Limit
	}{{limitKey, limit}, {"clear", r.Clear}, {"page", r.Page}} {
		report(isMeasure && l.limit.Tolerances != 0 && m.scale == unscaled, l.key,
			"%s has no tolerance: write the distance as a number", r.Measure)
	}
	if inside, comparable := r.Clear.inside(limit, r.Below.Set); r.Clear.Set && limit.Set && comparable {
		report(!inside, "clear", "%s lies beyond the firing limit %s: a rule would clear while it fails", r.Clear, limit)
	}
	if inside, comparable := r.Page.inside(limit, r.Below.Set); r.Page.Set && limit.Set && comparable {
		report(inside, "page", "%s does not lie beyond the firing limit %s", r.Page, limit)
	}
	report(r.Page.Set && r.Severity == Page, "page", "the rule pages already: leave page out, or lower severity")
	report(r.For != nil && (*r.For < 1 || *r.For > maxStreak), "for", "%d: use 1 to %d windows (default %d)",
		valueOr(r.For, 0), maxStreak, defaultStreak)
	report(r.ClearFor != nil && (*r.ClearFor < 1 || *r.ClearFor > maxStreak), "clear_for",
		"%d: use 1 to %d windows (default %d)", valueOr(r.ClearFor, 0), maxStreak, defaultStreak)
	report(r.Wait != nil && *r.Wait < 0, "wait", "%s: use 0 or longer", valueOr(r.Wait, time.Duration(0)))
	report(isMeasure && !performance && r.Wait != nil, "wait", "%s needs no labels: leave wait out", r.Measure)
	report(isMeasure && !performance && r.MinCoverage != nil, "min_coverage",
		"%s needs no labels: leave min_coverage out", r.Measure)
	report(r.MinSamples != nil && *r.MinSamples < 1, "min_samples", "%d: use 1 or more (default %d)",
		valueOr(r.MinSamples, 0), defaultMinSamples)
	report(r.MinCoverage != nil && !(*r.MinCoverage >= 0 && *r.MinCoverage <= 1), "min_coverage",
		"%v: use a share from 0 to 1", valueOr(r.MinCoverage, 0))
	report(r.MaxBaseline != nil && !finite(*r.MaxBaseline), "max_baseline", "use a number")
	report(r.Z != nil && !(*r.Z > 0 && finite(*r.Z)), "z", "%v: use a number above 0, such as 3.5", valueOr(r.Z, 0))
	report(!slices.Contains([]Severity{"", Info, Warning, Page}, r.Severity), "severity",
		"unknown severity %q: use info, warning or page (default warning)", r.Severity)
	return problems
}

// maxStreak bounds for and clear_for: more windows than that are a typing error.
const maxStreak = 1000

func measureNames() string {
	return strings.Join(slices.Sorted(maps.Keys(measures)), " ")
}
