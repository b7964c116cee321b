package retrain_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWholeLife(t *testing.T) {
	l := newLine(t, options())
	l.version("1")
	l.want(l.consider(open, accuracyFell()),
		">requested retraining requested: accuracy 0.5599, limit 0.7072; training data from 1997-06-12 to 1997-09-04, which lies ahead",
		"requested>approved")
	l.want(l.delivered(`{"run_id":"run-1","run_url":"https://pipeline.example/run-1"}`, ""),
		"approved>accepted https://pipeline.example/run-1")
	l.want(l.callback(retrain.Callback{Status: retrain.StatusRunning}), "accepted>running")
	l.pass(56*day, time.Minute)
	l.want(l.callback(retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: "2", Metrics: retrain.Metrics{"accuracy": 0.775}}),
		"running>finished made version 2")
	l.want(l.version("2"), "finished>new_version_seen version 2 has taken over from version 1")
	l.want(l.desk.Rearmed("elec", "2", l.at, l.now), "new_version_seen>rearmed")
	l.pass(14*day, time.Minute)
	l.want(l.desk.Judged("elec", "2", true, 0.7046, l.at, l.now),
		"rearmed>judged version 2 is judged ok: accuracy 0.7046 (it was 0.5599 when retraining was asked for)")

	r := l.desk.Requests()[0]
	if r.Training.From != june12 || r.Training.To != sept4 || r.TriggeredAt != july10 {
		t.Errorf("training range %s to %s, triggered at %s", r.Training.From, r.Training.To, r.TriggeredAt)
	}
	if r.NewVersion != "2" || r.Metrics["accuracy"] != 0.775 || len(r.Steps) != 8 || !r.Verdict.OK {
		t.Errorf("request: %+v", r)
	}
	// Everything is told once.
	l.want(l.version("2"))
	l.want(l.desk.Judged("elec", "2", false, 0.6, l.at, l.now))
	l.want(l.callback(retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: "2"}))
	// The old version's trigger is answered: nothing is left to ask for.
	l.pass(365*day, time.Hour)
	l.want(l.retry(open))
}

