package detectors

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// psiFloor is the least share of a bin on either side: an empty bin would make PSI infinite.
	psiFloor = 1e-4
	// psiRowsPerBin is the least number of rows a bin, on average, for PSI to say anything: at 100 rows and ten bins a
	// limit of 0.1 fires on 40 % of the windows without drift.
	psiRowsPerBin = 20
)

// PSI returns the population stability index Σ (q − p)·ln(q/p) over aligned bins, p and q being the reference's and the
// current shares, each floored at 1e-4 and not renormalised. It is 0 for equal shares and if a side is empty, never
// negative, and at most 2·9.21 for two bins without overlap.
func PSI(ref, cur []uint64) float64 {
	m, n := total(ref), total(cur)
	if m == 0 || n == 0 {
		return 0
	}
	var sum float64
	for i := range ref {
		sum += PSITerm(float64(ref[i])/m, float64(cur[i])/n)
	}
	return sum
}

// PSITerm returns what one bin adds to PSI, at least 0: (q − p)·ln(q/p) for its shares, floored.
func PSITerm(p, q float64) float64 {
	p, q = max(p, psiFloor), max(q, psiFloor)
	return (q - p) * math.Log(q/p)
}

func total(counts []uint64) float64 {
	var n uint64
	for _, count := range counts {
		n += count
	}
	return float64(n)
}

// psiCuts returns the inner boundaries of the bins of PSI for a numeric column. All variants start from the linear
// quantiles 0, 0.1 … 1 of the reference; bins are [a, b) and the outer ones open.
//
// psi takes the quantiles 0.1 … 0.9 and gives every atom, a value v that holds at least a tenth of the reference, a bin
// [v, v] of its own: v and the next float64 after it are cuts. Two examples:
//
//   - A constant reference, 1000 times 5. All quantiles are 5 and so is the one atom: the bins are (−∞, 5), [5, 5],
//     (5, +∞), whatever leaves 5 leaves its bin, and a window half at 5 and half at 6 has a PSI of
//     (½ − 1)·ln ½ + (½ − 1e-4)·ln(½/1e-4) = 4.60. Plain deciles have no inner cut here and PSI would always be 0.
//   - 500 times 0 and 500 values spread evenly over 1 … 100. The quantiles are 0, 0, 0, 0, ½ (between the last 0 and
//     the first 1), 20.7, 40.5, 60.4, 80.2, the atom is 0: the bins are (−∞, 0), [0, 0], (0, ½), [½, 20.7), [20.7, 40.5),
//     [40.5, 60.4), [60.4, 80.2), [80.2, +∞). A window whose zeros become ¼ moves half its mass to a bin that was
//     empty, and PSI is 2·(½ − 1e-4)·ln(½/1e-4) = 8.52; with bins [a, b) alone, [0, ½) would hold both and hide it.
//
// psi@deciles takes all eleven quantiles once each and drops the first and the last that remain; psi@inner takes the
// quantiles 0.1 … 0.9 once each, even where they equal the minimum or maximum. Neither knows atoms.
func psiCuts(name string, layout *profile.ColumnLayout) []float64 {
	if len(layout.Deciles) != 11 {
		return nil
	}
	if name == "psi@deciles" {
		cuts := distinct(slices.Clone(layout.Deciles))
		if len(cuts) < 3 {
			return nil
		}
		return cuts[1 : len(cuts)-1]
	}
	cuts := slices.Clone(layout.Deciles[1:10])
	if name != "psi@inner" {
		for _, v := range layout.Atoms {
			cuts = append(cuts, v, math.Nextafter(v, math.Inf(1)))
		}
	}
	return distinct(cuts)
}

// distinct sorts values and drops repetitions.
func distinct(values []float64) []float64 {
	slices.Sort(values)
	return slices.Compact(values)
}

// measurePSI measures psi and its named variants, exactly on either form: all cuts are boundaries of cells. Categories
// are compared over their union; a stream counts the values the baseline never had one by one up to 64 of them.
//
// psi warns above max(tolerance, T), T = deff·(1/n + 1/m)·χ²₍B−1, 1−α/d₎ being what chance alone reaches over the B bins
// that hold mass on either side, and is insufficient below 20 rows a bin. The variants have no such minimum.
func measurePSI(c *comparison, name string) Measurement {
	m := c.measurement(name)
	if m.Status != OK {
		return m
	}
	ref, cur := c.binned(psiCuts(name, c.layout))
	m.Value = PSI(ref, cur)
	bins := occupied(ref, cur)
	if name == "psi" && float64(min(c.ref.n, c.cur.n)) < psiRowsPerBin*float64(bins) {
		m.Status = Insufficient
	}
	c.judge(&m, max(c.options.Tolerance, c.perRow()*c.chiSquaredQuantile(bins-1)))
	return m
}

// occupied returns in how many bins either side has mass.
func occupied(ref, cur []uint64) int {
	n := 0
	for i := range ref {
		if ref[i] > 0 || cur[i] > 0 {
			n++
		}
	}
	return n
}
