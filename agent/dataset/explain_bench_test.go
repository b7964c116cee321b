package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// BenchmarkExplain10000x25 is what faults, drivers, segment and story cost beside the measures: on clean data, on data of
// which half the columns drifted and one is broken, and with labels.
func BenchmarkExplain10000x25(b *testing.B) {
	for _, moved := range []bool{false, true} {
		b.Run(fmt.Sprintf("moved=%v", moved), func(b *testing.B) {
			rows := func(seed uint64, moved bool) *Dataset {
				random := rand.New(rand.NewPCG(seed, 1))
				var text strings.Builder
				for i := range 23 {
					fmt.Fprintf(&text, "x%d,", i)
				}
				text.WriteString("y_pred,label\n")
				for range 10000 {
					for i := range 20 {
						x := 10 + random.NormFloat64()
						if moved && i%2 == 1 {
							x += 0.5
						}
						if moved && i == 3 {
							x *= 1000
						}
						fmt.Fprintf(&text, "%.5f,", x)
					}
					for range 3 {
						fmt.Fprintf(&text, "c%d,", random.IntN(8))
					}
					fmt.Fprintf(&text, "%d,%d\n", random.IntN(2), random.IntN(2))
				}
				d, err := Read(strings.NewReader(text.String()), "rows", Options{})
				if err != nil {
					b.Fatal(err)
				}
				return d
			}
			ref, cur := rows(1, false), rows(2, moved)
			scores, _, err := newScorer(ref, cur, CompareOptions{}.Answers, false)
			if err != nil {
				b.Fatal(err)
			}
			pairs, _, err := pairUp(ref, cur, CompareOptions{}, scores)
			if err != nil {
				b.Fatal(err)
			}
			whole := cur.all()
			c := Chunk{Columns: make([]ColumnReport, len(pairs))}
			c.measureColumns(whole, &yardsticks{pairs: pairs})
			for b.Loop() {
				out := &Comparison{Chunks: []Chunk{c}}
				x := newExplainer(ref, cur, pairs, scores, 1)
				x.explain(0, &out.Chunks[0], whole)
				x.finish(out)
			}
		})
	}
}