// The other ways through life, each from an approved request on.
func TestWaysThroughLife(t *testing.T) {
	running := retrain.Callback{Status: retrain.StatusRunning}
	succeeded := retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: "2"}
	failed := retrain.Callback{Status: retrain.StatusFailed, RunURL: "https://pipeline.example/7"}
	for name, play := range map[string]func(*line){
		"no run id: sent, and straight to the new version": func(l *line) {
			l.want(l.delivered(`{"status":202}`, ""), "approved>sent the pipeline has the request")
			l.want(l.version("2"), "sent>new_version_seen")
			l.want(l.desk.Judged("elec", "2", false, 0.6, l.at, l.now), "new_version_seen>judged version 2 fails the same rule: accuracy 0.6")
		},
		"a callback overtakes the outcome": func(l *line) {
			l.want(l.callback(running), "approved>running")
			l.want(l.delivered(`{"run_id":"run-1"}`, ""))
			if r := l.desk.Requests()[0]; r.RunID != "run-1" {
				l.t.Errorf("run id %q", r.RunID)
			}
		},
		"the run fails": func(l *line) {
			l.delivered(`{}`, "")
			l.want(l.callback(failed), "sent>failed the training has failed: https://pipeline.example/7")
			l.want(l.callback(failed))
			l.want(l.callback(running))
			l.want(l.callback(succeeded), "failed>finished") // the pipeline tried again by itself
		},
		"the receiver refuses": func(l *line) {
			l.want(l.delivered("", "post to https://pipeline.example: HTTP 404"), "approved>failed could not be requested: post to https://pipeline.example: HTTP 404")
		},
		"the deliverer gives up at the deadline": func(l *line) {
			l.pass(0, 24*time.Hour)
			l.want(l.delivered("", "not delivered in time: HTTP 503"), "approved>expired could not be delivered in time")
		},
		"nobody delivers": func(l *line) {
			l.pass(0, 24*time.Hour+time.Minute)
			l.want(l.tick())
			l.pass(0, time.Second)
			l.want(l.tick(), "approved>expired")
			l.want(l.callback(succeeded), "expired>finished") // it had arrived after all
		},
		"the run times out in wall time": func(l *line) {
			l.delivered(`{}`, "")
			l.pass(365*day, 24*time.Hour-time.Second)
			l.want(l.tick())
			l.pass(0, time.Second)
			l.want(l.tick(), "sent>timed_out nothing was heard of the training in time")
			l.want(l.tick())
			l.want(l.callback(running))
			l.want(l.callback(succeeded), "timed_out>finished")
		},
		"a version comes after the deadline": func(l *line) {
			l.delivered(`{}`, "")
			l.pass(0, 24*time.Hour)
			l.want(l.tick(), "sent>timed_out")
			l.want(l.version("2"), "timed_out>new_version_seen")
		},
		"a sign of life moves the deadline": func(l *line) {
			l.delivered(`{}`, "")
			for range 3 {
				l.pass(0, 23*time.Hour)
				l.callback(running)
				l.want(l.tick())
			}
			l.pass(0, 24*time.Hour)
			l.want(l.tick(), "running>timed_out")
			l.want(l.callback(failed), "timed_out>failed")
		},
		"cancelled": func(l *line) {
			l.want(l.desk.Cancel(l.last().Key, "asked by alice", l.at, l.now), "approved>cancelled asked by alice")
			l.want(l.desk.Cancel(l.last().Key, "again", l.at, l.now))
			l.want(l.callback(running))
			l.want(l.retry(open))
		},
		"somebody else releases": func(l *line) {
			l.want(l.version("2"), ">external_release version 2 has appeared; no request asked for it")
			l.want(l.delivered(`{}`, ""), "approved>sent")
		},
		"another version than the announced": func(l *line) {
			l.delivered(`{}`, "")
			l.callback(succeeded)
			l.want(l.version("hotfix"), ">external_release version hotfix")
			l.want(l.version("2"), "finished>new_version_seen")
		},
		"the version is faster than its announcement": func(l *line) {
			l.want(l.version("2"), ">external_release")
			l.delivered(`{}`, "")
			l.want(l.callback(succeeded), "sent>finished", "finished>new_version_seen version 2")
		},
		"outcomes of others": func(l *line) {
			l.want(l.desk.Delivered(alerts.Outcome{EntryID: "x", Destination: "slack", Key: l.last().Key}, l.at, l.now))
			l.want(l.desk.Delivered(alerts.Outcome{EntryID: "x", Destination: "retrain", Key: l.last().Key}, l.at, l.now))
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, options())
			l.version("1")
			l.want(l.consider(open, accuracyFell()), ">requested", "requested>approved")
			play(l)
		})
	}
}

func TestSilenceWithoutCallbackIsUnknown(t *testing.T) {
	o := options()
	o.CallbackURL = ""
	l := newLine(t, o)
	l.consider(open, accuracyFell())
	l.delivered(`{}`, "")
	l.pass(0, 24*time.Hour)
	l.want(l.tick(), "sent>unknown the pipeline reports nothing")
	// It is no failure: the cooldown stays as long as after a good run.
	l.pass(2*day, 0)
	l.want(l.retry(open), ">requested (attempt 2)", "requested>approved")
}

func TestDryRun(t *testing.T) {
	o := options()
	o.DryRun = true
	l := newLine(t, o)
	l.want(l.consider(open, accuracyFell()), ">requested dry run: retraining requested", "requested>approved")
	l.want(l.delivered(`{"dry_run":true}`, ""), "approved>cancelled dry run: the request for retraining was logged, not sent")
	l.pass(30*day, 0)
	l.want(l.retry(open))
}

func TestFirstVersionIsNoNews(t *testing.T) {
	l := newLine(t, options())
	l.want(l.version("1"))
	l.want(l.version("1"))
	l.want(l.version("2"), ">external_release")
	l.want(l.version("1"))
}

