package window

import (
	"errors"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
)

// A version that begins without a baseline is only counted; once its baseline is there, the windows after it are compared.
func TestRearm(t *testing.T) {
	m := hourly()
	late := m.Baseline
	there := false
	m.Baseline = func(version string) (*baseline.Baseline, error) {
		if !there {
			return nil, errors.New("not built yet")
		}
		return late(version)
	}
	r := newRig(t, m)
	r.feed(predictions, prediction(0.1), prediction(0.5), prediction(1.2))
	if armed := r.windows.Rearm(); len(armed) != 0 {
		t.Fatalf("armed %v without a baseline", armed)
	}
	there = true
	if armed := r.windows.Rearm(); len(armed) != 1 {
		t.Fatalf("armed %v, want one version", armed)
	}
	r.feed(predictions, prediction(1.5), prediction(2.2), prediction(2.7), prediction(3.9), prediction(5))
	r.end()
	compared := map[int64]bool{}
	for _, step := range r.steps {
		if step.Report != nil && step.Report.Phase == detectors.Drift {
			for _, measurement := range step.Report.Measurements {
				if measurement.Name == "psi" {
					compared[step.Report.Key.Start.Index(hour)] = true
				}
			}
		}
	}
	if compared[0] || compared[1] || !compared[2] {
		t.Errorf("compared windows %v, want those from the third on", compared)
	}
}
