package window

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
)

// world is what all partitions will ever hold.
type world struct {
	clock Clock
	model Model
	logs  map[source.Partition][]happening
	names []source.Partition
}

// drawWorld draws models of several windows, versions and segments, and partitions of predictions and labels: late, too
// late, doubled and missing ones. Every partition begins at the same moment, so that none is left out of the clocks.
func drawWorld(t *rapid.T) *world {
	w := &world{
		clock: Clock{
			OutOfOrderness:  time.Duration(rapid.IntRange(0, 20).Draw(t, "out of orderness")) * time.Minute,
			AllowedLateness: time.Duration(rapid.SampledFrom([]int{0, 10, 150}).Draw(t, "lateness")) * time.Minute,
			FutureSkew:      time.Minute,
		},
		model: hourly(), logs: map[source.Partition][]happening{},
	}
	w.model.MaxDelay = time.Duration(rapid.IntRange(6, 9).Draw(t, "delay")) * hour
	w.model.Specs = rapid.SampledFrom([][]Spec{
		{{"1h", hour, hour}},
		{{"2h", 2 * hour, 30 * time.Minute}},
		{{"1h", hour, hour}, {"3h", 3 * hour, hour}},
	}).Draw(t, "specs")
	w.model.Horizons = rapid.SampledFrom([][]Horizon{
		nil,
		{{MinSamples: 2}},
		{waiting(0, 1, 0.5), {MinSamples: 3}},
		{waiting(2*hour, 1, 0), waiting(0, 0, 0)},
	}).Draw(t, "horizons")
	w.model.Segments = rapid.SampledFrom([][]SegmentSpec{
		nil, {{Name: "country"}}, {{Name: "country", Values: []string{"FR", "IT"}, Max: 1}},
	}).Draw(t, "segments")
	streams := rapid.IntRange(1, 3).Draw(t, "prediction partitions")
	truths := rapid.IntRange(1, 2).Draw(t, "label partitions")
	for n := range streams {
		w.add(source.Partition{Topic: "predictions", Number: n}, prediction(0).of("1"))
	}
	for n := range truths {
		w.add(source.Partition{Topic: "labels", Number: n}, labelOf("nobody's", 0, "up"))
	}
	for _, p := range w.names { // another model speaks all the time: no partition falls far behind by being silent
		for half := range 44 {
			w.add(p, happening{model: 1, label: p.Topic == "labels", id: fmt.Sprint(p, half), version: "1", at: float64(half) / 2, x: float64(half) / 2})
		}
	}
	for n := range rapid.IntRange(0, 60).Draw(t, "events") {
		w.drawEvent(t, n, streams, truths)
	}
	for p := range w.logs { // in the order of time, but for what is late
		slices.SortStableFunc(w.logs[p][1:], func(a, b happening) int { return int(1e6 * (a.x - b.x)) })
	}
	return w
}

func (w *world) add(p source.Partition, h happening) {
	if _, ok := w.logs[p]; !ok {
		w.names = append(w.names, p)
	}
	w.logs[p] = append(w.logs[p], h)
}

// drawEvent draws a prediction, often its label, sometimes either twice. Its x says when it is read.
func (w *world) drawEvent(t *rapid.T, n, streams, truths int) {
	minutes := func(name string, low, high int) float64 { return float64(rapid.IntRange(low, high).Draw(t, name)) / 60 }
	read := minutes("read", 1, 20*60)
	h := happening{
		id: fmt.Sprint("id", n), at: max(0, read-minutes("late", 0, 10)), x: read,
		version: rapid.SampledFrom([]string{"1", "2", "bare"}).Draw(t, "version"),
		answer:  rapid.SampledFrom([]string{"up", "down"}).Draw(t, "answer"),
		country: rapid.SampledFrom([]string{"DE", "FR", "IT"}).Draw(t, "country"),
	}
	if rapid.IntRange(0, 5).Draw(t, "takeover") > 0 { // mostly, versions take turns
		h.version = []string{"1", "1", "2", "1", "2"}[int(read)/4%5]
	}
	if rapid.IntRange(0, 4).Draw(t, "very late") == 0 {
		h.at = max(0, read-minutes("how late", 0, 240))
	}
	p := source.Partition{Topic: "predictions", Number: rapid.IntRange(0, streams-1).Draw(t, "partition")}
	w.add(p, h)
	if rapid.IntRange(0, 6).Draw(t, "twice") == 0 {
		h.x += minutes("again", 0, 300)
		w.add(p, h)
	}
	if rapid.IntRange(0, 9).Draw(t, "labeled") < 2 {
		return
	}
	l := labelOf(h.id, max(0, h.at+minutes("delay", -90, 600)), rapid.SampledFrom([]string{"up", "down", "sideways"}).Draw(t, "truth"))
	l.x = max(l.at, minutes("label read", 1, 20*60))
	p = source.Partition{Topic: "labels", Number: rapid.IntRange(0, truths-1).Draw(t, "label partition")}
	w.add(p, l)
	if rapid.IntRange(0, 6).Draw(t, "label twice") == 0 {
		l.answer, l.x = "up", l.x+minutes("label again", 0, 300)
		w.add(p, l)
	}
}

