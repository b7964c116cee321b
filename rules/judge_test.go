package rules

import (
	"math"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func judged(phase detectors.Phase) *detectors.Report {
	return &detectors.Report{Key: profile.Key{Model: "m", End: 1}, Phase: phase, Judged: true, Complete: true}
}

// TestSignificance holds z against figures worked out by hand: 0.80 falls to 0.60, over n_eff 40 and a baseline of
// n_eff 400. The squared errors are 0.6·0.4/40 = 0.006 and 0.8·0.2/400 = 0.0004, so z = 0.2/0.08 = 2.5.
func TestSignificance(t *testing.T) {
	accuracy := detectors.Measurement{
		Name: "accuracy", Value: 0.60, N: 400, NEff: new(40.0), Baseline: new(0.80), BaselineNEff: new(400.0),
		Status: detectors.OK,
	}
	// mae 10 to 16 with an interval of ± 1.96 (se 1) over n_eff 100, a baseline of n_eff 50 (se² 2): z = 6/√3 = 3.464.
	mae := detectors.Measurement{
		Name: "mae", Value: 16, Lower: new(16 - 1.959963984540054), Upper: new(16 + 1.959963984540054),
		N: 400, NEff: new(100.0), Baseline: new(10.0), BaselineNEff: new(50.0), Status: detectors.OK,
	}
	for _, c := range []struct {
		name string
		rule Rule
		m    detectors.Measurement
		want bool
	}{
		{"below, z reached", Rule{Below: MustLimit("baseline - 0.05"), Z: new(2.49)}, accuracy, true},
		{"below, z not reached", Rule{Below: MustLimit("baseline - 0.05"), Z: new(2.51)}, accuracy, false},
		{"a plain number has no error: 0.1/√0.006 = 1.29", Rule{Below: MustLimit("0.7"), Z: new(1.29)}, accuracy, true},
		{"a plain number, z not reached", Rule{Below: MustLimit("0.7"), Z: new(1.30)}, accuracy, false},
		{"an interval, z reached", Rule{Above: MustLimit("baseline + 3"), Z: new(3.46)}, mae, true},
		{"an interval, z not reached", Rule{Above: MustLimit("baseline + 3"), Z: new(3.47)}, mae, false},
		{"significant, but it does not matter", Rule{Above: MustLimit("baseline * 2"), Z: new(1.0)}, mae, false},
	} {
		c.rule.Name, c.rule.Measure = c.name, c.m.Name
		v := compiledEngine(t, c.rule).rules[0].judge(judged(detectors.Performance), &c.m)
		if v.unjudged != "" || v.failing != c.want {
			t.Errorf("%s: failing %v (%s), want %v", c.name, v.failing, v.unjudged, c.want)
		}
	}
}

func TestReasonsNotToJudge(t *testing.T) {
	rule := Rule{Name: "r", Measure: "accuracy", Below: MustLimit("baseline - 0.1"), Z: new(3.0)}
	good := detectors.Measurement{
		Name: "accuracy", Value: 0.1, N: 200, Baseline: new(0.8), BaselineNEff: new(100.0), Status: detectors.OK,
	}
	for _, c := range []struct {
		want   string
		report func(r *detectors.Report)
		change func(m *detectors.Measurement)
	}{
		{want: ""},
		{want: "199 samples of the 200 needed", change: func(m *detectors.Measurement) { m.N = 199 }},
		{want: "the measurement is undefined", change: func(m *detectors.Measurement) { m.Status = detectors.Undefined }},
		{want: "the measurement is no_baseline", change: func(m *detectors.Measurement) { m.Status = detectors.NoBaseline }},
		{want: "the value is not a finite number", change: func(m *detectors.Measurement) { m.Value = math.NaN() }},
		{want: "the baseline has no accuracy", change: func(m *detectors.Measurement) { m.Baseline = nil }},
		{want: "the baseline has no sample size", change: func(m *detectors.Measurement) { m.BaselineNEff = nil }},
		{want: "the window has too few samples or labels", report: func(r *detectors.Report) { r.Judged = false }},
		{want: "the window's input is not complete", report: func(r *detectors.Report) { r.Complete = false }},
	} {
		report, m := judged(detectors.Performance), good
		if c.report != nil {
			c.report(report)
		}
		if c.change != nil {
			c.change(&m)
		}
		if v := compiledEngine(t, rule).rules[0].judge(report, &m); v.unjudged != c.want || v.failing != (c.want == "") {
			t.Errorf("got %q failing %v, want %q", v.unjudged, v.failing, c.want)
		}
	}
}

// Labels that stopped make a window that cannot be judged: the rule about labels must see it all the same.
func TestLabelCoverageIsJudgedWithoutLabels(t *testing.T) {
	e := compiledEngine(t, Defaults()...)
	var got []Transition
	horizon := e.ruleNamed(LabelsStopped).horizon
	for i := range profile.Instant(2) {
		got = append(got, e.Evaluate(detectors.Report{
			Key:   profile.Key{Model: "m", Start: i * 1000, End: (i + 1) * 1000},
			Phase: detectors.Performance, Horizon: horizon, Judged: false, Complete: true,
			Measurements: []detectors.Measurement{
				{Name: "label_coverage", Value: 0.1, N: 500, Status: detectors.OK},
				{Name: "accuracy", Value: 0.1, N: 500, Baseline: new(0.8), Status: detectors.Insufficient},
			},
		})...)
	}
	if len(got) != 1 || got[0].Rule != LabelsStopped || got[0].Kind != Fire {
		t.Errorf("got %+v, want one fire of %s", got, LabelsStopped)
	}
}

func TestHorizonsAreShared(t *testing.T) {
	below := MustLimit("0.7")
	e := compiledEngine(
		t,
		Rule{Name: "a", Measure: "accuracy", Below: below},
		Rule{Name: "b", Measure: "psi", Above: below},
		Rule{Name: "c", Measure: "recall", Below: below, MinSamples: new(200)},
		Rule{Name: "d", Measure: "f1", Below: below, Wait: new(time.Duration(0)), MinCoverage: new(0.5)},
		Rule{Name: "e", Measure: "mae", Above: below, Wait: new(time.Duration(0)), MinCoverage: new(0.5)},
		Rule{Name: "f", Measure: "label_coverage", Below: below},
	)
	var numbers []int
	for _, c := range e.rules {
		numbers = append(numbers, c.horizon)
	}
	for i, want := range []int{1, 0, 1, 2, 2, 3} {
		if numbers[i] != want {
			t.Fatalf("horizons %v, want 1 0 1 2 2 3", numbers)
		}
	}
	h := e.Horizons()
	if len(h) != 3 || h[0].Wait != nil || h[0].MinSamples != 200 || *h[1].Wait != 0 || *h[1].MinCoverage != 0.5 ||
		h[2].MinSamples != 0 || *h[2].MinCoverage != 0 {
		t.Errorf("horizons %+v", h)
	}
}

func TestColumnsAndClasses(t *testing.T) {
	for _, c := range []struct {
		list, column string
		want         bool
	}{
		{"", "age", true},
		{"age", "age", true},
		{"age", "aged", false},
		{"age, income", "income", true},
		{"amount_*", "amount_30d", true},
		{"*_30d", "amount_30d", true},
		{"a*b*c", "abc", true},
		{"a*b*c", "a-b-c", true},
		{"a*b*c", "acb", false},
		{"ab*ba", "aba", false},
		{"*", "", true},
		{"!prediction, !score", "age", true},
		{"!prediction, !score", "score", false},
		{"a*, !age", "age", false},
		{"a*, !age", "income", false},
	} {
		if got := matchesColumn(c.list, c.column); got != c.want {
			t.Errorf("%q takes %q: %v, want %v", c.list, c.column, got, c.want)
		}
	}

	report := detectors.Report{Measurements: []detectors.Measurement{
		{Name: "recall", Class: "a"}, {Name: "recall", Class: "b"}, {Name: "recall", Class: "macro"}, {Name: "accuracy"},
	}}
	for class, want := range map[string]int{"": 1, "*": 3, "a": 1, "z": 0} {
		rule, count := compile(Rule{Measure: "recall", Class: class}, 0), 0
		for i := range report.Measurements {
			if rule.selects(&report, &report.Measurements[i]) {
				count++
			}
		}
		if count != want {
			t.Errorf("class %q takes %d measurements, want %d", class, count, want)
		}
	}
}

func TestDefaults(t *testing.T) {
	e := compiledEngine(t, Defaults()...)
	evaluate := func(phase detectors.Phase, m detectors.Measurement) []string {
		e, fired := compiledEngine(t, Defaults()...), []string(nil)
		m.N, m.Status = 1000, detectors.OK
		for i := range profile.Instant(2) {
			for horizon := range len(e.Horizons()) + 1 {
				for _, tr := range e.Evaluate(detectors.Report{
					Key:   profile.Key{Model: "m", Start: i * 1000, End: (i + 1) * 1000},
					Phase: phase, Horizon: horizon, Judged: true, Complete: true, Measurements: []detectors.Measurement{m},
				}) {
					fired = append(fired, tr.Rule+" "+string(tr.Severity))
				}
			}
		}
		return fired
	}
	if len(e.Horizons()) != 2 {
		t.Errorf("horizons %+v", e.Horizons())
	}
	n := func(x float64) *float64 { return &x }
	for _, c := range []struct {
		want  string
		phase detectors.Phase
		m     detectors.Measurement
	}{
		{"collapse page", detectors.Performance, detectors.Measurement{Name: "accuracy", Value: .64, NEff: n(250), Baseline: n(.80), BaselineNEff: n(250)}},
		{"", detectors.Performance, detectors.Measurement{Name: "accuracy", Value: .66, NEff: n(250), Baseline: n(.80), BaselineNEff: n(250)}}, // does not matter enough
		{"", detectors.Performance, detectors.Measurement{Name: "accuracy", Value: .64, NEff: n(20), Baseline: n(.80), BaselineNEff: n(20)}},   // may be chance
		{"collapse-error page", detectors.Performance, detectors.Measurement{Name: "mae", Value: 20, Lower: n(19), Upper: n(21), Baseline: n(10), BaselineNEff: n(500)}},
		{"broken-output page", detectors.Drift, detectors.Measurement{Name: "missing_rate", Column: "score", Value: .51, Baseline: n(0)}},
		{"broken-input warning", detectors.Drift, detectors.Measurement{Name: "missing_rate", Column: "age", Value: .51, Baseline: n(.049)}},
		{"", detectors.Drift, detectors.Measurement{Name: "missing_rate", Column: "age", Value: .51, Baseline: n(.05)}},
		{"broken-input-type warning", detectors.Drift, detectors.Measurement{Name: "mismatch_rate", Column: "age", Value: 1, Baseline: n(0)}},
		{"server-errors page", detectors.Drift, detectors.Measurement{Name: "error_rate", Value: .06}},
		{"", detectors.Drift, detectors.Measurement{Name: "error_rate", Value: .06, Baseline: n(.02)}},
		{"labels-stopped warning", detectors.Performance, detectors.Measurement{Name: "label_coverage", Value: .49}},
		{"output-drift warning", detectors.Drift, detectors.Measurement{Name: "psi", Column: "prediction", Value: .21, Threshold: n(.1)}},
		{"input-drift info", detectors.Drift, detectors.Measurement{Name: "psi", Column: "age", Value: .41, Threshold: n(.4)}},
		{"", detectors.Drift, detectors.Measurement{Name: "psi", Column: "age", Value: .39, Threshold: n(.4)}},
	} {
		fired := evaluate(c.phase, c.m)
		if c.want == "" && len(fired) != 0 || c.want != "" && (len(fired) != 1 || fired[0] != c.want) {
			t.Errorf("%s of %q = %v: fired %q, want %q", c.m.Name, c.m.Column, c.m.Value, fired, c.want)
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	number := MustLimit("0.5")
	problems := Validate([]Rule{
		{Name: "a", Measure: "psi", Above: number},
		{Name: "a", Measure: "pssi", Above: number, Below: number, Severity: "critical", For: new(0)},
		{Name: "b", Measure: "psi", Above: MustLimit("baseline + tolerance"), Wait: new(time.Hour), MinCoverage: new(2.0)},
		{Measure: "accuracy", Below: MustLimit("baseline - 0.1"), Clear: MustLimit("baseline - 0.2"), Page: MustLimit("baseline"), Z: new(math.NaN())},
	})
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	want := []string{
		"[1].measure", "[1].below", "[1].for", "[1].severity", "[1].name",
		"[2].above", "[2].wait", "[2].min_coverage", "[2].min_coverage",
		"[3].name", "[3].clear", "[3].page", "[3].z",
	}
	if len(paths) != len(want) {
		t.Fatalf("got %v\nwant %v", problems, want)
	}
	for i := range want {
		if paths[i] != want[i] {
			t.Errorf("problem %d is %v, want %s", i, problems[i], want[i])
		}
	}
}
