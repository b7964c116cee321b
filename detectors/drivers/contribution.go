package drivers

import (
	"cmp"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Contribution is one bin's part in a column's PSI.
type Contribution struct {
	Bin detectors.Bin
	// Reference and Current are the bin's shares.
	Reference, Current float64
	// PSI is the bin's term of the sum, at least 0.
	PSI float64
}

// Contributions returns the terms of the measure psi, the largest first: detectors.PSITerm. Their sum is
// detectors.PSI. It is nil if a side is empty.
func Contributions(bins []detectors.Bin) []Contribution {
	var n, m uint64
	for i := range bins {
		n, m = n+bins[i].Cur, m+bins[i].Ref
	}
	if n == 0 || m == 0 {
		return nil
	}
	all := make([]Contribution, len(bins))
	for i, b := range bins {
		p, q := float64(b.Ref)/float64(m), float64(b.Cur)/float64(n)
		all[i] = Contribution{Bin: b, Reference: p, Current: q, PSI: detectors.PSITerm(p, q)}
	}
	slices.SortStableFunc(all, func(a, b Contribution) int { return cmp.Compare(b.PSI, a.PSI) })
	return all
}
