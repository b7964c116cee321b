//go:build unix && !race

package window

import (
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// TestCostOfClosing bounds what the end of a window of 100 features costs: closed, compared with its baseline by the
// default methods, judged for drift and for performance: 5 ms of CPU at most. It counts the process's own CPU time, the
// least of some rounds, because other programs run beside it; and since they take cache and half a core from it too, what
// counts is the ratio to work of a known cost, done in between. All measures on request may cost as much again.
func TestCostOfClosing(t *testing.T) {
	const bound = 5 * time.Millisecond
	t.Run("default", func(t *testing.T) { costOfClosing(t, bound, nil) })
	t.Run("all on request", func(t *testing.T) { costOfClosing(t, 2*bound, detectors.StreamMethodsOnRequest()) })
}

func costOfClosing(t *testing.T, bound time.Duration, measures []string) {
	t.Helper()
	r, fill := wide(t, 100)
	r.options.Models[0].Compare = func(b *baseline.Baseline, current *profile.Set) []detectors.Measurement {
		return detectors.CompareSets(b.Set, current, detectors.Options{Measures: measures, DesignEffect: 1})
	}
	var batch, truths event.Batch
	for n := 0; n < 20_000; n += benchmarkBatch {
		fill(&batch, &truths, n)
		r.windows.Gather(&batch, now)
		r.windows.Gather(&truths, now)
	}
	state, marks := r.windows.AppendBinary(nil), r.marks.AppendBinary(nil)
	least, known, cost := time.Hour, time.Hour, time.Hour
	values := make([]float64, 1<<19)
	for round := 0; round < 12 || round < 200 && cost > bound; round++ { // more where others leave it no quiet moment
		known = min(known, workOfKnownCost(t, values))
		r.begin()
		if _, err := r.restore(marks, r.join.AppendBinary(nil), state); err != nil {
			t.Fatal(err)
		}
		before := cpuTime(t)
		r.to(at(1.5), at(1.5))
		least = min(least, cpuTime(t)-before)
		cost = time.Duration(float64(least) / float64(known) * float64(knownCost))
	}
	t.Logf("closing a window of 100 features: %v of CPU (the known work %v), %v on a machine to itself, %d bytes of state", least, known, cost, len(state))
	if cost > bound {
		t.Errorf("closing a window of 100 features takes %v of CPU, want at most %v", cost, bound)
	}
}

// knownCost is what workOfKnownCost takes on a quiet machine, the one on which closing a window was measured.
const knownCost = 4 * time.Millisecond

// workOfKnownCost takes logarithms of what it reads all over a few megabytes: what closing a window does too.
func workOfKnownCost(t *testing.T, values []float64) time.Duration {
	t.Helper()
	clear(values)
	before := cpuTime(t)
	sum, at := 0.0, 0
	for i := range 1 << 18 {
		sum += math.Log(1 + values[at])
		values[at] = sum + float64(i)
		at = (at + 40_503) % len(values)
	}
	took := cpuTime(t) - before
	if math.IsNaN(sum) {
		t.Fatal(sum)
	}
	return took
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
