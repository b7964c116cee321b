package faults

import (
	"math"
	"math/bits"
)

// usualRepeats is the share of repeated rows above which repetition is the nature of the data: a few categories have only
// so many combinations.
const usualRepeats = 0.1

// Where some rows repeat by nature, more than usualRepeats/5, the share varies with what else drifts: answers of a
// survey repeated 5 % in one half of a file and 19 % in the other. It must be oftenRepeats times as large.
const oftenRepeats = 4

// Duplicated sees rows that came before. Ref and cur are a hash of each row's values, in order; equal hashes are equal
// rows. Rows repeat by chance too, the more the more there are, so as many rows of the reference are taken as there are
// current ones, and the repetitions of fewer are scaled up. Only where rows repeat the reference is asked for.
func Duplicated(before func() []uint64, cur []uint64, o Options) *Finding {
	if len(cur) < leastValues {
		return nil
	}
	again := repeats(cur)
	if again < leastHits {
		return nil
	}
	ref := before()
	if len(ref) < leastValues {
		return nil
	}
	size := min(len(ref), len(cur))
	var usual uint64
	for _, start := range []int{0, (len(ref) - size) / 2, len(ref) - size} {
		usual = max(usual, repeats(ref[start:start+size]))
	}
	scale := float64(len(cur)) / float64(size)
	expected := share(usual, uint64(size)) * scale
	n := uint64(len(cur))
	if expected > usualRepeats {
		return nil
	}
	likely := expected
	if scale > 1 {
		// Of a few rows chance may hide many repetitions: Poisson's upper bound, by square roots.
		root := math.Sqrt(float64(usual)+1) + z(o.level())/2
		likely = root * root / float64(size) * scale
	}
	if expected > usualRepeats/5 {
		likely = max(likely, oftenRepeats*expected)
	}
	if !surge(again, n, uint64(min(likely, 1)*float64(n)), n, rateTolerance, o) {
		return nil
	}
	return &Finding{
		Kind: DuplicatedRows, Share: share(again, n), Clause: "repeats earlier rows exactly",
		Detail: "as many rows of the reference repeat " + Percent(expected),
	}
}

// repeats counts the hashes that came before. (Open addressing: a map would cost ten times as much.)
func repeats(hashes []uint64) uint64 {
	slots := make([]uint64, 2<<bits.Len(uint(len(hashes))))
	mask := uint64(len(slots) - 1)
	var again uint64
	zero := false
	for _, h := range hashes {
		if h == 0 {
			if zero {
				again++
			}
			zero = true
			continue
		}
		i := (h * 0x9e3779b97f4a7c15) >> 20 & mask
		for slots[i] != 0 && slots[i] != h {
			i = (i + 1) & mask
		}
		if slots[i] == h {
			again++
		}
		slots[i] = h
	}
	return again
}
