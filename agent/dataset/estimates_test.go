package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/estimate"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// scored is a table of honest scores, by a fixed seed: turned tells whether the world has turned round, and labelled
// whether labels came.
func scored(seed uint64, rows int, turned, labelled bool) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	b.WriteString("group,y_score,y_pred,label\n")
	for range rows {
		p := random.Float64()
		yes := random.Float64() < p
		if turned {
			yes = random.Float64() < 0.5
		}
		label := ""
		if labelled {
			label = map[bool]string{true: "1", false: "0"}[yes]
		}
		fmt.Fprintf(&b, "%c,%.4f,%d,%s\n", 'a'+byte(random.IntN(3)), p, map[bool]int{true: 1, false: 0}[p >= 0.5], label)
	}
	return b.String()
}

func performanceOf(all []Performance, name string) *Performance {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

// TestEstimatesWithoutLabels: the reference's labels are enough to estimate, and to be trusted.
func TestEstimatesWithoutLabels(t *testing.T) {
	c := compare(t, scored(1, 2000, false, true), scored(2, 1000, false, false), CompareOptions{})
	now := c.Chunks[0].Performance
	if len(now) != 7 || now[0].Name != "estimated_accuracy" || now[0].Value < 0.72 || now[0].Value > 0.78 || now[0].N != 1000 || now[0].Lower == nil {
		t.Errorf("got %+v", now)
	}
	if !c.Estimates.Trusted || c.Estimates.Reason != "" || c.Estimates.Measures[0].Chunks != 10 || c.Estimates.Measures[0].ReferenceChunks != 10 {
		t.Errorf("got %+v", c.Estimates)
	}
}

// TestEstimatesCaughtLying: a world that has turned leaves the scores as they were. One chunk is cut to see it.
func TestEstimatesCaughtLying(t *testing.T) {
	for _, chunking := range []Chunking{{}, {Rows: 100}, {Rows: 500}} {
		c := compare(t, scored(1, 2000, false, true), scored(2, 1000, true, true), CompareOptions{Chunking: chunking})
		e := c.Estimates
		if e.Trusted || !strings.Contains(e.Reason, "too high on average") || e.Measures[0].Chunks != 10 || e.Measures[0].ReferenceChunks != 0 || e.Measures[0].Bias < 0.2 {
			t.Errorf("%+v: got %+v", chunking, e)
		}
	}
}

func TestNothingToEstimateFrom(t *testing.T) {
	for name, ref := range map[string]string{
		"no labels": scored(1, 100, false, false),
		"no scores": "y_pred,label\n1,1\n0,0\n",
		"values":    "y_pred,label\n1.5,1.2\n0.5,0.4\n",
		"no rows":   "y_pred,y_score,label\n",
	} {
		c := compare(t, ref, scored(2, 100, false, true), CompareOptions{})
		if c.Estimates != nil || performanceOf(c.Chunks[0].Performance, "estimated_accuracy") != nil {
			t.Errorf("%s: got %+v", name, c.Estimates)
		}
	}
	c := compare(t, "y_pred,y_score,label\n1,7,1\n0,-3,0\n", "y_pred,y_score\n1,4\n", CompareOptions{})
	if c.Estimates != nil || !strings.Contains(strings.Join(c.Notes, "\n"), estimate.ErrNoProbabilities.Error()) {
		t.Errorf("scores of any size: %+v, %q", c.Estimates, c.Notes)
	}
}

func TestFairnessByGroup(t *testing.T) {
	ref := "sex,y_pred,label\nf,1,1\nf,0,1\nm,1,1\nm,1,0\n,1,1\n"
	c := compare(t, ref, "y_pred,label,sex\n1,1,f\n0,0,m\n", CompareOptions{Protected: []string{"sex"}, MinimumGroup: 1})
	var groups []string
	for _, f := range c.ReferenceFairness {
		groups = append(groups, f.Attribute+" "+f.Group)
	}
	if got := strings.Join(groups, ", "); got != "sex <missing>, sex f, sex m, sex overall" {
		t.Errorf("groups %s", got)
	}
	overall := c.Chunks[0].Fairness[2]
	for _, m := range overall.Measurements {
		if m.Name == "demographic_parity_difference" && (m.Value != 1 || m.Status != "ok" || m.N != 2) {
			t.Errorf("got %+v", m)
		}
	}
	if c = compare(t, ref, ref, CompareOptions{}); c.ReferenceFairness != nil || c.Chunks[0].Fairness != nil {
		t.Errorf("nobody asked for %+v", c.ReferenceFairness)
	}
}

// TestFairnessOfSeveralClasses speaks of the positive class, or of accuracy alone.
func TestFairnessOfSeveralClasses(t *testing.T) {
	table := "sex,y_pred,label\nf,a,a\nf,b,a\nm,c,c\nm,a,b\n"
	protected := CompareOptions{Protected: []string{"sex"}}
	c := compare(t, table, table, protected)
	if got := c.ReferenceFairness[0].Measurements; len(got) != 1 || got[0].Name != "accuracy" || !strings.Contains(strings.Join(c.Notes, "\n"), "only accuracy") {
		t.Errorf("without a positive class: %+v, %q", got, c.Notes)
	}
	protected.Answers = performance.Overrides{Positive: "a"}
	c = compare(t, table, table, protected)
	if got := c.ReferenceFairness[0].Measurements[0]; got.Name != "selection_rate" || got.Value != 0.5 {
		t.Errorf("with one: %+v", got)
	}
}

func TestFairnessRefuses(t *testing.T) {
	var many strings.Builder
	many.WriteString("age,y_pred,label\n")
	for i := range MaxGroups + 1 {
		fmt.Fprintf(&many, "%d,1,1\n", i)
	}
	table := "sex,y_pred,label\nf,1,1\nm,0,1\n"
	for want, files := range map[string][2]string{
		`no column "age" to compare groups by`:               {table, table},
		`protected attribute "age" has more than 50 values`:  {many.String(), table},
		`fairness by ["age"]: no model that answers classes`: {"age\n1\n", "age\n1\n"},
	} {
		_, err := Compare(read(t, files[0], Options{}), read(t, files[1], Options{}), CompareOptions{Protected: []string{"age"}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
