package join

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// naive is the join as one would write it without caring for memory: it keeps everything and sweeps nothing.
type naive struct {
	options Options
	answers map[string][]*naiveAnswer
	labels  map[string][]naiveLabel
}

type naiveAnswer struct {
	Answer
	labels []naiveLabel // none or one
}

type naiveLabel struct {
	Truth
	model int
}

func (n *naive) Prediction(id string, a Answer, mark profile.Instant) (Verdict, Truth, bool) {
	expires := func(b Answer) profile.Instant {
		return b.Time.Add(max(n.options.MaxDelay(b.Model), n.options.Pane)).Add(n.options.Lateness)
	}
	if mark >= expires(a) {
		return Late, Truth{}, false
	}
	labels := slices.Clone(n.labels[id])
	for _, b := range n.answers[id] {
		if b.Model == a.Model && b.Version == a.Version && mark < expires(b.Answer) {
			return Duplicate, Truth{}, false
		}
		labels = append(labels, b.labels...)
	}
	labels = slices.DeleteFunc(labels, func(l naiveLabel) bool {
		over := mark >= l.Stamp.Add(EarlyLabelTTL).Add(n.options.Pane).Add(n.options.Lateness)
		return over || l.model != anyModel && l.model != a.Model || !n.fits(l.Truth, a)
	})
	added := &naiveAnswer{Answer: a}
	n.answers[id] = append(n.answers[id], added)
	if len(labels) == 0 {
		return Admitted, Truth{}, false
	}
	l := slices.MinFunc(labels, func(a, b naiveLabel) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stamp, b.Stamp), cmp.Compare(a.Number, b.Number), bytes.Compare(a.Class, b.Class))
	})
	added.labels = []naiveLabel{l}
	return Admitted, l.Truth, true
}

func (n *naive) fits(t Truth, a Answer) bool {
	delay := t.Stamp.Sub(a.Time)
	return delay >= -EarlyLabelTTL && delay <= n.options.MaxDelay(a.Model)
}

func (n *naive) Label(id string, model int, t Truth, mark profile.Instant, yield func(Answer)) Verdict {
	over := func(l naiveLabel) bool {
		return mark >= l.Stamp.Add(EarlyLabelTTL).Add(n.options.Pane).Add(n.options.Lateness)
	}
	overlap := func(l naiveLabel) bool { return l.model == anyModel || model == anyModel || l.model == model }
	admitted, duplicate, late := false, false, false
	for _, a := range n.answers[id] {
		gone := mark >= a.Time.Add(max(n.options.MaxDelay(a.Model), n.options.Pane)).Add(n.options.Lateness)
		mine := model == anyModel || a.Model == model
		switch {
		case gone || !mine:
			late = late || mine
			duplicate = duplicate || len(a.labels) > 0 && !over(a.labels[0]) && overlapOf(a, model)
		case len(a.labels) > 0:
			duplicate = true
		case !n.fits(t, a.Answer) || mark >= a.Time.Add(n.options.MaxDelay(a.Model)).Add(n.options.Lateness):
			late = true
		default:
			a.labels = []naiveLabel{{t, model}}
			yield(a.Answer)
			admitted = true
		}
	}
	for _, l := range n.labels[id] {
		duplicate = duplicate || !over(l) && overlap(l)
	}
	switch {
	case admitted:
		return Admitted
	case duplicate:
		return Duplicate
	}
	n.labels[id] = append(n.labels[id], naiveLabel{t, model})
	if late {
		return Late
	}
	return Early
}

// overlapOf tells whether a label of an answer is also about another model: a label for every model is, and one that
// came by the answer's own.
func overlapOf(a *naiveAnswer, model int) bool {
	return a.labels[0].model == anyModel || model == anyModel || a.Model == model
}

// drawOptions draws short delays, so that much expires.
func drawOptions(t *rapid.T) Options {
	delays := []time.Duration{
		time.Duration(rapid.IntRange(0, 30).Draw(t, "delay 0")) * hour, time.Duration(rapid.IntRange(0, 30).Draw(t, "delay 1")) * hour,
	}
	return Options{
		MaxBytes: 1 << 24, MaxDelay: func(model int) time.Duration { return delays[model] },
		Lateness: time.Duration(rapid.IntRange(0, 3).Draw(t, "lateness")) * hour,
		Pane:     time.Duration(rapid.IntRange(1, 48).Draw(t, "pane")) * hour,
	}
}