// Each gate in turn is the first that is shut; what stands behind it in the order must not show.
func TestGatesInOrder(t *testing.T) {
	all := retrain.Gates{
		Disabled: "switched off", Held: "8 minutes behind", BrokenInput: "income is empty", MissingSurge: "age is 40 % missing",
		SchemaChange: "zip became text", RefusedShare: "12 % of events refused", Lag: "labels are stale",
	}
	for _, c := range []struct {
		reason retrain.Reason
		text   string
		open   func(*retrain.Gates) // opens this gate, for the next case
	}{
		{retrain.Disabled, "switched off", func(g *retrain.Gates) { g.Disabled = "" }},
		{retrain.Held, "8 minutes behind", func(g *retrain.Gates) { g.Held = "" }},
		{retrain.BrokenInput, "income is empty", func(g *retrain.Gates) { g.BrokenInput = "" }},
		{retrain.MissingSurge, "age is 40 % missing", func(g *retrain.Gates) { g.MissingSurge = "" }},
		{retrain.SchemaChange, "zip became text", func(g *retrain.Gates) { g.SchemaChange = "" }},
		{retrain.RefusedShare, "12 % of events refused", func(g *retrain.Gates) { g.RefusedShare = "" }},
		{retrain.Lag, "labels are stale", func(g *retrain.Gates) { g.Lag = "" }},
	} {
		l := newLine(t, options())
		l.want(l.consider(all, accuracyFell()), ">suppressed no retraining yet: "+c.text)
		l.want(l.retry(all)) // told once
		waiting := l.desk.Waiting()
		if len(waiting) != 1 || waiting[0].Reason != c.reason || waiting[0].Eligible != nil {
			t.Errorf("%s: waiting %+v", c.reason, waiting)
		}
		if n := l.desk.Suppressions()["elec"][c.reason]; n != 1 {
			t.Errorf("%s: counted %d times", c.reason, n)
		}
		c.open(&all)
	}
	l := newLine(t, options())
	l.want(l.consider(all, accuracyFell()), ">requested", "requested>approved")
}

func TestWhatAsksForNothing(t *testing.T) {
	resolved, unasked := accuracyFell(), accuracyFell()
	resolved.Kind, resolved.To = rules.Resolve, rules.OK
	unasked.Retrain = false
	l := newLine(t, options())
	l.want(l.consider(open, resolved, unasked))
	if len(l.entries)+len(l.desk.Requests())+len(l.desk.Waiting()) > 0 {
		t.Error("a request was made")
	}
}

func TestLaterSignalsAreAttached(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	l.delivered(`{}`, "")
	l.want(l.consider(open, accuracyFell())) // the same rule again is no news
	l.want(l.consider(retrain.Gates{Lag: "late"}, columnDrifts("nswprice")), "sent>sent attached to the retraining under way: psi of nswprice 3.31")
	canary := accuracyFell()
	canary.Version, canary.Rule = "2-canary", "canary"
	l.want(l.consider(open, canary), "sent>sent attached")
	r := l.desk.Requests()
	if len(r) != 1 || len(l.entries) != 1 || len(r[0].Signals) != 1 || len(r[0].Attached) != 2 {
		t.Errorf("requests: %+v", r)
	}
	if n := l.desk.Suppressions()["elec"][retrain.OpenRequest]; n != 2 {
		t.Errorf("counted %d", n)
	}
	if w := l.desk.Waiting(); len(w) != 1 || w[0].Version != "2-canary" || w[0].Reason != retrain.OpenRequest {
		t.Errorf("waiting: %+v", w)
	}
}

func TestModelsDoNotWaitForEachOther(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	other := trigger(accuracyFell())
	other.Model = "credit"
	if entries, _ := l.desk.Consider(other, open, l.at, l.now); len(entries) != 1 {
		t.Error("the other model made no request")
	}
}

