package rules

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// State is where a rule stands for one subject.
type State string

// The states. Insufficient is shown when the newest window could not be judged; it neither breaks nor extends a streak.
const (
	OK           State = "ok"
	Pending      State = "pending"
	Firing       State = "firing"
	Insufficient State = "insufficient"
)

// Kind is what happened to a rule.
type Kind string

// The kinds of transition.
const (
	Fire    Kind = "fire"    // pending long enough
	Worse   Kind = "worse"   // firing, and now beyond the page limit: its severity rises to page
	Resolve Kind = "resolve" // cleared, or a superseded version's successor judged ok
	// Supersede is from firing to ok: a newer version has taken over and the old one's rule is over, but its incident
	// waits for the successor, whose version the Resolve or Stale that ends it will have.
	Supersede Kind = "supersede"
	Stale     Kind = "stale" // no judged window for three window lengths
)

// Severity orders what a rule is worth waking somebody for.
type Severity string

// The severities, ascending: Info is a line in a digest, Warning a message, Page wakes somebody.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Page    Severity = "page"
)

// Rank orders severities: 0 for Info, 1 for Warning, 2 for Page.
func (s Severity) Rank() int {
	switch s {
	case Page:
		return 2
	case Warning:
		return 1
	default:
		return 0
	}
}

// Subject is what a rule is evaluated for: each subject has a state of its own.
type Subject struct {
	Rule    string          `json:"rule"`
	Model   string          `json:"model"`
	Version string          `json:"version,omitempty"`
	Segment profile.Segment `json:"segment,omitzero"`
	Window  string          `json:"window,omitempty"`
	Column  string          `json:"column,omitempty"`
	Class   string          `json:"class,omitempty"`
}

// Transition is one step of a rule that people or pipelines may need to hear of.
type Transition struct {
	Subject
	Kind     Kind     `json:"transition"`
	From     State    `json:"from"`
	To       State    `json:"to"`
	Severity Severity `json:"severity"`
	// At is the event time of the judgement: the window's end, or the moment up to which labels were counted.
	At profile.Instant `json:"at"`
	// WindowStart and WindowEnd bound the window whose judgement caused the transition.
	WindowStart profile.Instant `json:"window_start"`
	WindowEnd   profile.Instant `json:"window_end"`
	// Since is the start of the first window of the failing streak.
	Since profile.Instant `json:"since"`
	// Measure, Value and Threshold are what was measured and the limit that decided.
	Measure   string  `json:"measure"`
	Value     float64 `json:"value"`
	Threshold float64 `json:"threshold"`
	// Retrain tells that the rule may ask for retraining.
	Retrain bool `json:"retrain,omitempty"`
	// Measurement is the evidence, and History the values of the last judged windows, this one included. Both are empty
	// if a superseded rule ends without a judgement of its successor's.
	Measurement detectors.Measurement `json:"-"`
	History     []Point               `json:"-"`
}

// Point is one judged window in a rule's recent history, oldest first.
type Point struct {
	End   profile.Instant `json:"end"`
	Value float64         `json:"value"`
}
