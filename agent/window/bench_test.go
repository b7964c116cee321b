package window

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// wide is a rig whose baseline has so many features, five of them categorical, and batches of its events: predictions and, in a batch of their
// own, their labels.
func wide(tb testing.TB, features int) (r *rig, fill func(b, labels *event.Batch, first int)) {
	tb.Helper()
	m := hourly()
	m.Horizons = []Horizon{{MinSamples: 200}}
	reference := buildReference(features-6, 4)
	m.Baseline = func(string) (*baseline.Baseline, error) { return reference, nil }
	r = newRig(tb, m)
	r.windows.Meet(&event.Batch{Predictions: []event.Prediction{{Version: "1"}}})
	categories, up := make([][]byte, 9), []byte("up")
	for i := range categories {
		categories[i] = fmt.Append(nil, i)
	}
	return r, func(b, truths *event.Batch, first int) {
		b.Reset()
		truths.Reset()
		for len(b.Features) < r.options.Dictionary.Len() {
			b.Features = append(b.Features, nil)
		}
		for i := range benchmarkBatch {
			n := first + i
			moment := at(float64(n) / 100_000) // a hundred thousand an hour
			id := fmt.Appendf(nil, "request-%020d", n%(1<<21))
			b.Predictions = append(b.Predictions, event.Prediction{
				Origin: event.Origin{Partition: predictions, Offset: int64(n), Record: now}, ID: id, Time: moment, Version: "1",
				Output: event.Output{Class: up, HasClass: true, HasScore: true, Score: float64(n%1000) / 1000}, LatencyMS: float64(n%50) + 1,
			})
			truths.Labels = append(truths.Labels, event.Label{
				Origin: event.Origin{Partition: labels, Offset: int64(n), Record: now}, ID: id, Time: moment, Model: 0,
				Truth: event.Truth{Present: true, Class: up, Number: math.NaN()},
			})
			for c := range b.Features {
				cell := event.Cell{Row: int32(i), Kind: event.Number, Number: float64((n*7919+c)%1000) / 7}
				if name := r.options.Dictionary.Name(c); name == "country" || name[0] == 'c' {
					cell = event.Cell{Row: int32(i), Kind: event.String, Text: categories[(n+c)%9]}
				}
				b.Features[c] = append(b.Features[c], cell)
			}
		}
	}
}

const benchmarkBatch = 256

// One prediction of 25 features, and its label: joined, counted in its window and in the model's performance.
func BenchmarkGather(b *testing.B) {
	for _, features := range []int{25, 100} {
		b.Run(fmt.Sprintf("%d features", features), func(b *testing.B) {
			r, fill := wide(b, features)
			var batch, truths event.Batch
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				b.StopTimer()
				fill(&batch, &truths, n)
				b.StartTimer()
				r.windows.Gather(&batch, now)
				r.windows.Gather(&truths, now)
				r.steps = r.steps[:0]
				r.advance()
				n += benchmarkBatch
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
		})
	}
}

// The end of a window: closed, compared with its baseline, judged.
func BenchmarkClose(b *testing.B) {
	for _, features := range []int{25, 100} {
		b.Run(fmt.Sprintf("%d features", features), func(b *testing.B) {
			r, fill := wide(b, features)
			var batch, truths event.Batch
			for n := 0; n < 20_000; n += benchmarkBatch {
				fill(&batch, &truths, n)
				r.windows.Gather(&batch, now)
				r.windows.Gather(&truths, now)
			}
			state, marks := r.windows.AppendBinary(nil), r.marks.AppendBinary(nil)
			for b.Loop() {
				b.StopTimer()
				r.begin()
				if _, err := r.restore(marks, r.join.AppendBinary(nil), state); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				r.to(at(1.5), at(1.5))
			}
		})
	}
}

