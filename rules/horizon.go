package rules

import (
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Horizon says when a window's labels are enough to judge it. Nil means the default: the p90 of the delays seen so far,
// 0.8 of the coverage usual at that age.
type Horizon struct {
	Wait        *time.Duration
	MinSamples  int
	MinCoverage *float64
}

// Horizons returns every horizon that some rule asks for. Report.Horizon is the index in this list plus one.
func (e *Engine) Horizons() []Horizon { return e.horizons }

// horizon returns what the rule asks of a window's labels. A rule about the labels themselves (label_coverage) must not
// wait for the labels it is to miss: it asks for none.
func (c *compiled) askedHorizon() Horizon {
	if c.measure.alone {
		none := 0.0
		return Horizon{Wait: c.Wait, MinCoverage: &none}
	}
	return Horizon{Wait: c.Wait, MinSamples: int(c.minSamples), MinCoverage: c.MinCoverage}
}

// numberHorizons gives every rule about labels the number of its horizon; equal horizons share one.
func (e *Engine) numberHorizons() {
	for _, c := range e.rules {
		if c.measure.phase != detectors.Performance {
			continue
		}
		asked := c.askedHorizon()
		for i := range e.horizons {
			if e.horizons[i].equal(asked) {
				c.horizon = i + 1
			}
		}
		if c.horizon == 0 {
			e.horizons = append(e.horizons, asked)
			c.horizon = len(e.horizons)
		}
	}
}

func (h Horizon) equal(other Horizon) bool {
	return h.MinSamples == other.MinSamples && equal(h.Wait, other.Wait) && equal(h.MinCoverage, other.MinCoverage)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
