package performance

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// histogram counts non-negative durations in buckets that are narrow where values are small: 64 to each power of two,
// each at most 1/64 of its lower end wide. The middle of a bucket is within 0.8 % of any value in it. Buckets are the
// leading bits of the float64 itself, so every machine agrees on them, and histograms merge exactly. It holds at most
// 7,681 buckets (about 180 KB); real latencies fill a few hundred.
type histogram struct {
	n        uint64
	min, max float64
	buckets  map[uint16]uint64
}

const (
	bucketShift = 52 - 6 // of the mantissa's 52 bits, six tell buckets apart
	// Values below 2^-40 count as 0, those from 2^80 on as the largest bucket: milliseconds from a femtosecond to longer
	// than any clock.
	leastBucket   = (1023 - 40) << 6
	greatestCount = 120 << 6
)

func bucketOf(x float64) uint16 {
	bits := int64(math.Float64bits(x)>>bucketShift) - leastBucket // the sign bit is clear
	return uint16(min(max(bits+1, 0), greatestCount))
}

// middle returns the middle of a bucket.
func middle(bucket uint16) float64 {
	if bucket == 0 {
		return 0
	}
	low := (uint64(bucket) - 1 + leastBucket) << bucketShift
	return (math.Float64frombits(low) + math.Float64frombits(low+1<<bucketShift)) / 2
}

// observe counts x. A negative one counts as 0: clocks disagree by a little. NaN and infinities are ignored.
func (h *histogram) observe(x float64) {
	if !profile.Finite(x) {
		return
	}
	x = max(x, 0)
	if h.buckets == nil {
		h.buckets = make(map[uint16]uint64)
		h.min = math.Inf(1)
	}
	h.n++
	h.min, h.max = min(h.min, x), max(h.max, x)
	h.buckets[bucketOf(x)]++
}

func (h *histogram) merge(o *histogram) {
	if o.n == 0 {
		return
	}
	if h.n == 0 {
		*h = *o
		h.buckets = maps.Clone(o.buckets)
		return
	}
	h.n += o.n
	h.min, h.max = min(h.min, o.min), max(h.max, o.max)
	for bucket, count := range o.buckets {
		h.buckets[bucket] += count
	}
}

// quantile estimates the q-quantile by linear interpolation between the two nearest values (numpy's default), within
// 0.8 % of it. Smallest and largest value are exact. It is false for an empty histogram.
func (h *histogram) quantile(q float64) (float64, bool) {
	if h.n == 0 || math.IsNaN(q) {
		return 0, false
	}
	position := min(max(q, 0), 1) * float64(h.n-1)
	rank := math.Floor(position)
	low := h.valueAt(uint64(rank))
	if position == rank {
		return low, true
	}
	return low + (position-rank)*(h.valueAt(uint64(rank)+1)-low), true
}

// valueAt estimates the value of a rank, counted from 0.
func (h *histogram) valueAt(rank uint64) float64 {
	switch {
	case rank == 0:
		return h.min
	case rank >= h.n-1:
		return h.max
	}
	var below uint64
	for _, bucket := range slices.Sorted(maps.Keys(h.buckets)) {
		if below += h.buckets[bucket]; rank < below {
			return min(max(middle(bucket), h.min), h.max)
		}
	}
	return h.max
}

func (h *histogram) appendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(h.buckets)))
	if h.n == 0 {
		return b
	}
	b = profile.AppendFloat(b, h.min)
	b = profile.AppendFloat(b, h.max)
	for _, bucket := range slices.Sorted(maps.Keys(h.buckets)) {
		b = binary.AppendUvarint(b, uint64(bucket))
		b = binary.AppendUvarint(b, h.buckets[bucket])
	}
	return b
}

func readHistogram(r *profile.Reader) (histogram, error) {
	var h histogram
	count := r.Len(2)
	if count == 0 {
		return h, r.Err()
	}
	h.min, h.max = r.Float(), r.Float()
	if !(0 <= h.min && h.min <= h.max) || math.IsInf(h.max, 1) {
		return histogram{}, errDamaged
	}
	h.buckets = make(map[uint16]uint64, min(count, greatestCount+1))
	for range count {
		bucket, n := r.Uvarint(), r.Uvarint()
		if bucket > greatestCount || n == 0 || h.n+n < h.n || h.buckets[uint16(bucket)] > 0 {
			return histogram{}, errDamaged
		}
		h.buckets[uint16(bucket)] = n
		h.n += n
	}
	return h, r.Err()
}
