package baseline

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// AgedTally is the performance over rows whose labels took up to Upto, and longer than the AgedTally before.
type AgedTally struct {
	Upto  time.Duration
	Tally *performance.Tally
}

// ageSteps is into how many parts of about equal size the labels are cut by their delay.
const ageSteps = 32

// PerformanceWithin returns the performance over rows whose labels took no longer than h: fast labels differ from slow
// ones, so a window that was judged at that age must be compared with the same. The horizon is rounded down to the next
// of the 32-quantiles of the baseline's delays, up to the first. It is all of Performance (shared, not to be changed)
// if every delay is shorter, and if the rows did not say when their labels came.
func (b *Baseline) PerformanceWithin(h time.Duration) *performance.Tally {
	if len(b.Ages) == 0 || h >= b.Ages[len(b.Ages)-1].Upto {
		return b.Performance
	}
	sum := b.Ages[0].Tally.Clone()
	for _, age := range b.Ages[1:] {
		if age.Upto <= h {
			sum.Merge(age.Tally)
		}
	}
	return sum
}

// ages tallies the rows by their labels' delay; rows that do not say it are left out.
func (c *counter) ages() []AgedTally {
	type labeled struct {
		delay   time.Duration
		outcome performance.Outcome
	}
	if c.schema == nil {
		return nil
	}
	var all []labeled
	for i := range c.rows {
		delay, ok := c.rows[i].delay()
		if !ok {
			continue
		}
		if o, ok := c.outcome(i); ok && c.schema.Label(&o, c.rows[i].example.Truth) {
			o.Probabilities = slices.Clone(o.Probabilities)
			all = append(all, labeled{delay: delay, outcome: o})
		}
	}
	slices.SortStableFunc(all, func(x, y labeled) int { return cmp.Compare(x.delay, y.delay) })
	var ages []AgedTally
	for i, x := range all {
		// A part ends when it has its share, but never between equal delays.
		if n := len(ages); n == 0 || i >= n*len(all)/ageSteps && x.delay > ages[n-1].Upto {
			ages = append(ages, AgedTally{Tally: performance.New(c.schema)})
		}
		last := &ages[len(ages)-1]
		last.Upto = x.delay
		last.Tally.Observe(x.outcome)
	}
	return ages
}

// delay is how long the row's label took; false if it has none, or if one of the times is not known. A label stamped
// before its prediction took no time.
func (r *row) delay() (time.Duration, bool) {
	if r.example.Truth.Class == nil || r.at == profile.Dawn || r.arrived == profile.Dawn {
		return 0, false
	}
	return max(r.arrived.Sub(r.at), 0), true
}

func appendAges(b []byte, ages []AgedTally) []byte {
	b = binary.AppendUvarint(b, uint64(len(ages)))
	for _, age := range ages {
		b = binary.AppendVarint(b, age.Upto.Milliseconds())
		b = age.Tally.AppendBinary(b)
	}
	return b
}

func readAges(r *profile.Reader, schema *performance.Schema) ([]AgedTally, error) {
	var ages []AgedTally
	for range r.Len(3) {
		ms := r.Varint()
		if ms < 0 || ms > int64(time.Duration(1<<63-1)/time.Millisecond) {
			return nil, errors.New("a delay is out of bounds")
		}
		upto := time.Duration(ms) * time.Millisecond
		if n := len(ages); n == ageSteps || n > 0 && upto <= ages[n-1].Upto {
			return nil, errors.New("delays are not in order")
		}
		tally, err := performance.Read(r, schema)
		if err != nil {
			return nil, err
		}
		ages = append(ages, AgedTally{Upto: upto, Tally: tally})
	}
	return ages, r.Err()
}
