package alerts_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// day is midnight of a day of 1997, by its number since the first of January.
func day(n int) profile.Instant {
	return profile.InstantOf(time.Date(1997, 1, n, 0, 0, 0, 0, time.UTC))
}

// change is a transition of the rule "accuracy-drop" of model elec; options shape it.
func change(kind rules.Kind, at profile.Instant, options ...func(*rules.Transition)) rules.Transition {
	t := rules.Transition{
		Subject: rules.Subject{Rule: "accuracy-drop", Model: "elec", Version: "1", Window: "14d"},
		Kind:    kind, Severity: rules.Page, At: at, Measure: "accuracy", Value: 0.56, Threshold: 0.707,
		WindowStart: at.Add(-14 * 24 * time.Hour), WindowEnd: at, Since: at.Add(-28 * 24 * time.Hour),
	}
	for _, option := range options {
		option(&t)
	}
	return t
}

func severity(s rules.Severity) func(*rules.Transition) {
	return func(t *rules.Transition) { t.Severity = s }
}

func version(v string) func(*rules.Transition) {
	return func(t *rules.Transition) { t.Version = v }
}

func value(v, threshold float64) func(*rules.Transition) {
	return func(t *rules.Transition) { t.Value, t.Threshold = v, threshold }
}

func rangeOf(column string) func(*rules.Transition) {
	return func(t *rules.Transition) {
		t.Rule, t.Column, t.Measure, t.Severity = "range", column, "out_of_range_rate", rules.Warning
		t.Value, t.Threshold = 0.786, 0.5
	}
}

// scene plays calls against a ledger and keeps what became of them.
type scene struct {
	t      *testing.T
	ledger *alerts.Ledger
	told   []string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return &scene{t: t, ledger: alerts.NewLedger("production", "slack")}
}

func (s *scene) apply(at profile.Instant, transitions ...rules.Transition) {
	s.keep(s.ledger.Apply(at, "elec", transitions))
}

// keep writes each entry as "kind severity firing/waiting/ended".
func (s *scene) keep(entries []alerts.Entry) {
	for _, entry := range entries {
		n := noticeOf(s.t, entry)
		s.told = append(s.told, fmt.Sprintf("%s %s %d/%d/%d", n.Kind, n.Severity, len(n.Firing), len(n.Waiting), len(n.Ended)))
	}
}

func (s *scene) want(told ...string) {
	s.t.Helper()
	if !slices.Equal(s.told, told) {
		s.t.Errorf("told\n %s\nwant\n %s", strings.Join(s.told, "\n "), strings.Join(told, "\n "))
	}
	s.told = nil
}

func (s *scene) incident(i int) alerts.Incident {
	s.t.Helper()
	all := s.ledger.Incidents()
	if i >= len(all) {
		s.t.Fatalf("%d incidents, want more than %d", len(all), i)
	}
	return all[i]
}

func noticeOf(t *testing.T, entry alerts.Entry) alerts.Notice {
	t.Helper()
	var n alerts.Notice
	if err := json.Unmarshal(entry.Payload, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestIncidentOpensWorsensAndResolves(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1), severity(rules.Warning)))
	s.want("opened warning 1/0/0")
	s.apply(day(15), change(rules.Worse, day(15), value(0.5, 0.707)))
	s.want("escalated page 1/0/0")
	s.apply(day(29), change(rules.Resolve, day(29), value(0.81, 0.757)))
	s.want("resolved page 0/0/1")

	want := []string{
		"accuracy-drop fired: accuracy 0.560 < 0.707 (version 1, window 14d)",
		"accuracy-drop got worse, now page: accuracy 0.500 < 0.707 (version 1, window 14d)",
		"accuracy-drop resolved: accuracy 0.810 > 0.757 (version 1, window 14d)",
	}
	in := s.incident(0)
	for i, line := range in.Timeline {
		if line.Text != want[i] {
			t.Errorf("line %d: %q, want %q", i, line.Text, want[i])
		}
	}
	if in.State != alerts.IncidentResolved || in.OpenedAt != day(1) || in.EndedAt != day(29) {
		t.Errorf("incident %+v", in)
	}
}

