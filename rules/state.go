package rules

import (
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// track is one subject's state. Its fields are exported for the codec.
type track struct {
	Firing   bool     `json:"firing,omitempty"`
	Severity Severity `json:"severity,omitempty"` // while firing
	Fail     streak   `json:"fail,omitzero"`
	Worse    streak   `json:"worse,omitzero"` // beyond the page limit
	Clear    streak   `json:"clear,omitzero"` // only while firing
	// Since is the start of the failing streak that fired.
	Since profile.Instant `json:"since"`
	// Unjudged says why the newest window could not be judged; empty if it could.
	Unjudged string `json:"unjudged,omitempty"`
	// Seen is the end of the newest window, judged or not.
	Seen profile.Instant `json:"seen"`

	// The newest judged window, with what was measured and the limit that decided.
	Judged      bool                  `json:"judged,omitempty"`
	Start       profile.Instant       `json:"start"`
	End         profile.Instant       `json:"end"`
	AsOf        profile.Instant       `json:"as_of"`
	Value       float64               `json:"value"`
	Threshold   float64               `json:"threshold"`
	Measurement detectors.Measurement `json:"measurement"`
	History     []Point               `json:"history,omitempty"`
}

// historyLength is how many judged windows a notice can draw.
const historyLength = 12

// streak counts windows in a row that agree and do not overlap.
type streak struct {
	Count int             `json:"count,omitempty"`
	Start profile.Instant `json:"start"` // of the first window counted
	End   profile.Instant `json:"end"`   // of the last
}

// next extends the streak by a window that agrees, and breaks it by one that does not. A window that agrees but overlaps
// the last one counted re-tests the same data, and is not counted.
func (s *streak) next(agrees bool, key profile.Key) {
	switch {
	case !agrees:
		*s = streak{}
	case s.Count == 0:
		*s = streak{Count: 1, Start: key.Start, End: key.End}
	case key.Start >= s.End:
		s.Count, s.End = s.Count+1, key.End
	}
}

func newTrack() *track { return &track{Seen: profile.Dawn} }

// state is what people see.
func (t *track) state() State {
	switch {
	case t.Firing:
		return Firing
	case t.Unjudged != "":
		return Insufficient
	case t.Fail.Count > 0:
		return Pending
	}
	return OK
}

// step moves the track by one window and returns what people need to hear of: Fire, Worse, Resolve, or nothing.
// A window without a verdict is neutral: it leaves every streak as it is.
func (t *track) step(rule *compiled, report *detectors.Report, m *detectors.Measurement, v verdict) Kind {
	key := report.Key
	t.Seen, t.Unjudged = key.End, v.unjudged
	if v.unjudged != "" {
		return ""
	}
	t.record(report, m, v.limit)
	t.Fail.next(v.failing, key)
	t.Worse.next(v.paging, key)
	if !t.Firing {
		if t.Fail.Count < rule.forStreak {
			return ""
		}
		t.Firing, t.Since, t.Clear, t.Severity = true, t.Fail.Start, streak{}, rule.Severity
		if t.Worse.Count >= rule.forStreak {
			t.Severity, t.Threshold = Page, v.pageLimit
		}
		return Fire
	}
	t.Clear.next(v.clear, key)
	switch {
	case t.Severity != Page && t.Worse.Count >= rule.forStreak:
		t.Severity, t.Threshold = Page, v.pageLimit
		return Worse
	case t.Clear.Count >= rule.clearFor:
		t.Firing, t.Clear, t.Threshold = false, streak{}, v.clearLimit
		return Resolve
	}
	return ""
}

func (t *track) record(report *detectors.Report, m *detectors.Measurement, limit float64) {
	t.Judged = true
	t.Start, t.End, t.AsOf = report.Key.Start, report.Key.End, report.AsOf
	t.Value, t.Threshold, t.Measurement = m.Value, limit, evidence(m)
	t.History = append(t.History, Point{End: t.End, Value: t.Value})
	if extra := len(t.History) - historyLength; extra > 0 {
		t.History = slices.Delete(t.History, 0, extra)
	}
}

// evidence copies a measurement without numbers that JSON cannot write.
func evidence(m *detectors.Measurement) detectors.Measurement {
	c := *m
	for _, p := range []**float64{
		&c.PValue, &c.Lower, &c.Upper, &c.CertifiedLower, &c.CertifiedUpper, &c.NEff, &c.Baseline, &c.BaselineNEff, &c.Threshold,
	} {
		if !known(*p) {
			*p = nil
		}
	}
	return c
}

// quiet tells whether no window has been judged for three window lengths: from the end of the newest judged window to
// the start of this one, or to its end if it cannot be judged either.
func (t *track) quiet(report *detectors.Report, v verdict) bool {
	until := report.Key.Start
	if v.unjudged != "" {
		until = report.Key.End
	}
	return t.Judged && until >= staleAfter(t.End, report.Key.End.Sub(report.Key.Start))
}

// staleAfter returns the moment three window lengths after another.
func staleAfter(last profile.Instant, length time.Duration) profile.Instant {
	return last.Add(length).Add(length).Add(length)
}

// forget drops all that was judged; what was seen stays seen.
func (t *track) forget() { *t = track{Seen: t.Seen, Unjudged: t.Unjudged} }

// transition says what happened, with the newest judged window as evidence.
func (t *track) transition(rule *compiled, key profile.Key, at place, kind Kind, asOf profile.Instant) Transition {
	tr := Transition{
		Subject: scopeOf(key).subject(rule.Name, at),
		Kind:    kind, From: Firing, To: OK, Severity: t.Severity,
		At: asOf, WindowStart: t.Start, WindowEnd: t.End, Since: t.Since,
		Measure: rule.Measure, Value: t.Value, Threshold: t.Threshold, Retrain: rule.Retrain,
		Measurement: t.Measurement, History: slices.Clone(t.History),
	}
	switch kind {
	case Fire:
		tr.From, tr.To = Pending, Firing
		if rule.forStreak == 1 {
			tr.From = OK
		}
	case Worse:
		tr.To = Firing
	case Resolve, Supersede, Stale:
	}
	return tr
}
