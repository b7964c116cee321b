package agent

import (
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// silence notices when a model that answered in the same hour of every one of the last 28 days answers nothing: the
// first half of the default rule "blind". It runs on event time, which a caught-up topic's clock carries on.
type silence map[string]*hours

// hours counts one model's predictions by hour of event time.
type hours struct {
	counts map[int64]uint64
	next   int64 // the next hour to look at
	silent bool
}

const (
	silenceDays  = 28
	hoursOfADay  = 24
	hoursKept    = silenceDays*hoursOfADay + hoursOfADay
	silenceCause = "predictions"
)

// add counts a batch's predictions.
func (s silence) add(b *event.Batch, models []string) {
	for i := range b.Predictions {
		p := &b.Predictions[i]
		h := s[models[p.Model]]
		if h == nil {
			h = &hours{counts: map[int64]uint64{}, next: p.Time.Index(time.Hour)}
			s[models[p.Model]] = h
		}
		h.counts[p.Time.Index(time.Hour)]++
	}
}

// look judges every hour that the clock, less the allowed lateness, has passed.
func (s silence) look(clock profile.Instant) []Finding {
	if clock == profile.Dawn || clock == profile.Dusk {
		return nil
	}
	var findings []Finding
	for _, model := range slices.Sorted(maps.Keys(s)) {
		h := s[model]
		end := clock.Index(time.Hour)
		h.next = max(h.next, end-hoursKept) // a long gap says nothing by its hours
		for ; h.next < end; h.next++ {
			if t, changed := h.judge(model); changed {
				findings = append(findings, Finding{Model: model, At: t.At, Transitions: []rules.Transition{t}})
			}
		}
		maps.DeleteFunc(h.counts, func(hour int64, _ uint64) bool { return hour < h.next-hoursKept })
	}
	return findings
}

// judge looks at one hour: silent if it has no prediction although the same hour of all 28 days before had some.
func (h *hours) judge(model string) (rules.Transition, bool) {
	least := h.counts[h.next-hoursOfADay]
	for day := int64(2); day <= silenceDays; day++ {
		least = min(least, h.counts[h.next-day*hoursOfADay])
	}
	n := h.counts[h.next]
	start := profile.Instant(h.next * time.Hour.Milliseconds())
	t := rules.Transition{
		Subject: rules.Subject{Rule: rules.Blind, Model: model, Column: silenceCause}, Severity: rules.Page, At: start.Add(time.Hour),
		WindowStart: start, WindowEnd: start.Add(time.Hour), Since: start, Measure: "throughput",
		Value: float64(n) / time.Hour.Seconds(), Threshold: float64(least) / time.Hour.Seconds(),
	}
	switch {
	case !h.silent && n == 0 && least > 0:
		h.silent = true
		t.Kind, t.From, t.To = rules.Fire, rules.OK, rules.Firing
	case h.silent && n > 0:
		h.silent = false
		t.Kind, t.From, t.To = rules.Resolve, rules.Firing, rules.OK
	default:
		return t, false
	}
	return t, true
}

func (s silence) appendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	for _, model := range slices.Sorted(maps.Keys(s)) {
		h := s[model]
		b = profile.AppendString(b, model)
		b = binary.AppendVarint(b, h.next)
		silent := byte(0)
		if h.silent {
			silent = 1
		}
		b = append(b, silent)
		b = binary.AppendUvarint(b, uint64(len(h.counts)))
		for _, hour := range slices.Sorted(maps.Keys(h.counts)) {
			b = binary.AppendVarint(b, hour)
			b = binary.AppendUvarint(b, h.counts[hour])
		}
	}
	return b
}

func (s silence) restore(b []byte) error {
	clear(s)
	r := profile.NewReader(b)
	for range r.Len(4) {
		h := &hours{counts: map[int64]uint64{}}
		s[r.String()] = h
		h.next, h.silent = r.Varint(), r.Byte() != 0
		for range r.Len(2) {
			hour := r.Varint()
			h.counts[hour] = r.Uvarint()
		}
	}
	return r.Err()
}
