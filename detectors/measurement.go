package detectors

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// Status says how far a measurement can be trusted.
type Status string

// The statuses. Every one but OK keeps its value in JSON and is absent from Prometheus.
const (
	OK Status = "ok"
	// Insufficient: too few rows, or too few labels, to say anything.
	Insufficient Status = "insufficient"
	// Undefined: a zero denominator; the value is 0, as scikit-learn has it.
	Undefined Status = "undefined"
	// NoBaseline: the model version has no baseline to compare with.
	NoBaseline Status = "no_baseline"
)

// Measurement is one named number about one window. What does not exist is nil, never NaN.
type Measurement struct {
	Name   string `json:"name"`
	Column string `json:"column,omitempty"`
	Class  string `json:"class,omitempty"`

	Value float64 `json:"value"`
	// PValue of the test, where there is one.
	PValue *float64 `json:"p_value,omitempty"`
	// Lower and Upper are 95 % confidence bounds of Value.
	Lower *float64 `json:"lower,omitempty"`
	Upper *float64 `json:"upper,omitempty"`
	// CertifiedLower and CertifiedUpper enclose the exact value where Value comes from counts (KS, ROC AUC).
	CertifiedLower *float64 `json:"certified_lower,omitempty"`
	CertifiedUpper *float64 `json:"certified_upper,omitempty"`
	// N is the number of values of the window behind Value, M that of the baseline or reference.
	N uint64 `json:"n"`
	M uint64 `json:"m,omitempty"`
	// NEff is N divided by the design effect of correlated rows.
	NEff *float64 `json:"n_eff,omitempty"`
	// Baseline is the same number about the baseline itself, where it has one, and BaselineNEff the size behind it.
	Baseline     *float64 `json:"baseline,omitempty"`
	BaselineNEff *float64 `json:"baseline_n_eff,omitempty"`
	// EffectSize says how strong the finding of a test is, on a scale that does not depend on the sizes, and
	// DetectableShift how strong it would have to be for the test to find it four times in five. See effect.go.
	EffectSize      *float64 `json:"effect_size,omitempty"`
	DetectableShift *float64 `json:"detectable_shift,omitempty"`
	// Threshold is the limit from which Drifted is true.
	Threshold *float64 `json:"threshold,omitempty"`
	Drifted   *bool    `json:"drifted,omitempty"`
	Status    Status   `json:"status"`
}

// Phase says what a report is for. A window is closed, then judged (once for drift, once for each label horizon), and
// final when no more labels are awaited.
type Phase string

// The phases, in the order in which a window passes them.
const (
	Closed      Phase = "closed"      // event time has passed the window's end
	Drift       Phase = "drift"       // no late event is admitted any more: distributions are settled
	Performance Phase = "performance" // enough labels, or the wait is over
	Final       Phase = "final"       // the last label has been waited for, or the input has ended
)

// Report is all that is known about one window at one phase.
type Report struct {
	Key   profile.Key
	Phase Phase
	// Horizon identifies the label horizon a Performance report was judged for; 0 otherwise.
	Horizon int
	// Judged is false if a Drift or Performance report could not be judged: too few rows or labels, no baseline.
	Judged bool
	// AsOf is the moment of event time up to which labels are counted.
	AsOf profile.Instant
	// Revision counts the reports about this window; the newest wins.
	Revision int
	// Complete is false if input is known to be missing: messages lost, partitions owned by others, a join table that
	// was full.
	Complete bool
	// Status is NoBaseline if there is nothing to compare the window with: it is only counted. Else it is empty.
	Status       Status
	Samples      uint64 // predictions
	Labeled      uint64 // predictions with a label as of AsOf
	Measurements []Measurement
}

// Find returns the measurement with that name, column and class, nil if there is none.
func (r *Report) Find(name, column, class string) *Measurement {
	for i := range r.Measurements {
		if m := &r.Measurements[i]; m.Name == name && m.Column == column && m.Class == class {
			return m
		}
	}
	return nil
}
