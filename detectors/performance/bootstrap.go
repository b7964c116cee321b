package performance

import (
	"math"
	"math/rand/v2"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// replicates is how often blocks are drawn. A standard error from 200 draws is right within 5 % (one standard
// deviation), which a 95 % bound hardly shows.
const replicates = 200

// named is a measure's value in one replicate, NaN where it is not defined.
type named struct {
	name  string
	value float64
}

// figure is how one number of a resampled set of rows spread.
type figure struct {
	n        int // replicates in which it was defined
	mean, m2 float64
}

// add takes the figure's value in one replicate.
func (f *figure) add(x float64) {
	if !profile.Finite(x) {
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
	factor  float64 // half an interval, in standard deviations of the figure
	figures []*figure
	index   map[[2]string]*figure // by name and class
	next    int                   // figure of the present replicate
}

// newBootstrap begins without figures. The factor of a 95 % interval is Student's t on blocks − 1 degrees of freedom, enlarged
// for the blocks being drawn from themselves.
func newBootstrap(blocks int) *bootstrap {
	k := float64(blocks)
	return &bootstrap{factor: detectors.StudentQuantile(k-1, 0.05) * math.Sqrt(k/(k-1)), index: make(map[[2]string]*figure)}
}

// resample draws, of 2 blocks or more; each is given how often each block was drawn, and observes the figures.
func resample(blocks int, each func(drawn []float64, b *bootstrap)) *bootstrap {
	b := newBootstrap(blocks)
	source := rand.New(rand.NewPCG(uint64(blocks), 0x616e63686f72)) // #nosec G404 -- resampling, no secret
	drawn := make([]float64, blocks)
	for range replicates {
		clear(drawn)
		for range blocks {
			drawn[source.IntN(blocks)]++
		}
		b.next = 0
		each(drawn, b)
	}
	return b
}

// observe takes figures of a class in a replicate. All replicates have the same ones in the same order.
func (b *bootstrap) observe(class string, figures ...named) {
	for _, f := range figures {
		if b.next == len(b.figures) {
			b.figures = append(b.figures, &figure{})
			b.index[[2]string{f.name, class}] = b.figures[b.next]
		}
		b.figures[b.next].add(f.value)
		b.next++
	}
}

// half is half the width of a 95 % interval. It is 0 for a figure that did not vary, or was not defined in most replicates.
func (b *bootstrap) half(f *figure) float64 {
	if f.n < replicates*9/10 {
		return 0
	}
	half := b.factor * math.Sqrt(f.m2/float64(f.n-1))
	if !profile.Finite(half) {
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
		f := b.index[[2]string{m.Name, m.Class}]
		if f == nil || m.Lower != nil || m.Status != detectors.OK {
			continue
		}
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
