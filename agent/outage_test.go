package agent

import (
	"net/http"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
)

// ends are the positions behind the last records.
func (w *world) ends() source.Positions {
	ends := source.Positions{}
	for p, records := range w.logs {
		ends[p] = int64(len(records))
	}
	return ends
}

// reached tells whether everything was committed.
func reached(m *sourcetest.Memory, ends source.Positions) bool {
	committed := m.Committed()
	return !slices.ContainsFunc(allLogs, func(p source.Partition) bool { return committed[p] != ends[p] })
}

// Slack is down: positions are committed all the same, and everything is told once when it is back.
func TestSlackIsDownForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := w.memory(false)
		s, workspace, pipeline := newStage(t, w, m)
		for range 6 {
			workspace.Script(slackfake.Fault{Status: http.StatusInternalServerError})
		}
		workspace.Script(slackfake.Fault{Status: http.StatusTooManyRequests, RetryAfter: 30 * time.Second})
		stop := start(t, s.agent(t))
		time.Sleep(5 * time.Second)
		if !reached(m, w.ends()) {
			t.Errorf("committed %v of %v while Slack is down", m.Committed(), w.ends())
		}
		if got := titles(workspace); len(got) > 0 {
			t.Errorf("Slack is down and shows %q", got)
		}
		if len(pipeline.requested()) != 1 {
			t.Errorf("retrain requests %v: one destination must not wait for the other", pipeline.requested())
		}
		time.Sleep(20 * time.Minute)
		if got := titles(workspace); len(got) != 2 {
			t.Errorf("told %q, want each incident once", got)
		}
		stop()
	})
}

// A token that Slack does not know is a matter between people: the agent goes on.
func TestSlackTokenIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := w.memory(false)
		s, workspace, pipeline := newStage(t, w, m)
		s.notifiers[slackDestination] = bot(workspace, "xoxb-wrong")
		stop := start(t, s.agent(t))
		time.Sleep(10 * time.Second)
		stop()
		if !reached(m, w.ends()) || len(pipeline.requested()) != 1 || len(workspace.Messages()) > 0 {
			t.Errorf("committed %v, requests %v, messages %v", m.Committed(), pipeline.requested(), workspace.Messages())
		}
		s.told.matches(t, w, theEnd)
	})
}

// Without a durable checkpoint nothing is committed and nothing is sent, and the agent reads on. When the folder is back
// nothing is missing.
func TestStateFolderCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := sourcetest.NewMemory(time.Now, allLogs...)
		s, workspace, pipeline := newStage(t, w, m)
		a := s.agent(t)
		stop := start(t, a)
		w.tell(m, -1, 4, time.Now())
		time.Sleep(5 * time.Second)
		before := m.Committed()

		away := s.state + " away"
		if err := os.Rename(s.state, away); err != nil {
			t.Fatal(err)
		}
		w.tell(m, 4, 1000, time.Now())
		time.Sleep(30 * time.Second)
		if got := m.Committed(); !equal(got, before) || len(before) != len(allLogs) {
			t.Errorf("committed %v before and %v after the folder was lost", before, got)
		}
		if len(workspace.Messages()) > 0 || len(pipeline.requested()) > 0 {
			t.Errorf("sent what is not durable: %v, %v", workspace.Messages(), pipeline.requested())
		}
		if len(s.told.until(theEnd).transitions) < 5 {
			t.Errorf("it does not read on: %v", s.told.transitions)
		}

		if err := os.Rename(away, s.state); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		if !reached(m, w.ends()) || len(workspace.Messages()) != 2 || len(pipeline.requested()) != 1 {
			t.Errorf("committed %v, messages %v, requests %v", m.Committed(), titles(workspace), pipeline.requested())
		}
		stop()
		s.told.matches(t, w, theEnd)
	})
}

func equal(a, b source.Positions) bool {
	return !slices.ContainsFunc(allLogs, func(p source.Partition) bool { return a[p] != b[p] })
}