// A failed run is repeated while the rule keeps firing: after 2, 4 and at last 7 days (the cap), each time under a new id.
func TestCooldownGrowsWithFailures(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	ids := map[string]bool{}
	for attempt, cooldown := range []time.Duration{4 * day, 7 * day, 7 * day} {
		ids[l.last().Key] = true
		l.delivered(`{}`, "")
		l.callback(retrain.Callback{Status: retrain.StatusFailed})
		l.want(l.retry(open), ">suppressed no retraining yet: the last run is too recent")
		eligible := l.at.Add(cooldown)
		if w := l.desk.Waiting(); w[0].Reason != retrain.Cooldown || *w[0].Eligible != eligible {
			t.Fatalf("attempt %d: waiting %+v, want eligible at %s", attempt+1, w, eligible)
		}
		l.pass(cooldown-time.Millisecond, 0)
		l.want(l.retry(open))
		l.pass(time.Millisecond, 0)
		l.want(l.retry(open), ">requested (attempt", "requested>approved")
	}
	ids[l.last().Key] = true
	if len(ids) != 4 {
		t.Errorf("%d ids for 4 attempts", len(ids))
	}
	if to := l.desk.Requests()[3].Training.To; to != sept4 {
		t.Errorf("training ends at %s, want %s", to, sept4)
	}
	if n := l.desk.Suppressions()["elec"][retrain.Cooldown]; n != 3 {
		t.Errorf("counted %d", n)
	}
}

// What each end of a run means for the cooldown (2 days after a good run). The first run fails; the second ends as told.
func TestCooldownAfter(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*line)
		want time.Duration
	}{
		"a success resets": {func(l *line) {
			l.callback(retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: "2"})
			l.version("2")
		}, 2 * day},
		"a version without a word resets": {func(l *line) { l.version("2") }, 2 * day},
		"a version after the deadline resets": {func(l *line) {
			l.pass(0, 24*time.Hour)
			l.tick()
			l.version("2")
		}, 2 * day},
		"a second failure lengthens": {func(l *line) { l.callback(retrain.Callback{Status: retrain.StatusFailed}) }, 7 * day},
		"silence lengthens": {func(l *line) {
			l.pass(0, 24*time.Hour)
			l.tick()
		}, 7 * day},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			o.MinSpan = 0 // the end of the range shall not matter here
			l := newLine(t, o)
			l.version("1")
			l.consider(open, accuracyFell())
			l.callback(retrain.Callback{Status: retrain.StatusFailed})
			l.pass(4*day, 0)
			l.want(l.retry(open), ">requested", "requested>approved")
			l.delivered(`{}`, "")
			l.pass(day, 0)
			c.end(l)
			again := accuracyFell()
			again.Version = "2"
			l.want(l.consider(open, again), ">suppressed")
			for _, w := range l.desk.Waiting() {
				if want := l.at.Add(c.want); w.Version == "2" && *w.Eligible != want {
					t.Errorf("eligible at %s, want %s", *w.Eligible, want)
				}
			}
		})
	}
}

// A deadline and the failure reported after it are one failure.
func TestLateFailureCountsOnce(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	l.delivered(`{}`, "")
	l.pass(0, 24*time.Hour)
	l.tick()
	l.callback(retrain.Callback{Status: retrain.StatusFailed})
	l.retry(open)
	if eligible := *l.desk.Waiting()[0].Eligible; eligible != l.at.Add(4*day) {
		t.Errorf("eligible at %s", eligible)
	}
}

// A trigger that waits is asked for with what its rules measured last.
func TestWaitingSignalsAreKeptUpToDate(t *testing.T) {
	l := newLine(t, options())
	l.consider(retrain.Gates{Lag: "late"}, columnDrifts("nswprice"))
	worse := columnDrifts("nswprice")
	worse.Kind, worse.Severity, worse.Value = rules.Worse, rules.Page, 6.5
	l.want(l.consider(open, worse), ">requested psi of nswprice 6.5", "requested>approved")
	if r := l.desk.Requests()[0]; len(r.Signals) != 1 || r.Class != "drift" {
		t.Errorf("request: %+v", r)
	}
}

// An early answer may settle a trigger while others are tried.
func TestEarlyAnswerAmongTriggers(t *testing.T) {
	l := newLine(t, options())
	canary := accuracyFell()
	canary.Version = "2"
	l.consider(retrain.Gates{Lag: "late"}, accuracyFell())
	l.consider(retrain.Gates{Lag: "late"}, canary)
	l.version("3")
	l.desk.Callback(retrain.Callback{RequestID: readText(t, "request_id.txt"), Status: retrain.StatusSucceeded, ModelVersion: "3"}, l.at, l.now)
	l.want(l.retry(open), ">requested", "requested>approved", "approved>finished", "finished>new_version_seen", ">suppressed until 1997-07-12")
	if w := l.desk.Waiting(); len(w) != 1 || w[0].Version != "2" {
		t.Errorf("waiting: %+v", w)
	}
}

