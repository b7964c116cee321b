package agent

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
	"github.com/anchorwatch/anchorwatch/alerts/slack/slackfake"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// tell writes a part of the story into a source's logs.
func (w *world) tell(m *sourcetest.Memory, from, to float64, written time.Time) {
	for _, p := range allLogs {
		m.Append(p, w.between(p, from, to, written)...)
	}
}

// titles are the first lines that people saw, as they were when they were posted.
func titles(workspace *slackfake.Server) []string {
	var all []string
	for _, m := range workspace.Messages() {
		text := m.Text
		if len(m.Edits) > 0 {
			text = m.Edits[0].Text
		}
		all = append(all, text)
	}
	return all
}

// While the agent reads what is long over it tells nobody; then it tells once of what is still going on.
func TestBehindTellsOnlyWhatStillGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := sourcetest.NewMemory(time.Now, allLogs...)
		s, workspace, pipeline := newStage(t, w, m)
		w.tell(m, 0, 20, time.Now().Add(-time.Hour)) // one incident is over by then, and one has begun
		stop := start(t, s.agent(t))
		time.Sleep(10 * time.Second)
		if got := titles(workspace); len(got) != 1 || !strings.Contains(got[0], "accuracy") {
			t.Errorf("told %q, want the open incident alone", got)
		}
		if len(pipeline.requested()) != 1 {
			t.Errorf("retrain requests %v, want one", pipeline.requested())
		}
		stop()
	})
}

// The batch that ends a backlog is as old as what came before it, also where it is the only one of its log.
func TestTheLastBatchOfABacklogIsOldNewsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		s, workspace, _ := newStage(t, w, sourcetest.NewMemory(time.Now, allLogs...))
		a := s.agent(t)
		a.take(source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1})
		for _, p := range allLogs {
			a.consume(t.Context(), batch(p, w.between(p, 5, 12, time.Now().Add(-time.Hour))))
		}
		a.consume(t.Context(), source.Batch{Partition: allLogs[0], Next: a.pipeline.positions[allLogs[0]], HighWatermark: -1, FetchedAt: time.Now()})
		if err := a.stop(t.Context()); err != nil {
			t.Error(err)
		}
		if got := titles(workspace); len(got) > 0 {
			t.Errorf("told %q of an incident that was over", got)
		}
		if len(s.told.transitions) != 2 {
			t.Errorf("transitions %v, want fire and resolve", s.told.transitions)
		}
	})
}

// An agent that owns a part of the partitions sees a part of every window: it says so and pages nobody.
func TestPartOfThePartitionsPagesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := sourcetest.NewMemory(time.Now, allLogs...)
		m.Reassign(source.Assignment{Owned: append([]source.Partition{predictionLogs[0]}, labelLogs...), Total: len(allLogs), Generation: 1})
		s, workspace, pipeline := newStage(t, w, m)
		s.config.Models[0].Rules[0].MinSamples = new(5)
		s.config.Models[0].Rules[1].MinSamples = new(5)
		w.tell(m, 0, 20, time.Now())
		a := s.agent(t)
		stop := start(t, a)
		time.Sleep(10 * time.Second)
		synctest.Wait() // what the agent does in this very second, too
		if got := titles(workspace); len(got) > 0 || len(pipeline.requested()) > 0 {
			t.Errorf("told %q and asked for %v", got, pipeline.requested())
		}
		if len(s.told.transitions) > 0 || len(s.told.reports) == 0 {
			t.Errorf("%d reports, and judgements of windows that are not whole: %v", len(s.told.reports), s.told.transitions)
		}
		for at, r := range s.told.reports {
			if r.Complete && r.Phase != detectors.Closed {
				t.Errorf("%+v is called complete", at)
			}
		}
		if got := a.Snapshot().Status.NotPaging; got == "" {
			t.Error("the status page says nothing")
		}
		stop()
	})
}

// An agent that stood by for a while goes on with what its own state lacks, wherever others have committed meanwhile.
func TestStandingByLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(time.Now())
		m := sourcetest.NewMemory(time.Now, allLogs...)
		all := source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1}
		s, _, _ := newStage(t, w, m)
		stop := start(t, s.agent(t))
		w.tell(m, -1, 18, time.Now())
		time.Sleep(time.Second)
		m.Reassign(source.Assignment{Total: len(allLogs), Generation: 2})
		time.Sleep(time.Second)

		w.tell(m, 18, 30, time.Now())
		other := m.Reopen()
		if _, err := other.Assignment(t.Context()); err != nil {
			t.Fatal(err)
		}
		ends := source.Positions{}
		for _, p := range allLogs {
			ends[p] = int64(len(w.between(p, -1, 30, time.Time{})))
		}
		if err := other.Commit(t.Context(), ends); err != nil {
			t.Fatal(err)
		}

		m.Reassign(all)
		w.tell(m, 30, 1000, time.Now())
		time.Sleep(10 * time.Second)
		stop()
		s.told.until(theEnd).equals(t, undisturbed(t, w).until(theEnd))
		s.told.matches(t, w, theEnd)
	})
}

// batch is a whole log in one batch.
func batch(p source.Partition, records []source.Record) source.Batch {
	for i := range records {
		records[i].Partition, records[i].Offset = p, int64(i)
	}
	end := int64(len(records))
	return source.Batch{Partition: p, Records: records, Next: end, HighWatermark: end, FetchedAt: time.Now()}
}

// A topic whose records are read before anything is known of the others does not end their windows.
func TestFirstBatchEndsNoWindow(t *testing.T) {
	w := newWorld(time.Now())
	s, _, _ := newStage(t, w, w.memory(false))
	a := s.agent(t)
	a.take(source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1})
	a.consume(t.Context(), batch(predictionLogs[0], w.logs[predictionLogs[0]]))
	if len(s.told.reports) > 0 {
		t.Errorf("%d reports while four logs were not read", len(s.told.reports))
	}
	if clock, _ := a.pipeline.clocks(); clock != profile.Dawn {
		t.Errorf("the clock stands at %s", clock)
	}
	if err := a.stop(t.Context()); err != nil {
		t.Error(err)
	}
}
