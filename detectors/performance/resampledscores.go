package performance

import (
	"math"
	"slices"
)

// scoreBins is how many bins of equal numbers of rows scores are put in before they are resampled. It blurs the figures
// a little, but not their spread, which is all that is taken from them.
const scoreBins = 64

// resampledScores are the ranking measures of one class of resampled rows.
type resampledScores struct {
	class     string
	top       float64   // share of rows that lift looks at
	edges     []float64 // the least score of each bin but the first
	blocks    [][2 * scoreBins]float64
	sum       [2 * scoreBins]float64 // by bin: negative rows, then positive ones
	positives float64                // of the last figures
}

// newResampledScores takes the cells of all rows; equal scores share a bin.
func newResampledScores(class string, top float64, cells []scoreCell, blocks int) *resampledScores {
	r := &resampledScores{class: class, top: top, blocks: make([][2 * scoreBins]float64, blocks)}
	n, below, bin := 0.0, 0.0, 0
	for _, cell := range cells {
		n += float64(cell.negative + cell.positive)
	}
	for _, cell := range cells {
		if at := int(scoreBins * below / n); at > bin {
			bin = at
			r.edges = append(r.edges, cell.low)
		}
		below += float64(cell.negative + cell.positive)
	}
	return r
}

// add counts a row of a block.
func (r *resampledScores) add(block int, score float64, positive bool) {
	bin, found := slices.BinarySearch(r.edges, score)
	if found {
		bin++
	}
	if positive {
		bin += scoreBins
	}
	r.blocks[block][bin]++
}

// figures are those of the drawn blocks, rows of one bin being taken as tied.
func (r *resampledScores) figures(drawn []float64) [4]named {
	clear(r.sum[:])
	for i, times := range drawn {
		if times == 0 {
			continue
		}
		for bin, rows := range &r.blocks[i] {
			r.sum[bin] += times * rows
		}
	}
	negative, positive := r.sum[:scoreBins], r.sum[scoreBins:]
	n, p := 0.0, 0.0
	for bin := range scoreBins {
		n += negative[bin]
		p += positive[bin]
	}
	r.positives = p
	var right, precision, separation, inTop float64
	left := math.Ceil(r.top * (n + p))
	hits, misses := 0.0, 0.0 // of higher scores
	for bin := scoreBins - 1; bin >= 0; bin-- {
		x, y := positive[bin], negative[bin]
		if x+y == 0 {
			continue
		}
		taken := min(x+y, left)
		inTop += x * taken / (x + y)
		left -= taken
		right += y * (hits + x/2)
		if x > 0 {
			precision += x * (hits + x/2) / (hits + x/2 + misses + y/2)
		}
		hits, misses = hits+x, misses+y
		separation = max(separation, hits/p-misses/n)
	}
	return [...]named{
		{"roc_auc", right / (n * p)},
		{"average_precision", precision / p},
		{"ks_separation", separation},
		{"lift", inTop / math.Ceil(r.top*(n+p)) / (p / (n + p))},
	}
}
