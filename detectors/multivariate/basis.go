package multivariate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// explained is the share of the variance that the kept principal components exceed, NannyML's default.
const explained = 0.65

// moments are the sums of rows of width d: their number, each column's sum, and the sums of products (of which the upper
// triangle is used). They add and subtract.
type moments struct {
	n        float64
	sums     []float64
	products []float64
}

func newMoments(width int) *moments {
	return &moments{sums: make([]float64, width), products: make([]float64, width*width)}
}

// add adds other, times sign.
func (m *moments) add(other *moments, sign float64) {
	m.n += sign * other.n
	for i, x := range other.sums {
		m.sums[i] += sign * x
	}
	for i, x := range other.products {
		m.products[i] += sign * x
	}
}

// observe adds the rows of a tile, column after column.
func (m *moments) observe(t *tile) {
	m.n += float64(t.n)
	width := len(m.sums)
	for i := range width {
		a := t.column(i)
		for _, x := range a {
			m.sums[i] += x
		}
		j := i
		for ; j+3 < width; j += 4 {
			p, q, r, s := dot4(a, t.column(j), t.column(j+1), t.column(j+2), t.column(j+3))
			to := m.products[i*width+j : i*width+j+4]
			to[0] += p
			to[1] += q
			to[2] += r
			to[3] += s
		}
		for ; j < width; j++ {
			var p float64
			b := t.column(j)
			for k, x := range a {
				p += x * b[k]
			}
			m.products[i*width+j] += p
		}
	}
}

// dot4 returns the inner products of a with four vectors of its length: four at once keep the processor busy.
func dot4(a, b0, b1, b2, b3 []float64) (p, q, r, s float64) {
	b0, b1, b2, b3 = b0[:len(a)], b1[:len(a)], b2[:len(a)], b3[:len(a)]
	for k, x := range a {
		p += x * b0[k]
		q += x * b1[k]
		r += x * b2[k]
		s += x * b3[k]
	}
	return p, q, r, s
}

// basis is what a principal component analysis leaves over: the directions across the kept components. The length of a
// row along them is its reconstruction error. Measured this way, and not as a difference of the row and its
// reconstruction, an error that is nearly 0 keeps its digits.
type basis struct {
	mean   []float64 // taken off before
	kept   int       // components
	across []float64 // one direction after another, each as long as a row
}

// newBasis fits the components to rows of which only the moments are known. It is false if there is no variance at all,
// or if it takes all components to explain enough of it, as with two independent columns: nothing is left over then.
//
// Kept are the fewest components whose variance is more than the share explained of the whole: the eigenvectors of the
// covariance with the largest eigenvalues, as scikit-learn's PCA(n_components=0.65); or as many as are wanted, if that
// is not 0.
func newBasis(m *moments, wanted int) (*basis, bool) {
	width := len(m.sums)
	b := &basis{mean: make([]float64, width)}
	for i := range width {
		b.mean[i] = m.sums[i] / m.n
	}
	covariance := mat.NewSymDense(width, nil)
	for i := range width {
		for j := i; j < width; j++ {
			covariance.SetSym(i, j, m.products[i*width+j]/m.n-b.mean[i]*b.mean[j])
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, false
	}
	values := eigen.Values(nil) // ascending
	var total, share float64
	for i := range values {
		values[i] = max(values[i], 0)
		total += values[i]
	}
	if !(total > 0) {
		return nil, false
	}
	rest := width
	for rest > 0 {
		rest--
		share += values[rest] / total
		if wanted == width-rest || wanted == 0 && share > explained {
			break
		}
	}
	if rest == 0 {
		return nil, false
	}
	b.kept = width - rest
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for i := range rest {
		for j := range width {
			b.across = append(b.across, vectors.At(j, i))
		}
	}
	return b, true
}

// errors writes the reconstruction error of each row of a tile into dst. It changes the tile.
func (b *basis) errors(dst []float64, t *tile) {
	width := len(b.mean)
	for i, mean := range b.mean {
		column := t.column(i)
		for k := range column {
			column[k] -= mean
		}
	}
	clear(dst[:t.n])
	along := t.spare[:t.n]
	for from := 0; from < len(b.across); from += width {
		direction := b.across[from : from+width]
		clear(along)
		i := 0
		for ; i+3 < width; i += 4 {
			axpy4(along, direction[i:i+4], t.column(i), t.column(i+1), t.column(i+2), t.column(i+3))
		}
		for ; i < width; i++ {
			w := direction[i]
			for k, x := range t.column(i) {
				along[k] += w * x
			}
		}
		for k, x := range along {
			dst[k] += x * x
		}
	}
	for k, x := range dst[:t.n] {
		dst[k] = math.Sqrt(x)
	}
}

// axpy4 adds four vectors, each times its weight.
func axpy4(dst, w, a0, a1, a2, a3 []float64) {
	w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
	a0, a1, a2, a3 = a0[:len(dst)], a1[:len(dst)], a2[:len(dst)], a3[:len(dst)]
	for k := range dst {
		dst[k] += w0*a0[k] + w1*a1[k] + w2*a2[k] + w3*a3[k]
	}
}

// tile is a stretch of standardised rows, column after column, small enough to stay in the cache.
type tile struct {
	n     int
	cells []float64
	spare []float64
}

const tileRows = 256

func newTile(width int) *tile {
	return &tile{cells: make([]float64, width*tileRows), spare: make([]float64, tileRows)}
}

func (t *tile) column(i int) []float64 { return t.cells[i*tileRows : i*tileRows+t.n] }
