package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Every limit that a comparison prints is derived, of columns and of all features together.
func TestEveryLimitIsDerived(t *testing.T) {
	table := func(shift int) string {
		var text strings.Builder
		text.WriteString("x,y,z,color\n")
		for i := range 300 {
			fmt.Fprintf(&text, "%d,%d,%d,%s\n", i*i%97+shift, i*i%97+i%5, i%13, []string{"red", "blue"}[i%2])
		}
		return text.String()
	}
	c := compare(t, table(0), table(7), CompareOptions{Broad: true})
	derived := func(m *Measure) {
		i := slices.IndexFunc(c.Thresholds, func(d Threshold) bool { return d.Measure == m.Name })
		if m.Threshold == nil {
			return
		}
		if i < 0 {
			t.Errorf("%s has the limit %v, and nothing says why", m.Name, *m.Threshold)
			return
		}
		d := c.Thresholds[i]
		if d.Lowest > *m.Threshold || d.Highest < *m.Threshold || d.Formula == "" || !strings.Contains(d.Derivation, " Here the limit") {
			t.Errorf("%s: limit %v, %+v", m.Name, *m.Threshold, d)
		}
	}
	for i := range c.Chunks[0].Columns {
		for j := range c.Chunks[0].Columns[i].Measurements {
			derived(&c.Chunks[0].Columns[i].Measurements[j])
		}
	}
	limited := 0
	for i := range c.Chunks[0].Multivariate {
		m := &c.Chunks[0].Multivariate[i]
		derived(m)
		if m.Threshold != nil {
			limited++
		}
	}
	if limited != 3 {
		t.Errorf("%d of the three joint measures have a limit", limited)
	}
}
