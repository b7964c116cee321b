package agent

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// history remembers which offsets of each partition hold which days of event time, so that a retrain request can name
// its training range in both.
type history map[source.Partition]map[int64]span

// span is a range of offsets: first inclusive, end exclusive.
type span struct{ first, end int64 }

const (
	day     = 24 * time.Hour
	maxDays = 1000 // a partition; the oldest are forgotten first
)

// add takes in where a decoded batch's events stand.
func (h history) add(b *event.Batch) {
	for i := range b.Predictions {
		h.note(&b.Predictions[i].Origin, b.Predictions[i].Time)
	}
	for i := range b.Labels {
		h.note(&b.Labels[i].Origin, b.Labels[i].Time)
	}
}

func (h history) note(o *event.Origin, at profile.Instant) {
	days := h[o.Partition]
	if days == nil {
		days = map[int64]span{}
		h[o.Partition] = days
	}
	number := at.Index(day)
	s, known := days[number]
	if !known {
		s = span{first: o.Offset}
		if len(days) >= maxDays {
			delete(days, slices.Min(slices.Collect(maps.Keys(days))))
		}
	}
	days[number] = span{first: min(s.first, o.Offset), end: max(s.end, o.Offset+1)}
}

// ranges returns for each partition the offsets that hold the days of an interval.
func (h history) ranges(from, to profile.Instant) []retrain.OffsetRange {
	var all []retrain.OffsetRange
	for _, p := range slices.SortedFunc(maps.Keys(h), source.Partition.Compare) {
		r := retrain.OffsetRange{Topic: p.Topic, Partition: p.Number, Start: math.MaxInt64}
		for number, s := range h[p] {
			start := profile.Instant(number * day.Milliseconds())
			if start < to && start.Add(day) > from {
				r.Start, r.End = min(r.Start, s.first), max(r.End, s.end)
			}
		}
		if r.Start < r.End {
			all = append(all, r)
		}
	}
	return all
}

func (h history) appendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(h)))
	for _, p := range slices.SortedFunc(maps.Keys(h), source.Partition.Compare) {
		b = profile.AppendString(b, p.Topic)
		b = binary.AppendVarint(b, int64(p.Number))
		b = binary.AppendUvarint(b, uint64(len(h[p])))
		for _, number := range slices.Sorted(maps.Keys(h[p])) {
			s := h[p][number]
			b = binary.AppendVarint(b, number)
			b = binary.AppendVarint(b, s.first)
			b = binary.AppendVarint(b, s.end)
		}
	}
	return b
}

func (h history) restore(b []byte) error {
	clear(h)
	r := profile.NewReader(b)
	for range r.Len(3) {
		p := source.Partition{Topic: r.String(), Number: int(r.Varint())}
		h[p] = map[int64]span{}
		for range r.Len(3) {
			number := r.Varint()
			h[p][number] = span{r.Varint(), r.Varint()}
		}
	}
	return r.Err()
}
