package fairness

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

type row struct {
	group    string
	outcome  performance.Outcome
	labelled bool
}

func drawRows(t *rapid.T) []row {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
		class := rapid.IntRange(performance.Unknown, 2)
		return row{
			rapid.SampledFrom([]string{"", "a", "b", "<missing>", Overall}).Draw(t, "group"),
			performance.Outcome{Predicted: class.Draw(t, "predicted"), Actual: class.Draw(t, "actual")},
			rapid.Bool().Draw(t, "labelled"),
		}
	}), 0, 80).Draw(t, "rows")
}

func tallyOf(positive int, rows []row) *Tally {
	t := New(positive)
	for _, r := range rows {
		t.Observe(r.group, r.outcome, r.labelled)
	}
	return t
}

// TestReportIsSound: no NaN, bounds around every value, a status for what rests on too little.
func TestReportIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		tally := tallyOf(rapid.IntRange(performance.Unknown, 2).Draw(t, "positive"), rows)
		deff := rapid.OneOf(rapid.Float64Range(0, 10), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), -1}))
		o := Options{DesignEffect: deff.Draw(t, "deff"), Minimum: rapid.Uint64Range(0, 20).Draw(t, "minimum")}
		report := tally.Report(o)
		if len(rows) > 0 && report[len(report)-1].Name != Overall || len(rows) == 0 && report != nil {
			t.Errorf("%d rows: %+v", len(rows), report)
		}
		for i, group := range report {
			for _, m := range group.Measurements {
				if !(m.Value >= 0 && m.Value <= 1) || m.Status == detectors.Undefined && m.Value != 0 {
					t.Errorf("%s: %+v", group.Name, m)
				}
				if m.NEff != nil && *m.NEff-*m.NEff != 0 {
					t.Errorf("%s: %s rests on %v cases", group.Name, m.Name, *m.NEff)
				}
				if m.Lower != nil && !(*m.Lower <= m.Value+1e-12 && *m.Lower >= -1) || m.Upper != nil && !(*m.Upper >= m.Value-1e-12) {
					t.Errorf("%s: %s is %v within %v and %v", group.Name, m.Name, m.Value, *m.Lower, m.Upper)
				}
				if i < len(report)-1 && m.N > 0 && (m.Status == detectors.Insufficient) != (m.N < o.Minimum) {
					t.Errorf("%s: %+v", group.Name, m)
				}
				if entry, ok := detectors.Lookup(m.Name); !ok || m.Value > entry.High {
					t.Errorf("%s is not in the catalogue", m.Name)
				}
			}
		}
	})
}

// TestSmallGroups keep fairlearn's value and say that it rests on little.
func TestSmallGroups(t *testing.T) {
	tally := New(1)
	for i := range 100 {
		tally.Observe("many", performance.Outcome{Predicted: i % 2, Actual: i % 2}, true)
	}
	tally.Observe("few", performance.Outcome{Predicted: 1, Actual: 1}, true)
	overall := tally.Report(Options{Minimum: DefaultMinimum})[2]
	for _, m := range overall.Measurements {
		switch {
		case IsRate(m.Name):
			if m.Status != detectors.OK {
				t.Errorf("%s of all: %s", m.Name, m.Status)
			}
		case m.Status != detectors.Insufficient:
			t.Errorf("%s: %s, want insufficient", m.Name, m.Status)
		}
		if m.Name == "demographic_parity_difference" && m.Value != 0.5 {
			t.Errorf("%s: %v, want 0.5", m.Name, m.Value)
		}
	}
}

// TestOddsRestOnBothRates: with few negative rows in one group equalized odds say little, though equal opportunity does not.
func TestOddsRestOnBothRates(t *testing.T) {
	tally := New(1)
	for i := range 100 {
		tally.Observe("a", performance.Outcome{Predicted: 1, Actual: i % 2}, true)
		tally.Observe("b", performance.Outcome{Predicted: 1, Actual: min(i, 1)}, true)
	}
	for _, m := range tally.Report(Options{Minimum: DefaultMinimum})[2].Measurements {
		switch m.Name {
		case "equal_opportunity_difference":
			if m.Status != detectors.OK {
				t.Errorf("%s: %s", m.Name, m.Status)
			}
		case "equalized_odds_difference":
			if m.Status != detectors.Insufficient {
				t.Errorf("%s: %s, want insufficient", m.Name, m.Status)
			}
		}
	}
}

// TestUnknownIsWrong: nobody can say whether two classes outside the schema are the same.
func TestUnknownIsWrong(t *testing.T) {
	tally := New(1)
	tally.Observe("a", performance.Outcome{Predicted: performance.Unknown, Actual: performance.Unknown}, true)
	for _, m := range tally.Report(Options{})[0].Measurements {
		if m.Name == "accuracy" && m.Value != 0 {
			t.Errorf("accuracy %v, want 0", m.Value)
		}
	}
}

// TestWithoutLabels: who is selected can be seen at once, from all rows.
func TestWithoutLabels(t *testing.T) {
	tally := New(1)
	tally.Observe("a", performance.Outcome{Predicted: 1}, false)
	tally.Observe("b", performance.Outcome{Predicted: 0}, false)
	report := tally.Report(Options{})
	if len(report) != 3 || len(report[0].Measurements) != 1 || report[0].Measurements[0].Value != 1 || len(report[2].Measurements) != 4 {
		t.Errorf("%+v", report)
	}
	tally.Observe("b", performance.Outcome{Predicted: 0}, true)
	if report = tally.Report(Options{}); len(report) != 2 || report[0].Name != "b" {
		t.Errorf("with a label of b: %+v", report)
	}
}
