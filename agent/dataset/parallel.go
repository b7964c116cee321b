package dataset

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel shares the numbers 0 … n−1 out among as many workers as there are processors, and waits for them. What a
// worker keeps beside its loop it has to itself. Results belong into slices made before, so that their order does not
// depend on who was faster.
func inParallel(n int, worker func(numbers iter.Seq[int])) {
	var taken atomic.Int64
	numbers := func(yield func(int) bool) {
		for i := int(taken.Add(1)) - 1; i < n && yield(i); i = int(taken.Add(1)) - 1 {
		}
	}
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers < 2 {
		worker(numbers)
		return
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { worker(numbers) })
	}
	all.Wait()
}

// atOnce does things that do not depend on each other at the same time, and waits for them.
func atOnce(things ...func()) {
	inParallel(len(things), func(numbers iter.Seq[int]) {
		for i := range numbers {
			things[i]()
		}
	})
}
