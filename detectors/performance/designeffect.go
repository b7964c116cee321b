package performance

import (
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Block adds up the errors (Schema.Error) of one stretch of time. The zero value is empty.
type Block struct {
	n            uint64
	sum, squares profile.ExactSum
}

// Observe counts one row's error.
func (b *Block) Observe(e float64) {
	b.n++
	b.sum.Add(e)
	b.squares.Add(e * e)
}

// Days are the blocks of UTC days, by their index.
type Days map[int64]*Block

const day = 24 * time.Hour

// Observe counts one row's error into its day.
func (d Days) Observe(at profile.Instant, e float64) {
	index := at.Index(day)
	if d[index] == nil {
		d[index] = new(Block)
	}
	d[index].Observe(e)
}

// DesignEffect is that of the days, see the function of that name.
func (d Days) DesignEffect() (deff float64, assumed bool) {
	blocks := make([]Block, 0, len(d))
	for _, index := range slices.Sorted(maps.Keys(d)) {
		blocks = append(blocks, *d[index])
	}
	return DesignEffect(blocks, day)
}

// The rules of DesignEffect.
const (
	// AssumedDesignEffect stands in where the data cannot tell: the upper end of what the Elec2 stream shows (4–10).
	AssumedDesignEffect = 10.0
	leastBlocks         = 12
	leastBlock          = 24 * time.Hour
)

// DesignEffect tells how many rows count as one independent row, from the errors of consecutive blocks of time: the
// variance of the block means over what independent rows would give, for blocks of one size
//
//	deff = var(block means) / (p(1−p) / block size)
//
// and for blocks of unequal sizes the ratio estimator of cluster sampling, which is the same for equal ones
// (W. G. Cochran, Sampling Techniques, 3rd ed., §9A.1; |error| and its variance take the place of p and p(1−p) in a
// regression). It takes 12 blocks with rows, each of a day or longer: with less, or without any variance, it is assumed
// to be 10. It is never below 1: blocks that are more alike than chance are luck, not information.
func DesignEffect(blocks []Block, length time.Duration) (deff float64, assumed bool) {
	var whole Block
	filled := 0
	for i := range blocks {
		if blocks[i].n == 0 {
			continue
		}
		filled++
		whole.n += blocks[i].n
		whole.sum.Merge(&blocks[i].sum)
		whole.squares.Merge(&blocks[i].squares)
	}
	if filled < leastBlocks || length < leastBlock {
		return AssumedDesignEffect, true
	}
	n := float64(whole.n)
	mean := whole.sum.Value() / n
	variance := whole.squares.Value()/n - mean*mean
	var between profile.ExactSum
	for i := range blocks {
		d := blocks[i].sum.Value() - float64(blocks[i].n)*mean
		between.Add(d * d)
	}
	k := float64(filled)
	deff = k / (k - 1) * between.Value() / (n * variance)
	if !(variance > 0) || deff-deff != 0 {
		return AssumedDesignEffect, true
	}
	return max(deff, 1), false
}
