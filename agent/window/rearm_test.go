package window

import (
	"errors"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
)

// A version that begins without a baseline is only counted; once its baseline is there, the windows after it are
// compared. Restarts do not show.
func TestRearm(t *testing.T) {
	tests := map[string]struct{ before, between, after bool }{
		"no restart":                   {},
		"before it is built":           {before: true},
		"between building and finding": {between: true},
		"after it is found":            {after: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := hourly()
			find := m.Baseline
			built := false
			m.Baseline = func(version string) (*baseline.Baseline, error) {
				if !built {
					return nil, errors.New("not built yet")
				}
				return find(version)
			}
			r := newRig(t, m)
			r.feed(predictions, prediction(0.1), prediction(0.5), prediction(1.2))
			if armed := r.windows.Rearm(); len(armed) != 0 {
				t.Fatalf("armed %v without a baseline", armed)
			}
			if tt.before {
				r.restart()
			}
			built = true
			if tt.between {
				r.restart()
			}
			if armed := r.windows.Rearm(); len(armed) != 1 {
				t.Fatalf("armed %v, want one version", armed)
			}
			r.feed(predictions, prediction(1.5))
			if tt.after {
				r.restart()
			}
			r.feed(predictions, prediction(2.2), prediction(2.7), prediction(3.9), prediction(5))
			r.end()
			compared, rows := map[int64]bool{}, map[int64]uint64{}
			for _, step := range r.steps {
				if step.Report == nil || step.Report.Phase != detectors.Drift {
					continue
				}
				index := step.Report.Key.Start.Index(hour)
				rows[index] = step.Report.Samples
				for _, measurement := range step.Report.Measurements {
					compared[index] = compared[index] || measurement.Name == "psi"
				}
			}
			if compared[0] || compared[1] || !compared[2] {
				t.Errorf("compared windows %v, want those from the third on", compared)
			}
			if rows[0] != 2 || rows[1] != 2 || rows[2] != 2 {
				t.Errorf("rows %v, want all that came", rows)
			}
		})
	}
}
