package alerts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// keptEnded is how many ended incidents are remembered, for pages and for notes that come late.
const keptEnded = 50

// Self stands in a model's place in incidents about the agent itself. They are never held: that it is behind is what
// they tell.
const Self = "anchorwatch"

// Ledger turns transitions into incidents, and every change of an incident into a notice in its outbox. A model has at
// most one open incident in an environment. The same calls make the same entries with the same ids. The ledger has no
// clock and is owned by one goroutine.
type Ledger struct {
	environment  string
	destinations []string
	outbox       *Outbox
	incidents    []*incident // oldest first, open ones and the last that ended
	held         bool
}

// NewLedger returns a ledger without incidents. Each notice becomes one entry for each destination.
func NewLedger(environment string, destinations ...string) *Ledger {
	return &Ledger{environment: environment, destinations: destinations, outbox: NewOutbox()}
}

// Outbox returns the outbox, into which others may put entries of their own.
func (l *Ledger) Outbox() *Outbox { return l.outbox }

// Apply takes one group: all transitions of one model's close instant, in a fixed order. It returns the entries that are
// now pending because of them.
//
// A warning or page that fires opens the model's incident or joins it; the first page of an incident that was a warning
// escalates it. Info opens nothing; it is a line in the story of an incident that is open. A superseded rule waits for
// its successor's judgement, which is recognised by the same rule, segment, window, column and class of any version. The
// incident ends when nothing fires and nothing waits; what fires later is another incident.
func (l *Ledger) Apply(at profile.Instant, model string, transitions []rules.Transition) []Entry {
	at = writable(at)
	in := l.open(model)
	opened := false
	if in == nil {
		first := slices.IndexFunc(transitions, opens)
		if first < 0 {
			return nil
		}
		in, opened = l.begin(at, model, transitions[first]), true
	}
	before := in.Severity
	var told []rules.Transition
	changed := false
	for _, t := range transitions {
		t.Value, t.Threshold = finite(t.Value), finite(t.Threshold)
		worthALine, moved := in.apply(t)
		if worthALine {
			told = append(told, t)
		}
		changed = changed || moved
	}
	for _, text := range tell(told) {
		in.Timeline.add(Line{At: at, Text: text})
	}
	if !changed {
		return nil
	}
	return l.announce(in, at, opened, in.Severity.Rank() > before.Rank(), told)
}

// announce makes the notice of a change. An incident that opens and ends within one group is told twice.
func (l *Ledger) announce(in *incident, at profile.Instant, opened, escalated bool, changes []rules.Transition) []Entry {
	in.At = at
	var entries []Entry
	switch {
	case opened:
		entries = l.post(in, Opened, at, changes)
	case in.over():
	case escalated:
		entries = l.post(in, Escalated, at, changes)
	default:
		entries = l.post(in, Updated, at, changes)
	}
	if in.over() {
		entries = append(entries, l.end(in, at, changes)...)
	}
	return entries
}

// Note adds a line to the story of the model's newest incident, open or ended: the progress of a retraining, a final
// value that contradicts the judgement. Without an incident it does nothing.
func (l *Ledger) Note(model string, at profile.Instant, text string) []Entry {
	at = writable(at)
	in := l.newest(model)
	if in == nil {
		return nil
	}
	in.Timeline.add(Line{At: at, Text: text})
	in.Note = text
	return l.post(in, Noted, at, nil, text)
}

// Hold stops the making of entries, and starts it again: while input is far behind nobody is told of what may long be
// over. State moves on. At the release each open incident that has something untold gets one notice, and each that was
// told of and has ended meanwhile its end; one that opened and ended in between stays unsaid. Entries that were pending
// before stay pending. Calling it again without a change does nothing.
func (l *Ledger) Hold(hold bool, at profile.Instant) []Entry {
	if hold == l.held {
		return nil
	}
	l.held = hold
	if hold {
		return nil
	}
	var entries []Entry
	for _, in := range l.incidents {
		if in.Withheld {
			entries = append(entries, l.release(in, writable(at))...)
		}
	}
	return entries
}

