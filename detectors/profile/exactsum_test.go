package profile

import (
	"encoding/binary"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// finite draws any finite float64, subnormal ones and extremes included.
func finite() *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		for {
			if x := math.Float64frombits(rapid.Uint64().Draw(t, "bits")); !math.IsNaN(x) && !math.IsInf(x, 0) {
				return x
			}
		}
	})
}

func TestExactSumEqualsBigFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(finite(), 0, 40).Draw(t, "values")
		var sum ExactSum
		want := new(big.Float).SetPrec(3000)
		for _, x := range values {
			sum.Add(x)
			want.Add(want, new(big.Float).SetPrec(3000).SetFloat64(x))
		}
		got := sum.Value()
		if rounded, _ := want.Float64(); got != rounded {
			t.Fatalf("got %v, want %v", got, rounded)
		}
	})
}

// TestExactSumRounds adds up halves of the last digit: exactly a half goes to even, the least bit more goes up.
func TestExactSumRounds(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{1, 0x1p-53}, 1},
		{[]float64{1, 0x1p-53, 0x1p-200}, 1 + 0x1p-52},
		{[]float64{1, 0x1p-53, 5e-324}, 1 + 0x1p-52},
		{[]float64{1 + 0x1p-52, 0x1p-53}, 1 + 0x1p-51},
		{[]float64{-1, -0x1p-53, 0x1p-100}, -1},
		{[]float64{5e-324, 5e-324}, 1e-323},
		{[]float64{math.MaxFloat64, 0x1p969}, math.MaxFloat64},
		{[]float64{math.MaxFloat64, 0x1p970}, math.Inf(1)},
	} {
		var sum ExactSum
		for _, x := range test.values {
			sum.Add(x)
		}
		if got := sum.Value(); got != test.want {
			t.Errorf("%v: got %v, want %v", test.values, got, test.want)
		}
	}
}

func TestExactSumIgnoresOrderAndGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(finite(), 1, 30).Draw(t, "values")
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		var all, left, right ExactSum
		for i, x := range values {
			all.Add(x)
			if i < cut {
				right.Add(x)
			}
		}
		for i := len(values) - 1; i >= cut; i-- {
			left.Add(values[i])
		}
		left.Merge(&right)
		if a, b := all.AppendBinary(nil), left.AppendBinary(nil); string(a) != string(b) {
			t.Fatalf("encodings differ: %x and %x", a, b)
		}
		r := NewReader(left.AppendBinary(nil))
		if read := r.Sum(); r.Err() != nil || len(r.Rest()) != 0 || read.Value() != all.Value() {
			t.Fatalf("read %v, rest %d, error %v; want %v", read.Value(), len(r.Rest()), r.Err(), all.Value())
		}
		for _, x := range values {
			all.Add(-x)
		}
		if all.Value() != 0 {
			t.Fatalf("adding and subtracting all leaves %v", all.Value())
		}
	})
}

// TestReadSumRefuses chunks that no sum has, which would overflow.
func TestReadSumRefuses(t *testing.T) {
	for _, chunk := range []int64{1 << 32, -1 << 32, math.MaxInt64} {
		r := NewReader(binary.AppendVarint([]byte{0, 1}, chunk))
		if sum := r.Sum(); r.Err() == nil {
			t.Errorf("a chunk of %d gives %v", chunk, sum.Value())
		}
	}
}

// TestExactSumCarries before the chunks overflow.
func TestExactSumCarries(t *testing.T) {
	sum := ExactSum{pending: carryEvery - 1}
	sum.chunks[40] = math.MaxInt64 - math.MaxUint32
	before := sum.Value()
	sum.Add(-1)
	if sum.pending != 0 || sum.chunks[40] > math.MaxUint32 || sum.Value() != before {
		t.Errorf("%+v", sum)
	}
}

func BenchmarkExactSumAdd(b *testing.B) {
	var s ExactSum
	x := 0.1
	for b.Loop() {
		s.Add(x)
		x += 0.01
	}
}