// replay reads the world in an order that is drawn: batches of any size of any partition, never one that is an hour ahead
// of the slowest. With restarts, it goes on from a checkpoint now and then.
func (w *world) replay(t *rapid.T, restarts bool) *rig {
	other := hourly()
	other.Name, other.MaxDelay = "other", w.model.MaxDelay
	r := newRigAt(t, w.clock, w.model, other)
	for _, p := range w.names {
		r.track(p)
		r.read(p, w.logs[p][0])
	}
	read := map[source.Partition]int{}
	for _, p := range w.names {
		read[p] = 1
	}
	unread := func(p source.Partition) bool { return read[p] < len(w.logs[p]) }
	for {
		for _, p := range w.names {
			if !unread(p) {
				r.marks.End(p)
			}
		}
		r.advance()
		if restarts && rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
			r.restart()
			for _, p := range w.names {
				r.track(p)
				if !unread(p) {
					r.marks.End(p)
				}
			}
		}
		ahead := r.marks.Ahead(hour, unread)
		var ready []source.Partition
		for _, p := range w.names {
			if unread(p) && !ahead[p] {
				ready = append(ready, p)
			}
		}
		if len(ready) == 0 {
			return r
		}
		p := rapid.SampledFrom(ready).Draw(t, "next partition")
		end := min(len(w.logs[p]), read[p]+rapid.IntRange(1, 4).Draw(t, "batch"))
		r.read(p, w.logs[p][read[p]:end]...)
		read[p] = end
	}
}

func (r *rig) track(p source.Partition) {
	if p.Topic == "labels" {
		r.marks.Track(p, event.Labels)
		return
	}
	r.marks.Track(p, event.Predictions)
}

func same(t *rapid.T, got, want map[string][]string) {
	t.Helper()
	for stream := range want {
		for i := range max(len(want[stream]), len(got[stream])) {
			switch {
			case i >= len(got[stream]):
				t.Fatalf("%s: lacks %s", stream, want[stream][i])
			case i >= len(want[stream]):
				t.Fatalf("%s: has %s beyond", stream, got[stream][i])
			case got[stream][i] != want[stream][i]:
				t.Fatalf("%s: got\n%s, want\n%s", stream, got[stream][i], want[stream][i])
			}
		}
	}
	for stream := range got {
		if want[stream] == nil {
			t.Fatalf("%s: %q beyond", stream, got[stream])
		}
	}
}

// The same events in any interleaving of partitions and any batches give the same judgements, bit for bit.
func TestOrderOfReadingDoesNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		first, second := w.replay(t, false), w.replay(t, false)
		same(t, settled(t, second.steps), settled(t, first.steps))
		if first.windows.Counts("").TooLate != second.windows.Counts("").TooLate || first.windows.Counts("").Late != second.windows.Counts("").Late {
			t.Fatalf("%+v, %+v", first.windows.Counts(""), second.windows.Counts(""))
		}
		for _, v := range second.windows.models[0].versions {
			for _, s := range v.ordered {
				if len(s.windows) > 0 || len(s.panes) > 0 {
					t.Fatalf("%+v is left with %d windows and %d panes at the end", s.key, len(s.windows), len(s.panes))
				}
			}
		}
	})
}

// Going on from a checkpoint, at any moment and any number of times, gives the same as not stopping at all.
func TestRestartsDoNotShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		same(t, settled(t, w.replay(t, true).steps), settled(t, w.replay(t, false).steps))
	})
}
