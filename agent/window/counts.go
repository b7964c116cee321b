package window

import (
	"encoding/binary"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Counts are totals since the state began. They are part of the checkpoint.
type Counts struct {
	Future     uint64 // events from the future: another time was taken
	Refused    uint64 // events whose time could not be used at all
	Late       uint64 // late but allowed
	TooLate    uint64 // in no window
	Duplicates uint64 // predictions seen before
	Unjoined   uint64 // predictions the join had no room for
	Unscorable uint64 // labels that do not fit their model's task
	Labels     [join.Retracted + 1]uint64
}

// Counts returns what was counted of a model; with an empty name, of all models and of labels that named no model and met
// none.
func (w *Windows) Counts(model string) Counts {
	var sum Counts
	for i := range w.counts {
		if model == "" || i < len(w.models) && w.models[i].options.Name == model {
			sum.add(&w.counts[i])
		}
	}
	return sum
}

// counted returns the counts of a model, by its number; -1 is no model.
func (w *Windows) counted(model int) *Counts {
	if model < 0 {
		return &w.counts[len(w.models)]
	}
	return &w.counts[model]
}

func (c *Counts) add(o *Counts) {
	into := c.numbers()
	for i, n := range o.numbers() {
		*into[i] += *n
	}
}

// numbers lists all counts in the order of their encoding.
func (c *Counts) numbers() []*uint64 {
	all := []*uint64{&c.Future, &c.Refused, &c.Late, &c.TooLate, &c.Duplicates, &c.Unjoined, &c.Unscorable}
	for v := range c.Labels {
		all = append(all, &c.Labels[v])
	}
	return all
}

func (c *Counts) append(b []byte) []byte {
	for _, n := range c.numbers() {
		b = binary.AppendUvarint(b, *n)
	}
	return b
}

func (c *Counts) read(r *profile.Reader) {
	for _, n := range c.numbers() {
		*n = r.Uvarint()
	}
}

// Delay is how long one label came after its prediction.
type Delay struct {
	Model int
	Delay time.Duration
}

// Delays returns the delays of the labels that the batch gathered last has brought together with their predictions. The
// slice is valid until the next Gather.
func (w *Windows) Delays() []Delay { return w.delays }
