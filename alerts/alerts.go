package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Entry is one thing to deliver. It is durable, in the outbox of a checkpoint, before anything is sent.
type Entry struct {
	// ID is derived from what caused the entry, so that a replay makes the same one; it is the idempotency key of
	// destinations that take one.
	ID string `json:"id"`
	// Destination names the notifier.
	Destination string `json:"destination"`
	// Key groups entries that must arrive in order: an incident, a retrain request.
	Key     string          `json:"key"`
	Payload json.RawMessage `json:"payload"`
	// Created is the event time of the cause.
	Created profile.Instant `json:"created"`
	// Replaceable tells that a newer entry of the same key says all this one says: unsent, it is dropped for it.
	Replaceable bool `json:"replaceable,omitempty"`
	// NotAfter is the wall clock after which delivery is pointless; zero: the deliverer's own limit.
	NotAfter time.Time `json:"not_after,omitzero"`
}

// Notifier sends entries to one destination.
type Notifier interface {
	// Notify delivers one entry. previous is the receipt of the last delivered entry of the same Key, nil if there is
	// none; the returned receipt replaces it. An error that wraps Retryable is tried again, any other is final. It is
	// called by one goroutine per destination and must honour ctx.
	Notify(ctx context.Context, entry Entry, previous json.RawMessage) (receipt json.RawMessage, err error)
}

// NotifierFunc is a function as a Notifier.
type NotifierFunc func(ctx context.Context, entry Entry, previous json.RawMessage) (json.RawMessage, error)

// Notify calls f.
func (f NotifierFunc) Notify(ctx context.Context, entry Entry, previous json.RawMessage) (json.RawMessage, error) {
	return f(ctx, entry, previous)
}

// Retryable is a failure that may pass.
type Retryable struct {
	// After is how long the destination asked to be left alone, 0 if it did not say.
	After time.Duration
	Err   error
}

func (r *Retryable) Error() string { return r.Err.Error() }

// Unwrap returns the cause.
func (r *Retryable) Unwrap() error { return r.Err }

// AsRetryable returns the Retryable in err's chain, nil if there is none.
func AsRetryable(err error) *Retryable {
	r, _ := errors.AsType[*Retryable](err)
	return r
}

// Outcome is the end of one entry's delivery.
type Outcome struct {
	EntryID     string `json:"entry"`
	Destination string `json:"destination"`
	Key         string `json:"key"`
	// Created is the entry's: it tells which entries of the key this one has overtaken.
	Created profile.Instant `json:"created"`
	Receipt json.RawMessage `json:"receipt,omitempty"`
	// Error says why the entry was given up; empty if it was delivered.
	Error    string    `json:"error,omitempty"`
	Attempts int       `json:"attempts"`
	At       time.Time `json:"at"`
}

// NoticeKind says what a notice tells about its incident.
type NoticeKind string

// The kinds of notice.
const (
	Opened    NoticeKind = "opened"
	Updated   NoticeKind = "updated"   // a rule joined or left the incident
	Escalated NoticeKind = "escalated" // from warning to page: posted anew, because an edit notifies nobody
	Resolved  NoticeKind = "resolved"
	Noted     NoticeKind = "noted" // a line for the thread: a retraining's progress, a final value that contradicts
)

// Notice is the state of one incident after a change, complete enough to be shown without looking anything up.
type Notice struct {
	Incident    string             `json:"incident"` // derived from environment, model and first transition
	Environment string             `json:"environment,omitempty"`
	Model       string             `json:"model"`
	Kind        NoticeKind         `json:"kind"`
	Severity    rules.Severity     `json:"severity"` // the highest so far
	OpenedAt    profile.Instant    `json:"opened_at"`
	At          profile.Instant    `json:"at"`
	EndedAt     profile.Instant    `json:"ended_at,omitzero"` // zero while the incident goes on
	Changes     []rules.Transition `json:"changes,omitempty"` // what caused this notice; at most twenty
	// Firing are the rules that are firing now, the worst first: highest severity, then farthest beyond the limit. At
	// most twenty; More counts the rest.
	Firing []rules.Transition `json:"firing,omitempty"`
	More   int                `json:"more,omitempty"`
	// Evidence are the measurements behind Firing, in its order.
	Evidence []detectors.Measurement `json:"evidence,omitempty"`
	// Waiting are the rules whose version was superseded: the incident stays open until the successor is judged. Ended
	// are the rules that are over, each with the worst value it was seen at. At most twenty each.
	Waiting []rules.Transition `json:"waiting,omitempty"`
	Ended   []rules.Transition `json:"ended,omitempty"`
	// Timeline is what has happened, oldest first, bounded; Lines counts all lines there ever were.
	Timeline []Line  `json:"timeline"`
	Lines    int     `json:"lines"`
	Note     string  `json:"note,omitempty"`   // the newest note, repeated in later notices
	Charts   []Chart `json:"charts,omitempty"` // of the first five of Firing, in its order
}

// Over reports whether the incident has ended: nothing is firing and nothing waits for a successor.
func (n *Notice) Over() bool { return len(n.Firing) == 0 && len(n.Waiting) == 0 }

// Line is one entry of an incident's timeline.
type Line struct {
	At   profile.Instant `json:"at"`
	Text string          `json:"text"`
}

// Chart is the recent history behind a firing rule.
type Chart struct {
	Title     string        `json:"title"`
	Threshold float64       `json:"threshold"`
	Points    []rules.Point `json:"points"`
}
