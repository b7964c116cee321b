package retrain

import (
	"encoding/json"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// maxEarly bounds the answers that are kept for requests a replay has not made again; the oldest are dropped.
const maxEarly = 100

// early is an answer that came before its request: after a crash the log of acts is read first, and the events that led
// to the request are replayed after it.
type early struct {
	Outcome  *alerts.Outcome `json:"outcome,omitempty"`
	Callback *Callback       `json:"callback,omitempty"`
	At       profile.Instant `json:"at"`
	Wall     time.Time       `json:"wall"`
}

func (d *Desk) keepEarly(e early) {
	if e.Outcome != nil && !json.Valid(e.Outcome.Receipt) {
		e.Outcome.Receipt = nil // an encoding could not hold it
	}
	d.state.Early = keepLast(append(d.state.Early, e), maxEarly)
}

// catchUp applies the answers that came before the request.
func (d *Desk) catchUp(b *book, r *Request) (events []Event) {
	var others []early
	for _, e := range d.state.Early {
		m := moment{e.At, e.Wall}
		switch {
		case e.Outcome != nil && e.Outcome.Key == r.ID:
			events = append(events, d.delivered(b, r, *e.Outcome, m)...)
		case e.Callback != nil && e.Callback.RequestID == r.ID:
			events = append(events, d.called(b, r, *e.Callback, m)...)
		default:
			others = append(others, e)
		}
	}
	d.state.Early = others
	return events
}
