package profile

import (
	"math"
	"slices"
	"sort"
)

// quantileCuts chooses the cuts for ascending values: if there are at most maxEdges distinct ones, each as an atom, and
// Kolmogorov-Smirnov is exact; else maxEdges quantiles, every value heavier than 1/maxEdges as an atom, and minimum and
// maximum as atoms. All deciles join them, so that PSI is exact too.
func quantileCuts(sorted []float64, maxEdges int, deciles []float64) []float64 {
	atoms := upTo(maxEdges, sorted)
	var cuts []float64
	if atoms == nil {
		atoms = heavy(sorted, len(sorted)/maxEdges+1)
		atoms = append(atoms, heavy(sorted, int(math.Ceil(AtomShare*float64(len(sorted))-1e-9)))...)
		atoms = append(atoms, sorted[0], sorted[len(sorted)-1])
		for i := 1; i < maxEdges; i++ {
			cuts = append(cuts, sorted[i*len(sorted)/maxEdges])
		}
	}
	for _, v := range atoms {
		cuts = append(cuts, v, math.Nextafter(v, math.Inf(1)))
	}
	cuts = append(cuts, deciles...)
	for i := range cuts {
		cuts[i] += 0 // interpolation can make a decile −0
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for len(cuts) > 0 && math.IsInf(cuts[len(cuts)-1], 1) { // the next float64 after the largest
		cuts = cuts[:len(cuts)-1]
	}
	return cuts
}

// upTo returns the distinct values, nil if there are more than so many.
func upTo(most int, sorted []float64) []float64 {
	var distinct []float64
	for i, v := range sorted {
		if i > 0 && v == sorted[i-1] {
			continue
		}
		if len(distinct) == most {
			return nil
		}
		distinct = append(distinct, v)
	}
	return distinct
}

// Quantile returns the q-quantile of ascending values by linear interpolation, numpy's default (Hyndman and Fan, type
// 7): at position q·(n−1). Values must not be empty, q lies in [0, 1].
func Quantile(sorted []float64, q float64) float64 {
	position := q * float64(len(sorted)-1)
	low := int(position)
	if low >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	a, b, t := sorted[low], sorted[low+1], position-float64(low)
	diff := b - a
	// As numpy: from the nearer end, so that both ends are hit exactly. The conversions keep every machine from fusing
	// multiplication and addition, which would move a cut by one bit.
	switch {
	case math.IsInf(diff, 0):
		return float64(a*(1-t)) + float64(b*t)
	case t < 0.5:
		return a + float64(diff*t)
	}
	return b - float64(diff*(1-t))
}

// heavy returns the values that occur at least least times, ascending: each of them stands at one of every least places.
func heavy(sorted []float64, least int) []float64 {
	var atoms []float64
	for i := least - 1; i < len(sorted); i += least {
		v := sorted[i]
		first := sort.SearchFloat64s(sorted, v)
		known := len(atoms) > 0 && atoms[len(atoms)-1] == v
		if end := first + least; !known && end <= len(sorted) && sorted[end-1] == v {
			atoms = append(atoms, v)
		}
	}
	return atoms
}
