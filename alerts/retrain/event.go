package retrain

import (
	"fmt"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Event is one step that somebody may want to hear of.
type Event struct {
	Model string `json:"model"`
	// RequestID is empty for Suppressed and ExternalRelease.
	RequestID string `json:"request_id,omitempty"`
	// From is empty for the first step of a request. From and To are equal when a signal was attached.
	From State           `json:"from,omitempty"`
	To   State           `json:"to"`
	At   profile.Instant `json:"at"`   // event time
	Wall time.Time       `json:"wall"` // wall time
	// Text is a line for the incident's thread; empty for a step that needs none.
	Text string `json:"text,omitempty"`
}

// requestedText is the first line about a request.
func requestedText(r *Request, at profile.Instant) string {
	var text strings.Builder
	if r.DryRun {
		text.WriteString("dry run: ")
	}
	fmt.Fprintf(&text, "retraining requested: %s; training data from %s to %s", signalsText(r.Signals), day(r.Training.From), day(r.Training.To))
	if r.Training.To > at {
		text.WriteString(", which lies ahead")
	}
	if r.Attempt > 1 {
		fmt.Fprintf(&text, " (attempt %d)", r.Attempt)
	}
	return text.String()
}

// signalsText names the first signals and counts the others.
func signalsText(signals []Signal) string {
	const named = 3
	var parts []string
	for _, s := range signals[:min(named, len(signals))] {
		parts = append(parts, s.text())
	}
	if more := len(signals) - named; more > 0 {
		parts = append(parts, fmt.Sprintf("… +%d more", more))
	}
	return strings.Join(parts, ", ")
}

// text returns a signal in words, such as "psi of income 0.412, limit 0.25".
func (s Signal) text() string {
	text := s.Measure
	if s.Column != "" {
		text += " of " + s.Column
	}
	if s.Value != nil {
		text += fmt.Sprintf(" %.4g", *s.Value)
	}
	if s.Threshold != nil {
		text += fmt.Sprintf(", limit %.4g", *s.Threshold)
	}
	return text
}

// runText appends the run's address to a line, if there is one.
func (r *Request) runText(text string) string {
	switch {
	case r.RunURL != "":
		return text + ": " + r.RunURL
	case r.RunID != "":
		return text + ": run " + r.RunID
	}
	return text
}

// day prints an instant without a time of day where that is midnight.
func day(i profile.Instant) string {
	t := i.Time()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// verdictText tells how the new version's first judgement compares with what triggered the request.
func (r *Request) verdictText() string {
	text := "version " + r.NewVersion + " is judged ok"
	if !r.Verdict.OK {
		text = "version " + r.NewVersion + " fails the same rule"
	}
	if first := r.Signals[0]; r.Verdict.Value != nil {
		text += fmt.Sprintf(": %s %.4g", first.Measure, *r.Verdict.Value)
		if first.Value != nil {
			text += fmt.Sprintf(" (it was %.4g when retraining was asked for)", *first.Value)
		}
	}
	return text
}