// release tells what was withheld of one incident.
func (l *Ledger) release(in *incident, at profile.Instant) []Entry {
	in.Withheld = false
	switch {
	case in.Ended && in.Posted == "":
		return nil
	case in.Ended:
		return l.post(in, Resolved, at, nil)
	case in.Posted == "":
		return l.post(in, Opened, at, nil)
	case in.Severity.Rank() > in.Posted.Rank():
		return l.post(in, Escalated, at, nil)
	}
	return l.post(in, Updated, at, nil, "released")
}

// Pending returns the entries that wait for delivery, oldest first.
func (l *Ledger) Pending() []Entry { return l.outbox.Pending() }

// Delivered takes the outcome of an entry, also of one that a replay has yet to make.
func (l *Ledger) Delivered(outcome Outcome) { l.outbox.Delivered(outcome) }

// opens reports whether a transition is reason enough for an incident.
func opens(t rules.Transition) bool {
	return (t.Kind == rules.Fire || t.Kind == rules.Worse) && t.Severity.Rank() > rules.Info.Rank()
}

// open returns the model's open incident, nil if there is none.
func (l *Ledger) open(model string) *incident {
	if in := l.newest(model); in != nil && !in.Ended {
		return in
	}
	return nil
}

// newest returns the model's last incident, nil if none is known.
func (l *Ledger) newest(model string) *incident {
	for _, in := range slices.Backward(l.incidents) {
		if in.Model == model {
			return in
		}
	}
	return nil
}

// begin opens an incident. Its identity is what began it, without the severity, so a replay begins the same one.
func (l *Ledger) begin(at profile.Instant, model string, first rules.Transition) *incident {
	in := &incident{
		ID:       derive(8, l.environment, model, first.Rule, at.String()),
		Model:    model,
		Severity: first.Severity,
		OpenedAt: at,
		At:       at,
	}
	l.incidents = append(l.incidents, in)
	return in
}

// end resolves an incident and forgets the oldest ended ones.
func (l *Ledger) end(in *incident, at profile.Instant, changes []rules.Transition) []Entry {
	in.Ended, in.At = true, at
	entries := l.post(in, Resolved, at, changes)
	surplus := -keptEnded
	for _, other := range l.incidents {
		if other.Ended {
			surplus++
		}
	}
	l.incidents = slices.DeleteFunc(l.incidents, func(other *incident) bool {
		if !other.Ended || surplus <= 0 {
			return false
		}
		surplus--
		l.outbox.Close(other.ID)
		return true
	})
	return entries
}

// post makes the notice of an incident, one entry a destination, unless notices are held. What an outcome is known of is
// never held: it was made before the crash that this run replays.
func (l *Ledger) post(in *incident, kind NoticeKind, at profile.Instant, changes []rules.Transition, cause ...string) []Entry {
	entries := l.entries(in.notice(l.environment, kind, at, changes), cause...)
	if l.held && in.Model != Self && !slices.ContainsFunc(entries, l.outbox.made) {
		in.Withheld = true
		return nil
	}
	in.Posted, in.Withheld = in.Severity, false
	return l.outbox.Add(entries...)
}

// entries addresses a notice to every destination. The id of what happens to an incident once is made of nothing else,
// so that a replay makes the same id even where the notice was held the first time.
func (l *Ledger) entries(n Notice, cause ...string) []Entry {
	payload, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("alerts: a notice of storable values cannot be encoded: %v", err))
	}
	parts := append([]string{n.Incident, string(n.Kind)}, cause...)
	if n.Kind == Updated || n.Kind == Noted {
		parts = append(parts, n.At.String())
	}
	for _, t := range n.Changes {
		if n.Kind == Updated {
			parts = append(parts, t.Rule, string(t.Kind), t.Version, t.Window, subject(t.Subject))
		}
	}
	entries := make([]Entry, 0, len(l.destinations))
	for _, destination := range l.destinations {
		entries = append(entries, Entry{
			ID:          derive(16, append([]string{destination}, parts...)...),
			Destination: destination,
			Key:         n.Incident,
			Payload:     payload,
			Created:     n.At,
			Replaceable: n.Kind == Updated,
		})
	}
	return entries
}

// derive makes an identifier of size bytes, in hex, from what it stands for.
func derive(size int, parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		hash.Write(length[:])
		hash.Write([]byte(part))
	}
	return hex.EncodeToString(hash.Sum(nil)[:size])
}
