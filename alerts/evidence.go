package alerts

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// keptPoints is how much of a rule's history an incident keeps: as wide as a sparkline is read.
const keptPoints = 24

// evidence is a transition with what stands behind it, fit for a checkpoint: finite numbers, times that can be written.
type evidence struct {
	Transition  rules.Transition      `json:"transition"`
	Measurement detectors.Measurement `json:"measurement"`
	History     []rules.Point         `json:"history,omitempty"`
}

func evidenceOf(t rules.Transition) evidence {
	return evidence{storable(t), storableMeasurement(t.Measurement), historyOf(t)}
}

// historyOf returns the newest points of a transition's history.
func historyOf(t rules.Transition) []rules.Point {
	points := t.History[max(0, len(t.History)-keptPoints):]
	var kept []rules.Point
	for _, p := range points {
		kept = append(kept, rules.Point{End: writable(p.End), Value: finite(p.Value)})
	}
	return kept
}

// storable returns the transition without its evidence, which is kept apart, and with nothing JSON cannot say.
func storable(t rules.Transition) rules.Transition {
	t.Value, t.Threshold = finite(t.Value), finite(t.Threshold)
	t.At, t.Since = writable(t.At), writable(t.Since)
	t.WindowStart, t.WindowEnd = writable(t.WindowStart), writable(t.WindowEnd)
	t.Measurement, t.History = detectors.Measurement{}, nil
	return t
}

func storableMeasurement(m detectors.Measurement) detectors.Measurement {
	m.Value = finite(m.Value)
	for _, p := range []**float64{
		&m.PValue, &m.Lower, &m.Upper, &m.CertifiedLower, &m.CertifiedUpper, &m.NEff, &m.Baseline, &m.BaselineNEff,
		&m.Threshold,
	} {
		if *p != nil && finite(**p) != **p {
			*p = nil
		}
	}
	return m
}

// finite returns v, the largest number for an infinite one and 0 for NaN. Detectors make neither; an alert must not fail
// if one does.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, v))
}

// writable returns i, and Dawn or Dusk for a year RFC 3339 cannot say.
func writable(i profile.Instant) profile.Instant {
	if i == profile.Dawn || i == profile.Dusk {
		return i
	}
	switch year := i.Time().Year(); {
	case year < 0:
		return profile.Dawn
	case year > 9999:
		return profile.Dusk
	}
	return i
}
