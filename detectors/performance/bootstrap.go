package performance

import (
	"math"
	"math/rand/v2"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// replicates is how often blocks are drawn. A standard error from 200 draws is right within 5 % (one standard
// deviation), which a 95 % bound hardly shows.
const replicates = 200

// figure is how one number of a resampled set of rows spread.
type figure struct {
	n        int // replicates in which it was defined
	mean, m2 float64
}

// observe adds the figure's value in one replicate.
func (f *figure) observe(x float64) {
	if x-x != 0 {
		return
	}
	f.n++
	d := x - f.mean
	f.mean += d / float64(f.n)
	f.m2 += d * (x - f.mean)
}

// bootstrap is the block bootstrap: whole blocks are drawn with replacement, as many as there are, and every figure is
// taken anew from what the drawn blocks hold. It works on what was added up for each block, never on rows, so its cost
// does not grow with them. (E. Carlstein, Annals of Statistics 14:1171–1179, 1986.) The seed is fixed: equal rows give
// equal bounds.
type bootstrap struct {
	blocks  int
	figures []figure
	index   map[[2]string]int
}

// resample draws; each is given how often each block was drawn, and fills in the figures in the order of names, NaN
// where one is not defined.
func resample(blocks int, names [][2]string, each func(drawn []float64, into []float64)) *bootstrap {
	b := &bootstrap{blocks: blocks, figures: make([]figure, len(names)), index: make(map[[2]string]int, len(names))}
	for i, name := range names {
		b.index[name] = i
	}
	if blocks == 0 || len(names) == 0 {
		return b
	}
	source := rand.New(rand.NewPCG(uint64(blocks), 0x616e63686f72)) // #nosec G404 -- resampling, no secret
	drawn, into := make([]float64, blocks), make([]float64, len(names))
	for range replicates {
		clear(drawn)
		for range blocks {
			drawn[source.IntN(blocks)]++
		}
		each(drawn, into)
		for i := range into {
			b.figures[i].observe(into[i])
		}
	}
	return b
}

// half is half the width of a 95 % interval: Student's t on blocks − 1 degrees of freedom, times the standard error of
// the replicates, enlarged for the blocks being drawn from themselves. It is 0 for a figure that did not vary, or was
// not defined in most replicates.
func (b *bootstrap) half(f *figure) float64 {
	if f.n < replicates*9/10 || b.blocks < 2 {
		return 0
	}
	k := float64(b.blocks)
	half := student95(k-1) * math.Sqrt(f.m2/float64(f.n-1)*k/(k-1))
	if half-half != 0 {
		return 0
	}
	return half
}

// upwards are the figures that chance can only enlarge: their lower bound is lowered by what the replicates show of it.
var upwards = map[string]bool{"calibration_error": true, "max_calibration_error": true, "ks_separation": true}

// bound gives the measurements that have no bounds those of their figure, within what the measure can be. A figure that
// did not vary, such as that of a model without an error, gives none: it does not say that the next rows will be alike.
func (b *bootstrap) bound(all []detectors.Measurement) {
	for i := range all {
		m := &all[i]
		at, ok := b.index[[2]string{m.Name, m.Class}]
		if !ok || m.Lower != nil || m.Status != detectors.OK {
			continue
		}
		f := &b.figures[at]
		half := b.half(f)
		if half < 1e-12*math.Abs(m.Value) || half == 0 {
			continue
		}
		lower, upper := m.Value-half, m.Value+half
		if upwards[m.Name] {
			lower -= max(f.mean-m.Value, 0)
		}
		entry, _ := detectors.Lookup(m.Name)
		m.Lower, m.Upper = new(max(lower, entry.Low)), new(min(upper, entry.High))
	}
}

// student95 is the 97.5 % quantile of Student's t, from the normal one by the expansion of Cornish and Fisher (Abramowitz
// and Stegun 26.7.5): within 0.1 % from 7 degrees of freedom on.
func student95(dof float64) float64 {
	const z = detectors.Normal95
	const z3, z5, z7 = z * z * z, z * z * z * z * z, z * z * z * z * z * z * z
	return z + (z3+z)/(4*dof) + (5*z5+16*z3+3*z)/(96*dof*dof) + (3*z7+19*z5+17*z3-15*z)/(384*dof*dof*dof)
}