func TestWarningsAndPagesOfOneModelAreOneIncident(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1), rangeOf("vicprice")), change(rules.Fire, day(1), rangeOf("transfer")))
	s.want("opened warning 2/0/0")
	s.apply(day(15), change(rules.Fire, day(15)))
	s.want("escalated page 3/0/0")
	s.apply(day(29), change(rules.Resolve, day(29), rangeOf("vicprice")))
	s.want("updated page 2/0/1")
	s.apply(day(43), change(rules.Stale, day(43), rangeOf("transfer")))
	s.want("updated page 1/0/2")
	s.apply(day(57), change(rules.Resolve, day(57)))
	s.want("resolved page 0/0/3")
	if got := s.incident(0).Timeline[0].Text; got != "range fired for vicprice, transfer: worst out_of_range_rate 0.786 > 0.500 (version 1, window 14d)" {
		t.Errorf("first line %q", got)
	}
}

func TestOneGroupIsOneNotice(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1), rangeOf("vicprice")), change(rules.Fire, day(1)))
	s.want("opened page 2/0/0")
	s.apply(day(15), change(rules.Resolve, day(15)), change(rules.Resolve, day(15), rangeOf("vicprice")),
		change(rules.Fire, day(15), rangeOf("transfer")))
	s.want("updated page 1/0/2")
}

func TestInfoOpensNothing(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1), severity(rules.Info)))
	s.want()
	s.apply(day(15), change(rules.Fire, day(15), rangeOf("vicprice")))
	s.want("opened warning 1/0/0")
	s.apply(day(29), change(rules.Fire, day(29), severity(rules.Info)))
	s.want()
	if lines := s.incident(0).Timeline; len(lines) != 2 || !strings.HasPrefix(lines[1].Text, "accuracy-drop fired") {
		t.Errorf("timeline %v", lines)
	}
	s.apply(day(43), change(rules.Resolve, day(43), rangeOf("vicprice")))
	s.want("resolved warning 0/0/1")
}

func TestSupersededWaitsForItsSuccessor(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1)))
	s.want("opened page 1/0/0")
	s.apply(day(15), change(rules.Supersede, day(15)))
	s.want("updated page 0/1/0")
	if got := s.incident(0).State; got != alerts.IncidentWaiting {
		t.Errorf("state %q, want waiting", got)
	}
	s.apply(day(29), change(rules.Resolve, day(29), version("2"), value(0.7046, 0.6748)))
	s.want("resolved page 0/0/1")
	if got := s.incident(0).Timeline[2].Text; got != "accuracy-drop resolved: accuracy 0.705 > 0.675 (version 2, window 14d)" {
		t.Errorf("last line %q", got)
	}
}

func TestSuccessorThatFiresKeepsTheIncident(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1)))
	s.apply(day(15), change(rules.Supersede, day(15)))
	s.apply(day(29), change(rules.Fire, day(29), version("2")))
	s.apply(day(43), change(rules.Resolve, day(43), version("2")))
	s.want("opened page 1/0/0", "updated page 0/1/0", "updated page 1/0/1", "resolved page 0/0/2")
}

func TestCanaryResolvesOnlyItself(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1)), change(rules.Fire, day(1), version("2")))
	s.apply(day(15), change(rules.Resolve, day(15), version("2")))
	s.want("opened page 2/0/0", "updated page 1/0/1")
}

func TestFiringAgainIsAnotherIncident(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1)))
	s.apply(day(15), change(rules.Resolve, day(15)))
	s.apply(day(29), change(rules.Fire, day(29)))
	s.want("opened page 1/0/0", "resolved page 0/0/1", "opened page 1/0/0")
	if a, b := s.incident(0), s.incident(1); a.ID == b.ID || b.State != alerts.IncidentOpen {
		t.Errorf("incidents %+v, %+v", a, b)
	}
}

func TestNotesReachTheNewestIncidentEvenOnceItEnded(t *testing.T) {
	s := newScene(t)
	s.keep(s.ledger.Note("elec", day(1), "nobody to tell"))
	s.want()
	s.apply(day(1), change(rules.Fire, day(1)))
	s.keep(s.ledger.Note("elec", day(2), "retraining requested"))
	s.apply(day(15), change(rules.Resolve, day(15)))
	entries := s.ledger.Note("elec", day(90), "on final labels the window would have failed")
	s.keep(entries)
	s.want("opened page 1/0/0", "noted page 1/0/0", "resolved page 0/0/1", "noted page 0/0/1")
	if n := noticeOf(t, entries[0]); !n.Over() || n.EndedAt != day(15) || n.Note != "on final labels the window would have failed" {
		t.Errorf("notice %+v", n)
	}
}