// drawAct draws an event behind its partition's watermark or ahead of it.
func drawAct(t *rapid.T, mark profile.Instant) act {
	moment := func(name string) profile.Instant {
		return mark.Add(time.Duration(rapid.IntRange(-60, 10).Draw(t, name)) * hour)
	}
	a := act{id: rapid.SampledFrom([]string{"a", "b", "c", "long enough to take the eight-byte path"}).Draw(t, "id"), mark: mark}
	if rapid.Bool().Draw(t, "prediction") {
		predicted := answered(moment("at"), rapid.IntRange(0, 1).Draw(t, "model"), rapid.IntRange(0, 2).Draw(t, "version"))
		if rapid.Bool().Draw(t, "score") {
			predicted.Outcome.HasScore, predicted.Outcome.Score = true, 0.5
		}
		if rapid.Bool().Draw(t, "probabilities") {
			predicted.Outcome.Probabilities = []float64{0.25, 0.5, 0.25}
		}
		a.answer = &predicted
		return a
	}
	a.model = rapid.IntRange(-1, 1).Draw(t, "model")
	stamp := moment("stamp")
	a.truth = Truth{Time: max(stamp, mark), Stamp: stamp, Number: rapid.SampledFrom([]float64{0, 1, math.NaN()}).Draw(t, "number")}
	a.truth.Class = []byte(rapid.SampledFrom([]string{"0", "1", "up"}).Draw(t, "class"))
	if a.truth.Number != a.truth.Number {
		a.truth.Number = -2 // NaN has no order, which the reference needs
	}
	return a
}

// Against the naive reference, over partitions that run apart, with sweeps and restarts at any moment: every verdict and
// every pair is the same. So nothing shows whether what has expired was swept or not.
func TestJoinIsTheNaiveOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOptions(t)
		j, want := New(o), &naive{options: o, answers: map[string][]*naiveAnswer{}, labels: map[string][]naiveLabel{}}
		j.Widen(3)
		marks := []profile.Instant{at(-50), at(-50), at(-50)} // the partitions' watermarks
		for range rapid.IntRange(1, 80).Draw(t, "events") {
			partition := rapid.IntRange(0, len(marks)-1).Draw(t, "partition")
			marks[partition] = marks[partition].Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "progress")) * hour)
			switch rapid.IntRange(0, 9).Draw(t, "housekeeping") {
			case 0:
				lowest := slices.Min(marks)
				j.Expire(lowest, lowest, 0)
			case 1:
				j = restored(t, j)
			}
			a := drawAct(t, marks[partition])
			verdict, met := perform(j, a)
			wantVerdict, wantMet := performNaive(want, a)
			if a.answer == nil && verdict == Early && wantVerdict == Late {
				verdict = Late // swept; that it was there shows nowhere else
			}
			if verdict != wantVerdict || !slices.Equal(met, wantMet) {
				t.Fatalf("%+v: verdict %d met %q, want %d %q", a, verdict, met, wantVerdict, wantMet)
			}
		}
	})
}

func performNaive(n *naive, a act) (Verdict, []string) {
	var met []string
	pair := func(b Answer, t Truth) { met = append(met, fmt.Sprintf("%d/%d %s", b.Model, b.Version, t.Class)) }
	if a.answer != nil {
		v, truth, labeled := n.Prediction(a.id, *a.answer, a.mark)
		if labeled {
			pair(*a.answer, truth)
		}
		return v, met
	}
	v := n.Label(a.id, a.model, a.truth, a.mark, func(b Answer) { pair(b, a.truth) })
	slices.Sort(met)
	return v, met
}

// restored returns the join after a restart, which must encode to the same bytes.
func restored(t *rapid.T, j *Join) *Join {
	encoded := j.AppendBinary(nil)
	again := New(j.options)
	if err := again.Restore(encoded); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.AppendBinary(nil), encoded) {
		t.Fatal("encodes otherwise after a restart")
	}
	if again.Stats() != j.Stats() {
		t.Fatalf("%+v after a restart, %+v before", again.Stats(), j.Stats())
	}
	return again
}

