package source

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// backoff is how long to wait after the given number of failures in a row: doubling, and between half and all of it, so
// that agents that lost the same broker do not come back together.
func backoff(failures int) time.Duration {
	full := min(firstBackoff<<min(failures, 10), maxBackoff)
	return full/2 + rand.N(full/2) //nolint:gosec // jitter needs no secrecy
}

// pause waits; it returns false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
