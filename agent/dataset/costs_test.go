package dataset

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

func TestReadCosts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       performance.Costs
		complaint  string
	}{
		{"with a header", "actual,predicted,cost\n1,0,5\n0,1,-1.5\n", performance.Costs{{Actual: "1", Predicted: "0", Cost: 5}, {Actual: "0", Predicted: "1", Cost: -1.5}}, ""},
		{"with a byte order mark", "\ufeffActual,Predicted,Cost\n\"a,b\", c, 1e3\n", performance.Costs{{Actual: "a,b", Predicted: "c", Cost: 1000}}, ""},
		{"without a header", "a,b,2\n", performance.Costs{{Actual: "a", Predicted: "b", Cost: 2}}, ""},
		{"empty", "", nil, "no costs"},
		{"header alone", "actual,predicted,cost\n", nil, "no costs"},
		{"no number", "a,b,2\na,c,much\n", nil, `line 2: cost "much" of a:c`},
		{"infinite", "a,b,Inf\n", nil, "finite"},
		{"two fields", "a,b\n", nil, "fields"},
	} {
		got, err := ReadCosts(strings.NewReader(c.text))
		if c.complaint != "" {
			if err == nil || !strings.Contains(err.Error(), c.complaint) {
				t.Errorf("%s: %v, want %q", c.name, err, c.complaint)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
	}
}

func TestParseCosts(t *testing.T) {
	got, err := ParseCosts("1:0=5, 0:1 = 1")
	if want := (performance.Costs{{Actual: "1", Predicted: "0", Cost: 5}, {Actual: "0", Predicted: "1", Cost: 1}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for _, text := range []string{"", "1:0", "1=5", "1:0=", "1:0=NaN", "1:0=5,"} {
		if costs, err := ParseCosts(text); err == nil {
			t.Errorf("%q is read as %v", text, costs)
		}
	}
}

func FuzzReadCosts(f *testing.F) {
	f.Add("actual,predicted,cost\n1,0,5\n")
	f.Add("\ufeffa,\"b\"\"c\",1e308\n")
	f.Fuzz(func(t *testing.T, text string) {
		costs, err := ReadCosts(strings.NewReader(text))
		if (err == nil) == (len(costs) == 0) {
			t.Fatalf("%d costs, %v", len(costs), err)
		}
		for _, c := range costs {
			if c.Cost-c.Cost != 0 {
				t.Fatalf("a cost of %v", c.Cost)
			}
		}
		_, _ = ParseCosts(text)
	})
}

// A chunk of labelled rows has its confusion matrix and reliability; costs must be of the model's classes.
func TestChunkIsJudged(t *testing.T) {
	rows := "y_pred,y_score,label\n1,0.9,1\n0,0.2,0\n1,0.6,0\n0,0.1,1\n"
	o := CompareOptions{Costs: performance.Costs{{Actual: "1", Predicted: "0", Cost: 10}}}
	c := compare(t, rows, rows, o)
	chunk := c.Chunks[0]
	if len(chunk.Confusion) != 4 || chunk.Confusion[1].N != 1 || chunk.Confusion[1].Actual != "0" || chunk.Confusion[1].Predicted != "1" {
		t.Errorf("confusion %+v", chunk.Confusion)
	}
	if len(chunk.Reliability) != 1 || len(chunk.Reliability[0].Bins) != 4 {
		t.Errorf("reliability %+v", chunk.Reliability)
	}
	cost := -1.0
	for _, p := range chunk.Performance {
		if p.Name == "cost" {
			cost = p.Value
		}
	}
	if cost != 2.5 {
		t.Errorf("cost %v, want 2.5", cost)
	}
	unlabelled := compare(t, rows, "y_pred,y_score\n1,0.9\n", CompareOptions{}).Chunks[0]
	judged := slices.ContainsFunc(unlabelled.Performance, func(p Performance) bool { return !strings.HasPrefix(p.Name, "estimated_") })
	if unlabelled.Confusion != nil || unlabelled.Reliability != nil || judged {
		t.Errorf("without labels: %+v", unlabelled)
	}
	o.Costs[0].Actual = "2"
	d := read(t, rows, Options{})
	if _, err := Compare(d, d, o); err == nil || !strings.Contains(err.Error(), `no class "2"`) {
		t.Errorf("costs of a class that is none: %v", err)
	}
	plain := read(t, "x\n1\n", Options{})
	if _, err := Compare(plain, plain, o); err == nil {
		t.Error("costs without answers are taken")
	}
}
