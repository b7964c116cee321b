package window

import "time"

// Spec is one kind of window: tumbling, or sliding if Slide is shorter than Size. Windows are aligned to 1970; Slide
// divides Size.
type Spec struct {
	Name  string
	Size  time.Duration
	Slide time.Duration
}

// panes returns of how many panes a window is made.
func (s Spec) panes() int64 { return int64(s.Size / s.Slide) }

// Horizon says when a window's performance is judged. Rules with the same needs share one.
type Horizon struct {
	// Wait after the window's end; nil: the p90 of the label delays known by then, or, as long as none is, by the first
	// step of label time that knows any.
	Wait *time.Duration
	// MinSamples is the least number of labelled predictions.
	MinSamples int
	// MinCoverage is the least share of labelled predictions; nil: 0.8 of the median share of earlier windows at
	// their judgement, from the fifth on.
	MinCoverage *float64
}

const (
	usualWindows  = 4   // windows judged before their usual coverage is trusted
	usualShare    = 0.8 // of the usual coverage that is enough
	delayQuantile = 0.9
)
