package agent

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Whatever a stranger writes between good events is counted by its reason, and changes nothing else.
func TestGarbageIsCountedByItsReason(t *testing.T) {
	w := newWorld(time.Now())
	for _, g := range garbage {
		t.Run(g.name, func(t *testing.T) {
			s, _, _ := newStage(t, w, sourcetest.NewMemory(time.Now, allLogs...))
			a := s.agent(t)
			a.take(source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1})
			good := slices.Clone(w.between(predictionLogs[0], 0, 0.5, time.Now()))
			n := uint64(len(good))
			for i := range good { // the world's own garbage begins after its first hour
				good[i].Offset = int64(i)
			}
			middle := len(good) / 2
			records := slices.Insert(good, middle, source.Record{Time: time.Now(), Value: g.value}, source.Record{Time: time.Now(), Value: g.value})
			for _, p := range allLogs[1:] {
				a.consume(t.Context(), batch(p, nil))
			}
			a.consume(t.Context(), batch(predictionLogs[0], records))
			refused := a.pipeline.refused.byName()
			if len(refused) != 1 || refused[g.reason] != 2 {
				t.Errorf("refused %v, want 2 as %s", refused, g.reason)
			}
			flow := a.pipeline.windows.Versions()[0].Flow
			if doubled := a.pipeline.windows.Counts("").Duplicates; flow.Predictions+doubled != n {
				t.Errorf("%d predictions and %d duplicates of %d", flow.Predictions, doubled, n)
			}
			if err := a.stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Event times at the ends of the calendar end no window: the past is too late, the future takes another time.
func TestTimesFromTheEndsOfTheCalendar(t *testing.T) {
	w := newWorld(time.Now())
	s, _, _ := newStage(t, w, sourcetest.NewMemory(time.Now, allLogs...))
	a := s.agent(t)
	a.take(source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1})
	for _, p := range allLogs {
		a.consume(t.Context(), batch(p, w.between(p, 0, 0.5, time.Now())))
	}
	before, _ := a.pipeline.clocks()
	var strange []source.Record
	for _, year := range []string{"0001", "9999"} {
		strange = append(strange, source.Record{Time: time.Now(), Value: []byte(
			`{"model":"credit","version":"1","id":"` + year + `","ts":"` + year + `-01-01T00:00:00Z","features":{"income":2000},"prediction":{"label":"no"}}`)})
	}
	counts := a.pipeline.windows.Counts("")
	for _, p := range predictionLogs {
		a.consume(t.Context(), batch(p, strange))
	}
	after, _ := a.pipeline.clocks()
	if after.Sub(before) > time.Minute || len(s.told.reports) > 0 {
		t.Errorf("the clock went from %s to %s; %d reports", before, after, len(s.told.reports))
	}
	// The same id in three logs is one prediction and two duplicates; each is late or from the future by itself.
	if now := a.pipeline.windows.Counts(""); now.Future-counts.Future != 3 || now.TooLate-counts.TooLate != 3 {
		t.Errorf("counted %+v after %+v", now, counts)
	}
	if err := a.stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// Garbage takes no memory for good, and the good events around it lose nothing.
func TestGarbageKeepsMemoryFlat(t *testing.T) {
	w := newWorld(time.Now())
	s, _, _ := newStage(t, w, sourcetest.NewMemory(time.Now, allLogs...))
	a := s.agent(t)
	a.take(source.Assignment{Owned: allLogs, Total: len(allLogs), Generation: 1})
	var all []source.Record
	for _, g := range garbage {
		all = append(all, source.Record{Time: time.Now(), Value: g.value})
	}
	flood := func(times int) {
		for range times {
			a.consume(t.Context(), batch(predictionLogs[0], all))
		}
	}
	for _, p := range allLogs {
		a.consume(t.Context(), batch(p, w.between(p, 0, 2, time.Now())))
	}
	flood(10) // buffers and samples have their size then
	before := heap()
	flood(20)
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("%d bytes more after %d pieces of garbage", grown, 20*len(all))
	}
	for _, p := range allLogs {
		a.consume(t.Context(), batch(p, w.between(p, 2, 1000, time.Now())))
	}
	if err := a.stop(t.Context()); err != nil {
		t.Error(err)
	}
	s.told.matches(t, w, profile.InstantOf(dawn.Add(curtain*time.Hour)))
}

// heap is what is in use after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
