package retrain

import (
	"errors"
	"fmt"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Why a callback is not heard.
var (
	ErrUnknownRequest = errors.New("no such request")
	ErrRequestEnded   = errors.New("the request has ended otherwise")
)

// expiryGrace is how long past its deadline an undelivered request waits for the deliverer's own word: an attempt that
// began in time may still succeed.
const expiryGrace = time.Minute

// Delivered tells the desk how the delivery of a request ended; outcomes of other destinations are passed over. The
// outcome of a request that is not known yet is kept and applied when a replay makes it again.
func (d *Desk) Delivered(o alerts.Outcome, at profile.Instant, now time.Time) []Event {
	if o.Destination != d.options.Destination {
		return nil
	}
	m := momentOf(at, now)
	b, r := d.find(o.Key)
	if r == nil {
		d.keepEarly(early{Outcome: &o, At: m.at, Wall: m.wall})
		return nil
	}
	return d.delivered(b, r, o, m)
}

func (d *Desk) delivered(b *book, r *Request, o alerts.Outcome, m moment) []Event {
	if o.EntryID != r.entryID() {
		return nil
	}
	receipt := readReceipt(o.Receipt)
	if o.Error == "" {
		r.learn(receipt.RunID, receipt.RunURL)
	}
	if r.State != Approved {
		return nil // a callback was faster
	}
	switch {
	case o.Error != "" && o.At.Before(r.Deadline):
		b.ended(m.at, true)
		return []Event{r.step(Failed, m, "the retraining could not be requested: "+o.Error)}
	case o.Error != "":
		return []Event{r.step(Expired, m, "the request for retraining could not be delivered in time: "+o.Error)}
	case receipt.DryRun:
		b.ended(m.at, false)
		b.settle(r.Version)
		return []Event{r.step(Cancelled, m, "dry run: the request for retraining was logged, not sent")}
	}
	r.Deadline = m.wall.Add(d.options.Deadline)
	if r.RunID != "" {
		return []Event{r.step(Accepted, m, r.runText("the pipeline has accepted the request"))}
	}
	return []Event{r.step(Sent, m, r.runText("the pipeline has the request"))}
}

// Callback tells the desk what the pipeline reported. A repeated status changes nothing, except that "running" counts as
// a sign of life and moves the deadline. A callback about a request that is not known yet is kept and applied when a
// replay makes it again; one that contradicts the end of its request is dropped (see Admit).
func (d *Desk) Callback(c Callback, at profile.Instant, now time.Time) []Event {
	m := momentOf(at, now)
	b, r := d.find(c.RequestID)
	if r == nil {
		d.keepEarly(early{Callback: &c, At: m.at, Wall: m.wall})
		return nil
	}
	return d.called(b, r, c, m)
}

func (d *Desk) called(b *book, r *Request, c Callback, m moment) []Event {
	to, err := r.hears(c.Status)
	if err != nil {
		return nil
	}
	r.learn(c.RunID, c.RunURL)
	if c.ModelVersion != "" && r.NewVersion == "" {
		r.Announced = c.ModelVersion
	}
	if len(c.Metrics) > 0 {
		r.Metrics = c.Metrics
	}
	if c.Status == StatusRunning {
		r.Deadline = m.wall.Add(d.options.Deadline)
	}
	switch to {
	case Running:
		return []Event{r.step(Running, m, r.runText("the training is running"))}
	case Finished:
		return d.finish(b, r, m)
	case Failed:
		if r.State != TimedOut {
			b.ended(m.at, true)
		}
		return []Event{r.step(Failed, m, r.runText("the training has failed"))}
	default:
		return nil
	}
}

// hears returns the state a status leads to, "" if it changes nothing, or why it comes too late. A success is believed
// even after the deadline; a failure is not believed after a success.
func (r *Request) hears(status Status) (State, error) {
	s := r.State
	switch {
	case status == StatusRunning && s.in(Approved, Sent, Accepted):
		return Running, nil
	case status == StatusRunning && s == Running:
		return "", nil
	case status == StatusSucceeded && s.in(Approved, Sent, Accepted, Running, TimedOut, Unknown, Expired, Failed):
		return Finished, nil
	case status == StatusSucceeded && s.in(Finished, NewVersionSeen, Rearmed, Judged):
		return "", nil
	case status == StatusFailed && s.in(Approved, Sent, Accepted, Running, TimedOut, Unknown, Expired):
		return Failed, nil
	case status == StatusFailed && s == Failed:
		return "", nil
	}
	return "", ErrRequestEnded
}

// finish ends a run well. If the version it announced has appeared already, the next step is made at once.
func (d *Desk) finish(b *book, r *Request, m moment) []Event {
	b.ended(m.at, false)
	text := "the training has finished"
	if r.Announced == "" {
		return []Event{r.step(Finished, m, r.runText(text))}
	}
	events := []Event{r.step(Finished, m, r.runText(text+" and made version "+r.Announced))}
	for _, seen := range b.Versions {
		if seen.Version == r.Announced && seen.Version != r.Version && seen.At >= r.madeAt() {
			events = append(events, b.answer(r, seen.Version, m))
		}
	}
	return events
}

// Admit tells whether a callback would be heard: nil, ErrUnknownRequest or ErrRequestEnded. It changes nothing. While a
// replay is under way an unknown request may still be made again.
func (d *Desk) Admit(c Callback) error {
	_, r := d.find(c.RequestID)
	if r == nil {
		return ErrUnknownRequest
	}
	_, err := r.hears(c.Status)
	return err
}

// VersionSeen tells the desk of the first event of a model version. The first version of a model is no news; any other
// is either what a request asked for or an external release. Known versions are passed over.
func (d *Desk) VersionSeen(model, version string, at profile.Instant, now time.Time) []Event {
	b, m := d.book(model), momentOf(at, now)
	first := len(b.Versions) == 0
	if !b.sighted(version, m.at) || first {
		return nil
	}
	if r := b.askedFor(version); r != nil {
		if r.State != Finished {
			b.ended(m.at, false)
		}
		return []Event{b.answer(r, version, m)}
	}
	text := fmt.Sprintf("version %s has appeared; no request asked for it", version)
	return []Event{{Model: model, To: ExternalRelease, At: m.at, Wall: m.wall, Text: text}}
}

// answer notes that a request's new version has appeared: what its old version asked for is answered.
func (b *book) answer(r *Request, version string, m moment) Event {
	r.NewVersion = version
	b.settle(r.Version)
	return r.step(NewVersionSeen, m, fmt.Sprintf("version %s has taken over from version %s", version, r.Version))
}

// ended notes the end of a run, from which the cooldown counts.
func (b *book) ended(at profile.Instant, failed bool) {
	b.Ended = &at
	if failed {
		b.Failures++
	} else {
		b.Failures = 0
	}
}

// Rearmed tells the desk that a new version has its baseline.
func (d *Desk) Rearmed(model, version string, at profile.Instant, now time.Time) []Event {
	r := d.answeredBy(model, version, NewVersionSeen)
	if r == nil {
		return nil
	}
	return []Event{r.step(Rearmed, momentOf(at, now), "version "+version+" has its baseline")}
}

// Judged tells the desk of the first judged window of a model version: whether it is ok, and the value of what the
// request's first signal measures. Versions that no request asked for are passed over, and so are later judgements.
func (d *Desk) Judged(model, version string, ok bool, value float64, at profile.Instant, now time.Time) []Event {
	r := d.answeredBy(model, version, NewVersionSeen, Rearmed)
	if r == nil {
		return nil
	}
	r.Verdict = &Verdict{OK: ok, Value: finite(&value)}
	return []Event{r.step(Judged, momentOf(at, now), r.verdictText())}
}

// answeredBy returns the newest request in one of the states that a version answered.
func (d *Desk) answeredBy(model, version string, states ...State) *Request {
	b, known := d.state.Books[model]
	if !known {
		return nil
	}
	var newest *Request
	for _, r := range b.Requests {
		if r.NewVersion == version && r.State.in(states...) {
			newest = r
		}
	}
	return newest
}

// Cancel withdraws a request that is open; why is for the thread. The caller also takes its entry out of the outbox. The
// version's rules ask again only when they fire anew.
func (d *Desk) Cancel(id, why string, at profile.Instant, now time.Time) []Event {
	b, r := d.find(id)
	if r == nil || !r.State.Open() {
		return nil
	}
	b.settle(r.Version)
	return []Event{r.step(Cancelled, momentOf(at, now), "the retraining was cancelled: "+why)}
}

// Tick applies the deadlines, which run in wall time.
func (d *Desk) Tick(at profile.Instant, now time.Time) (events []Event) {
	m := momentOf(at, now)
	for _, b := range d.books() {
		if r := b.open(); r != nil {
			events = append(events, d.overdue(b, r, m)...)
		}
	}
	return events
}

// overdue ends an open request whose deadline has passed. Without a callback the pipeline could not have reported, so
// silence says nothing about the run and does not lengthen the cooldown.
func (d *Desk) overdue(b *book, r *Request, m moment) []Event {
	switch {
	case r.State == Approved && m.wall.After(r.Deadline.Add(expiryGrace)):
		return []Event{r.step(Expired, m, "the request for retraining could not be delivered in time")}
	case r.State == Approved || m.wall.Before(r.Deadline):
		return nil
	case d.options.CallbackURL == "":
		b.ended(m.at, false)
		return []Event{r.step(Unknown, m, "no new version has appeared in time, and the pipeline reports nothing")}
	}
	b.ended(m.at, true)
	return []Event{r.step(TimedOut, m, r.runText("nothing was heard of the training in time"))}
}

// learn keeps what is known of the run; later news replaces earlier, silence does not.
func (r *Request) learn(runID, runURL string) {
	if runID != "" {
		r.RunID = runID
	}
	if runURL != "" {
		r.RunURL = runURL
	}
}

// find returns the request with that id and its book, nil if there is none.
func (d *Desk) find(id string) (*book, *Request) {
	for _, b := range d.state.Books {
		if r := b.find(id); r != nil {
			return b, r
		}
	}
	return nil, nil
}
