package retrain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Options are what the agent injects into a Desk.
type Options struct {
	// Environment is the one this agent watches. A desk has requests of a single environment.
	Environment string
	// Destination names the notifier that entries are for; default "retrain".
	Destination string
	// RequestedBy stands in every request; default "anchorwatch".
	RequestedBy string
	// CallbackURL is where the pipeline reports; empty: nowhere.
	CallbackURL string
	// MinSpan is the shortest training range, from the first failing window on; 0: up to the triggering window's end.
	MinSpan time.Duration
	// Cooldown after a run, in event time; 0: none. After n failed runs in a row it is 2ⁿ times as long, but no longer
	// than the larger of Cooldown and seven days.
	Cooldown time.Duration
	// Deadline, in wall time, bounds the delivery of a request, and then the time from one sign of life to the next;
	// default 24 h.
	Deadline time.Duration
	// DryRun makes requests that are logged and not sent.
	DryRun bool
	// Offsets returns the positions of the events from one instant to another that have been read so far; nil: requests
	// carry no positions. It must not call the desk.
	Offsets func(model string, from, to profile.Instant) []OffsetRange
}

// maxCooldown caps the growth of the cooldown after failures.
const maxCooldown = 7 * 24 * time.Hour

// Desk is the state machine that owns all requests. One goroutine calls it. Every method that changes something takes
// the instant on both clocks: at is event time and decides ranges and cooldowns, now is wall time and decides deadlines.
type Desk struct {
	options Options
	state   state
}

// state is what an encoding holds.
type state struct {
	Books map[string]*book `json:"books"`
	// Early are answers to requests that a replay has not made again yet, oldest first.
	Early      []early                      `json:"early,omitempty"`
	Suppressed map[string]map[Reason]uint64 `json:"suppressed,omitempty"`
}

// NewDesk returns a desk without requests.
func NewDesk(options Options) *Desk {
	options.Destination = cmp.Or(options.Destination, "retrain")
	options.RequestedBy = cmp.Or(options.RequestedBy, "anchorwatch")
	options.Deadline = cmp.Or(options.Deadline, 24*time.Hour)
	options.MinSpan = options.MinSpan.Truncate(time.Millisecond) // the resolution of event time
	d := &Desk{options: options}
	d.state.normalise()
	return d
}

// Consider puts a trigger through the gates. If all are open it returns the request's entry for the outbox. Otherwise the
// trigger is remembered while one of its rules keeps firing (see Ended) and Retry asks again. While the model has an open
// request the trigger's signals are attached to that.
func (d *Desk) Consider(t Trigger, gates Gates, at profile.Instant, now time.Time) ([]alerts.Entry, []Event) {
	b, m := d.book(t.Model), momentOf(at, now)
	a := b.standing(t)
	if a == nil {
		return nil, nil
	}
	b.sighted(t.Version, m.at)
	return d.try(b, a, gates, m)
}

// Retry puts the remembered triggers of a model through the gates again.
func (d *Desk) Retry(model string, gates Gates, at profile.Instant, now time.Time) (entries []alerts.Entry, events []Event) {
	b, known := d.state.Books[model]
	if !known {
		return nil, nil
	}
	for _, a := range slices.Clone(b.Asks) { // an answer that came early may settle one
		made, happened := d.try(b, a, gates, momentOf(at, now))
		entries, events = append(entries, made...), append(events, happened...)
	}
	return entries, events
}

// Ended forgets what a rule asked for. The agent calls it for every transition that ends a firing state: the rule has
// resolved, was superseded or became stale. A request that is under way goes on, but is not repeated for that rule if it
// fails.
func (d *Desk) Ended(rule rules.Subject) {
	b, known := d.state.Books[rule.Model]
	if !known {
		return
	}
	for _, a := range b.Asks {
		if a.Version == rule.Version {
			a.Signals = slices.DeleteFunc(a.Signals, signalAbout(rule).sameSubject)
		}
	}
	b.Asks = slices.DeleteFunc(b.Asks, func(a *ask) bool { return len(a.Signals) == 0 })
}

