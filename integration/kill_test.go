//go:build integration

package integration

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// twoFailures is a model that goes wrong twice: it pages, recovers, and pages again.
func twoFailures(window int) float64 {
	if window >= 8 && window < 14 || window >= 22 && window < 27 {
		return 0.4
	}
	return 0.9
}

// TestKill ends the agent with kill -9 at random moments while events flow. What it comes to must be what an undisturbed
// agent makes of the same topics: the same windows and transitions, no notice lost, at most one doubled for each kill.
func TestKill(t *testing.T) {
	t.Parallel()
	const predictions, labels, kills = "kill-predictions", "kill-labels", 8
	kafka.topic(t, predictions, 3)
	kafka.topic(t, labels, 2)
	s := newStream(3, lately(), 36, 120, twoFailures)
	produced := make(chan struct{})
	go flow(t, &outlet{client: kafka.client(t), stream: s, predictions: predictions, labels: labels, predictionPartitions: 3, labelPartitions: 2},
		25*time.Second, produced)

	told := newReceivers(t)
	killed := install(t, site{group: "killed", predictions: predictions, labels: labels, receivers: told})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed of the kills: %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range kills {
		killed.start()
		eventually(t, "partitions are assigned", killed.owns, killed.said)
		time.Sleep(time.Duration(random.IntN(2500)) * time.Millisecond)
		killed.kill()
		kafka.expel(t, "killed")
	}
	<-produced
	killed.start()
	killed.awaitFinal(s.end())

	calm := newReceivers(t)
	undisturbed := install(t, site{group: "undisturbed", predictions: predictions, labels: labels, receivers: calm})
	undisturbed.start()
	undisturbed.awaitFinal(s.end())

	s.checkFound(t, "API", killed.windows()) // which keeps recent windows in memory only
	s.check(t, "file sink", killed.lines())
	sameLines(t, killed.lines(), undisturbed.lines())
	sameTransitions(t, killed, undisturbed)
	sameNotices(t, told, calm, kills)
}

// flow sends a stream over some seconds, as it would come.
func flow(t *testing.T, o *outlet, over time.Duration, done chan<- struct{}) {
	t.Helper()
	defer close(done)
	const steps = 250
	ticker := time.NewTicker(over / steps)
	defer ticker.Stop()
	for i := range steps {
		o.until(t, o.stream.start.Add(time.Duration(i)*o.stream.end().Sub(o.stream.start)/steps))
		<-ticker.C
	}
	o.rest(t)
}

// sameLines compares what two file sinks hold: the same judgements and final reports with the same numbers, each once. A
// report of a window's close is left out: it shows the labels that happened to have been read by then.
func sameLines(t *testing.T, got, want []sinks.Window) {
	t.Helper()
	index := func(windows []sinks.Window) map[string][]string {
		lines := map[string][]string{}
		for _, w := range windows {
			if w.Phase == detectors.Closed {
				continue
			}
			key := fmt.Sprintf("%s %s %s as of %s", w.Window.Start.Time().Format(time.TimeOnly), w.Version, w.Phase, w.AsOf.Time().Format(time.TimeOnly))
			text, err := json.Marshal(w)
			if err != nil {
				t.Fatal(err)
			}
			lines[key] = append(lines[key], string(text))
		}
		return lines
	}
	gotLines, wantLines := index(got), index(want)
	for key, want := range wantLines {
		if !slices.Equal(gotLines[key], want) {
			t.Errorf("window %s: the killed agent's results hold\n%s\nthe undisturbed one's\n%s", key, strings.Join(gotLines[key], "\n"), strings.Join(want, "\n"))
		}
	}
	for key := range gotLines {
		if wantLines[key] == nil {
			t.Errorf("window %s: only the killed agent reports it", key)
		}
	}
}

// answered is in the note that the pipeline has taken a request. Where it stands in a timeline is a matter of the wall
// clock, which drives delivery.
const answered = "the pipeline has accepted the request"

// sameTransitions compares incidents and the states of rules.
func sameTransitions(t *testing.T, got, want *setup) {
	t.Helper()
	describe := func(s *setup) (lines []string) {
		answer := s.alerts()
		for _, i := range answer.Incidents {
			resolved := "open"
			if i.ResolvedAt != nil {
				resolved = i.ResolvedAt.Time().String()
			}
			lines = append(lines, fmt.Sprintf("incident %s %s from %s to %s", i.ID, i.Severity, i.OpenedAt.Time(), resolved))
			for _, entry := range i.Timeline {
				if !strings.Contains(entry.Text, answered) {
					lines = append(lines, fmt.Sprintf("  %s %s", entry.At.Time(), entry.Text))
				}
			}
		}
		for _, r := range answer.Rules {
			lines = append(lines, fmt.Sprintf("rule %s %s %s %v/%v", r.Rule, r.Column, r.State, r.Value, r.Threshold))
		}
		return lines
	}
	gotLines, wantLines := describe(got), describe(want)
	if !slices.Equal(gotLines, wantLines) {
		t.Errorf("the killed agent came to\n%s\nthe undisturbed one to\n%s", strings.Join(gotLines, "\n"), strings.Join(wantLines, "\n"))
	}
	pages := 0
	for _, i := range want.alerts().Incidents {
		if i.Severity == rules.Page && i.ResolvedAt != nil {
			pages++
		}
	}
	if pages != 2 {
		t.Errorf("the undisturbed agent paged and resolved %d times, want 2:\n%s", pages, strings.Join(wantLines, "\n"))
	}
}

// sameNotices compares what the receivers got: nothing less than without kills, and at most one more for each kill.
func sameNotices(t *testing.T, got, want *receivers, kills int) {
	t.Helper()
	doubled := 0
	gotMessages, wantMessages := texts(got), texts(want)
	for text, n := range wantMessages {
		if gotMessages[text] < n {
			t.Errorf("lost notice: %q came %d times, want %d", text, gotMessages[text], n)
		}
		doubled += max(0, gotMessages[text]-n)
	}
	for text, n := range gotMessages {
		if wantMessages[text] == 0 {
			t.Errorf("unknown notice: %q came %d times", text, n)
		}
	}
	gotRequests, repeated := got.requests()
	wantRequests, _ := want.requests()
	if slices.Sort(gotRequests); !slices.Equal(gotRequests, slices.Sorted(slices.Values(wantRequests))) {
		t.Errorf("retrain requests %v, want %v", gotRequests, wantRequests)
	}
	if len(wantRequests) == 0 || len(wantMessages) == 0 {
		t.Error("the undisturbed agent has told nobody: the comparison proves nothing")
	}
	if doubled+repeated > kills {
		t.Errorf("%d notices doubled by %d kills", doubled+repeated, kills)
	}
	t.Logf("%d notices and %d requests, %d doubled by %d kills", len(wantMessages), len(wantRequests), doubled+repeated, kills)
	if t.Failed() {
		t.Logf("killed:\n%s\nundisturbed:\n%s", got.shown(), want.shown())
	}
}

// texts counts the messages of a workspace, in the channel and in threads, by what they finally say.
func texts(r *receivers) map[string]int {
	counts := map[string]int{}
	for _, m := range r.slack.Messages() {
		counts["channel: "+m.Text]++
		for _, reply := range m.Replies {
			if strings.Contains(reply.Text, answered) {
				reply.Text = answered
			}
			counts["thread: "+reply.Text]++
		}
	}
	return counts
}