func TestHoldTellsOnceWhatIsStillTrue(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1), rangeOf("vicprice")))
	s.want("opened warning 1/0/0")
	s.ledger.Hold(true, day(2))
	s.apply(day(15), change(rules.Fire, day(15)))
	s.apply(day(29), change(rules.Fire, day(29), rangeOf("transfer")))
	s.want()
	s.keep(s.ledger.Hold(false, day(30)))
	s.want("escalated page 3/0/0")

	s.ledger.Hold(true, day(31))
	s.apply(day(43), change(rules.Resolve, day(43)), change(rules.Resolve, day(43), rangeOf("vicprice")),
		change(rules.Resolve, day(43), rangeOf("transfer")))
	s.apply(day(57), change(rules.Fire, day(57)))
	s.apply(day(71), change(rules.Resolve, day(71)))
	s.apply(day(85), change(rules.Fire, day(85)))
	s.want()
	s.keep(s.ledger.Hold(false, day(86)))
	s.want("resolved page 0/0/3", "opened page 1/0/0") // the one of day 57 opened and ended unsaid
	s.keep(s.ledger.Hold(false, day(86)))
	s.want()
}

func TestReplayUnderHoldKnowsWhatWasTold(t *testing.T) {
	first := newScene(t)
	first.apply(day(1), change(rules.Fire, day(1)))
	opened := first.ledger.Pending()[0]

	again := newScene(t)
	again.ledger.Delivered(outcomeOf(opened))
	again.ledger.Hold(true, day(1))
	again.apply(day(1), change(rules.Fire, day(1)))
	again.apply(day(15), change(rules.Resolve, day(15)))
	again.want()
	again.keep(again.ledger.Hold(false, day(20)))
	again.want("resolved page 0/0/1")
}

func TestTimelineIsBounded(t *testing.T) {
	s := newScene(t)
	s.apply(day(1), change(rules.Fire, day(1)))
	for i := range 99 {
		s.ledger.Note("elec", day(2+i), fmt.Sprintf("note %d", i))
	}
	lines := s.incident(0).Timeline
	if len(lines) != 46 || lines[5].Text != "… 55 more" || lines[45].Text != "note 98" {
		t.Errorf("%d lines, %q, %q", len(lines), lines[5].Text, lines[45].Text)
	}
}

func TestNoticeStaysSmallHoweverManyRulesFire(t *testing.T) {
	s := newScene(t)
	var group []rules.Transition
	for i := range 1000 {
		group = append(group, change(rules.Fire, day(1), rangeOf(fmt.Sprintf("f%d", i))))
	}
	entries := s.ledger.Apply(day(1), "elec", group)
	if n := noticeOf(t, entries[0]); len(n.Firing) != 20 || n.More != 980 || len(n.Charts) != 5 || len(n.Changes) != 20 || len(n.Timeline) != 1 {
		t.Errorf("%d firing, %d more, %d charts, %d changes, %d lines", len(n.Firing), n.More, len(n.Charts), len(n.Changes), len(n.Timeline))
	}
}

func TestNumbersNoJSONCanSayDoNotLoseTheAlert(t *testing.T) {
	s := newScene(t)
	bad := math.NaN()
	s.apply(profile.Instant(math.MaxInt64-1), change(rules.Fire, day(1), func(t *rules.Transition) {
		t.Value, t.Threshold, t.WindowEnd = bad, math.Inf(1), math.MinInt64+1
		t.History = []rules.Point{{End: math.MaxInt64 - 1, Value: bad}}
		t.Measurement = detectors.Measurement{Value: bad, Baseline: &bad}
	}))
	s.want("opened page 1/0/0")
	if _, err := s.ledger.AppendBinary(nil); err != nil {
		t.Error(err)
	}
}

func TestSamePastSameEntries(t *testing.T) {
	play := func() []alerts.Entry {
		s := newScene(t)
		s.apply(day(1), change(rules.Fire, day(1), rangeOf("a")))
		s.apply(day(15), change(rules.Fire, day(15), rangeOf("b")))
		s.apply(day(15), change(rules.Fire, day(15), rangeOf("c")))
		s.apply(day(29), change(rules.Fire, day(29)))
		s.ledger.Note("elec", day(29), "x")
		return s.ledger.Pending()
	}
	a, b := play(), play()
	seen := map[string]bool{}
	for i := range a {
		if a[i].ID != b[i].ID || string(a[i].Payload) != string(b[i].Payload) {
			t.Errorf("entry %d differs", i)
		}
		if seen[a[i].ID] {
			t.Errorf("entry %d: its id was used before", i)
		}
		seen[a[i].ID] = true
	}
}

// outcomeOf is a successful delivery of the entry.
func outcomeOf(e alerts.Entry) alerts.Outcome {
	return alerts.Outcome{
		EntryID: e.ID, Destination: e.Destination, Key: e.Key, Created: e.Created, Receipt: json.RawMessage(`{"n":1}`),
	}
}