// try makes a request for an ask, or notes why not.
func (d *Desk) try(b *book, a *ask, gates Gates, m moment) ([]alerts.Entry, []Event) {
	open := b.open()
	if open != nil && open.ID == a.Request {
		return nil, d.attach(open, a, m)
	}
	if reason, text := gates.shut(); reason != "" {
		return nil, d.refuse(b, a, Refusal{Reason: reason, Text: text}, m)
	}
	if open != nil {
		a.Refusal = Refusal{Reason: OpenRequest, Text: "the model is being retrained already"}
		return nil, d.attach(open, a, m)
	}
	if refusal, cooling := d.cooling(b, a, m.at); cooling {
		if own := b.find(a.Request); own != nil && own.State == Finished {
			a.Refusal = refusal // the new version is on its way: that is no news, and nothing was suppressed
			return nil, nil
		}
		return nil, d.refuse(b, a, refusal, m)
	}
	return d.request(b, a, m)
}

// attach adds the signals of an ask that an open request does not know yet, and counts that they made no request.
func (d *Desk) attach(open *Request, a *ask, m moment) []Event {
	var fresh []Signal
	for _, s := range a.Signals {
		known := slices.ContainsFunc(open.Signals, s.sameSubject) || slices.ContainsFunc(open.Attached, s.sameSubject)
		if !known && len(open.Attached) < maxSignals {
			fresh = append(fresh, s)
			open.Attached = append(open.Attached, s)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	d.count(open.Model, OpenRequest)
	return []Event{open.event(open.State, m, "attached to the retraining under way: "+signalsText(fresh))}
}

// refuse remembers why an ask waits. A reason counts once for as long as it lasts, and is told once per ask: a gate that
// flaps must not fill the thread.
func (d *Desk) refuse(b *book, a *ask, refusal Refusal, m moment) []Event {
	lasting := a.Refusal.Reason == refusal.Reason
	a.Refusal = refusal
	if lasting {
		return nil
	}
	d.count(b.Model, refusal.Reason)
	if slices.Contains(a.Told, refusal.Reason) {
		return nil
	}
	a.Told = append(a.Told, refusal.Reason)
	return []Event{{Model: b.Model, To: Suppressed, At: m.at, Wall: m.wall, Text: "no retraining yet: " + refusal.Text}}
}

func (d *Desk) count(model string, reason Reason) {
	if d.state.Suppressed[model] == nil {
		d.state.Suppressed[model] = map[Reason]uint64{}
	}
	d.state.Suppressed[model][reason]++
}

// cooling tells whether the last run of the model is too recent.
func (d *Desk) cooling(b *book, a *ask, at profile.Instant) (Refusal, bool) {
	rest, ran := b.rest(a.Version)
	if !ran {
		return Refusal{}, false
	}
	cooldown := d.cooldown(b.Failures)
	eligible := writable(rest.Add(cooldown))
	if at >= eligible {
		return Refusal{}, false
	}
	text := fmt.Sprintf("the last run is too recent (cooldown %s, until %s)", model.Duration(cooldown), day(eligible))
	return Refusal{Reason: Cooldown, Text: text, Eligible: &eligible}, true
}

// cooldown doubles with each failure up to the cap.
func (d *Desk) cooldown(failures int) time.Duration {
	limit := max(d.options.Cooldown, maxCooldown)
	cooldown := d.options.Cooldown
	for range min(failures, 32) { // enough for any cooldown to reach the cap
		if cooldown >= limit/2 {
			return limit
		}
		cooldown *= 2
	}
	return cooldown
}

// request makes the request an ask waits for. Its first two steps happen at once, and answers that came before a replay
// made it again are applied.
func (d *Desk) request(b *book, a *ask, m moment) ([]alerts.Entry, []Event) {
	r := d.newRequest(b, a, m)
	a.Request, a.Refusal, a.Told = r.ID, Refusal{}, nil
	b.Requests = keepLast(append(b.Requests, r), maxRequests)

	events := []Event{
		r.step(Requested, m, requestedText(r, m.at)),
		r.step(Approved, m, ""),
	}
	return []alerts.Entry{d.entry(r, m)}, append(events, d.catchUp(b, r)...)
}

// newRequest fills a request in. The next attempt is the first whose id is not in use: another rule may have asked, and
// been answered, in the same window.
func (d *Desk) newRequest(b *book, a *ask, m moment) *Request {
	o := &d.options
	kind := class(a.Signals)
	key := dedupeKey(b.Model, o.Environment, a.Version, a.BaselineID, kind)
	retried := a.Refusal.Reason != "" || a.Attempt > 0
	a.Attempt++
	for b.find(requestID(b.Model, key, a.End, a.Attempt)) != nil {
		a.Attempt++
	}
	return &Request{
		ID: requestID(b.Model, key, a.End, a.Attempt), Model: b.Model, Version: a.Version, Environment: o.Environment,
		BaselineID: a.BaselineID, Class: kind, Attempt: a.Attempt, Signals: slices.Clone(a.Signals),
		TriggeredAt: a.End, Training: d.training(b.Model, a, m.at, retried), EvidenceURL: a.EvidenceURL,
		DryRun: o.DryRun, Deadline: m.wall.Add(o.Deadline),
	}
}

// training returns the range to train on: from the first failing window, at least MinSpan long, to the triggering
// window's end or beyond it. A request that had to wait does not stop where its trigger did: it takes what has come since.
func (d *Desk) training(name string, a *ask, at profile.Instant, retried bool) Training {
	t := Training{From: a.Since, To: max(writable(a.Since.Add(d.options.MinSpan)), a.End), MinSpan: model.Duration(d.options.MinSpan)}
	if retried {
		t.To = max(t.To, at)
	}
	if d.options.Offsets != nil {
		t.Kafka = d.options.Offsets(name, t.From, t.To)
	}
	return t
}

// Requests returns copies of all requests that are remembered, oldest first within a model, models by name.
func (d *Desk) Requests() []Request {
	var all []Request
	for _, b := range d.books() {
		for _, r := range b.Requests {
			all = append(all, r.clone())
		}
	}
	return all
}

// Waiting is a trigger that was turned away and still stands.
type Waiting struct {
	Model   string   `json:"model"`
	Version string   `json:"model_version"`
	Signals []Signal `json:"signals"`
	Refusal
}

// Waiting returns the triggers that wait, models by name.
func (d *Desk) Waiting() []Waiting {
	var all []Waiting
	for _, b := range d.books() {
		for _, a := range b.Asks {
			if a.Refusal.Reason != "" {
				all = append(all, Waiting{b.Model, a.Version, slices.Clone(a.Signals), a.Refusal})
			}
		}
	}
	return all
}

// Suppressions counts by model and reason how often a trigger was turned away. A reason that lasts counts once.
func (d *Desk) Suppressions() map[string]map[Reason]uint64 {
	counts := make(map[string]map[Reason]uint64, len(d.state.Suppressed))
	for name, reasons := range d.state.Suppressed {
		counts[name] = maps.Clone(reasons)
	}
	return counts
}

// book returns a model's book and opens it at first sight.
func (d *Desk) book(model string) *book {
	b, known := d.state.Books[model]
	if !known {
		b = &book{Model: model}
		d.state.Books[model] = b
	}
	return b
}

// books returns all books, by the models' names.
func (d *Desk) books() []*book {
	return slices.SortedFunc(maps.Values(d.state.Books), func(a, b *book) int { return cmp.Compare(a.Model, b.Model) })
}
