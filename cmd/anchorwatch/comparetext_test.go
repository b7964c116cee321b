package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

// Of many classes twelve are listed; what others say too is not, and all that is left out is counted.
func TestListedPerformance(t *testing.T) {
	all := []dataset.Performance{{Name: "accuracy"}, {Name: "f2"}, {Name: "estimated_accuracy"}, {Name: "recall", Class: "micro"}, {Name: "recall", Class: "macro"}}
	for i := range 15 {
		all = append(all, dataset.Performance{Name: "recall", Class: fmt.Sprint("class ", i)})
	}
	listed, more := listedPerformance(all)
	if len(listed) != 2+12 || listed[1].Class != "macro" || more != 2+3 {
		t.Errorf("%d listed, %d more: %+v", len(listed), more, listed)
	}
	if listed, more = listedPerformance([]dataset.Performance{{Name: "f1", Class: "micro"}}); len(listed) != 1 || more != 0 {
		t.Errorf("an average that stands alone: %+v, %d more", listed, more)
	}
}

// A few columns more than there is room for are listed as well as a remark about them would be.
func TestListedColumns(t *testing.T) {
	for n, want := range map[int]int{45: 45, 46: 40} {
		if got := len(listedColumns(make([]dataset.History, n))); got != want {
			t.Errorf("%d columns without drift: %d are listed, want %d", n, got, want)
		}
	}
	columns := make([]dataset.History, 60)
	columns[0].Drifted = 3
	if got := len(listedColumns(columns)); got != 41 {
		t.Errorf("%d are listed, want the one that drifted and 40", got)
	}
}

// That nothing is missing takes no room, unless it was asked for.
func TestTelling(t *testing.T) {
	for _, c := range []struct {
		m     *dataset.Measure
		asked []string
		want  bool
	}{
		{nil, nil, false},
		{&dataset.Measure{Name: "missing_rate"}, nil, false},
		{&dataset.Measure{Name: "missing_rate", Value: 0.1}, nil, true},
		{&dataset.Measure{Name: "missing_rate"}, []string{"missing_rate"}, true},
		{&dataset.Measure{Name: "psi"}, nil, true},
	} {
		if got := telling(c.m, c.asked); got != c.want {
			t.Errorf("%+v, asked %v: %v", c.m, c.asked, got)
		}
	}
}

func TestOthers(t *testing.T) {
	past := func(name string) dataset.Measure {
		return dataset.Measure{Name: name, Value: 0.5, Drifted: new(true)}
	}
	r := &dataset.ColumnReport{Measurements: []dataset.Measure{past("psi"), past("missing_rate"), past("unseen_rate"), past("mismatch_rate"), {Name: "out_of_range_rate", Drifted: new(false)}}}
	if got := others(r, []string{"missing_rate"}); got != "unseen_rate 0.500 and 1 more" {
		t.Error(got)
	}
	if got := others(r, []string{"missing_rate", "unseen_rate"}); got != "mismatch_rate 0.500" {
		t.Error(got)
	}
}

// The finding tells an estimate only if it can be believed, and only without labels.
func TestFindingOfEstimates(t *testing.T) {
	estimated, real := dataset.Performance{Name: "estimated_accuracy", Value: 0.75}, dataset.Performance{Name: "accuracy", Value: 0.5}
	for _, c := range []struct {
		trusted bool
		now     []dataset.Performance
		want    string
	}{
		{true, []dataset.Performance{estimated}, "0 of 0 columns drifted; accuracy without labels is estimated at 0.750"},
		{false, []dataset.Performance{estimated}, "0 of 0 columns drifted"},
		{true, []dataset.Performance{estimated, real}, "0 of 0 columns drifted; accuracy 0.500"},
	} {
		comparison := &dataset.Comparison{Chunks: []dataset.Chunk{{Performance: c.now}}, Estimates: &dataset.Estimates{Trusted: c.trusted}}
		if got := finding(comparison); got != c.want {
			t.Errorf("trusted %v: %s", c.trusted, got)
		}
	}
}