// The table keeps what it should through growth, sweeps that shift chains, and restarts.
func TestTableKeepsChainsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := newTable(1<<20, 1)
		table.slots, table.probabilities = make([]slot, 16), make([]float64, 16)
		kept := map[uint64]bool{}
		for n := range uint64(rapid.IntRange(1, 60).Draw(t, "operations")) {
			if rapid.IntRange(0, 3).Draw(t, "sweep") == 0 {
				odd := rapid.Uint64Range(1, 7).Draw(t, "modulus")
				table.sweep(func(s *slot) bool { return s.key.b%odd != 0 })
				for b := range kept {
					if b%odd == 0 {
						delete(kept, b)
					}
				}
				continue
			}
			if table.crowded() {
				table.grow()
			}
			home := rapid.Uint64Range(0, 15).Draw(t, "home") // few, so that chains collide and wrap
			i := table.insert(slot{key: key{home, n + 1}})
			table.chances(i)[0] = float64(n + 1)
			kept[n+1] = true
		}
		found := map[uint64]bool{}
		table.each(func(i int) {
			s := table.slots[i]
			found[s.key.b] = true
			if table.chances(i)[0] != float64(s.key.b) {
				t.Fatalf("entry %d has the probabilities of %v", s.key.b, table.chances(i)[0])
			}
			for at := table.home(s.key); at != i; at = table.next(at) {
				if table.empty(at) {
					t.Fatalf("entry %d is cut off from its home", s.key.b)
				}
			}
		})
		if len(found) != len(kept) || table.used != len(kept) {
			t.Fatalf("%d entries, used %d, want %d", len(found), table.used, len(kept))
		}
	})
}

func FuzzRestore(f *testing.F) {
	j := newJoin(1 << 17)
	f.Add(j.AppendBinary(nil))
	j.Widen(3)
	a := answered(at(1), 0, 0)
	a.Outcome.Probabilities = []float64{1, 2, 3}
	j.Prediction([]byte("a"), a, at(1))
	j.Label([]byte("b"), -1, saying("up", at(1)), at(1), nil)
	f.Add(j.AppendBinary(nil))
	j.Label([]byte("a"), -1, Truth{Number: 1, Class: []byte("1"), Time: at(2), Stamp: at(2)}, at(2), func(Answer) {})
	f.Add(j.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		j := newJoin(1 << 17)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := j.Restore(b)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 1<<24+200*uint64(len(b)) {
			t.Errorf("%d bytes of input took %d of memory", len(b), spent)
		}
		if err != nil {
			return
		}
		for _, id := range []string{"a", "b"} {
			j.Prediction([]byte(id), answered(at(1), 0, 9), at(1))
			j.Label([]byte(id), -1, saying("up", at(1)), at(1), func(Answer) {})
		}
		j.Expire(at(100), at(100), 0)
		j.Stats()
	})
}

// One label each, out of a hundred thousand that wait.
func BenchmarkPredictionAndLabel(b *testing.B) {
	for _, classes := range []int{0, 3} {
		b.Run(fmt.Sprintf("%d probabilities", classes), func(b *testing.B) {
			const waiting = 100_000
			j := New(Options{MaxBytes: 1 << 30, MaxDelay: func(int) time.Duration { return 48 * hour }, Pane: hour})
			j.Widen(classes)
			a := Answer{Windows: 1, Outcome: performance.Outcome{HasScore: true, Score: 0.5, Probabilities: make([]float64, classes)}}
			id, one := make([]byte, 0, 32), []byte("1")
			number := func(n int) []byte { return fmt.Appendf(id[:0], "request-%020d", n) }
			ids := make([][]byte, 0, 1<<17)
			for n := range cap(ids) {
				ids = append(ids, bytes.Clone(number(n)))
			}
			step := time.Duration(48 * int64(hour) / waiting)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				a.Time = profile.Instant(int64(n) * int64(step) / int64(time.Millisecond))
				j.Prediction(ids[n%len(ids)], a, a.Time)
				if n >= waiting/2 {
					j.Label(ids[(n-waiting/2)%len(ids)], 0, Truth{Time: a.Time, Stamp: a.Time, Number: 1, Class: one}, a.Time, func(Answer) {})
				}
				if n%1000 == 0 {
					j.Expire(a.Time, a.Time, 48*hour)
				}
				n++
			}
			if s := j.Stats(); s.Entries > 0 {
				b.ReportMetric(float64(j.table.bytes(1))*loadDenominator/loadNumerator, "B/waiting-at-bound")
				b.ReportMetric(float64(s.Bytes)/float64(s.Entries), "B/entry")
			}
		})
	}
}
