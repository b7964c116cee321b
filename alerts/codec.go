package alerts

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ledgerVersion is the version of the encoding.
const ledgerVersion = 1

// ledgerState is a ledger as a checkpoint holds it.
type ledgerState struct {
	Version   int         `json:"version"`
	Held      bool        `json:"held,omitempty"`
	Incidents []*incident `json:"incidents"`
	Outbox    outboxState `json:"outbox"`
}

type outboxState struct {
	Pending []Entry      `json:"pending"`
	Settled []settlement `json:"settled"`
	Last    []*arrival   `json:"last"`
	Closing []string     `json:"closing,omitempty"`
}

// AppendBinary appends the ledger's state, outbox included, as one JSON document. Equal ledgers encode alike.
func (l *Ledger) AppendBinary(b []byte) ([]byte, error) {
	data, err := json.Marshal(ledgerState{
		Version: ledgerVersion, Held: l.held, Incidents: l.incidents, Outbox: l.outbox.state(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode alert ledger: %w", err)
	}
	return append(b, data...), nil
}

// DecodeLedger reads what AppendBinary wrote. Environment and destinations are those of today's configuration: entries
// for a destination that is gone stay pending until somebody gives them up.
func DecodeLedger(data []byte, environment string, destinations ...string) (*Ledger, error) {
	var state ledgerState
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&state); err != nil {
		return nil, fmt.Errorf("decode alert ledger: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("decode alert ledger: data after its end")
	}
	if state.Version != ledgerVersion {
		return nil, fmt.Errorf("decode alert ledger: version %d, want %d", state.Version, ledgerVersion)
	}
	for i, in := range state.Incidents {
		if err := in.check(); err != nil {
			return nil, fmt.Errorf("decode alert ledger: incident %d: %w", i, err)
		}
	}
	l := NewLedger(environment, destinations...)
	l.held, l.incidents = state.Held, state.Incidents
	if err := l.outbox.restore(state.Outbox); err != nil {
		return nil, fmt.Errorf("decode alert ledger: outbox: %w", err)
	}
	return l, nil
}

// check refuses an incident that could not have been encoded.
func (in *incident) check() error {
	switch {
	case in == nil:
		return errors.New("null")
	case in.ID == "":
		return errors.New("no id")
	case slices.Contains(in.Rules, nil):
		return errors.New("null rule")
	case !in.Ended && in.over():
		return errors.New("open, but nothing fires or waits")
	case len(in.Timeline.First) > keptFirst || len(in.Timeline.Last) > keptLast:
		return errors.New("timeline too long")
	case in.Timeline.Count < len(in.Timeline.First)+len(in.Timeline.Last):
		return errors.New("timeline longer than its count")
	case len(in.Timeline.Last) == 0 && in.Timeline.Count > len(in.Timeline.First):
		return errors.New("timeline shorter than its count")
	}
	for _, r := range in.Rules {
		if r.Standing != firing && r.Standing != waiting && r.Standing != over {
			return fmt.Errorf("unknown standing %q", r.Standing)
		}
	}
	return nil
}

// state returns the outbox's contents in a fixed order.
func (o *Outbox) state() outboxState {
	s := outboxState{Pending: o.pending, Settled: o.settled}
	for _, a := range o.last {
		s.Last = append(s.Last, a)
	}
	slices.SortFunc(s.Last, func(a, b *arrival) int {
		return cmp.Or(cmp.Compare(a.Destination, b.Destination), cmp.Compare(a.Key, b.Key))
	})
	for key := range o.closing {
		s.Closing = append(s.Closing, key)
	}
	slices.Sort(s.Closing)
	return s
}

func (o *Outbox) restore(s outboxState) error {
	for i, entry := range s.Pending {
		if entry.ID == "" || entry.Destination == "" {
			return fmt.Errorf("pending entry %d: no id or no destination", i)
		}
	}
	o.pending, o.settled = s.Pending, s.Settled
	for _, e := range s.Settled {
		o.known[address{e.Destination, e.ID}] = true
	}
	for i, a := range s.Last {
		if a == nil {
			return fmt.Errorf("receipt %d: null", i)
		}
		o.last[address{a.Destination, a.Key}] = a
	}
	for _, key := range s.Closing {
		o.closing[key] = true
	}
	return nil
}
