package fairness

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// gap is the groups with the highest and the lowest of one rate.
type gap struct {
	difference, ratio bounded
	defined           bool // the ratio: not if all rates are 0
	groups            int
	least             uint64 // cases of the smallest group
}

// gapOf compares a rate over the groups; of equal ones the first counts.
func gapOf(k kind, groups []*counts, deff float64) gap {
	g := gap{groups: len(groups), least: math.MaxUint64}
	var high, low rate
	for i, c := range groups {
		r := k.of(c)
		g.least = min(g.least, r.cases)
		if i == 0 || r.value() > high.value() {
			high = r
		}
		if i == 0 || r.value() < low.value() {
			low = r
		}
	}
	h, l := high.bounded(deff), low.bounded(deff)
	g.difference = h.minus(l)
	if g.defined = h.value > 0; g.defined {
		g.ratio = l.over(h)
	}
	return g
}

// worse is the gap with the larger difference, and that with the smaller ratio. As in fairlearn it has no ratio if the
// first has none; if only the second has none, the first counts.
func worse(a, b gap) gap {
	w := a
	w.least = min(a.least, b.least)
	if b.difference.value > w.difference.value {
		w.difference = b.difference
	}
	if b.defined && b.ratio.value < w.ratio.value {
		w.ratio = b.ratio
	}
	return w
}

// measurement names a difference or ratio. It is insufficient if there are no two groups to compare, or if the smallest
// has too few cases; N is the cases of the smallest.
func (g gap) measurement(name string, b bounded, n uint64, o Options) detectors.Measurement {
	m := detectors.Measurement{Name: name, Value: b.value, N: n, Status: detectors.OK}
	if g.groups < 2 || g.least < o.Minimum {
		m.Status = detectors.Insufficient
	}
	if g.groups > 1 {
		m.Lower = new(b.lower)
		if !math.IsInf(b.upper, 1) {
			m.Upper = new(b.upper)
		}
	}
	return m
}

// ratioMeasurement is undefined, and 0, if all rates are 0.
func (g gap) ratioMeasurement(name string, n uint64, o Options) detectors.Measurement {
	if !g.defined {
		return detectors.Measurement{Name: name, N: n, Status: detectors.Undefined}
	}
	return g.measurement(name, g.ratio, n, o)
}
