package event

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// sampleBytes is how much of a refused record is kept.
const sampleBytes = 200

// Sample is the beginning of a refused record.
type Sample struct {
	Reason    Reason
	Partition source.Partition
	Offset    int64
	Time      time.Time // the record's timestamp
	Value     []byte    // the first 200 bytes
	Size      int       // of the whole value
}

// Sampler keeps the newest refused records of each reason, for people who look for the producer. Its memory is bounded
// by the number of reasons. One goroutine uses it. The samples hold what producers sent: show them to those only who may
// read the topic.
type Sampler struct {
	keep    int
	samples [reasonCount][]Sample
	seen    [reasonCount]int
}

// NewSampler returns a sampler that keeps n records of each reason; below 1 it keeps none.
func NewSampler(n int) *Sampler { return &Sampler{keep: max(n, 0)} }

// Keep copies the beginning of a refused record, in the place of the oldest of the same reason. It ignores Accepted.
func (s *Sampler) Keep(reason Reason, rec source.Record) {
	if reason == Accepted || reason >= reasonCount || s.keep == 0 {
		return
	}
	if s.seen[reason] < s.keep {
		s.samples[reason] = append(s.samples[reason], Sample{Value: make([]byte, 0, sampleBytes)})
	}
	slot := &s.samples[reason][s.seen[reason]%s.keep]
	s.seen[reason]++
	*slot = Sample{
		Reason: reason, Partition: rec.Partition, Offset: rec.Offset, Time: rec.Time, Size: len(rec.Value),
		Value: append(slot.Value[:0], rec.Value[:min(len(rec.Value), sampleBytes)]...),
	}
}

// Samples returns copies of what is kept, by reason and from the oldest to the newest.
func (s *Sampler) Samples() []Sample {
	var all []Sample
	for _, reason := range Reasons() {
		kept := s.samples[reason]
		for i := range kept {
			sample := kept[(s.seen[reason]+i)%len(kept)]
			sample.Value = append([]byte(nil), sample.Value...)
			all = append(all, sample)
		}
	}
	return all
}
