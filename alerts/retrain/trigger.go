package retrain

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Trigger is what asks for retraining: the rules of one model version that fired at one instant.
type Trigger struct {
	Model   string
	Version string
	// BaselineID identifies the baseline the version was compared with.
	BaselineID string
	// Transitions are what the rules did. Those that do not fire or may not ask for retraining are passed over.
	Transitions []rules.Transition
	// EvidenceURL leads people to the page of the incident; may be empty.
	EvidenceURL string
}

// Signal is one rule that asks for retraining, with what it measured.
type Signal struct {
	Rule     string          `json:"rule"`
	Severity rules.Severity  `json:"severity,omitempty"`
	Measure  string          `json:"measure"`
	Column   string          `json:"column,omitempty"`
	Class    string          `json:"class,omitempty"`
	Segment  profile.Segment `json:"segment,omitzero"`
	// Value, Threshold and Baseline are absent where there is no finite number.
	Value     *float64     `json:"value,omitempty"`
	Threshold *float64     `json:"threshold,omitempty"`
	Baseline  *float64     `json:"baseline,omitempty"`
	Window    SignalWindow `json:"window"`
}

// SignalWindow is the window whose judgement made a rule fire.
type SignalWindow struct {
	Name  string          `json:"name,omitempty"`
	Start profile.Instant `json:"start"`
	End   profile.Instant `json:"end"`
}

// OffsetRange is a stretch of one Kafka partition: Start inclusive, End exclusive.
type OffsetRange struct {
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Start     int64  `json:"start_offset"`
	End       int64  `json:"end_offset"`
}

// signals returns what the trigger's transitions say, the start of the first failing window and the end of the
// triggering one; nothing if no transition asks for retraining.
func (t Trigger) signals() (signals []Signal, since, end profile.Instant) {
	since, end = lastWritable, firstWritable
	for _, transition := range t.Transitions {
		s, ok := signalOf(transition)
		if !ok {
			continue
		}
		signals = append(signals, s)
		since, end = min(since, writable(transition.Since)), max(end, s.Window.End)
	}
	return signals, since, end
}

// signalOf returns what a transition says, and false if it asks for nothing.
func signalOf(t rules.Transition) (Signal, bool) {
	if !t.Retrain || (t.Kind != rules.Fire && t.Kind != rules.Worse) {
		return Signal{}, false
	}
	return Signal{
		Rule: t.Rule, Severity: t.Severity, Measure: t.Measure, Column: t.Column, Class: t.Class, Segment: t.Segment,
		Value: finite(&t.Value), Threshold: finite(&t.Threshold), Baseline: finite(t.Measurement.Baseline),
		Window: SignalWindow{Name: t.Window, Start: writable(t.WindowStart), End: writable(t.WindowEnd)},
	}, true
}

// sameSubject reports whether both signals come from one rule and one subject.
func (s Signal) sameSubject(o Signal) bool {
	return s.Rule == o.Rule && s.Window.Name == o.Window.Name && s.Column == o.Column && s.Class == o.Class &&
		s.Segment == o.Segment
}

// signalAbout returns a signal that has nothing but its subject.
func signalAbout(s rules.Subject) Signal {
	return Signal{Rule: s.Rule, Column: s.Column, Class: s.Class, Segment: s.Segment, Window: SignalWindow{Name: s.Window}}
}

// class separates triggers that the same training answers: damage shown by labels or latency, and change of one column.
func class(signals []Signal) string {
	for _, s := range signals {
		if s.Column == "" {
			return "performance"
		}
	}
	return "drift"
}

// finite copies what JSON can hold.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	v := *x
	return &v
}

// The first and last millisecond that RFC 3339 can write.
var (
	firstWritable = profile.InstantOf(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
	lastWritable  = profile.InstantOf(time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC))
)

// writable clamps i into the years that JSON can hold: events may claim the year 9999, and a training range then ends
// beyond it.
func writable(i profile.Instant) profile.Instant {
	return min(max(i, firstWritable), lastWritable)
}
