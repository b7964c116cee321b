package rules

import (
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const day = 24 * time.Hour

// timeline drives an engine by windows of one model, and checks after each what people would see:
//
//	tl.at(3).measure(.31).want(Pending)
//	tl.at(4).measure(.29).want(Firing, Fire)
type timeline struct {
	t       *testing.T
	engine  *Engine
	measure string
	version string
	column  string
	length  time.Duration
	report  detectors.Report
	got     []Transition
}

func newTimeline(t *testing.T, list ...Rule) *timeline {
	t.Helper()
	return &timeline{t: t, engine: compiledEngine(t, list...), measure: list[0].Measure, version: "1", length: day}
}

func compiledEngine(tb testing.TB, list ...Rule) *Engine {
	tb.Helper()
	e, problems := Compile(list)
	if len(problems) > 0 {
		tb.Fatalf("compile: %v", problems)
	}
	return e
}

// at starts the window that ends after so many days.
func (tl *timeline) at(days float64) *timeline {
	end := profile.Instant(0).Add(time.Duration(days * float64(day)))
	phase, horizon := detectors.Drift, 0
	if m, _ := measureOf(tl.measure); m.phase == detectors.Performance {
		phase, horizon = detectors.Performance, 1
	}
	tl.report = detectors.Report{
		Key:   profile.Key{Model: "credit", Version: tl.version, Window: "1d", Start: end.Add(-tl.length), End: end},
		Phase: phase, Horizon: horizon, Judged: true, AsOf: end, Complete: true, Samples: 1000, Labeled: 1000,
	}
	return tl
}

// of switches to another version for the windows that follow.
func (tl *timeline) of(version string) *timeline {
	tl.version = version
	return tl
}

func (tl *timeline) measurement(m detectors.Measurement) *timeline {
	tl.report.Measurements = append(tl.report.Measurements, m)
	return tl.evaluate()
}

func (tl *timeline) measured(value float64) *timeline {
	return tl.measurement(detectors.Measurement{
		Name: tl.measure, Column: tl.column, Value: value, N: 1000, Status: detectors.OK,
	})
}

// unjudged is a window with a value that nobody may rely on.
func (tl *timeline) unjudged(value float64) *timeline {
	return tl.measurement(detectors.Measurement{
		Name: tl.measure, Column: tl.column, Value: value, N: 3, Status: detectors.Insufficient,
	})
}

// empty is a window without any measurement.
func (tl *timeline) empty() *timeline {
	tl.report.Judged = false
	return tl.evaluate()
}

func (tl *timeline) evaluate() *timeline {
	tl.got = tl.engine.Evaluate(tl.report)
	return tl
}

// want checks the state of the newest subject of the current version, and the transitions since the last check.
func (tl *timeline) want(state State, kinds ...Kind) {
	tl.t.Helper()
	var got State = "none"
	for _, s := range tl.engine.States() {
		if s.Version == tl.version {
			got = s.State
		}
	}
	if got != state {
		tl.t.Errorf("window ending %v: state %q, want %q", tl.report.Key.End, got, state)
	}
	tl.wantKinds(kinds...)
}

func (tl *timeline) wantKinds(kinds ...Kind) {
	tl.t.Helper()
	if len(tl.got) != len(kinds) {
		tl.t.Fatalf("window ending %v: transitions %+v, want %v", tl.report.Key.End, tl.got, kinds)
	}
	for i, k := range kinds {
		if tl.got[i].Kind != k {
			tl.t.Errorf("window ending %v: transition %d is %q, want %q", tl.report.Key.End, i, tl.got[i].Kind, k)
		}
	}
}

func psiRule() Rule {
	return Rule{Name: "drift", Measure: "psi", Above: MustLimit("0.2"), Clear: MustLimit("0.1")}
}

func TestTwoWindowsFireAndTwoClear(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.05).want(OK)
	tl.at(2).measured(.2).want(OK) // the limit itself is good
	tl.at(3).measured(.31).want(Pending)
	tl.at(4).measured(.29).want(Firing, Fire)

	fire := tl.got[0]
	if fire.From != Pending || fire.To != Firing || fire.Severity != Warning || fire.Value != .29 || fire.Threshold != .2 ||
		fire.At != tl.report.AsOf || fire.WindowStart != tl.report.Key.Start || fire.WindowEnd != tl.report.Key.End {
		t.Errorf("fire: %+v", fire)
	}
	if want := profile.Instant(0).Add(2 * day); fire.Since != want {
		t.Errorf("since %v, want the start of the first failing window, %v", fire.Since, want)
	}
	if len(fire.History) != 4 || fire.History[0].Value != .05 || fire.History[3].Value != .29 {
		t.Errorf("history: %v", fire.History)
	}

	tl.at(5).measured(.15).want(Firing) // neither failing nor clear
	tl.at(6).measured(.10).want(Firing)
	tl.at(7).measured(.15).want(Firing) // breaks the clear streak
	tl.at(8).measured(.08).want(Firing)
	tl.at(9).measured(.07).want(OK, Resolve)
	if resolve := tl.got[0]; resolve.From != Firing || resolve.To != OK || resolve.Threshold != .1 || resolve.Since != fire.Since {
		t.Errorf("resolve: %+v", resolve)
	}
	tl.at(10).measured(.15).want(OK) // clear binds only a firing rule
}

