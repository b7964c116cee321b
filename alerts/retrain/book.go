package retrain

import (
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// What is kept of one model. Beyond the limits the oldest is forgotten.
const (
	maxRequests = 20
	maxAsks     = 20
	maxSignals  = 20
	maxVersions = 100
)

// moment is one instant on both clocks.
type moment struct {
	at   profile.Instant
	wall time.Time
}

// momentOf brings both clocks into the form that an encoding gives back.
func momentOf(at profile.Instant, wall time.Time) moment {
	return moment{writable(at), wall.UTC().Round(0)}
}

// book holds what the desk knows of one model.
type book struct {
	Model    string     `json:"model"`
	Requests []*Request `json:"requests,omitempty"` // oldest first
	Asks     []*ask     `json:"asks,omitempty"`     // in order of arrival
	Versions []sighting `json:"versions,omitempty"` // in order of arrival
	// Failures counts the runs that failed since the last that did not; Ended is the event time at which the last run
	// ended, nil before that: the cooldown's beginning.
	Failures int              `json:"failures,omitempty"`
	Ended    *profile.Instant `json:"ended,omitempty"`
}

// sighting is the first event of a model version.
type sighting struct {
	Version string          `json:"version"`
	At      profile.Instant `json:"at"`
}

// ask is a trigger that still stands: its rules keep firing and no new version has answered it. It outlives the request
// made for it, because that may fail.
type ask struct {
	Version     string          `json:"model_version"`
	BaselineID  string          `json:"baseline_id"`
	EvidenceURL string          `json:"evidence_url,omitempty"`
	Signals     []Signal        `json:"signals"`
	Since       profile.Instant `json:"since"`   // start of the first failing window
	End         profile.Instant `json:"end"`     // end of the triggering window
	Attempt     int             `json:"attempt"` // requests made so far
	Request     string          `json:"request_id,omitempty"`
	// Refusal is why the ask waits now, Told the reasons the thread has heard of since the last request.
	Refusal Refusal  `json:"refusal,omitzero"`
	Told    []Reason `json:"told,omitempty"`
}

// standing files a trigger's signals: with the version's ask if there is one, else as a new one. It returns nil if no
// signal asks for retraining.
func (b *book) standing(t Trigger) *ask {
	signals, since, end := t.signals()
	if len(signals) == 0 {
		return nil
	}
	i := slices.IndexFunc(b.Asks, func(a *ask) bool { return a.Version == t.Version })
	if i < 0 {
		b.Asks = keepLast(append(b.Asks, &ask{
			Version: t.Version, BaselineID: t.BaselineID, EvidenceURL: t.EvidenceURL, Since: since, End: end,
		}), maxAsks)
		i = len(b.Asks) - 1
	}
	a := b.Asks[i]
	a.Since = min(a.Since, since)
	a.merge(signals)
	return a
}

// merge replaces the signals of known subjects and adds the others as long as there is room.
func (a *ask) merge(signals []Signal) {
	for _, s := range signals {
		if i := slices.IndexFunc(a.Signals, s.sameSubject); i >= 0 {
			a.Signals[i] = s
		} else if len(a.Signals) < maxSignals {
			a.Signals = append(a.Signals, s)
		}
	}
}

// settle forgets the asks of a version.
func (b *book) settle(version string) {
	b.Asks = slices.DeleteFunc(b.Asks, func(a *ask) bool { return a.Version == version })
}

// open returns the open request, nil if there is none.
func (b *book) open() *Request {
	for _, r := range b.Requests {
		if r.State.Open() {
			return r
		}
	}
	return nil
}

// find returns the request with that id, nil if there is none.
func (b *book) find(id string) *Request {
	for _, r := range b.Requests {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// sighted notes the first event of a version and reports whether it is new.
func (b *book) sighted(version string, at profile.Instant) bool {
	if slices.ContainsFunc(b.Versions, func(s sighting) bool { return s.Version == version }) {
		return false
	}
	b.Versions = keepLast(append(b.Versions, sighting{version, at}), maxVersions)
	return true
}

// askedFor returns the request that a version answers, nil if nobody asked for it: the one whose pipeline announced that
// version, else the newest that awaits one and has announced none.
func (b *book) askedFor(version string) *Request {
	var silent *Request
	for _, r := range slices.Backward(b.Requests) {
		if !r.State.awaitsVersion() || r.Version == version {
			continue
		}
		switch {
		case r.Announced == version:
			return r
		case r.Announced == "" && silent == nil:
			silent = r
		}
	}
	return silent
}

// rest returns the event time from which the cooldown of a trigger of that version runs, and false before the first run.
// A run that finished was asked to train on data up to the end of its range: until its version appears, the version that
// asked for it has its answer coming, so the cooldown begins no earlier than there.
func (b *book) rest(version string) (profile.Instant, bool) {
	if b.Ended == nil {
		return 0, false
	}
	rest := *b.Ended
	if len(b.Requests) > 0 {
		if last := b.Requests[len(b.Requests)-1]; last.State == Finished && last.Version == version {
			rest = max(rest, last.Training.To)
		}
	}
	return rest, true
}

// keepLast forgets the oldest beyond limit.
func keepLast[T any](list []T, limit int) []T {
	if len(list) > limit {
		list = slices.Delete(list, 0, len(list)-limit)
	}
	return list
}
