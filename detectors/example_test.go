package detectors_test

import (
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Two samples in memory, as the batch command compares them.
func ExampleComparer_Column() {
	ref := detectors.NewCategories(map[string]uint64{"card": 500, "cash": 300, "cheque": 200})
	cur := detectors.NewCategories(map[string]uint64{"card": 180, "cash": 150, "cheque": 120, "crypto": 50})
	layout := ref.Layout("payment", profile.Feature, profile.Categorical, 1)
	methods := []string{"psi", "jensen_shannon", "unseen_rate"}
	for _, m := range new(detectors.Comparer).Column(methods, layout, ref, cur, detectors.Options{}) {
		fmt.Printf("%s %.4f of %d against %d, limit %.3f, drifted %t\n", m.Name, m.Value, m.N, m.M, *m.Threshold, *m.Drifted)
	}
	// Output:
	// psi 0.7434 of 500 against 1000, limit 0.100, drifted true
	// jensen_shannon 0.2441 of 500 against 1000, limit 0.100, drifted true
	// unseen_rate 0.1000 of 500 against 1000, limit 0.023, drifted true
}