func TestOneGoodWindowEndsPending(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.15).want(OK) // not under the clear limit, but not failing either
	tl.at(3).measured(.3).want(Pending)
	tl.at(4).measured(.3).want(Firing, Fire)
}

func TestForOneFiresFromOK(t *testing.T) {
	rule := psiRule()
	rule.For, rule.ClearFor = new(1), new(1)
	tl := newTimeline(t, rule)
	tl.at(1).measured(.3).want(Firing, Fire)
	if tl.got[0].From != OK {
		t.Errorf("from %q, want ok", tl.got[0].From)
	}
	tl.at(2).measured(.1).want(OK, Resolve)
}

func TestInsufficientIsNeutral(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).unjudged(.9).want(Insufficient)
	tl.at(2).measured(.3).want(Pending)
	tl.at(3).unjudged(.0).want(Insufficient)
	tl.at(4).empty().want(Insufficient)
	tl.at(5).measured(.3).want(Firing, Fire)
	if tl.got[0].From != Pending {
		t.Errorf("from %q: a window without a verdict leaves the streak pending", tl.got[0].From)
	}
	tl.at(6).measured(.1).want(Firing)
	tl.at(7).unjudged(.0).want(Firing)
	tl.at(8).measured(.1).want(OK, Resolve)
}

func TestRevisionsChangeNothing(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	for revision := range 5 {
		tl.at(1)
		tl.report.Revision = revision + 1
		tl.measured(.3).want(Pending)
	}
	tl.at(1).measured(.0).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
}

func TestSlidingWindowsCountOnceTheyDoNotOverlap(t *testing.T) {
	tl := newTimeline(t, psiRule())
	for hour := range 24 {
		tl.at(1 + float64(hour)/24).measured(.3).want(Pending)
	}
	tl.at(2).measured(.3).want(Firing, Fire)
	for hour := 1; hour < 25; hour++ {
		tl.at(2 + float64(hour)/24).measured(.05).want(Firing)
	}
	tl.at(3+1.0/24).measured(.05).want(OK, Resolve)

	tl.at(5).measured(.3).want(Pending)
	tl.at(5.5).measured(.1).want(OK) // an overlapping window that disagrees breaks the streak
	tl.at(6).measured(.3).want(Pending)
}

