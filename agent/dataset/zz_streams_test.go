package dataset

import (
	"fmt"
	"os"
	"testing"
)

func load(t *testing.T, path string) *Dataset {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := Read(f, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestZZStreams(t *testing.T) {
	for _, s := range []string{"car_loan", "car_loan_dq", "car_price", "cards_mc", "elec2"} {
		dir := "/work/shared/data/streams/" + s + "/"
		ref, cur := load(t, dir+"reference.csv.gz"), load(t, dir+"analysis.csv.gz")
		for _, rows := range []int{0, 5000, 1000, 300, 100} {
			for side, d := range []*Dataset{cur, ref} {
				c, err := Compare(ref, d, CompareOptions{Chunking: Chunking{Rows: rows}, Methods: []string{"psi"}})
				if err != nil {
					t.Fatal(err)
				}
				n, cells := map[string]int{}, 0
				for _, k := range c.Chunks {
					cells += len(k.Columns)
					for _, f := range k.Faults {
						key := f.Column + ":" + string(f.Fault)
						n[key]++
						if s != "car_loan_dq" && n[key] <= 3 || n[key] == 1 {
							fmt.Println("   ", s, side, rows, k.Index, f.Sentence)
						}
					}
				}
				fmt.Println(s, side, rows, len(c.Chunks), cells, n)
				if side == 0 && rows == 0 || rows == 5000 {
					fmt.Println("   STORY", c.Chunks[len(c.Chunks)-1].Story)
				}
			}
		}
	}
}
