package drivers

import (
	"cmp"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The rules of Search.
const (
	// leastRows of a slice, now; the reference needs as many, or the slice is compared with all of it.
	leastRows = 30
	// mostRows is the largest share of rows that is still a slice.
	mostRows = 0.8
	// maxBins of a column are looked at, and leaders single conditions are combined in pairs.
	maxBins = 64
	leaders = 8
	// gain is how much clearer a pair must be than its better half.
	gain = 1.15
	// leastExplained is the part of the excess error that a segment must hold to be worth telling.
	leastExplained = 0.4
	// alpha is the chance that a segment is told where all slices changed alike.
	alpha = 0.01
)

// candidate is a slice with its sums and how many standard errors its change is above that of the others.
type candidate struct {
	conditions []Condition
	sums       sums
	z          float64
}

// searching is what all candidates share.
type searching struct {
	all                         sums
	varianceNow, varianceBefore float64
	design                      float64
	looked                      int
}

// Search finds the slice that explains most of a rise of the mean error: among single bins of the columns and ranges from
// either end of ordered ones, then among pairs of the eight best. Now and before are the errors of the labelled rows, in
// the order of the columns' bins; design is the design effect of rows that are alike. It is false if no slice changed more
// than the others beyond chance, or the one that did holds less than two fifths of the excess error.
//
// Cost: one pass over the rows for each column and for each of at most 28 pairs.
func Search(columns []Column, now, before []float64, design float64) (*Segment, bool) {
	if len(now) < 2*leastRows || len(before) < 2*leastRows {
		return nil, false
	}
	s := &searching{varianceNow: variance(now), varianceBefore: variance(before), design: max(design, 1)}
	s.all = sums{n: float64(len(now)), m: float64(len(before))}
	for _, e := range now {
		s.all.now += e
	}
	for _, e := range before {
		s.all.before += e
	}
	singles := s.singles(columns, now, before)
	if len(singles) == 0 {
		return nil, false
	}
	best := s.pairs(columns, singles, now, before)
	segment := s.describe(best)
	if size := segment.Error + segment.ErrorBefore + segment.ErrorOutside + segment.ErrorOutsideBefore; !profile.Finite(size) {
		return nil, false // errors beyond float64
	}
	return segment, segment.PValue <= alpha && segment.Explained >= leastExplained && segment.Error > segment.ErrorBefore
}

// singles returns the slices by one condition, the clearest first.
func (s *searching) singles(columns []Column, now, before []float64) []candidate {
	var all []candidate
	for i := range columns {
		c := &columns[i]
		if len(c.Now) != len(now) || len(c.Before) != len(before) || c.Bins > maxBins {
			continue
		}
		bins := c.byBin(now, before)
		for b := range bins {
			all = s.consider(all, bins[b], Condition{i, b, b})
		}
		if !c.Ordered {
			continue
		}
		up, down := bins[0], bins[len(bins)-1]
		for b := 1; b < len(bins)-1; b++ {
			up, down = up.plus(bins[b]), down.plus(bins[len(bins)-1-b])
			all = s.consider(all, up, Condition{i, 0, b})
			all = s.consider(all, down, Condition{i, len(bins) - 1 - b, len(bins) - 1})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.z, a.z) })
	return all
}

// pairs returns the clearest of the leaders and of their pairs.
func (s *searching) pairs(columns []Column, singles []candidate, now, before []float64) candidate {
	best := singles[0]
	first := singles[:min(leaders, len(singles))]
	var all []candidate
	for i := range first {
		for j := range first[:i] {
			a, b := first[i].conditions[0], first[j].conditions[0]
			if a.Column != b.Column {
				all = s.consider(all, both(columns, a, b, now, before), b, a)
			}
		}
	}
	clearest := best
	for _, c := range all {
		if c.z > clearest.z {
			clearest = c
		}
	}
	if clearest.z > gain*best.z {
		return clearest
	}
	return best
}

// consider adds a slice to the candidates if it has enough rows, inside and outside.
func (s *searching) consider(all []candidate, in sums, conditions ...Condition) []candidate {
	if in.n < leastRows || in.n > mostRows*s.all.n {
		return all
	}
	s.looked++
	return append(all, candidate{conditions, in, s.clarity(in)})
}

// clarity is the change inside less the change outside, in standard errors under the hypothesis that all rows change alike
// and vary alike.
func (s *searching) clarity(in sums) float64 {
	out := s.all.minus(in)
	before, m := s.before(in)
	difference := mean(in.now, in.n) - before - (mean(out.now, out.n) - mean(out.before, out.m))
	spread := s.varianceNow*(1/in.n+1/out.n) + s.varianceBefore*(1/m+1/max(out.m, 1))
	if z := difference / math.Sqrt(s.design*spread); profile.Finite(z) {
		return z
	}
	return 0
}

// before returns a slice's error in the reference and how many rows say so: those of the slice, or all.
func (s *searching) before(in sums) (e, m float64) {
	if in.m < leastRows {
		return mean(s.all.before, s.all.m), s.all.m
	}
	return mean(in.before, in.m), in.m
}

func (s *searching) describe(c candidate) *Segment {
	in, out := c.sums, s.all.minus(c.sums)
	g := &Segment{Conditions: c.conditions, Rows: int(in.n), Reference: int(in.m), Share: in.n / s.all.n}
	g.ErrorBefore, _ = s.before(in)
	g.Error, g.ErrorOutside, g.ErrorOutsideBefore = mean(in.now, in.n), mean(out.now, out.n), mean(out.before, out.m)
	excess, rest := in.n*(g.Error-g.ErrorBefore), out.n*(g.ErrorOutside-g.ErrorOutsideBefore)
	switch {
	case !(excess > 0):
	case rest <= 0:
		g.Explained = 1
	default:
		g.Explained = excess / (excess + rest)
	}
	chance := math.Sqrt(s.design * (s.varianceNow/out.n + s.varianceBefore/max(out.m, 1)))
	g.Alone = g.ErrorOutside-g.ErrorOutsideBefore <= 1.645*chance
	g.PValue = min(float64(s.looked)*math.Erfc(c.z/math.Sqrt2)/2, 1)
	return g
}