func TestWorseRisesToPage(t *testing.T) {
	rule := psiRule()
	rule.Page = MustLimit("0.5")
	tl := newTimeline(t, rule)
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.6).want(Firing, Fire)
	if tl.got[0].Severity != Warning {
		t.Errorf("severity %q after one window beyond the page limit, want warning", tl.got[0].Severity)
	}
	tl.at(3).measured(.7).want(Firing, Worse)
	if w := tl.got[0]; w.Severity != Page || w.From != Firing || w.To != Firing || w.Threshold != .5 || w.Value != .7 {
		t.Errorf("worse: %+v", w)
	}
	tl.at(4).measured(.8).want(Firing) // once
	tl.at(5).measured(.3).want(Firing) // severity never falls while firing
	tl.at(6).measured(.0).want(Firing)
	tl.at(7).measured(.0).want(OK, Resolve)
	if tl.got[0].Severity != Page {
		t.Errorf("resolve has severity %q, want the highest, page", tl.got[0].Severity)
	}
	tl.at(8).measured(.6).want(Pending)
	tl.at(9).measured(.6).want(Firing, Fire)
	if tl.got[0].Severity != Page {
		t.Errorf("severity %q, want page at once", tl.got[0].Severity)
	}
}

func TestCertifiedIntervalKeepsItsStateBetween(t *testing.T) {
	rule := Rule{Name: "ks", Measure: "ks", Above: MustLimit("0.1"), For: new(1), ClearFor: new(1)}
	tl := newTimeline(t, rule)
	between := func(lower, upper float64) detectors.Measurement {
		return detectors.Measurement{
			Name: "ks", Value: upper, CertifiedLower: &lower, CertifiedUpper: &upper, N: 1000, Status: detectors.OK,
		}
	}
	tl.at(1).measurement(between(.09, .11)).want(OK)
	tl.at(2).measurement(between(.101, .12)).want(Firing, Fire)
	tl.at(3).measurement(between(.09, .11)).want(Firing)
	tl.at(4).measurement(between(.08, .099)).want(OK, Resolve)
}

func TestStaleAfterThreeUnjudgedWindows(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.at(3).unjudged(.3).want(Firing)
	tl.at(4).unjudged(.3).want(Firing)
	tl.at(5).unjudged(.3).want(Insufficient, Stale)
	if s := tl.got[0]; s.From != Firing || s.To != OK || s.At != tl.report.AsOf || s.Value != .3 {
		t.Errorf("stale: %+v", s)
	}
	tl.at(6).measured(.3).want(Pending) // forgotten: the streak begins anew
}

func TestAGapOfThreeWindowsIsStaleToo(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.at(6).measured(.3).want(Pending, Stale)

	tl = newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(4).measured(.3).want(Firing, Fire) // two windows missing: still one streak
}

func TestAdvanceForgetsASilentScope(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.got = tl.engine.Advance(profile.Instant(0).Add(5*day - time.Millisecond))
	tl.want(Firing)
	tl.got = tl.engine.Advance(profile.Dusk)
	tl.want(Firing)
	tl.got = tl.engine.Advance(profile.Instant(0).Add(5 * day))
	tl.want("none", Stale)
	if at := tl.got[0].At; at != profile.Instant(0).Add(5*day) {
		t.Errorf("stale at %v", at)
	}
}

func TestWaitingForLabelsIsNotStale(t *testing.T) {
	tl := newTimeline(t, Rule{Name: "damage", Measure: "accuracy", Below: MustLimit("0.7"), Wait: new(30 * day)})
	tl.at(1).measured(.6).want(Pending)
	tl.at(2).measured(.6).want(Firing, Fire)
	for d := 3.0; d < 30; d++ { // windows close, their labels are still to come
		tl.at(d)
		tl.report.Phase = detectors.Closed
		tl.got = append(tl.engine.Evaluate(tl.report), tl.engine.Advance(tl.report.Key.End)...)
		tl.want(Firing)
	}
	tl.at(3).measured(.6).want(Firing)
}

