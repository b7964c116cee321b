package rules

import (
	"fmt"
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// verdict is what one window's measurement says about a rule.
type verdict struct {
	// unjudged says why there is no verdict; empty if there is one.
	unjudged string
	failing  bool // the fire condition is true
	paging   bool // failing, and beyond the page limit too
	clear    bool // on the good side of the clear limit
	// The limits that decided: of failing, paging and clear.
	limit, pageLimit, clearLimit float64
}

// judge applies a rule to a measurement; m is nil if the window has none. It is one list of the reasons not to judge,
// in the order in which a reader would ask for them, and then the three conditions.
func (c *compiled) judge(report *detectors.Report, m *detectors.Measurement) verdict {
	switch {
	case m == nil:
		return verdict{unjudged: "not measured in this window"}
	case !report.Complete:
		return verdict{unjudged: "the window's input is not complete"}
	case !report.Judged && !c.measure.alone && report.Phase != detectors.Final:
		return verdict{unjudged: "the window has too few samples or labels"}
	case m.Status != detectors.OK:
		return verdict{unjudged: "the measurement is " + string(m.Status)}
	case !finite(m.Value):
		return verdict{unjudged: "the value is not a finite number"}
	case m.N < c.minSamples:
		return verdict{unjudged: fmt.Sprintf("%d samples of the %d needed", m.N, c.minSamples)}
	case c.MaxBaseline != nil && !known(m.Baseline):
		return verdict{unjudged: "the baseline has no " + m.Name}
	}
	limit, reason := c.limit.Of(m)
	clearLimit, clearReason := c.clear.Of(m)
	if reason = firstOf(reason, clearReason); reason != "" {
		return verdict{unjudged: reason}
	}
	v := verdict{limit: limit, clearLimit: clearLimit}
	if c.MaxBaseline != nil && *m.Baseline >= *c.MaxBaseline {
		v.clear = true // the baseline itself is like that: the rule does not apply
		return v
	}
	v.failing = c.beyond(certainly(m, c.below), limit)
	if v.failing && c.Z != nil {
		if v.failing, v.unjudged = c.significant(m, limit); v.unjudged != "" {
			return verdict{unjudged: v.unjudged}
		}
	}
	v.clear = !v.failing && !c.beyond(certainly(m, !c.below), clearLimit)
	if c.Page.Set && v.failing {
		if v.pageLimit, reason = c.Page.Of(m); reason == "" {
			v.paging = c.beyond(certainly(m, c.below), v.pageLimit)
		}
	}
	return v
}

// certainly returns the end of a certified interval that speaks most for the good side: the upper end for a rule that
// fails below, the lower for one that fails above. Failing there, the exact value fails too. With the other end asked
// for, clear there means that the exact value is clear; between the two a rule keeps its state. A measurement without a
// certified interval is exact.
func certainly(m *detectors.Measurement, upper bool) float64 {
	if upper && known(m.CertifiedUpper) {
		return *m.CertifiedUpper
	}
	if !upper && known(m.CertifiedLower) {
		return *m.CertifiedLower
	}
	return m.Value
}

// significant tells whether the distance from the baseline is at least Z standard errors. The squared errors of both
// samples add up. If the limit is a plain number, or the measurement's threshold, the distance is measured from that
// limit, which has no error.
func (c *compiled) significant(m *detectors.Measurement, limit float64) (significant bool, reason string) {
	from, variance := limit, 0.0
	here, ok := c.variance(m.Value, effective(m.NEff, m.N), m)
	if !ok {
		return false, "the measurement has no standard error"
	}
	if c.limit.Base == Baseline && known(m.Baseline) {
		from = *m.Baseline
		if !known(m.BaselineNEff) || *m.BaselineNEff <= 0 {
			return false, "the baseline has no sample size"
		}
		if variance, ok = c.variance(from, *m.BaselineNEff, m); !ok {
			return false, "the baseline has no standard error"
		}
	}
	distance := m.Value - from
	if c.below {
		distance = -distance
	}
	return distance >= *c.Z*math.Sqrt(here+variance), ""
}

// variance returns the squared standard error of value over n. A proportion has p(1−p)/n; any other measure takes the
// spread of the window's own 95 % interval, (upper − lower)/(2·1.96), scaled to n.
func (c *compiled) variance(value, n float64, m *detectors.Measurement) (variance float64, ok bool) {
	if n <= 0 {
		return 0, false
	}
	if c.measure.proportion {
		p := min(max(value, 0), 1)
		return p * (1 - p) / n, true
	}
	if !known(m.Lower) || !known(m.Upper) {
		return 0, false
	}
	se := (*m.Upper - *m.Lower) / (2 * detectors.Normal95)
	return se * se * effective(m.NEff, m.N) / n, finite(se)
}

func effective(nEff *float64, n uint64) float64 {
	if known(nEff) {
		return *nEff
	}
	return float64(n)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
