package rules

import (
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// TestFinalLabelsThatContradict judges one window 0.3 under a limit of 0.7, fires, and lets the final labels differ. What
// was told survives a restart.
func TestFinalLabelsThatContradict(t *testing.T) {
	rule := Rule{Name: "damage", Measure: "accuracy", Below: MustLimit("0.7"), Clear: MustLimit("0.8"), For: new(1), ClearFor: new(1)}
	accuracy := func(end profile.Instant, phase detectors.Phase, value float64) detectors.Report {
		r := detectors.Report{
			Key: profile.Key{Model: "m", Start: end - 1, End: end}, Phase: phase, Judged: true, AsOf: end, Complete: true,
			Measurements: []detectors.Measurement{{Name: "accuracy", Value: value, N: 500, Status: detectors.OK}},
		}
		if phase == detectors.Performance {
			r.Horizon = 1
		}
		return r
	}
	for _, c := range []struct {
		name           string
		second, final  float64 // the second window resolves if it is clear
		reviewed       profile.Instant
		complete       bool
		want           int
		wantKind       Kind
		wantThreshold  float64
		reviewedValues float64
	}{
		{"a fire that the final labels bear out", 0.1, 0.69, 1, true, 0, "", 0, 0},
		{"a fire that they do not", 0.1, 0.7, 1, true, 1, Fire, 0.7, 0.7},
		{"a fire, but the final window is incomplete", 0.1, 0.7, 1, false, 0, "", 0, 0},
		{"a resolve, finally between the limits", 0.9, 0.75, 2, true, 0, "", 0, 0},
		{"a resolve, finally failing", 0.9, 0.6, 2, true, 1, Resolve, 0.7, 0.6},
		{"a window that told nothing", 0.1, 0.9, 2, true, 0, "", 0, 0},
	} {
		e := compiledEngine(t, rule)
		e.Evaluate(accuracy(1, detectors.Performance, 0.4))
		e.Evaluate(accuracy(2, detectors.Performance, c.second))
		restarted := compiledEngine(t, rule)
		if _, err := restarted.Restore(encoded(t, e)); err != nil {
			t.Fatal(err)
		}
		final := accuracy(c.reviewed, detectors.Final, c.final)
		final.Complete = c.complete
		got := restarted.Review(final)
		if len(got) != c.want {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for _, note := range got {
			if note.Told.Kind != c.wantKind || note.Threshold != c.wantThreshold || note.Value != c.reviewedValues {
				t.Errorf("%s: %+v", c.name, note)
			}
		}
		if again := restarted.Review(final); len(again) != 0 {
			t.Errorf("%s: reviewed twice: %+v", c.name, again)
		}
	}
}
