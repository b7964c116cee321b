package dataset

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// wideTable writes a table of twenty numeric and five categorical columns: normal, rounded, whole and skewed numbers, and
// 2 to 200 categories.
func wideTable(rows int, seed uint64, shift float64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b bytes.Buffer
	for i := range 25 {
		fmt.Fprintf(&b, "x%02d,", i)
	}
	b.Truncate(b.Len() - 1)
	for range rows {
		b.WriteByte('\n')
		for i := range 20 {
			switch x := r.NormFloat64() + shift; i % 4 {
			case 0:
				fmt.Fprintf(&b, "%v,", x)
			case 1:
				fmt.Fprintf(&b, "%.2f,", math.Exp(3+x))
			case 2:
				fmt.Fprintf(&b, "%d,", r.IntN(90))
			case 3:
				fmt.Fprintf(&b, "%v,", 100*x*x)
			}
		}
		for _, n := range []int{2, 4, 12, 50, 200} {
			fmt.Fprintf(&b, "value_%d,", r.IntN(n))
		}
		b.Truncate(b.Len() - 1)
	}
	return b.Bytes()
}

// BenchmarkRead reads 10,000 × 25 cells of CSV.
func BenchmarkRead(b *testing.B) {
	text := wideTable(10_000, 1, 0)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(text), "file", Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare compares 10,000 × 25 cells with as many, once they are read.
func BenchmarkCompare(b *testing.B) {
	ref, err := Read(bytes.NewReader(wideTable(10_000, 1, 0)), "reference", Options{})
	if err != nil {
		b.Fatal(err)
	}
	cur, err := Read(bytes.NewReader(wideTable(10_000, 2, 0.3)), "current", Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compare(ref, cur, CompareOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
