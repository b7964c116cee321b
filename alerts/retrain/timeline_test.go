package retrain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

const day = 24 * time.Hour

// The story's clocks: event time is that of the electricity market in 1997, wall time another century.
var (
	june12 = instant("1997-06-12T00:00:00Z") // first failing window
	july10 = instant("1997-07-10T00:00:00Z") // end of the second one: the trigger
	sept4  = instant("1997-09-04T00:00:00Z") // june12 + 12 weeks
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

func instant(s string) profile.Instant {
	var i profile.Instant
	if err := i.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return i
}

func options() retrain.Options {
	return retrain.Options{
		Environment: "production", CallbackURL: "http://agent:9187/callback", MinSpan: 84 * day, Cooldown: 2 * day,
		Deadline: 24 * time.Hour,
		Offsets: func(string, profile.Instant, profile.Instant) []retrain.OffsetRange {
			return []retrain.OffsetRange{{Topic: "predictions", Partition: 0, Start: 10368, End: 11712}}
		},
	}
}

// accuracyFell is version 1's transition of 10 July 1997 in the demonstration.
func accuracyFell() rules.Transition {
	baseline := 0.807
	return rules.Transition{
		Subject: rules.Subject{Rule: "accuracy-drop", Model: "elec", Version: "1", Window: "14d"},
		Kind:    rules.Fire, From: rules.Pending, To: rules.Firing, Severity: rules.Page,
		At: july10, WindowStart: instant("1997-06-26T00:00:00Z"), WindowEnd: july10, Since: june12,
		Measure: "accuracy", Value: 0.5599, Threshold: 0.7072, Retrain: true,
		Measurement: detectors.Measurement{Name: "accuracy", Value: 0.5599, Baseline: &baseline},
	}
}

func columnDrifts(column string) rules.Transition {
	t := accuracyFell()
	t.Rule, t.Column, t.Measure, t.Severity = "drift", column, "psi", rules.Warning
	t.Value, t.Threshold, t.Measurement = 3.31, 0.25, detectors.Measurement{}
	return t
}

func trigger(transitions ...rules.Transition) retrain.Trigger {
	return retrain.Trigger{
		Model: "elec", Version: transitions[0].Version, BaselineID: "elec-1-9f3a", Transitions: transitions,
		EvidenceURL: "https://anchorwatch.example/incidents/42",
	}
}

// line is a timeline: a desk, what came out of it, and both clocks.
type line struct {
	t       *testing.T
	desk    *retrain.Desk
	at      profile.Instant
	now     time.Time
	entries []alerts.Entry
}

func newLine(t *testing.T, o retrain.Options) *line {
	t.Helper()
	return &line{t: t, desk: retrain.NewDesk(o), at: july10, now: noon}
}

// pass lets event time and wall time go on.
func (l *line) pass(event, wall time.Duration) { l.at, l.now = l.at.Add(event), l.now.Add(wall) }

func (l *line) consider(gates retrain.Gates, transitions ...rules.Transition) []retrain.Event {
	entries, events := l.desk.Consider(trigger(transitions...), gates, l.at, l.now)
	l.entries = append(l.entries, entries...)
	return events
}

func (l *line) retry(gates retrain.Gates) []retrain.Event {
	entries, events := l.desk.Retry("elec", gates, l.at, l.now)
	l.entries = append(l.entries, entries...)
	return events
}

// last returns the newest entry of the outbox.
func (l *line) last() alerts.Entry {
	l.t.Helper()
	if len(l.entries) == 0 {
		l.t.Fatal("no request was made")
	}
	return l.entries[len(l.entries)-1]
}

func (l *line) delivered(receipt, failure string) []retrain.Event {
	l.t.Helper()
	e := l.last()
	return l.desk.Delivered(alerts.Outcome{
		EntryID: e.ID, Destination: e.Destination, Key: e.Key, Receipt: json.RawMessage(receipt), Error: failure, At: l.now,
	}, l.at, l.now)
}

func (l *line) callback(c retrain.Callback) []retrain.Event {
	l.t.Helper()
	c.RequestID = l.last().Key
	return l.desk.Callback(c, l.at, l.now)
}

func (l *line) version(v string) []retrain.Event { return l.desk.VersionSeen("elec", v, l.at, l.now) }
func (l *line) tick() []retrain.Event            { return l.desk.Tick(l.at, l.now) }

// want compares events with "from>to" and, behind a blank, a part of the text.
func (l *line) want(got []retrain.Event, want ...string) {
	l.t.Helper()
	if len(got) != len(want) {
		l.t.Fatalf("events: got %v, want %q", got, want)
	}
	for i, e := range got {
		steps, text, _ := strings.Cut(want[i], " ")
		if string(e.From)+">"+string(e.To) != steps || !strings.Contains(e.Text, text) {
			l.t.Errorf("event %d: got %s>%s %q, want %q", i, e.From, e.To, e.Text, want[i])
		}
		if e.Model != "elec" || e.Wall.IsZero() {
			l.t.Errorf("event %d: model %q, wall %v", i, e.Model, e.Wall)
		}
	}
}

var open retrain.Gates