// A good run makes the cooldown short again, and the next trigger of the new version waits for its end.
func TestSuppressedThenRetriedAfterCooldown(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	l.delivered(`{}`, "")
	l.callback(retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: "2"})
	l.pass(day, 0)
	l.version("2")
	again := accuracyFell()
	again.Version = "2"
	l.want(l.consider(open, again), ">suppressed cooldown 2d, until 1997-07-12")
	l.pass(day, 0)
	l.want(l.retry(retrain.Gates{Lag: "stale"}), ">suppressed stale")
	l.want(l.retry(open), ">requested", "requested>approved")
	if r := l.desk.Requests()[1]; r.Attempt != 1 || r.Version != "2" {
		t.Errorf("request: %+v", r)
	}
}

// A run that reports success before the end of its range keeps its own version's trigger quiet until the cooldown after
// that end: the answer is on its way.
func TestFinishedRunWaitsForItsVersion(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	l.delivered(`{}`, "")
	l.callback(retrain.Callback{Status: retrain.StatusSucceeded})
	l.pass(57*day, 0)     // one day after 4 September
	l.want(l.retry(open)) // no line for the thread: the version is awaited
	if w := l.desk.Waiting(); len(w) != 1 || *w[0].Eligible != instant("1997-09-06T00:00:00Z") || len(l.desk.Suppressions()) > 0 {
		t.Errorf("waiting: %+v, suppressed %v", w, l.desk.Suppressions())
	}
	l.pass(day, 0)
	l.want(l.retry(open), ">requested training data from 1997-06-12 to 1997-09-06 (attempt 2)", "requested>approved")
}

func TestEndedRulesAskNoMore(t *testing.T) {
	l := newLine(t, options())
	l.consider(retrain.Gates{Lag: "late"}, accuracyFell(), columnDrifts("nswprice"))
	l.desk.Ended(accuracyFell().Subject)
	if w := l.desk.Waiting(); len(w) != 1 || len(w[0].Signals) != 1 || w[0].Signals[0].Column != "nswprice" {
		t.Fatalf("waiting: %+v", w)
	}
	l.desk.Ended(columnDrifts("nswprice").Subject)
	l.want(l.retry(open))

	// The same for a rule that ends while its request is under way.
	l = newLine(t, options())
	l.consider(open, accuracyFell())
	l.desk.Ended(accuracyFell().Subject)
	l.delivered("", "HTTP 404")
	l.pass(30*day, 0)
	l.want(l.retry(open))
}

// Another rule that asks in the window of a request that has ended gets an id of its own.
func TestSameWindowTwice(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell())
	first := l.last().Key
	l.desk.Cancel(first, "by hand", l.at, l.now)
	l.want(l.consider(open, accuracyFell()), ">requested", "requested>approved")
	if l.last().Key == first {
		t.Error("two requests of one id")
	}
}

var idShape = regexp.MustCompile(`^anchorwatch-[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?-[a-z2-7]{26}$`)

