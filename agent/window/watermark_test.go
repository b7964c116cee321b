package window

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

var (
	left, right = source.Partition{Topic: "predictions"}, source.Partition{Topic: "predictions", Number: 1}
	// wall is when batches arrive in these tests.
	wall = time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)
)

func newMarks(streams map[source.Partition]event.Stream) *Watermarks {
	w := NewWatermarks(Clock{OutOfOrderness: time.Minute, AllowedLateness: 10 * time.Minute, FutureSkew: 5 * time.Minute})
	for p, stream := range streams {
		w.Track(p, stream)
	}
	return w
}

// see observes an event of that time in a record of another; both in hours.
func see(w *Watermarks, p source.Partition, stamp, record float64) (profile.Instant, profile.Instant, Timing) {
	return w.Observe(event.Origin{Partition: p, Record: at(record).Time()}, at(stamp), false, wall)
}

func TestObserve(t *testing.T) {
	minute := 1.0 / 60
	w := newMarks(nil)
	for _, tt := range []struct {
		name          string
		stamp, record float64
		untimed       bool
		at, before    profile.Instant
		timing        Timing
	}{
		{"from the future, and nothing to put in its place", 11, 10, false, 0, profile.Dawn, Refused},
		{"the first event", 10, 10, false, at(10), profile.Dawn, OnTime},
		{"a newer one is judged by what came before", 11, 11, false, at(11), at(10 - minute), OnTime},
		{"an older one moves nothing", 9, 11, false, at(9), at(11 - minute), OnTime},
		{"never back", 10.9, 11, false, at(10.9), at(11 - minute), OnTime},
		{"as far ahead as clocks may differ", 12 + 5*minute, 12, false, at(12 + 5*minute), at(11 - minute), OnTime},
		{"further: its record's time", 14, 12, false, at(12), at(12 + 4*minute), Future},
		{"further: its partition's newest", 20, 19, false, at(12 + 5*minute), at(12 + 4*minute), Future},
		{"which moved nothing", 12, 12, false, at(12), at(12 + 4*minute), OnTime},
		{"without a time of its own, among others", 15, 15, true, at(12 + 5*minute), at(12 + 4*minute), OnTime},
		{"without a time, and older", 12, 12, true, at(12), at(12 + 4*minute), OnTime},
	} {
		origin := event.Origin{Partition: left, Record: at(tt.record).Time()}
		got, before, timing := w.Observe(origin, at(tt.stamp), tt.untimed, wall)
		if got != tt.at || before != tt.before || timing != tt.timing {
			t.Errorf("%s: %v before %v, %d; want %v, %v, %d", tt.name, got, before, timing, tt.at, tt.before, tt.timing)
		}
	}
}

// Where no event has a time of its own, the records' times are all there is.
func TestRecordTimesMoveUntimedStreams(t *testing.T) {
	w := newMarks(nil)
	for hour := range 3 {
		w.Observe(event.Origin{Partition: left, Record: at(float64(hour)).Time()}, at(float64(hour)), true, wall)
	}
	if got, want := w.Watermark(left), at(2).Add(-time.Minute); got != want {
		t.Errorf("watermark %v, want %v", got, want)
	}
}

func TestMaxEventAge(t *testing.T) {
	w := NewWatermarks(Clock{MaxEventAge: time.Hour})
	if _, _, timing := see(w, left, 9, 10); timing != OnTime {
		t.Errorf("as old as allowed: %d", timing)
	}
	if _, _, timing := see(w, left, 8.9, 10); timing != Refused {
		t.Errorf("older: %d, want Refused", timing)
	}
}

func TestClocks(t *testing.T) {
	truths := source.Partition{Topic: "labels"}
	w := newMarks(map[source.Partition]event.Stream{left: event.Predictions, right: event.Predictions})
	expect := func(step string, p, l profile.Instant) {
		t.Helper()
		if w.Predictions() != p || w.Labels() != l {
			t.Errorf("%s: P %v, L %v; want %v, %v", step, w.Predictions(), w.Labels(), p, l)
		}
	}
	behind := func(hours float64) profile.Instant { return at(hours).Add(-time.Minute) }
	expect("nothing read, and no label partition", profile.Dawn, profile.Dusk)
	w.Track(truths, event.Labels)
	expect("labels may come", profile.Dawn, profile.Dawn)
	see(w, left, 3, 3)
	expect("a partition that never had an event is left out", behind(3), profile.Dawn)
	see(w, right, 1, 1)
	expect("else the lowest counts", behind(1), profile.Dawn)
	see(w, truths, 2, 2)
	expect("labels have their own clock", behind(1), behind(2))
	w.End(right)
	expect("an ended one holds nothing back", behind(3), behind(2))
	w.End(truths)
	expect("all labels read", behind(3), profile.Dusk)
	w.End(left)
	expect("all read", profile.Dusk, profile.Dusk)
	w.Keep([]source.Partition{left})
	expect("labels are somebody else's now", profile.Dusk, profile.Dusk)
	mixed := source.Partition{Topic: "events"}
	w.Track(mixed, event.Either)
	see(w, mixed, 7, 7)
	expect("one topic for both", behind(7), behind(7))
	if got := w.furthest(); got != behind(7) {
		t.Errorf("furthest %v", got)
	}
}

