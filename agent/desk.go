package agent

import (
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// newDesk returns the retrain desk of a configuration; without a retrain section what rules ask for is remembered and
// shown, and nothing is sent.
func newDesk(c *config.Config, offsets func(model string, from, to profile.Instant) []retrain.OffsetRange) *retrain.Desk {
	o := retrain.Options{Environment: c.Environment, Destination: retrainDestination, Offsets: offsets}
	if c.Retrain == nil {
		o.DryRun = true
		return retrain.NewDesk(o)
	}
	o.MinSpan, o.Cooldown, o.Deadline, o.DryRun = c.Retrain.MinSpan, c.Retrain.Cooldown, c.Retrain.Deadline, c.Retrain.DryRun
	o.CallbackURL = c.Retrain.CallbackURL
	return retrain.NewDesk(o)
}

// consult brings a finding before the desk: a version nobody knew, rules that ask for retraining, rules that have
// ended, the first judgement of a new version. send takes each new request's entry.
func consult(
	desk *retrain.Desk, f Finding, gates retrain.Gates, evidenceURL string, now time.Time, send func(alerts.Entry) []retrain.Event,
) []retrain.Event {
	var events []retrain.Event
	if f.NewVersion != "" {
		events = append(events, desk.VersionSeen(f.Model, f.NewVersion, f.At, now)...)
		if f.BaselineID != "" {
			events = append(events, desk.Rearmed(f.Model, f.NewVersion, f.At, now)...)
		}
	}
	for _, r := range f.Reports {
		if r.Phase == detectors.Performance && r.Judged && r.Key.Segment == (profile.Segment{}) {
			events = append(events, desk.Judged(f.Model, r.Key.Version, !f.Failing, leading(r), f.At, now)...)
		}
	}
	var entries []alerts.Entry
	asking := byVersion(f.Transitions)
	for _, version := range slices.Sorted(maps.Keys(asking)) {
		t := retrain.Trigger{Model: f.Model, Version: version, Transitions: asking[version], BaselineID: f.BaselineID, EvidenceURL: evidenceURL}
		made, happened := desk.Consider(t, gates, f.At, now)
		entries, events = append(entries, made...), append(events, happened...)
	}
	for _, t := range f.Transitions {
		if t.Kind != rules.Fire && t.Kind != rules.Worse {
			desk.Ended(t.Subject)
		}
	}
	for _, e := range entries {
		events = append(events, send(e)...)
	}
	return events
}

// leading returns the measure by which a window's performance is told first.
func leading(r detectors.Report) float64 {
	for _, name := range []string{"accuracy", "mae"} {
		if m := r.Find(name, "", ""); m != nil {
			return m.Value
		}
	}
	return 0
}

// byVersion groups the transitions that may ask for retraining.
func byVersion(transitions []rules.Transition) map[string][]rules.Transition {
	grouped := map[string][]rules.Transition{}
	for _, t := range transitions {
		if t.Retrain && (t.Kind == rules.Fire || t.Kind == rules.Worse) {
			grouped[t.Version] = append(grouped[t.Version], t)
		}
	}
	return grouped
}

// retrainLine is a step of a request as the stable line writes it.
func retrainLine(desk *retrain.Desk, e retrain.Event) sinks.Retrain {
	line := sinks.Retrain{Request: e.RequestID, Model: e.Model, State: string(e.To), At: e.At, Reason: e.Text}
	for _, r := range desk.Requests() {
		if r.ID == e.RequestID {
			line.Version, line.Rule = r.Version, r.Signals[0].Rule
			line.TrainingStart, line.TrainingEnd = r.Training.From, r.Training.To
		}
	}
	return line
}
