package join

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// MaxSegments is the number of segment names a model may have.
const MaxSegments = 4

// Answer is what is remembered of a prediction until its label comes. Features are not.
type Answer struct {
	Time    profile.Instant
	Model   int // the caller's number for it, below 32,768
	Version int // the caller's number for it, below 65,536
	// Windows is a set of bits: bit w is set if window w of the model admitted the prediction. Without any bit its
	// label is still awaited, to be counted, but changes no window.
	Windows uint16
	// Segments holds the caller's number of the value for each segment name of the model.
	Segments [MaxSegments]uint16
	// Outcome is the predicted half; its Probabilities are valid until the next call.
	Outcome performance.Outcome
}

// Truth is what is remembered of a label.
type Truth struct {
	// Time is when the label counts as known: the later of its timestamp and its partition's watermark on arrival.
	Time profile.Instant
	// Stamp is the label's own timestamp: the delay is measured to it.
	Stamp  profile.Instant
	Number float64 // NaN if the label is no number
	Class  []byte  // as event.Truth.Class; valid until the next call
}

// TruthOf takes of a label what is needed later.
func TruthOf(t event.Truth, stamp, known profile.Instant) Truth {
	return Truth{Time: known, Stamp: stamp, Number: t.Number, Class: t.Class}
}

// Said returns the truth as schemas read it.
func (t Truth) Said() performance.Truth {
	return performance.Truth{Class: t.Class, Number: t.Number}
}

// Delay returns how long after the prediction the label's truth became known, at least 0.
func (t Truth) Delay(answer profile.Instant) time.Duration {
	return max(t.Stamp.Sub(answer), 0)
}
