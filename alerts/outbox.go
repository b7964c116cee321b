package alerts

import (
	"encoding/json"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// keptIDs is how many ids of entries of closed keys are remembered. A replay reaches back to the last checkpoint, which
// is seconds of entries.
const keptIDs = 1000

// Outbox holds the entries that are not yet delivered and, of those that are, what a replay needs to recognise them. It
// is owned by one goroutine.
type Outbox struct {
	pending []Entry
	settled []settlement // oldest first
	known   map[address]bool
	last    map[address]*arrival
	closing map[string]bool
}

// address is an id or a key at a destination.
type address struct{ Destination, Name string }

// settlement is an entry that needs no delivery any more: delivered, given up, or replaced by a newer one.
type settlement struct {
	Destination string `json:"destination"`
	ID          string `json:"id"`
	Key         string `json:"key"`
}

// arrival is the newest outcome of a key at a destination.
type arrival struct {
	Destination string          `json:"destination"`
	Key         string          `json:"key"`
	ID          string          `json:"id"`
	Created     profile.Instant `json:"created"`
	Receipt     json.RawMessage `json:"receipt,omitempty"`
	// Early: the outcome was heard before the entry was made, because a replay has yet to make it again.
	Early bool `json:"early,omitempty"`
}

// NewOutbox returns an empty outbox.
func NewOutbox() *Outbox {
	return &Outbox{known: map[address]bool{}, last: map[address]*arrival{}, closing: map[string]bool{}}
}

// Add puts entries at the end and returns those that are now pending. An entry that is already there, or whose outcome
// is already known, is left out; an unsent replaceable entry of the same destination and key gives way to the new one.
func (o *Outbox) Add(entries ...Entry) []Entry {
	var fresh []Entry
	for _, entry := range entries {
		delete(o.closing, entry.Key)
		if o.made(entry) {
			o.meet(entry)
			continue
		}
		if o.find(entry.Destination, entry.ID) >= 0 {
			continue
		}
		o.replace(entry)
		o.pending = append(o.pending, entry)
		fresh = append(fresh, entry)
	}
	return fresh
}

// Pending returns the entries that wait for delivery, oldest first. The caller must not change them.
func (o *Outbox) Pending() []Entry {
	return slices.Clone(o.pending)
}

// Delivered takes an outcome, good or bad, and the receipt that came with it. An outcome of an entry that is not there
// is remembered: outcomes are written to a log at once, checkpoints now and then, so after a crash the log is ahead, and
// the replay that makes the entry again must find it delivered. Hearing an outcome twice changes nothing.
func (o *Outbox) Delivered(outcome Outcome) {
	at := o.find(outcome.Destination, outcome.EntryID)
	if at < 0 && o.settledEarlier(outcome) {
		return
	}
	early := at < 0 && !o.known[address{outcome.Destination, outcome.EntryID}]
	if at >= 0 {
		o.pending = slices.Delete(o.pending, at, at+1)
	}
	o.settle(outcome.Destination, outcome.EntryID, outcome.Key)
	o.arrive(outcome, early)
	o.forget(outcome.Key)
}

// Previous returns the receipt of the last delivered entry of that key, nil if there is none.
func (o *Outbox) Previous(destination, key string) json.RawMessage {
	if a := o.last[address{destination, key}]; a != nil {
		return a.Receipt
	}
	return nil
}

// Close says that no more entries of that key are to be expected: its receipts go with its last delivery.
func (o *Outbox) Close(key string) {
	o.closing[key] = true
	o.forget(key)
}

// made reports whether the entry's fate is already known: its outcome was heard, or a later entry of the same key has
// arrived and said all this one would say.
func (o *Outbox) made(entry Entry) bool {
	if o.known[address{entry.Destination, entry.ID}] {
		return true
	}
	a := o.last[address{entry.Destination, entry.Key}]
	if a == nil || !entry.Replaceable {
		return false
	}
	return a.Created > entry.Created || a.Early && a.Created == entry.Created
}

// meet notes that the entry of an early outcome has now been made.
func (o *Outbox) meet(entry Entry) {
	if a := o.last[address{entry.Destination, entry.Key}]; a != nil && a.ID == entry.ID {
		a.Early = false
	}
}

// replace drops the pending entries that a newer one makes pointless. They count as settled, so that an outcome of one
// that was already on its way is not taken for one of the future.
func (o *Outbox) replace(newer Entry) {
	o.pending = slices.DeleteFunc(o.pending, func(e Entry) bool {
		pointless := e.Replaceable && e.Destination == newer.Destination && e.Key == newer.Key
		if pointless {
			o.settle(e.Destination, e.ID, e.Key)
		}
		return pointless
	})
}

func (o *Outbox) find(destination, id string) int {
	return slices.IndexFunc(o.pending, func(e Entry) bool { return e.ID == id && e.Destination == destination })
}

// settledEarlier reports whether this very outcome, or a newer one of its key, was heard before.
func (o *Outbox) settledEarlier(outcome Outcome) bool {
	if !o.known[address{outcome.Destination, outcome.EntryID}] {
		return false
	}
	a := o.last[address{outcome.Destination, outcome.Key}]
	return a != nil && (a.ID == outcome.EntryID || a.Created > outcome.Created)
}

func (o *Outbox) settle(destination, id, key string) {
	if o.known[address{destination, id}] {
		return
	}
	o.known[address{destination, id}] = true
	o.settled = append(o.settled, settlement{destination, id, key})
	o.prune()
}

// prune keeps the newest ids, and older ones while their key may still get entries.
func (o *Outbox) prune() {
	surplus := len(o.settled) - keptIDs
	if surplus <= 0 {
		return
	}
	kept := o.settled[:0]
	for i, s := range o.settled {
		if i < surplus && o.last[address{s.Destination, s.Key}] == nil {
			delete(o.known, address{s.Destination, s.ID})
			continue
		}
		kept = append(kept, s)
	}
	o.settled = kept
}

// arrive keeps the outcome's receipt. A failure leaves the older receipt: what it describes is still there.
func (o *Outbox) arrive(outcome Outcome, early bool) {
	at := address{outcome.Destination, outcome.Key}
	a := o.last[at]
	if a == nil {
		a = &arrival{Destination: outcome.Destination, Key: outcome.Key}
		o.last[at] = a
	}
	a.ID, a.Created, a.Early = outcome.EntryID, outcome.Created, early
	if outcome.Error == "" {
		a.Receipt = outcome.Receipt
	}
}

// forget drops the receipts of a closed key that has nothing pending.
func (o *Outbox) forget(key string) {
	waits := slices.ContainsFunc(o.pending, func(e Entry) bool { return e.Key == key })
	if !o.closing[key] || waits {
		return
	}
	delete(o.closing, key)
	for at := range o.last {
		if at.Name == key {
			delete(o.last, at)
		}
	}
}