func TestSuccessorResolvesWithItsFirstOkWindow(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.of("2").at(3).measured(.0).want(OK) // alive beside version 1: that supersedes nobody
	tl.got = tl.engine.Supersede(Succession{Model: "credit", Old: "1", New: "2", At: profile.Instant(0).Add(4 * day)})
	tl.wantKinds(Supersede)
	if s := tl.got[0]; s.Version != "1" || s.From != Firing || s.To != OK || s.At != profile.Instant(0).Add(4*day) || s.Value != .3 {
		t.Errorf("supersede: %+v", s)
	}
	tl.at(4).unjudged(.0).want(Insufficient)
	tl.at(5).measured(.3).want(Pending) // failing, but not firing: version 1's alarm still waits
	tl.at(6).measured(.15).want(OK, Resolve)
	if r := tl.got[0]; r.Version != "2" || r.From != Firing || r.To != OK || r.Value != .15 || r.Threshold != .2 ||
		r.At != tl.report.AsOf || r.WindowEnd != tl.report.Key.End {
		t.Errorf("resolve: %+v", r)
	}
	tl.of("1").at(7).measured(.9).want("none") // a superseded version is heard no more
}

func TestSuccessorThatFiresTakesThePlace(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.engine.Supersede(Succession{Model: "credit", Old: "1", New: "2", At: profile.Instant(0).Add(3 * day)})
	tl.of("2").at(3).measured(.3).want(Pending)
	tl.at(4).measured(.3).want(Firing, Fire)
	tl.at(5).measured(.1).want(Firing)
	tl.at(6).measured(.1).want(OK, Resolve) // once
}

func TestSuccessorWithoutTheColumnResolves(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.column = "income"
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.engine.Supersede(Succession{Model: "credit", Old: "1", New: "2", At: profile.Instant(0).Add(3 * day)})
	tl.column = "age"
	tl.of("2").at(3).empty()
	tl.wantKinds() // not judged: no answer yet
	tl.at(4).measured(.0)
	tl.wantKinds(Resolve)
	if r := tl.got[0]; r.Version != "2" || r.Column != "income" || r.Value != .3 {
		t.Errorf("resolve: %+v", r)
	}
}

func TestSuccessorThatIsNeverJudgedEndsStale(t *testing.T) {
	fired := func() *timeline {
		tl := newTimeline(t, psiRule())
		tl.at(1).measured(.3).want(Pending)
		tl.at(2).measured(.3).want(Firing, Fire)
		tl.engine.Supersede(Succession{Model: "credit", Old: "1", New: "2", At: profile.Instant(0).Add(3 * day)})
		return tl.of("2")
	}
	tl := fired()
	tl.at(4).unjudged(.3).want(Insufficient)
	tl.at(5).unjudged(.3).want(Insufficient)
	tl.at(6).unjudged(.3).want(Insufficient, Stale)

	tl = fired() // and one that is never heard of again
	tl.got = tl.engine.Advance(profile.Instant(0).Add(6 * day))
	tl.wantKinds(Stale)
	if s := tl.got[0]; s.Version != "2" {
		t.Errorf("stale: %+v", s)
	}
}

func TestSupersedeTwiceAndBack(t *testing.T) {
	tl := newTimeline(t, psiRule())
	tl.at(1).measured(.3).want(Pending)
	tl.at(2).measured(.3).want(Firing, Fire)
	tl.got = tl.engine.Supersede(Succession{Model: "credit", Old: "1", New: "2", At: profile.Instant(0).Add(3 * day)})
	tl.wantKinds(Supersede)
	tl.got = tl.engine.Supersede(Succession{Model: "credit", Old: "2", New: "3", At: profile.Instant(0).Add(4 * day)})
	tl.wantKinds() // version 2 fired nothing itself; version 1's alarm now waits for version 3
	tl.got = tl.engine.Supersede(Succession{Model: "credit", Old: "3", New: "1", At: profile.Instant(0).Add(4 * day)})
	tl.wantKinds()
	tl.of("1").at(5).measured(.0).want(OK, Resolve) // rolled back: version 1 is heard again
}