func TestIdle(t *testing.T) {
	w := newMarks(nil)
	w.CaughtUp(left, wall.Add(time.Hour))
	if got := w.Watermark(left); got != profile.Dawn {
		t.Errorf("without any event: %v, want dawn", got)
	}
	see(w, left, 3, 3)
	w.CaughtUp(left, wall.Add(time.Hour))
	want := at(4).Add(-time.Minute)
	if got := w.Predictions(); got != want {
		t.Errorf("an hour later the clock is at %v, want %v: as much later, not now", got, want)
	}
	if _, before, _ := see(w, left, 2, 3); before != at(3).Add(-time.Minute) {
		t.Errorf("lateness is judged by %v before a checkpoint", before)
	}
	w.CaughtUp(left, wall)
	if got := w.Predictions(); got != want {
		t.Errorf("the wall clock went back and the watermark came to %v, want %v", got, want)
	}
	w.Settle()
	if _, before, _ := see(w, left, 2, 3); before != want {
		t.Errorf("lateness is judged by %v after a checkpoint, want %v", before, want)
	}

	// A new process carries on from where it had come to, not from the event.
	again := NewWatermarks(w.clock)
	if err := again.Restore(w.AppendBinary(nil)); err != nil {
		t.Fatal(err)
	}
	if again.CaughtUp(left, wall.Add(9*time.Hour)); again.Predictions() != want {
		t.Errorf("restored, it moved to %v before Resume", again.Predictions())
	}
	again.Resume(wall.Add(9 * time.Hour))
	if again.CaughtUp(left, wall.Add(10*time.Hour)); again.Predictions() != want.Add(time.Hour) {
		t.Errorf("an hour after the restart it is at %v, want %v", again.Predictions(), want.Add(time.Hour))
	}
}

func TestAhead(t *testing.T) {
	third := source.Partition{Topic: "labels"}
	w := newMarks(map[source.Partition]event.Stream{left: event.Predictions, right: event.Predictions, third: event.Labels})
	see(w, left, 10, 10)
	see(w, right, 12, 12)
	see(w, third, 12.5, 12.5)
	everyone := func(source.Partition) bool { return true }
	got := slices.SortedFunc(maps.Keys(w.Ahead(2*time.Hour, everyone)), source.Partition.Compare)
	if want := []source.Partition{third}; !slices.Equal(got, want) {
		t.Errorf("ahead are %v, want %v: exactly two hours is not", got, want)
	}
	if got := w.Ahead(time.Hour, func(p source.Partition) bool { return p == right }); len(got) != 0 {
		t.Errorf("of those that have nothing more to read none is waited for: %v", got)
	}
	if got := w.Ahead(time.Hour, func(source.Partition) bool { return false }); got != nil {
		t.Errorf("nobody lags, and %v wait", got)
	}
	w.Track(source.Partition{Topic: "new"}, event.Predictions)
	if got := w.Ahead(time.Hour, everyone); len(got) != 3 {
		t.Errorf("all wait for a lagging partition's first event: %v", got)
	}
	w.End(source.Partition{Topic: "new"})
	w.End(left)
	if got := w.Ahead(time.Hour, everyone); len(got) != 0 {
		t.Errorf("an ended one is waited for: %v", got)
	}
}

func FuzzRestoreWatermarks(f *testing.F) {
	w := newMarks(map[source.Partition]event.Stream{left: event.Predictions, right: event.Either})
	see(w, left, 10, 10)
	f.Add(w.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		w := newMarks(nil)
		if w.Restore(b) == nil {
			w.Resume(wall)
			w.CaughtUp(left, wall)
			w.Predictions()
		}
	})
}
