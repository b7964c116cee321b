package detectors

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The variants @evidently are those of Evidently 0.7 (evidently.legacy.calculations.stattests), missing values left out.
// A numeric column with more than 20 distinct values in the reference is cut into Sturges's equal widths over both samples
// together; with fewer, every value is a cell of its own, as every category is. The bins depend on the window, so there
// is no streaming form.

// evidentlyShares returns the shares of the cells; false where NumPy would refuse to make bins.
func (c *comparison) evidentlyShares() (ref, cur []float64, ok bool) {
	distinct := 0
	for i := range c.cells {
		if c.cells[i].ref > 0 {
			distinct++
		}
	}
	if c.layout.Kind != profile.Numeric || distinct <= 20 {
		a, b := make([]uint64, len(c.cells)), make([]uint64, len(c.cells))
		for i := range c.cells {
			a[i], b[i] = c.cells[i].ref, c.cells[i].cur
		}
		return shares(a, c.ref.n), shares(b, c.cur.n), true
	}
	low, high := c.cells[0].low, c.cells[len(c.cells)-1].high
	edges := sturgesEdges(low, high, float64(c.ref.n)+float64(c.cur.n), c.whole())
	if edges == nil {
		return nil, nil, false
	}
	a, b, _ := c.histogram(edges)
	return shares(a, c.ref.n), shares(b, c.cur.n), true
}

// whole tells whether pandas would hold both samples as integers: whole numbers, and none missing.
func (c *comparison) whole() bool {
	if c.ref.missing+c.cur.missing+c.ref.infinite+c.cur.infinite > 0 {
		return false
	}
	for i := range c.cells {
		if x := c.cells[i].low; x != math.Trunc(x) || math.Abs(x) >= 1<<63 {
			return false
		}
	}
	return true
}

// evidentlyFloor replaces empty cells by 1e-4, or by a millionth of the smallest share if that is no larger than 1e-4.
func evidentlyFloor(shares []float64) {
	least := math.Inf(1)
	for _, p := range shares {
		if p > 0 {
			least = min(least, p)
		}
	}
	floor := 1e-4
	if least <= 1e-4 {
		floor = least / 1e6
	}
	for i := range shares {
		if shares[i] == 0 {
			shares[i] = floor
		}
	}
}

// measureEvidentlyPSI measures psi@evidently. Its limit is Evidently's own, 0.1.
func measureEvidentlyPSI(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur, ok := c.evidentlyShares()
	if !ok {
		m.Status = Undefined
		return m
	}
	evidentlyFloor(ref)
	evidentlyFloor(cur)
	for i, p := range ref {
		m.Value += (p - cur[i]) * math.Log(p/cur[i])
	}
	c.judgeAsPeer(&m, 0.1)
	return m
}

// measureEvidentlyJensenShannon measures jensen_shannon@evidently: the distance (square root) with natural logarithms, so
// at most √ln 2 = 0.8326, without a floor. Its limit is Evidently's own, 0.1.
func measureEvidentlyJensenShannon(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur, ok := c.evidentlyShares()
	if !ok {
		m.Status = Undefined
		return m
	}
	m.Value = shannonDistance(ref, cur, 1)
	c.judgeAsPeer(&m, 0.1)
	return m
}

// measureEvidentlyChiSquared measures chi2@evidently: a test of goodness of fit, which takes the reference's shares for
// the truth itself, Σ (o − e)²/e with e = reference count · n/m. A category that the reference never had makes the
// statistic infinite: the status is undefined and p is 0, as Evidently prints it. With a single category it is undefined.
// Evidently's own verdict is p < 0.05; the limit here is the critical value at that level.
func measureEvidentlyChiSquared(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	dof := len(c.cells) - 1
	if dof < 1 {
		m.Status = Undefined
		return m
	}
	scale := float64(c.cur.n) / float64(c.ref.n)
	for i := range c.cells {
		expected := float64(c.cells[i].ref) * scale
		if expected == 0 {
			m.Value, m.Status, m.PValue = 0, Undefined, new(0.0)
			return m
		}
		d := float64(c.cells[i].cur) - expected
		m.Value += d * d / expected
	}
	m.PValue = new(ChiSquaredSurvival(dof, m.Value))
	c.judgeAsPeer(&m, chiSquaredQuantile(dof, 0.05))
	c.sizedTable(&m, dof, float64(c.cur.n))
	return m
}

// judgeAsPeer judges by the limit of the tool that a variant is named after: drift at the limit or above it, whatever the
// sizes.
func (c *comparison) judgeAsPeer(m *Measurement, threshold float64) {
	m.Threshold = new(threshold)
	m.Drifted = new(m.Value >= threshold)
}