func TestRequestID(t *testing.T) {
	seen := map[string]string{}
	id := func(model, version, baseline string, end profile.Instant) string {
		tr := trigger(accuracyFell())
		tr.Model, tr.Version, tr.BaselineID, tr.Transitions[0].WindowEnd = model, version, baseline, end
		entries, _ := retrain.NewDesk(options()).Consider(tr, open, july10, noon)
		return entries[0].Key
	}
	for _, c := range [][3]string{
		{"elec", "1", "b"},
		{"elec", "2", "b"},
		{"elec", "1", "c"},
		{"elec", "1|b", ""},
		{"elec", "1", `|"b`},
		{"", "1", "b"},
		{"Élec/Fraud_v3 (EU)", "1", "b"},
		{strings.Repeat("very-long-name-", 9), "1", "b"},
		{"---", "1", "b"},
	} {
		got := id(c[0], c[1], c[2], july10)
		if !idShape.MatchString(got) || len(got) > 63 {
			t.Errorf("%q: %s (%d)", c, got, len(got))
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %s share %s", c, other, got)
		}
		seen[got] = strings.Join(c[:], ",")
		if got != id(c[0], c[1], c[2], july10) {
			t.Errorf("%q: another id the second time", c)
		}
		if got == id(c[0], c[1], c[2], july10+1) {
			t.Errorf("%q: the same id for another window", c)
		}
	}
	// Computed apart from this code: see testdata/README.md.
	if got, want := id("elec", "1", "elec-1-9f3a", july10), readText(t, "request_id.txt"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// Events may claim any year, and a rule any number: a request is made all the same.
func TestExtremesAreWritable(t *testing.T) {
	tr := columnDrifts("x")
	tr.Value, tr.Threshold = nan(), inf()
	tr.Since, tr.WindowStart, tr.WindowEnd = instant("9999-12-31T00:00:00Z"), profile.Dawn, profile.Dusk
	l := newLine(t, options())
	l.at = profile.Dusk
	l.want(l.consider(open, tr), ">requested", "requested>approved")
	if strings.Contains(string(l.last().Payload), `"value"`) {
		t.Errorf("a number that JSON cannot hold: %s", l.last().Payload)
	}
	if _, err := l.desk.MarshalBinary(); err != nil {
		t.Error(err)
	}
}

func TestGoldenRequest(t *testing.T) {
	l := newLine(t, options())
	l.consider(open, accuracyFell(), columnDrifts("nswprice"))
	entry := l.last()
	if entry.Destination != "retrain" || entry.Created != july10 || !entry.NotAfter.Equal(noon.Add(24*time.Hour)) || strings.Contains(entry.ID, ".") {
		t.Errorf("entry: %+v", entry)
	}
	var pretty strings.Builder
	encoder := json.NewEncoder(&pretty)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(entry.Payload); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "request.golden.json")
	if *update {
		if err := os.WriteFile(path, []byte(pretty.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := readText(t, "request.golden.json"); strings.TrimSpace(pretty.String()) != want {
		t.Errorf("got %s\nwant %s", pretty.String(), want)
	}
}

// The demonstration's two years: both pages make one request each, although the rules keep firing for weeks, the runs
// finish long before the end of their training ranges in event time, and waiting triggers are tried every day.
func TestTwoPagesTwoRequests(t *testing.T) {
	o := options()
	o.Cooldown = 7 * day
	l := newLine(t, o)
	l.version("1")
	for _, page := range []struct{ old, next, since, at, takeOver string }{
		{"1", "2", "1997-06-12T00:00:00Z", "1997-07-10T00:00:00Z", "1997-09-04T00:00:00Z"},
		{"2", "3", "1998-06-25T00:00:00Z", "1998-07-23T00:00:00Z", "1998-09-17T00:00:00Z"},
	} {
		fell, takeOver := accuracyFell(), instant(page.takeOver)
		fell.Version, fell.Since, fell.WindowEnd, l.at = page.old, instant(page.since), instant(page.at), instant(page.at)
		l.want(l.consider(open, fell), ">requested", "requested>approved")
		l.delivered(`{}`, "")
		l.callback(retrain.Callback{Status: retrain.StatusRunning})
		l.pass(day, time.Second)
		l.callback(retrain.Callback{Status: retrain.StatusSucceeded, ModelVersion: page.next})
		for ; l.at < takeOver; l.pass(day, time.Second) {
			l.want(l.retry(open))
			l.want(l.tick())
		}
		l.want(l.version(page.next), "finished>new_version_seen")
		for range 14 {
			l.pass(day, time.Second)
			l.want(l.retry(open))
		}
		l.desk.Ended(fell.Subject) // superseded at the window's end
		l.want(l.desk.Judged("elec", page.next, true, 0.7046, l.at, l.now), "new_version_seen>judged")
		if r := l.desk.Requests(); r[len(r)-1].Training.To != takeOver {
			t.Errorf("training ends at %s, want %s", r[len(r)-1].Training.To, takeOver)
		}
	}
	if len(l.entries) != 2 || l.entries[0].Key == l.entries[1].Key {
		t.Errorf("%d requests", len(l.entries))
	}
}
