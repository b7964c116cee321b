package agent

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// An agent that is killed again and again, always at the same step, and started again on its state folder, tells what one
// tells that nobody disturbs; and people hear of it once, or once more for a kill.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	baselines := settle(t)
	calm := newWatchers(t, baselines)
	if !calm.life(t, "", 0) {
		t.Fatal("the undisturbed agent died")
	}
	for step, nth := range map[string]func(life int) int{
		beforeFetch: func(life int) int { return 2 + rand.New(rand.NewPCG(uint64(life), 3)).IntN(20) },
		// Every life commits and sends, and would be killed for ever if it were always at the first.
		beforeCommit: func(life int) int { return 1 + life%7 },
		afterCommit:  func(life int) int { return 1 + life%7 },
		beforeSend:   func(life int) int { return 1 + life%5 },
		afterSend:    func(life int) int { return 1 + life%5 },
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			w := newWatchers(t, baselines)
			kills := 0
			for !w.life(t, step, nth(kills+1)) {
				if kills++; kills > 100 {
					t.Fatal("it gets nowhere")
				}
			}
			if kills < 2 {
				t.Errorf("only %d kills", kills)
			}
			check(t, kills, w, calm)
		})
	}
	t.Run("at any moment", func(t *testing.T) {
		t.Parallel()
		w := newWatchers(t, baselines)
		rng, kills := rand.New(rand.NewPCG(5, 6)), 0
		for range 10 {
			if w.short(t, time.Duration(100+rng.IntN(200))*time.Millisecond) {
				break
			}
			kills++
		}
		w.life(t, "", 0)
		check(t, kills, w, calm)
	})
}

// check compares everything that lives with kills have left behind with what an undisturbed one has.
func check(t *testing.T, kills int, w, calm *watchers) {
	t.Helper()
	t.Logf("%d kills", kills)
	want, _, wantKinds := calm.read(t)
	got, sent, kinds := w.read(t)
	got.equals(t, want)
	checkSent(t, kills, sent, kinds, wantKinds)
	checkPosts(t, kills, calm, w)
	checkRequests(t, kills, calm, w)
}

// checkSent compares what the agents sent to Slack: everything that happens to an incident once was told, and a kill
// doubled one entry at most. (The pipeline knows a repetition by its id.)
func checkSent(t *testing.T, kills int, sent map[string]int, kinds, want map[string]alerts.NoticeKind) {
	t.Helper()
	doubled := 0
	for id := range kinds {
		doubled += sent[id] - 1
	}
	if doubled > kills {
		t.Errorf("%d entries doubled by %d kills", doubled, kills)
	}
	once := []alerts.NoticeKind{alerts.Opened, alerts.Escalated, alerts.Resolved}
	for id, kind := range want {
		if slices.Contains(once, kind) && sent[id] == 0 {
			t.Errorf("a notice %q was lost", kind)
		}
	}
	for id, kind := range kinds {
		if _, ok := want[id]; slices.Contains(once, kind) && !ok {
			t.Errorf("a notice %q was invented", kind)
		}
	}
}

// checkPosts compares what people saw: each incident's message, doubled once a kill at most, and its good end.
func checkPosts(t *testing.T, kills int, calm, w *watchers) {
	t.Helper()
	extra := 0
	for text, n := range w.posts {
		extra += n - calm.posts[text]
	}
	for text := range calm.posts {
		if w.posts[text] == 0 {
			t.Errorf("nobody saw %q", text)
		}
	}
	if extra < 0 || extra > kills || len(w.posts) != len(calm.posts) {
		t.Errorf("%d messages doubled by %d kills: %v, want %v", extra, kills, w.posts, calm.posts)
	}
	if got, want := resolved(w), resolved(calm); !maps.Equal(got, want) {
		t.Errorf("incidents ended as %v, want %v", got, want)
	}
}

// resolved are the good ends that people saw.
func resolved(w *watchers) map[string]bool {
	ends := map[string]bool{}
	for _, m := range w.workspace.Messages() {
		if strings.Contains(m.Text, "resolved") {
			ends[m.Text] = true
		}
	}
	return ends
}

// requested are the ids of the retrain requests that came.
func requested(w *watchers) map[string]bool {
	ids := map[string]bool{}
	for _, r := range w.pipeline.Requests() {
		ids[r.Event.Data.RequestID] = true
	}
	return ids
}

// checkRequests compares what the pipeline was asked for.
func checkRequests(t *testing.T, kills int, calm, w *watchers) {
	t.Helper()
	if got, want := requested(w), requested(calm); !maps.Equal(got, want) || len(want) != 1 {
		t.Errorf("retrain requests %v, want %v", got, want)
	}
	repeated := 0
	for _, r := range w.pipeline.Requests() {
		if r.Duplicate {
			repeated++
		}
	}
	if repeated > kills {
		t.Errorf("%d repeated requests by %d kills", repeated, kills)
	}
}
