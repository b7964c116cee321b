package main

import (
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

func TestScoringFlagsAreChecked(t *testing.T) {
	for _, c := range []struct{ flag, value, complaint string }{
		{"--top-k", "0", "too few"},
		{"--top-share", "0", "no share"},
		{"--top-share", "1.5", "no share"},
		{"--top-share", "NaN", "no share"},
		{"--quantile", "1", "between 0 and 1"},
		{"--quantile", "NaN", "between 0 and 1"},
		{"--tolerance", "ten", "a share of the label"},
		{"--tolerance", "-1", "a share of the label"},
		{"--tolerance", "Inf", "a share of the label"},
		{"--tolerance", "%", "a share of the label"},
		{"--costs", "1=5", "ACTUAL:PREDICTED=COST"},
	} {
		code, _, stderr := invoke(t, "compare", c.flag+"="+c.value, "a.csv", "b.csv")
		if code != exitUsage || !strings.Contains(stderr, c.complaint) {
			t.Errorf("%s %s: exit %d, %s; want a usage error with %q", c.flag, c.value, code, stderr, c.complaint)
		}
	}
	code, _, stderr := invoke(t, "compare", "--costs", "no-such-file.csv", write(t, "ref.csv", "x\n1\n"), write(t, "cur.csv", "x\n1\n"))
	if code != exitError || !strings.Contains(stderr, "--costs") {
		t.Errorf("a file that is not there: exit %d, %s", code, stderr)
	}
}

func TestTolerance(t *testing.T) {
	for text, want := range map[string]performance.Tolerance{
		"10%": {Size: 0.1, Relative: true}, " 2.5 % ": {Size: 0.025, Relative: true}, "2.5": {Size: 2.5}, "0": {}, "0%": {Relative: true},
	} {
		f := scoringFlags{tolerance: text}
		if got, err := f.toleranceSize(); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
}

// The flags reach the measures.
func TestScoringFlags(t *testing.T) {
	valued := write(t, "valued.csv", "y_pred,label\n1.5,1\n2,4\n10.5,10\n")
	value := func(name string, args ...string) float64 {
		t.Helper()
		for _, p := range compareJSON(t, args...).Chunks[0].Performance {
			if p.Name == name {
				return p.Value
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	third, close12 := 1.0/3, func(got, want float64) bool { return got-want < 1e-12 && want-got < 1e-12 }
	for _, c := range []struct {
		name string
		want float64
		args []string
	}{
		{"within_tolerance", third, nil},
		{"within_tolerance", 1, []string{"--tolerance", "50%"}},
		{"within_tolerance", 2 * third, []string{"--tolerance", "0.5"}},
		{"within_tolerance", 1, []string{"--tolerance", "2"}},
		{"within_tolerance", 0, []string{"--tolerance", "0"}},
		{"quantile_loss", 0.5, nil},
		{"quantile_loss", (0.1*0.5 + 0.9*2 + 0.1*0.5) / 3, []string{"--quantile", "0.9"}},
	} {
		if got := value(c.name, append(c.args, "--task", "regression", valued, valued)...); !close12(got, c.want) {
			t.Errorf("%s %v: %v, want %v", c.name, c.args, got, c.want)
		}
	}
	several := write(t, "several.csv", "y_pred,proba_a,proba_b,proba_c,label\na,0.5,0.3,0.2,b\nb,0.2,0.5,0.3,b\nc,0.1,0.4,0.5,a\n")
	costs := write(t, "costs.csv", "actual,predicted,cost\nb,a,6\na,c,3\n")
	for k, want := range map[string]float64{"1": third, "2": 2 * third, "3": 1} {
		if got := value("top_k_accuracy", "--top-k", k, several, several); !close12(got, want) {
			t.Errorf("top %s: %v, want %v", k, got, want)
		}
	}
	if got := value("cost", "--costs", costs, several, several); got != 3 {
		t.Errorf("cost %v, want 3", got)
	}
	ranked := write(t, "ranked.csv", "y_pred,y_score,label\n1,0.9,1\n1,0.8,0\n0,0.3,1\n0,0.1,0\n")
	for share, want := range map[string]float64{"0.1": 2, "0.5": 1, "1": 1} {
		if got := value("lift", "--top-share", share, ranked, ranked); got != want {
			t.Errorf("lift of the top %s: %v, want %v", share, got, want)
		}
	}
}
