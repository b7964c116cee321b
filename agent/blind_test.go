package agent

import (
	"slices"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// A model that answers every hour but at night is missed in the first silent hour of the day, not at night.
func TestSilenceKnowsTheHour(t *testing.T) {
	s := silence{}
	start := profile.InstantOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	var b event.Batch
	const days = 40
	var told []string
	for hour := range days * 24 {
		at := start.Add(time.Duration(hour) * time.Hour)
		awake := hour%24 >= 6
		broken := hour >= 30*24+9 && hour < 30*24+12
		if awake && !broken {
			b.Predictions = append(b.Predictions[:0], event.Prediction{Time: at})
			s.add(&b, []string{"m"})
		}
		if hour == 29*24 { // a restart in between changes nothing
			again := silence{}
			if err := again.restore(s.appendBinary(nil)); err != nil {
				t.Fatal(err)
			}
			s = again
		}
		for _, f := range s.look(at.Add(time.Hour)) {
			tr := f.Transitions[0]
			told = append(told, string(tr.Kind)+" "+tr.At.String())
		}
	}
	want := []string{"fire 2026-01-31T10:00:00Z", "resolve 2026-01-31T13:00:00Z"}
	if !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
}

func TestBlindnessNeedsTenMinutes(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := blindness{firing: map[string]bool{}}
	r := newRefusals()
	var told []string
	for minute := range 40 {
		r.records += 1000
		lag := time.Duration(0)
		if minute >= 5 && minute < 25 {
			lag = time.Duration(minute) * 2 * time.Minute // falls further and further behind
			r.counts[event.BadJSON] += 500
		}
		for _, tr := range b.look(now.Add(time.Duration(minute)*time.Minute), lag, &r) {
			if tr.Severity != rules.Page {
				t.Errorf("severity %s, want page", tr.Severity)
			}
			told = append(told, string(tr.Kind)+" "+tr.Column+" "+tr.At.String())
		}
	}
	want := []string{
		"fire lag 2026-01-01T00:10:00Z", "fire refused records 2026-01-01T00:10:00Z",
		"resolve lag 2026-01-01T00:25:00Z", "resolve refused records 2026-01-01T00:31:00Z",
	}
	if !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
}
