package agent

import (
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
)

// samplesPerReason is how many refused records are kept of each reason, for whoever looks for the producer.
const samplesPerReason = 8

// refusals counts the records that could not be read, by reason, and keeps samples of them.
type refusals struct {
	counts  map[event.Reason]uint64
	sampler *event.Sampler
	records uint64 // all records, refused or not
}

func newRefusals() refusals {
	return refusals{counts: map[event.Reason]uint64{}, sampler: event.NewSampler(samplesPerReason)}
}

func (r *refusals) add(reason event.Reason, record source.Record) {
	r.counts[reason]++
	r.sampler.Keep(reason, record)
}

// byName returns the counts under the reasons' names.
func (r *refusals) byName() map[string]uint64 {
	named := make(map[string]uint64, len(r.counts))
	for reason, n := range r.counts {
		named[reason.String()] = n
	}
	return named
}

// total counts all refused records.
func (r *refusals) total() uint64 {
	var sum uint64
	for _, n := range r.counts {
		sum += n
	}
	return sum
}
