package alerts

import (
	"fmt"
	"slices"
)

// A timeline keeps its beginning, which says what it is about, and its end, which says where it stands.
const (
	keptFirst = 5
	keptLast  = 40
)

// timeline is an incident's story, bounded.
type timeline struct {
	First []Line `json:"first,omitempty"`
	Last  []Line `json:"last,omitempty"`
	Count int    `json:"count"`
}

func (t *timeline) add(line Line) {
	t.Count++
	if len(t.First) < keptFirst {
		t.First = append(t.First, line)
		return
	}
	t.Last = append(t.Last, line)
	if len(t.Last) > keptLast {
		t.Last = slices.Delete(t.Last, 0, len(t.Last)-keptLast)
	}
}

// lines returns the story, with "… N more" where its middle is left out.
func (t *timeline) lines() []Line {
	lines := slices.Clone(t.First)
	if missing := t.Count - len(t.First) - len(t.Last); missing > 0 {
		lines = append(lines, Line{At: t.Last[0].At, Text: fmt.Sprintf("… %d more", missing)})
	}
	return append(lines, t.Last...)
}
