package retrain

import (
	"encoding/json"
	"fmt"
	"time"
)

// encoding is the form in which a checkpoint holds a desk.
type encoding struct {
	Format int `json:"format"`
	state
}

const format = 1

// MarshalBinary returns the desk's whole state. Options are no part of it. Equal states have equal encodings.
func (d *Desk) MarshalBinary() ([]byte, error) {
	data, err := json.Marshal(encoding{format, d.state})
	if err != nil {
		return nil, fmt.Errorf("encode retrain requests: %w", err)
	}
	return data, nil
}

// UnmarshalBinary replaces the desk's state by one that MarshalBinary returned. On an error nothing changes.
func (d *Desk) UnmarshalBinary(data []byte) error {
	var e encoding
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("decode retrain requests: %w", err)
	}
	if e.Format != format {
		return fmt.Errorf("decode retrain requests: format %d is unknown, want %d", e.Format, format)
	}
	if err := e.validate(); err != nil {
		return fmt.Errorf("decode retrain requests: %w", err)
	}
	e.normalise()
	d.state = e.state
	return nil
}

// normalise makes the maps that an encoding leaves out.
func (s *state) normalise() {
	if s.Books == nil {
		s.Books = map[string]*book{}
	}
	if s.Suppressed == nil {
		s.Suppressed = map[string]map[Reason]uint64{}
	}
}

// validate refuses what no desk can have written: the state machine relies on it.
func (s *state) validate() error {
	for name, b := range s.Books {
		if b == nil || b.Model != name {
			return fmt.Errorf("model %q: its book is missing or another's", name)
		}
		if err := b.validate(); err != nil {
			return fmt.Errorf("model %q: %w", name, err)
		}
	}
	for i, e := range s.Early {
		if (e.Outcome == nil) == (e.Callback == nil) {
			return fmt.Errorf("early answer %d: want an outcome or a callback", i)
		}
	}
	return nil
}

func (b *book) validate() error {
	for i, r := range b.Requests {
		if r == nil || r.ID == "" || !r.State.valid() || len(r.Steps) == 0 || len(r.Signals) == 0 {
			return fmt.Errorf("request %d is incomplete", i)
		}
		if (r.State == Judged) != (r.Verdict != nil) {
			return fmt.Errorf("request %d: its verdict and its state contradict each other", i)
		}
		if _, offset := r.Deadline.Zone(); offset != 0 {
			return fmt.Errorf("request %d: deadline %s is not in UTC", i, r.Deadline.Format(time.RFC3339))
		}
	}
	for i, a := range b.Asks {
		if a == nil || len(a.Signals) == 0 {
			return fmt.Errorf("trigger %d is incomplete", i)
		}
	}
	return nil
}
