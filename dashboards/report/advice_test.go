package report

import (
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/drivers"
)

// TestAdvice says what to do first, and nothing that the verdicts contradict.
func TestAdvice(t *testing.T) {
	c := &dataset.Comparison{Chunks: make([]dataset.Chunk, 1)}
	c.Current.Rows = 100
	moved := []dataset.History{{Name: "age", Drifted: 1}}
	for _, k := range []struct {
		faults []fault
		inputs []dataset.History
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
		verdict   drivers.Verdict
		segment   *dataset.Segment
		want      string
	}{
		"worse":               {0.70, 0.01, drivers.Worse, nil, "Yes"},
		"in a segment":        {0.785, 0.01, drivers.Unclear, &dataset.Segment{Name: "country = PT"}, "Yes, in places"},
		"perhaps":             {0.782, 0.01, drivers.Unclear, nil, "Not shown"}, // beyond 95 %, not beyond 99 %
		"real but too little": {0.792, 0.001, drivers.AsBefore, nil, "No"},
		"small":               {0.785, 0.001, drivers.Worse, nil, "Slightly"},
		"too few labels":      {0.70, 0.01, drivers.TooFewLabels, nil, "Too few labels"},
	} {
		half := k.half
		c := &dataset.Comparison{ReferencePerformance: accuracy(0.8, half), Chunks: []dataset.Chunk{{Performance: accuracy(k.now, half), Segment: k.segment, Verdict: k.verdict}}}
		if got := damage(c, []string{"chunk 0"}); got.Answer != k.want {
			t.Errorf("%s: %q, want %q: %s", name, got.Answer, k.want, got.Evidence)
		}
	}
}

// TestHarmInPlacesOverChunks calls a model worse in places where the last chunk's story does.
func TestHarmInPlacesOverChunks(t *testing.T) {
	accuracy := []dataset.Performance{{Name: "accuracy", Value: 0.8, Lower: new(0.79), Upper: new(0.81), N: 6000}}
	c := &dataset.Comparison{ReferencePerformance: accuracy, Chunks: []dataset.Chunk{
		{Performance: accuracy, Verdict: drivers.AsBefore},
		{Performance: accuracy, Verdict: drivers.AsBefore, Segment: &dataset.Segment{Name: "country = PT"}},
	}}
	names := []string{"chunk 0", "chunk 1"}
	if got := damage(c, names); got.Answer != "Yes, in places" || !strings.HasPrefix(got.Evidence, "See country = PT below. Worst in") {
		t.Errorf("%+v", got)
	}
	c.Current.Rows = 100
	if got := headline(c, nil, nil, []verdict{{}, {}, damage(c, names)}); !strings.HasPrefix(got, "None of 0 inputs moved; the model got worse in places, all in all accuracy 0.800") {
		t.Error(got)
	}
	c.Chunks[0].Segment, c.Chunks[1].Segment = c.Chunks[1].Segment, nil
	if got := damage(c, names); got.Answer != "No" {
		t.Errorf("%+v", got)
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
	if got := farthest(dataset.History{Name: "x", Reports: []*dataset.ColumnReport{r}, Measure: "jensen_shannon"}); got != "x: missing_rate 0.400 (limit 0.050)." {
		t.Error(got)
	}
	r = &dataset.ColumnReport{Measurements: []dataset.Measure{
		{Name: "jensen_shannon", Status: "insufficient"}, {Name: "mismatch_rate", Value: 1, Threshold: new(0.01), Drifted: new(true), Status: "ok"},
	}}
	if got := farthest(dataset.History{Name: "x", Reports: []*dataset.ColumnReport{r}, Measure: "jensen_shannon"}); got != "x: mismatch_rate 1.000 (limit 0.010)." {
		t.Error(got)
	}
	r.Measurements = r.Measurements[:1]
	if got := farthest(dataset.History{Name: "x", Reports: []*dataset.ColumnReport{r}, Measure: "jensen_shannon"}); got != "x: no value to compare." {
		t.Error(got)
	}
}

// TestLateLabels does not call a chunk the last one if labels of later chunks are still to come, and says nothing of inputs
// that no measure could compare.
func TestLateLabels(t *testing.T) {
	accuracy := func(value float64) []dataset.Performance {
		return []dataset.Performance{{Name: "accuracy", Value: value, N: 100}}
	}
	c := &dataset.Comparison{ReferencePerformance: accuracy(0.9), Chunks: []dataset.Chunk{{Performance: accuracy(0.9)}, {Performance: accuracy(0.7)}, {}}}
	if got := damage(c, []string{"chunk 0", "chunk 1", "chunk 2"}).Figure; got != "accuracy 0.900 → 0.700 in the last chunk with labels, the worst" {
		t.Error(got)
	}
	all := []dataset.History{{Name: "x", Reports: []*dataset.ColumnReport{{Measurements: []dataset.Measure{{Name: "psi", Status: "insufficient"}}}}}}
	if got := trust(100, nil, all); got.Answer != "Cannot be told" {
		t.Error(got)
	}
	c.Current.Rows = 100
	if got := headline(c, nil, all, []verdict{{State: unknown}, {}, {State: unknown}}); !strings.HasPrefix(got, "Whether the inputs moved cannot be told; without labels") {
		t.Error(got)
	}
}

// TestWorstIsOneChunk names the same chunk as the worst in the card, the stories and the table: of equals the newest.
func TestWorstIsOneChunk(t *testing.T) {
	accuracy := func(value float64) []dataset.Performance {
		return []dataset.Performance{{Name: "accuracy", Value: value, N: 100}}
	}
	c := &dataset.Comparison{ReferencePerformance: accuracy(0.9), Chunks: []dataset.Chunk{{Performance: accuracy(0.7), Story: "a"}, {Performance: accuracy(0.7), Story: "b"}}}
	names := []string{"chunk 0", "chunk 1"}
	top, _ := newStories(c, names)
	row := newScore(c, names, "accuracy", "")
	if card := damage(c, names); !strings.HasPrefix(card.Evidence, "Worst in chunk 1") || row.WorstChunk != "chunk 1" || len(top) != 1 {
		t.Errorf("card %q, table %q, stories %+v", card.Evidence, row.WorstChunk, top)
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
