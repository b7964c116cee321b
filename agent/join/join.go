package join

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Verdict says what became of a prediction or a label.
type Verdict uint8

// The verdicts.
const (
	Admitted  Verdict = iota // a prediction that now waits, or a label that met all that waits for it
	Duplicate                // the same (model, version, id) again, or a second label
	Full                     // no room: the prediction's label will not be counted
	Early                    // a label that waits for its prediction
	Late                     // a label after the longest delay
	Retracted                // a null label: the first label wins, so there is nothing to take back
)

// EarlyLabelTTL is how much older than its prediction a label may be. A day admits labels that carry only a date.
const EarlyLabelTTL = 24 * time.Hour

// maxClasses bounds the distinct label texts remembered; all others are one class that no model knows.
const maxClasses = 4096

const overflowClass = "\xff" // no valid text, so no model's class

// Options configure a Join.
type Options struct {
	// MaxBytes bounds the table; it is exceeded by at most the copy that growing needs.
	MaxBytes int
	// MaxDelay returns how long labels of a model are awaited.
	MaxDelay func(model int) time.Duration
	// Lateness is how far behind its own partition's watermark an event may come.
	Lateness time.Duration
}

// Join holds what waits. One goroutine owns it.
type Join struct {
	options Options
	table   *table
	classes []string
	ids     map[string]uint32
	swept   profile.Instant // how far expiry has been carried out
	stats   Stats
}

// Stats describe the table.
type Stats struct {
	Waiting   int    // predictions without a label
	Entries   int    // all that is remembered
	Bytes     int    // memory of the table
	Full      bool   // no more is admitted until something expires
	Unlabeled uint64 // predictions that expired without a label, since the state began
}

// New returns an empty join.
func New(o Options) *Join {
	return &Join{
		options: o,
		table:   newTable(o.MaxBytes, 0),
		classes: []string{""},
		ids:     map[string]uint32{},
		swept:   profile.Dawn,
	}
}

// Widen makes room for the probabilities of that many classes with each entry. It is called before the first answer with
// so many.
func (j *Join) Widen(classes int) {
	if classes > j.table.stride {
		j.table.widen(classes)
	}
}

// Prediction remembers an answer. If a label for it is known already, it is returned, and the caller counts the pair.
func (j *Join) Prediction(id []byte, a Answer) (Verdict, *Truth) {
	k := hash(id)
	var label *slot
	for i := j.table.first(k); j.table.slots[i].key != (key{}); i = j.table.next(i) {
		s := &j.table.slots[i]
		if s.key != k {
			continue
		}
		if s.has&hasAnswer != 0 && int(s.model) == a.Model && int(s.version) == a.Version {
			return Duplicate, nil
		}
		if s.has&hasLabel != 0 && (s.model == anyModel || int(s.model) == a.Model) && j.inTime(s.stamp, a) {
			label = s
		}
	}
	s := slot{
		key: k, time: a.Time, model: int16(a.Model), version: uint16(a.Version), windows: a.Windows,
		answered: int16(a.Outcome.Predicted), segments: a.Segments, has: hasAnswer, known: profile.Dusk,
	}
	s.score = a.Outcome.Value
	if a.Outcome.HasScore {
		s.score, s.has = a.Outcome.Score, s.has|hasScore
	}
	var truth *Truth
	if label != nil {
		s.copyLabel(label)
		known := j.truth(&s)
		truth = &known
	}
	if !j.room() {
		return Full, truth
	}
	i := j.table.insert(s)
	if len(a.Outcome.Probabilities) > 0 && len(a.Outcome.Probabilities) <= j.table.stride {
		copy(j.table.chances(i), a.Outcome.Probabilities)
		j.table.slots[i].has |= hasProbabilities
	}
	return Admitted, truth
}

// Label brings a label to every answer of its id, each of which is yielded once with the label, and remembers it for
// answers yet to come. model is -1 for a label that did not say. mark is the watermark of the label's partition.
func (j *Join) Label(id []byte, model int, truth Truth, mark profile.Instant, yield func(Answer)) Verdict {
	k := hash(id)
	verdict := Early
	for i := j.table.first(k); j.table.slots[i].key != (key{}); i = j.table.next(i) {
		s := &j.table.slots[i]
		if s.key != k || s.model != anyModel && model != anyModel && int(s.model) != model {
			continue
		}
		switch {
		case s.has&hasLabel != 0:
			verdict = best(verdict, Duplicate)
		case !j.labelInTime(s, truth, mark):
			verdict = best(verdict, Late)
		default:
			j.setLabel(s, truth)
			yield(j.answer(i))
			verdict = Admitted
		}
	}
	if verdict == Early && j.room() {
		s := slot{key: k, model: int16(model)}
		j.setLabel(&s, truth)
		j.table.insert(s)
	}
	return verdict
}

