package dataset

import (
	"math/rand/v2"
	"testing"
)

// The largest share of a stretch is that which counting every stretch by itself gives, asked for once or twice.
func TestHeaps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := &Column{}
	var rows []int
	for row := range 100 {
		if rows = append(rows, row); r.IntN(5) > 0 {
			c.set(row, number, float64(r.IntN(3)), nil)
		}
	}
	h := &heaps{column: c, rows: rows}
	for _, size := range []int{0, 1, 2, 7, 50, 100, 1000, 7} {
		stretch, most := min(size, len(rows)), 0
		for from := 0; stretch > 0 && from+stretch <= len(rows); from += max(stretch/2, 1) {
			counts := make(map[float64]int)
			for _, row := range rows[from : from+stretch] {
				if c.at(row) == number {
					counts[c.numbers[row]]++
					most = max(most, counts[c.numbers[row]])
				}
			}
		}
		if got, want := h.largest(uint64(size)), float64(most)/float64(max(stretch, 1)); got != want {
			t.Errorf("stretches of %d: got %v, want %v", size, got, want)
		}
	}
}
