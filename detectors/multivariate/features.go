package multivariate

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// frequencies is how many random directions the kernel is built from; each gives a cosine and a sine.
	frequencies = 48
	// width is how many numbers describe a row.
	width = 2 * frequencies
	// clip bounds standardised numbers: one value a million deviations away says no more than one that is far.
	clip = 4
	// leastGini bounds the weight of a category column that hardly varies.
	leastGini = 0.1
	// pairs is how many pairs of rows the bandwidth is the median distance of.
	pairs = 500
)

// features are random Fourier features: φ(x) = (cos wᵢx, sin wᵢx)/√frequencies, wᵢ drawn from N(0, 1/σ²), whose inner
// products approximate the Gaussian kernel exp(−‖x − y‖²/(2σ²)) (Rahimi and Recht 2007) and are a kernel of their own in
// any case. σ is the median distance of rows of the reference.
//
// Numbers are standardised by the reference's median and the distance of its deciles 0.1 and 0.9, and clipped: means and
// deviations would let one outlier decide. A category is a corner of its own (one-hot), scaled so that two random rows
// of the reference differ by as much as in a standardised number; so is a missing value. A direction therefore needs one
// multiplication for a number and one look-up for a category.
type features struct {
	places []place
	// of place i and direction k: the frequency of its number, or of its cell j.
	slopes  [][]float64 // [place][k]
	corners [][]float64 // [place][j·frequencies + k]
}

// place is how one column is laid into space.
type place struct {
	cells         *cells
	centre, scale float64
	corner        float64 // distance of a cell of a category, or of a missing number, from the origin
}

// newFeatures learns from rows of the reference; cells hold how its columns are cut.
func newFeatures(t Table, cut []cells, rows []int) *features {
	f := &features{}
	for i := range t {
		f.places = append(f.places, newPlace(&t[i], &cut[i], rows))
	}
	sigma := f.bandwidth(t, rows)
	random := rand.New(rand.NewPCG(seed, uint64(len(t)))) // #nosec G404 -- directions, not secrets
	draw := func(n int, scale float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = random.NormFloat64() * scale
		}
		return values
	}
	for i := range f.places {
		p := &f.places[i]
		f.corners = append(f.corners, draw(p.cells.n*frequencies, p.corner/sigma))
		f.slopes = append(f.slopes, draw(frequencies, 1/sigma))
	}
	return f
}

func newPlace(c *Column, cut *cells, rows []int) place {
	p := place{cells: cut, scale: 1, corner: 1}
	if c.Categorical {
		counts := make([]float64, cut.n)
		for _, row := range rows {
			counts[cut.of(c, c.Values[row])]++
		}
		gini := 1.0
		for _, n := range counts {
			gini -= n / float64(len(rows)) * n / float64(len(rows))
		}
		p.corner = 1 / math.Sqrt(max(gini, leastGini))
		return p
	}
	p.centre = cut.median
	const normal = 2.5631031310892007 // between the deciles 0.1 and 0.9 of N(0, 1)
	if spread := (cut.high - cut.low) / normal; spread > 0 && profile.Finite(spread) {
		p.scale = spread
	} else if cut.std > 0 {
		p.scale = cut.std
	}
	return p
}

// number returns a number's place on its axis.
func (p *place) number(x float64) float64 {
	return max(-clip, min((x-p.centre)/p.scale, clip))
}

// distance returns the squared distance of two rows.
func (f *features) distance(t Table, a, b int) float64 {
	var sum float64
	for i := range f.places {
		p, x, y := &f.places[i], t[i].Values[a], t[i].Values[b]
		if !t[i].Categorical && profile.Finite(x) && profile.Finite(y) {
			d := p.number(x) - p.number(y)
			sum += d * d
		} else if p.cells.of(&t[i], x) != p.cells.of(&t[i], y) {
			sum += 2 * p.corner * p.corner
		}
	}
	return sum
}

// bandwidth returns the median distance of random pairs of rows; 1 if most rows are equal.
func (f *features) bandwidth(t Table, rows []int) float64 {
	random := rand.New(rand.NewPCG(seed, pairs)) // #nosec G404 -- a sample, not a secret
	distances := make([]float64, pairs)
	for i := range distances {
		distances[i] = f.distance(t, rows[random.IntN(len(rows))], rows[random.IntN(len(rows))])
	}
	slices.Sort(distances)
	if median := distances[pairs/2]; median > 0 {
		return math.Sqrt(median)
	}
	return 1
}

// of writes the features of a row.
func (f *features) of(dst *[width]float64, t Table, row int) {
	angles := dst[frequencies:] // none is overwritten before it has been read
	clear(angles)
	for i := range f.places {
		p, x := &f.places[i], t[i].Values[row]
		if t[i].Categorical || !profile.Finite(x) {
			cell := p.cells.of(&t[i], x)
			floats.Add(angles, f.corners[i][cell*frequencies:(cell+1)*frequencies])
			continue
		}
		floats.AddScaled(angles, p.number(x), f.slopes[i])
	}
	for k, angle := range angles {
		sin, cos := math.Sincos(angle)
		dst[2*k], dst[2*k+1] = cos/rootFrequencies, sin/rootFrequencies
	}
}

var rootFrequencies = math.Sqrt(frequencies)
