package profile

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Which values are kept one by one depends neither on the order of arrival nor on how parts are merged, and the count of a
// kept value is whole.
func TestUnseenDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		distinct := rapid.IntRange(1, 4*unseenKept).Draw(t, "distinct")
		var arrivals []string
		for i := range distinct {
			for range 1 + i%3 {
				arrivals = append(arrivals, fmt.Sprint("value ", i))
			}
		}
		var all Unseen
		for _, name := range arrivals {
			all.Add([]byte(name), 1)
		}
		var parts [3]Unseen
		for _, i := range rapid.Permutation(indices(len(arrivals))).Draw(t, "order") {
			parts[(i*7+distinct)%3].Add([]byte(arrivals[i]), 1)
		}
		parts[2].Merge(&parts[0])
		parts[2].Merge(&parts[1])
		merged := &parts[2]
		if merged.Total() != uint64(len(arrivals)) || merged.Other() != all.Other() || len(merged.Names()) != min(distinct, unseenKept) {
			t.Fatalf("total %d of %d, other %d and %d", merged.Total(), len(arrivals), merged.Other(), all.Other())
		}
		for _, name := range all.Names() {
			var i int
			if _, err := fmt.Sscanf(name, "value %d", &i); err != nil {
				t.Fatal(err)
			}
			if want := uint64(1 + i%3); merged.Count(name) != want || all.Count(name) != want {
				t.Fatalf("%s: %d and %d, want %d", name, merged.Count(name), all.Count(name), want)
			}
		}
	})
}

func TestLongUnseenValuesAreCut(t *testing.T) {
	var u Unseen
	long := strings.Repeat("x", 1<<20)
	u.Add([]byte(long), 1)
	u.Add([]byte(long+"y"), 1)
	if names := u.Names(); len(names) != 1 || len(names[0]) != unseenMaxBytes || u.Total() != 2 {
		t.Errorf("%d names, total %d", len(names), u.Total())
	}
}
