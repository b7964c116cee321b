package agent

import (
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// blindness notices when the agent itself cannot see: it is far behind and falling further, or a large share of what it
// reads is refused. This is the second half of the default rule "blind"; it runs on the wall clock and begins anew with
// each process. That no checkpoint can be written is left to the Prometheus rules: what cannot be made durable is not
// sent either.
type blindness struct {
	minutes []minute // the last ten, oldest first
	firing  map[string]bool
}

// minute is what one minute of the wall clock has seen.
type minute struct {
	at               time.Time
	lag              time.Duration
	records, refused uint64 // totals at its end
}

const (
	blindLag     = 15 * time.Minute
	blindMinutes = 10
	lagCause     = "lag"
	refusedCause = "refused records"
)

// look takes in how things stand and returns what has changed. It does something once a minute.
func (b *blindness) look(now time.Time, lag time.Duration, r *refusals) []rules.Transition {
	if n := len(b.minutes); n > 0 && now.Sub(b.minutes[n-1].at) < time.Minute {
		return nil
	}
	b.minutes = append(b.minutes, minute{now, lag, r.records, r.total()})
	if extra := len(b.minutes) - blindMinutes - 1; extra > 0 {
		b.minutes = b.minutes[extra:]
	}
	var changes []rules.Transition
	first := b.minutes[0]
	records, refused := r.records-first.records, r.total()-first.refused
	share := 0.0
	if records > 0 {
		share = float64(refused) / float64(records)
	}
	whole := len(b.minutes) > blindMinutes
	changes = b.turn(changes, now, lagCause, "lag_seconds", lag.Seconds(), blindLag.Seconds(), lag > blindLag && whole && lag > first.lag, lag < blindLag)
	return b.turn(changes, now, refusedCause, "refused_share", share, refusedShare, whole && records >= fewRecords && share > refusedShare, share < refusedShare)
}

// turn fires or resolves one cause.
func (b *blindness) turn(changes []rules.Transition, now time.Time, cause, measure string, value, limit float64, bad, good bool) []rules.Transition {
	t := rules.Transition{
		Subject: rules.Subject{Rule: rules.Blind, Model: alerts.Self, Column: cause}, Severity: rules.Page, Measure: measure,
		Value: value, Threshold: limit, At: profile.InstantOf(now), WindowEnd: profile.InstantOf(now),
	}
	t.WindowStart = t.WindowEnd.Add(-blindMinutes * time.Minute)
	t.Since = t.WindowStart
	switch {
	case bad && !b.firing[cause]:
		b.firing[cause] = true
		t.Kind, t.From, t.To = rules.Fire, rules.OK, rules.Firing
	case good && b.firing[cause]:
		b.firing[cause] = false
		t.Kind, t.From, t.To = rules.Resolve, rules.Firing, rules.OK
	default:
		return changes
	}
	return append(changes, t)
}

// restore takes up what an earlier process found, so that it can be resolved.
func (b *blindness) restore(incidents []alerts.Incident) {
	for _, in := range incidents {
		for _, t := range in.Firing {
			if in.Model == alerts.Self && t.Rule == rules.Blind {
				b.firing[t.Column] = true
			}
		}
	}
}
