package alertstest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/anchorwatch/anchorwatch/alerts"
)

// Recorder is a notifier that keeps what it is given. Its receipts count the deliveries of a key. It is safe for
// concurrent use.
type Recorder struct {
	mu       sync.Mutex
	failures []error
	calls    []Call
}

// Call is one call of Notify.
type Call struct {
	Entry    alerts.Entry
	Previous json.RawMessage
	Err      error
}

var _ alerts.Notifier = (*Recorder)(nil)

// Fail lets the next calls fail with these errors, in order; nil lets one pass.
func (r *Recorder) Fail(errs ...error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, errs...)
}

// Notify records the call.
func (r *Recorder) Notify(_ context.Context, entry alerts.Entry, previous json.RawMessage) (json.RawMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	if len(r.failures) > 0 {
		err, r.failures = r.failures[0], r.failures[1:]
	}
	r.calls = append(r.calls, Call{entry, previous, err})
	if err != nil {
		return nil, err
	}
	count := 0
	if len(previous) > 0 {
		if err := json.Unmarshal(previous, &count); err != nil {
			return nil, fmt.Errorf("read receipt: %w", err)
		}
	}
	return json.Marshal(count + 1)
}

// Calls returns all calls so far.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Call(nil), r.calls...)
}

// Delivered returns the ids of the entries that were taken, in order.
func (r *Recorder) Delivered() []string {
	var ids []string
	for _, call := range r.Calls() {
		if call.Err == nil {
			ids = append(ids, call.Entry.ID)
		}
	}
	return ids
}
