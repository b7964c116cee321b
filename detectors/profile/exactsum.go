package profile

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// ExactSum adds float64 values without rounding: the sum is the same to the last bit in any order and under any
// grouping, and what was added can be subtracted again. Windows need all three: partitions interleave differently
// in every run, panes merge, sliding windows subtract.
//
// It is a fixed-point number in 67 overlapping chunks of 32 bits, each held in an int64 so that carries wait
// (R. Neal, Fast exact summation using small and large superaccumulators, arXiv:1505.05571). Adding costs a few
// nanoseconds; 2^30 additions may pass between two carries. NaN and infinities are the caller's to keep out: Add
// ignores them.
type ExactSum struct {
	chunks  [exactChunks]int64
	pending uint32 // additions since the last carry
}

const (
	exactChunks   = 67
	chunkBits     = 32
	carryEvery    = 1 << 29
	mantissaBits  = 52
	exponentMask  = 0x7ff
	mantissaMask  = 1<<mantissaBits - 1
	exactSumScale = 1074 // chunk 0 counts units of 2^-1074, the smallest float64
)

// Add adds x. Subtracting is adding −x. NaN and infinities are ignored.
func (s *ExactSum) Add(x float64) {
	b := math.Float64bits(x)
	exponent := int(b >> mantissaBits & exponentMask)
	mantissa := b & mantissaMask
	switch exponent {
	case exponentMask:
		return
	case 0:
		exponent = 1
	default:
		mantissa |= 1 << mantissaBits
	}
	shift := uint(exponent - 1)
	index, offset := shift/chunkBits, shift%chunkBits
	// 53 bits shifted by up to 31 span three chunks.
	low := mantissa << offset
	high := uint64(0)
	if offset > 0 {
		high = mantissa >> (64 - offset)
	}
	c := s.chunks[index : index+3 : index+3]
	if b>>63 == 0 {
		c[0] += int64(low & math.MaxUint32)
		c[1] += int64(low >> chunkBits)
		c[2] += int64(high)
	} else {
		c[0] -= int64(low & math.MaxUint32)
		c[1] -= int64(low >> chunkBits)
		c[2] -= int64(high)
	}
	if s.pending++; s.pending >= carryEvery {
		s.carry()
	}
}

// Merge adds all that o holds.
func (s *ExactSum) Merge(o *ExactSum) {
	s.carry()
	other := *o
	other.carry()
	for i, c := range other.chunks {
		s.chunks[i] += c
	}
	s.pending = 1
}

// carry brings every chunk but the last into [0, 2^32), which makes equal sums equal arrays.
func (s *ExactSum) carry() {
	for i := range exactChunks - 1 {
		up := s.chunks[i] >> chunkBits
		s.chunks[i] -= up << chunkBits
		s.chunks[i+1] += up
	}
	s.pending = 0
}

// Value returns the sum rounded once to the nearest float64; ±Inf if it is beyond.
func (s *ExactSum) Value() float64 {
	c := *s
	c.carry()
	negative := c.chunks[exactChunks-1] < 0
	if negative {
		for i := range c.chunks {
			c.chunks[i] = -c.chunks[i]
		}
		c.carry()
	}
	top := exactChunks - 1
	for top >= 0 && c.chunks[top] == 0 {
		top--
	}
	if top < 0 {
		return 0
	}
	value := c.round(top)
	if negative {
		return -value
	}
	return value
}

// round turns the non-negative, carried chunks up to top into a float64, to nearest, ties to even: the upper 64 bits are
// taken, the last of them set if anything lies below, and the conversion of those rounds once. A subnormal sum is a
// small multiple of 2^-1074, which is exact.
func (s *ExactSum) round(top int) float64 {
	at := func(i int) uint64 {
		if i < 0 {
			return 0
		}
		return uint64(s.chunks[i]) // not negative
	}
	high, bottom := at(top), top-2 // the last chunk may have more than 32 bits
	below := at(top-1)<<chunkBits | at(top-2)
	lead := uint(bits.LeadingZeros64(high))
	kept := high<<lead | below>>(64-lead) // a shift by 64 is 0
	rest := below << lead
	for i := 0; i < bottom && rest == 0; i++ {
		rest |= at(i)
	}
	if rest != 0 {
		kept |= 1
	}
	return math.Ldexp(float64(kept), top*chunkBits-int(lead)-exactSumScale)
}

// AppendBinary appends the sum: first chunk in use, number of chunks, then each as a varint. Equal sums encode alike.
func (s *ExactSum) AppendBinary(b []byte) []byte {
	c := *s
	c.carry()
	first, end := 0, exactChunks
	for first < end && c.chunks[first] == 0 {
		first++
	}
	for end > first && c.chunks[end-1] == 0 {
		end--
	}
	b = append(b, byte(first), byte(end-first))
	for _, chunk := range c.chunks[first:end] {
		b = binary.AppendVarint(b, chunk)
	}
	return b
}