// best orders what one label met at several entries: it was admitted if anything admitted it.
func best(a, b Verdict) Verdict {
	if a == Admitted || b == Early {
		return a
	}
	return b
}

// inTime tells whether a label with that timestamp can belong to the answer.
func (j *Join) inTime(stamp profile.Instant, a Answer) bool {
	return stamp >= a.Time.Add(-EarlyLabelTTL) && stamp <= a.Time.Add(j.options.MaxDelay(a.Model))
}

// labelInTime also refuses a label so far behind its own partition that another interleaving could have found the
// entry expired.
func (j *Join) labelInTime(s *slot, truth Truth, mark profile.Instant) bool {
	return j.inTime(truth.Stamp, Answer{Time: s.time, Model: int(s.model)}) && mark < j.expiry(s)
}

// expiry is the watermark from which nothing can belong to the entry any more.
func (j *Join) expiry(s *slot) profile.Instant {
	if s.has&hasAnswer == 0 {
		return s.stamp.Add(EarlyLabelTTL).Add(j.options.Lateness)
	}
	return s.time.Add(j.options.MaxDelay(int(s.model))).Add(j.options.Lateness)
}

func (s *slot) copyLabel(from *slot) {
	s.known, s.stamp, s.number, s.class = from.known, from.stamp, from.number, from.class
	s.has |= hasLabel
}

func (j *Join) setLabel(s *slot, truth Truth) {
	s.known, s.stamp, s.number = truth.Time, truth.Stamp, truth.Number
	s.has |= hasLabel
	if math.IsNaN(truth.Number) {
		s.class = j.intern(truth.Class)
	}
}

func (j *Join) intern(class string) uint32 {
	if id, ok := j.ids[class]; ok {
		return id
	}
	if len(j.classes) >= maxClasses {
		class = overflowClass
		if id, ok := j.ids[class]; ok {
			return id
		}
	}
	id := uint32(len(j.classes))
	j.classes = append(j.classes, class)
	j.ids[class] = id
	return id
}

func (j *Join) truth(s *slot) Truth {
	t := Truth{Time: s.known, Stamp: s.stamp, Number: s.number, Class: j.classes[s.class]}
	if s.class == 0 && !math.IsNaN(s.number) {
		t.Class = className(s.number)
	}
	return t
}

func (j *Join) answer(i int) Answer {
	s := &j.table.slots[i]
	a := Answer{
		Time: s.time, Model: int(s.model), Version: int(s.version), Windows: s.windows, Segments: s.segments,
		Outcome: performance.Outcome{Predicted: int(s.answered), HasScore: s.has&hasScore != 0},
	}
	if a.Outcome.HasScore {
		a.Outcome.Score = s.score
	} else {
		a.Outcome.Value = s.score
	}
	if s.has&hasProbabilities != 0 {
		a.Outcome.Probabilities = j.table.chances(i)
	}
	return a
}

// room makes place for one more entry, growing up to the bound.
func (j *Join) room() bool {
	t := j.table
	if !t.crowded() {
		return true
	}
	double := 2 * len(t.slots)
	if t.bytes(double) > t.bound {
		return false
	}
	t.rebuild(double, func(*slot) bool { return true })
	return true
}

// Expire forgets what neither a label nor a repetition can reach any more, given the lowest watermarks of predictions
// and labels. It costs a pass over the table, so it does nothing until a sixty-fourth of the time that entries wait
// has passed since the last.
func (j *Join) Expire(predictions, labels profile.Instant, shortestDelay time.Duration) {
	mark := min(predictions, labels)
	if mark == profile.Dawn || mark == profile.Dusk || mark < j.swept.Add(shortestDelay/64) {
		return
	}
	j.swept = mark
	j.table.rebuild(len(j.table.slots), func(s *slot) bool {
		if j.expiry(s) > mark {
			return true
		}
		if s.has&(hasAnswer|hasLabel) == hasAnswer {
			j.stats.Unlabeled++
		}
		return false
	})
}

// Stats returns the table's size; counting costs a pass over it.
func (j *Join) Stats() Stats {
	s := j.stats
	s.Entries, s.Bytes = j.table.used, j.table.bytes(len(j.table.slots))
	s.Full = j.table.crowded() && j.table.bytes(2*len(j.table.slots)) > j.table.bound
	for i := range j.table.slots {
		if j.table.slots[i].has&(hasAnswer|hasLabel) == hasAnswer {
			s.Waiting++
		}
	}
	return s
}