// Nothing due in three hundred series: what every batch pays.
func BenchmarkAdvanceWithNothingDue(b *testing.B) {
	m := hourly()
	m.Horizons = []Horizon{{MinSamples: 200}}
	m.Segments = []SegmentSpec{{Name: "country", Max: 300}}
	for i := range 300 {
		m.Segments[0].Values = append(m.Segments[0].Values, fmt.Sprint(i))
	}
	r := newRig(b, m)
	for i := range 300 {
		p := prediction(0.5)
		p.country = fmt.Sprint(i)
		r.read(predictions, p)
	}
	for b.Loop() {
		r.windows.Advance(at(0.5), at(0.5))
	}
}

// Memory of an open window of ten thousand predictions, and of one that waits for its last labels.
func BenchmarkOpenWindow(b *testing.B) {
	for _, features := range []int{25, 100} {
		b.Run(fmt.Sprintf("%d features", features), func(b *testing.B) {
			var open, waiting float64
			for b.Loop() {
				r, fill := wide(b, features)
				var batch, truths event.Batch
				const windows = 8
				fill(&batch, &truths, 0)
				before := heap()
				for n := 0; n < windows*100_000; n += 10 * benchmarkBatch {
					fill(&batch, &truths, n)
					for i := range batch.Predictions {
						batch.Predictions[i].ID = fmt.Append(nil, n+i)
						truths.Labels[i].ID = batch.Predictions[i].ID
					}
					r.windows.Gather(&batch, now)
					r.windows.Gather(&truths, now)
				}
				rest := int(heap()) - int(before) - r.join.Stats().Bytes
				open = float64(rest) / windows
				r.to(at(windows+2), at(windows+2))
				r.steps = nil
				waiting = float64(int(heap())-int(before)-r.join.Stats().Bytes) / windows
				runtime.KeepAlive(fill)
			}
			b.ReportMetric(open, "B/open-window")
			b.ReportMetric(waiting, "B/judged-window")
		})
	}
}

// Memory of a tally of one labelled row: a window has one for every step in which a label became known.
func BenchmarkSmallTally(b *testing.B) {
	for _, schema := range []*performance.Schema{
		{Task: performance.Binary, Classes: []string{"down", "up"}, Positive: "up"}, {Task: performance.Regression},
	} {
		for _, scored := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s scored %t", schema.Task, scored), func(b *testing.B) {
				const many = 1000
				kept := make([]*performance.Tally, many)
				b.ReportAllocs()
				var each float64
				for b.Loop() {
					before := heap()
					for i := range kept {
						kept[i] = performance.New(schema)
						kept[i].Observe(performance.Outcome{Predicted: 1, Actual: 1, HasScore: scored, Score: 0.5, Value: 1, Truth: 2})
					}
					each = (float64(heap()) - float64(before)) / many
					clear(kept)
				}
				b.ReportMetric(each, "B/tally")
			})
		}
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Five-minute windows whose labels dribble in for ten days and are never enough, so that none can be judged before they
// are given up: the most that can be open and asked at every step.
func BenchmarkLongLabelDelay(b *testing.B) {
	const steps, perStep = 14 * 288, 20
	m := hourly()
	m.Specs = []Spec{{Name: "5m", Size: hour / 12, Slide: hour / 12}}
	m.Horizons = []Horizon{waiting(0, 1, 1)}
	m.MaxDelay = 10 * day
	for b.Loop() {
		r := newRig(b, m)
		before := heap()
		for n := range steps * perStep {
			moment := float64(n) / perStep / 12
			r.read(predictions, prediction(moment).named(fmt.Sprint(n)))
			if n%2 == 0 {
				old := n * (n % 97) / 97 // spread over all that went before
				r.read(labels, labelOf(fmt.Sprint(old/2*2), moment, "up"))
			} else {
				r.advance()
			}
		}
		b.ReportMetric(float64(int(heap())-int(before)-r.join.Stats().Bytes)/(10*288), "B/waiting-window")
		runtime.KeepAlive(r)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps/perStep, "ns/event")
}