// A fault over several chunks is told once, as it was where it touched most rows, which is how the page tells it, and how
// often it was.
func TestFaultsOverChunks(t *testing.T) {
	fault := func(share float64, sentence string) []dataset.Fault {
		return []dataset.Fault{{Column: "amount", Fault: "stuck", Share: share, Sentence: sentence}}
	}
	c := &dataset.Comparison{Chunks: []dataset.Chunk{{Faults: fault(0.2, "First.")}, {}, {Faults: fault(0.9, "Then.")}, {Faults: fault(0.1, "Last.")}}}
	var out strings.Builder
	describeFaults(&out, c, false)
	if want := "fault Then. In 3 of 4 chunks.\n"; out.String() != want {
		t.Errorf("%qwant\n%q", out.String(), want)
	}
}

// Labels come late: the finding tells how the model did in the last chunk that has some.
func TestFindingOfLateLabels(t *testing.T) {
	accuracy := func(value float64, status detectors.Status) []dataset.Performance {
		return []dataset.Performance{{Name: "accuracy", Value: value, Status: status}}
	}
	c := &dataset.Comparison{
		ReferencePerformance: accuracy(0.9, ""),
		Chunks:               []dataset.Chunk{{Performance: accuracy(0.8, "")}, {Performance: accuracy(0.7, "")}, {Performance: accuracy(0, detectors.Undefined)}, {}},
	}
	if got := finding(c); !strings.HasSuffix(got, "; accuracy 0.700 in the last chunk with labels, reference 0.900") {
		t.Error(got)
	}
}

// That nothing drifted is not said where nothing could be measured.
func TestFindingOfTooLittle(t *testing.T) {
	c := &dataset.Comparison{Chunks: []dataset.Chunk{{Columns: []dataset.ColumnReport{{Name: "x", Measurements: []dataset.Measure{{Name: "psi", Status: detectors.Insufficient}}}}}}}
	if got, want := finding(c), "whether columns drifted cannot be told: no measure had enough values"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A measure of all features that no chunk had enough rows for has a row without numbers; one chunk without leaves a gap.
func TestMultivariateOverChunks(t *testing.T) {
	chunk := func(mmd float64, status detectors.Status) dataset.Chunk {
		return dataset.Chunk{Multivariate: []dataset.Measure{{Name: "mmd", Value: mmd, Status: status}, {Name: "pca", Status: detectors.Insufficient}}}
	}
	c := &dataset.Comparison{Chunks: []dataset.Chunk{chunk(0.5, detectors.OK), chunk(9, detectors.Insufficient), chunk(0.25, detectors.OK)}}
	var out strings.Builder
	multivariateTable(c).write(&out, false)
	want := "    all features  over chunks  drifted in  lowest  highest   last\n    mmd           █▅               0 of 3   0.250    0.500  0.250\n    pca\n"
	if out.String() != want {
		t.Errorf("%swant\n%s", out.String(), want)
	}
}

// The groups are those of the last chunk, which is named.
func TestGroupsOverChunks(t *testing.T) {
	group := func(rate float64) []dataset.Fairness {
		return []dataset.Fairness{{Attribute: "plan", Group: "gold", Measurements: []dataset.FairnessRate{{Name: "selection_rate", Value: rate, Status: detectors.OK}}}}
	}
	c := &dataset.Comparison{Chunks: []dataset.Chunk{{Index: 3, Fairness: group(0.25)}, {Index: 4, Fairness: group(0.75)}}}
	var out strings.Builder
	fairnessTables(c)[0].write(&out, false)
	if !strings.Contains(out.String(), "fairness in chunk 4") || !strings.Contains(out.String(), "0.750") || strings.Contains(out.String(), "0.250") {
		t.Error(out.String())
	}
}
