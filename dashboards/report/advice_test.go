package report

import (
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// TestAdvice says what to do first, and nothing that the verdicts contradict.
func TestAdvice(t *testing.T) {
	c := &dataset.Comparison{Chunks: make([]dataset.Chunk, 1)}
	c.Current.Rows = 100
	moved := []track{{name: "age", drifted: 1}}
	for _, k := range []struct {
		faults []fault
		inputs []track
		state  string
		want   string
	}{
		{[]fault{{Column: "x"}, {Column: "x"}}, moved, bad, "Repair `x` where"},
		{[]fault{{}}, nil, fine, "Repair the repeated rows"},
		{nil, moved, bad, "Ask whether `age` moved for good"},
		{nil, nil, uneasy, "Check how the labels are made"},
		{nil, moved, unknown, "Get labels"},
		{nil, nil, unknown, "Nothing, until labels come."},
		{nil, moved, fine, "Nothing at once: `age` moved"},
		{nil, nil, fine, "Nothing."},
	} {
		if got := advise(c, k.faults, k.inputs, []verdict{{}, {}, {State: k.state}}); !strings.HasPrefix(got, k.want) {
			t.Errorf("got %q, want %q", got, k.want)
		}
	}
}

// TestAdviceWhereNoInputMoved looks for what is left: the model, or how the inputs are joined.
func TestAdviceWhereNoInputMoved(t *testing.T) {
	for _, k := range []struct {
		answers, harm string
		together      bool
		want          string
	}{
		{uneasy, bad, false, "Check which model answers"},
		{uneasy, fine, false, "Check which model answers"},
		{uneasy, unknown, false, "Check which model answers"},
		{uneasy, bad, true, "Check how the inputs are joined"},
		{fine, bad, true, "Check how the inputs are joined"},
		{fine, bad, false, "Check how the labels are made"},
		{fine, fine, true, "Nothing."},
	} {
		c := &dataset.Comparison{Chunks: []dataset.Chunk{{Multivariate: []dataset.Measure{{Name: "mmd", Drifted: new(k.together)}}}}}
		c.Current.Rows = 100
		if got := advise(c, nil, nil, []verdict{{}, {State: k.answers}, {State: k.harm}}); !strings.HasPrefix(got, k.want) {
			t.Errorf("%+v: got %q", k, got)
		}
	}
}

// TestCardsAgreeWithTheStory takes the cases in which a card could contradict the headline.
func TestCardsAgreeWithTheStory(t *testing.T) {
	accuracy := func(value, half float64) []dataset.Performance {
		return []dataset.Performance{{Name: "accuracy", Value: value, Lower: new(value - half), Upper: new(value + half), N: 6000}}
	}
	for name, k := range map[string]struct {
		now, half float64
		segment   *dataset.Segment
		want      string
	}{
		"worse":               {0.70, 0.01, nil, "Yes"},
		"in a segment":        {0.785, 0.01, &dataset.Segment{Name: "country = PT"}, "Yes, in places"},
		"perhaps":             {0.782, 0.01, nil, "Not shown"}, // beyond 95 %, not beyond 99 %
		"real but too little": {0.792, 0.001, nil, "No"},
		"small":               {0.785, 0.001, nil, "Slightly"},
	} {
		half := k.half
		c := &dataset.Comparison{ReferencePerformance: accuracy(0.8, half), Chunks: []dataset.Chunk{{Performance: accuracy(k.now, half), Segment: k.segment}}}
		if got := damage(c, []string{"chunk 0"}); got.Answer != k.want {
			t.Errorf("%s: %q, want %q: %s", name, got.Answer, k.want, got.Evidence)
		}
	}
}

// TestOneFaultIsToldOnce tells a fault that is confined to a segment in one chunk and to none in the next as one.
func TestOneFaultIsToldOnce(t *testing.T) {
	c := &dataset.Comparison{Chunks: []dataset.Chunk{
		{Faults: []dataset.Fault{{Column: "x", Fault: "unit_change", Share: 0.2}}},
		{Faults: []dataset.Fault{{Column: "x", Fault: "unit_change", Share: 1, Segment: "country = PT", Sentence: "all of PT"}}},
	}}
	if got, _ := newFaults(c); len(got) != 1 || got[0].Sentence != "all of PT" || got[0].Chunks != "in 2 of 2 chunks" {
		t.Errorf("%+v", got)
	}
}

// TestFarthestNamesWhatMoved gives the rate as evidence where the values that are there have not moved.
func TestFarthestNamesWhatMoved(t *testing.T) {
	r := &dataset.ColumnReport{Measurements: []dataset.Measure{
		{Name: "jensen_shannon", Value: 0.02, Threshold: new(0.1), Drifted: new(false), Status: "ok"},
		{Name: "missing_rate", Value: 0.4, Threshold: new(0.05), Drifted: new(true), Status: "ok"},
	}}
	if got := farthest(track{name: "x", reports: []*dataset.ColumnReport{r}, measure: "jensen_shannon"}); got != "x: missing_rate 0.400 (limit 0.050)." {
		t.Error(got)
	}
	r = &dataset.ColumnReport{Measurements: []dataset.Measure{
		{Name: "jensen_shannon", Status: "insufficient"}, {Name: "mismatch_rate", Value: 1, Threshold: new(0.01), Drifted: new(true), Status: "ok"},
	}}
	if got := farthest(track{name: "x", reports: []*dataset.ColumnReport{r}, measure: "jensen_shannon"}); got != "x: mismatch_rate 1.000 (limit 0.010)." {
		t.Error(got)
	}
	r.Measurements = r.Measurements[:1]
	if got := farthest(track{name: "x", reports: []*dataset.ColumnReport{r}, measure: "jensen_shannon"}); got != "x: no value to compare." {
		t.Error(got)
	}
}

// What is looked for in whole rows, or in all columns together, is named by chance so often a chunk, not a column.
func TestTriedPerChunk(t *testing.T) {
	c := &dataset.Comparison{Chunks: []dataset.Chunk{{Faults: []dataset.Fault{
		{Fault: "duplicated_rows", Share: 0.2, NullRate: 1e-3}, {Column: "x", Fault: "stuck", Share: 1, NullRate: 1e-4},
	}}}}
	all, _ := newFaults(c)
	for i, want := range []string{"in one chunk of 1", "in one column of 10"} {
		if !strings.Contains(all[i].Evidence, want) {
			t.Errorf("%q, want %q", all[i].Evidence, want)
		}
	}
}
