package join

import (
	"bytes"
	"cmp"
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
	Full                     // no room: the prediction's label will not be counted, or the label will find no prediction
	Early                    // a label that waits for its prediction
	Late                     // a label after the longest delay, a prediction whose labels are not awaited any more
	Retracted                // a null label: the first label wins, so there is nothing to take back
)

// EarlyLabelTTL is how much older than its prediction a label may be. A day admits labels that carry only a date.
const EarlyLabelTTL = 24 * time.Hour

// Options configure a Join.
type Options struct {
	// MaxBytes bounds the table; it is exceeded by at most the copy that growing needs.
	MaxBytes int
	// MaxDelay returns how long labels of a model are awaited.
	MaxDelay func(model int) time.Duration
	// Lateness is how far behind its own partition's watermark an event may come.
	Lateness time.Duration
	// Pane is the longest pane of any window: that much longer, a late prediction may still reach one, so that long its
	// repetitions must be known.
	Pane time.Duration
}

// Join holds what waits. One goroutine owns it.
type Join struct {
	options Options
	table   *table
	classes [][]byte // label texts by number; 0 is none
	ids     map[string]uint32
	text    []byte          // scratch for the text of a number
	swept   profile.Instant // how far expiry has been carried out
	expired uint64          // predictions without a label
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
		classes: [][]byte{{}},
		ids:     map[string]uint32{},
		swept:   profile.Dawn,
	}
}

// Widen makes room for the probabilities of that many classes with each entry. It is called before the first answer with
// so many: those of an answer with more are dropped.
func (j *Join) Widen(classes int) {
	if classes > j.table.stride {
		j.table.widen(classes)
	}
}

// Prediction remembers an answer; mark is the watermark of its partition. If a label for it is known already, it is
// returned, and the caller counts the pair. Of several the one that was known first counts.
func (j *Join) Prediction(id []byte, a Answer, mark profile.Instant) (v Verdict, truth Truth, labeled bool) {
	if mark >= j.answerExpiry(a.Time, a.Model) {
		return Late, Truth{}, false
	}
	k := hash(id)
	label := -1
	for i := j.table.home(k); !j.table.empty(i); i = j.table.next(i) {
		s := &j.table.slots[i]
		if s.key != k {
			continue
		}
		if j.awaits(s, mark) && int(s.model) == a.Model && int(s.version) == a.Version {
			return Duplicate, Truth{}, false
		}
		if j.offers(s, mark) && s.isFor(a.Model) && j.fits(s.stamp, a.Time, a.Model) && (label < 0 || j.sooner(i, label)) {
			label = i
		}
	}
	if j.table.full() {
		return Full, Truth{}, false
	}
	s := answerSlot(k, a)
	if label >= 0 {
		s.copyLabel(&j.table.slots[label])
		truth, labeled = j.truth(&s), true
	}
	j.insert(s, a.Outcome.Probabilities)
	return Admitted, truth, labeled
}

// Label brings a label to every answer of its id, each of which is yielded once with the label, and remembers it for
// answers yet to come. model is -1 for a label that did not say. mark is the watermark of the label's partition.
func (j *Join) Label(id []byte, model int, truth Truth, mark profile.Instant, yield func(Answer)) Verdict {
	k := hash(id)
	admitted, duplicate, late := false, false, false
	for i := j.table.home(k); !j.table.empty(i); i = j.table.next(i) {
		s := &j.table.slots[i]
		switch {
		case s.key != k:
		case !s.has.is(hasAnswer), model != anyModel && int(s.model) != model:
			duplicate = duplicate || j.offers(s, mark) && (s.isFor(model) || model == anyModel)
		case !j.awaits(s, mark): // once it is swept, the label counts as Early
			duplicate, late = duplicate || j.offers(s, mark), true
		case s.has.is(hasLabel):
			duplicate = true
		case !j.fits(truth.Stamp, s.time, int(s.model)) || mark >= j.deadline(s.time, int(s.model)):
			late = true
		default:
			j.setLabel(s, truth, model)
			yield(j.answer(i))
			admitted = true
		}
	}
	switch {
	case admitted:
		return Admitted
	case duplicate:
		return Duplicate
	case j.table.full():
		return Full
	}
	s := slot{key: k, model: int16(model)} // #nosec G115 -- see Answer.Model
	j.setLabel(&s, truth, model)
	j.insert(s, nil)
	if late {
		return Late
	}
	return Early
}

// insert puts an entry into the table, which has room or may grow.
func (j *Join) insert(s slot, probabilities []float64) {
	if j.table.crowded() {
		j.table.grow()
	}
	if n := len(probabilities); n > 0 && n <= j.table.stride {
		s.has |= hasProbabilities
		copy(j.table.chances(j.table.insert(s)), probabilities)
		return
	}
	j.table.insert(s)
}

// fits tells whether a label with that timestamp can belong to an answer of that time.
func (j *Join) fits(stamp, at profile.Instant, model int) bool {
	return stamp >= at.Add(-EarlyLabelTTL) && stamp <= at.Add(j.options.MaxDelay(model))
}

// What has expired is treated alike, whether it was swept or not: nothing is swept before the lowest watermark has come
// so far, and no event comes with a lower one. Only the verdict on a label that changes nothing may differ, Late or Early.

// deadline is the watermark from which no label reaches an answer of that time any more.
func (j *Join) deadline(at profile.Instant, model int) profile.Instant {
	return at.Add(j.options.MaxDelay(model)).Add(j.options.Lateness)
}

// answerExpiry is the watermark from which neither a label nor a repetition of an answer of that time can change any
// window.
func (j *Join) answerExpiry(at profile.Instant, model int) profile.Instant {
	return at.Add(max(j.options.MaxDelay(model), j.options.Pane)).Add(j.options.Lateness)
}

// labelExpiry is the watermark from which no prediction can enter a window and take a label of that timestamp.
func (j *Join) labelExpiry(stamp profile.Instant) profile.Instant {
	return stamp.Add(EarlyLabelTTL).Add(j.options.Pane).Add(j.options.Lateness)
}

// awaits tells whether the slot holds an answer that has not expired.
func (j *Join) awaits(s *slot, mark profile.Instant) bool {
	return s.has.is(hasAnswer) && mark < j.answerExpiry(s.time, int(s.model))
}

// offers tells whether the slot holds a label that has not expired.
func (j *Join) offers(s *slot, mark profile.Instant) bool {
	return s.has.is(hasLabel) && mark < j.labelExpiry(s.stamp)
}

// sooner orders the labels of two slots by when they were known; the rest only makes the order total.
func (j *Join) sooner(a, b int) bool {
	x, y := &j.table.slots[a], &j.table.slots[b]
	return cmp.Or(
		cmp.Compare(x.known, y.known), cmp.Compare(x.stamp, y.stamp), cmp.Compare(x.number, y.number),
		bytes.Compare(j.classes[x.class], j.classes[y.class]),
	) < 0
}

// Expire forgets what neither a label nor a repetition can reach any more, given the lowest watermarks of predictions
// and labels. It costs a pass over the table, so it does nothing until a sixty-fourth of the time that most entries
// wait has passed since the last.
func (j *Join) Expire(predictions, labels profile.Instant, shortestDelay time.Duration) {
	mark := min(predictions, labels)
	if mark == profile.Dawn || mark == profile.Dusk || mark < j.swept.Add(max(shortestDelay, j.options.Pane, EarlyLabelTTL)/64) {
		return
	}
	j.swept = mark
	j.table.sweep(func(s *slot) bool {
		if j.awaits(s, mark) || j.offers(s, mark) {
			return true
		}
		if s.has&(hasAnswer|hasLabel) == hasAnswer {
			j.expired++
		}
		return false
	})
}

// Stats returns the table's size; counting costs a pass over it.
func (j *Join) Stats() Stats {
	t := j.table
	s := Stats{Entries: t.used, Bytes: t.bytes(len(t.slots)), Full: t.full(), Unlabeled: j.expired}
	for i := range t.slots {
		if t.slots[i].has&(hasAnswer|hasLabel) == hasAnswer {
			s.Waiting++
		}
	}
	return s
}

func (j *Join) truth(s *slot) Truth {
	t := Truth{Time: s.known, Stamp: s.stamp, Number: s.number, Class: j.classes[s.class]}
	if s.class == 0 && !math.IsNaN(s.number) {
		j.text = appendNumber(j.text[:0], s.number)
		t.Class = j.text
	}
	return t
}

func (j *Join) answer(i int) Answer {
	s := &j.table.slots[i]
	a := Answer{
		Time: s.time, Model: int(s.model), Version: int(s.version), Windows: s.windows, Segments: s.segments,
		Outcome: performance.Outcome{Predicted: int(s.answered), HasScore: s.has.is(hasScore)},
	}
	if a.Outcome.HasScore {
		a.Outcome.Score = s.score
	} else {
		a.Outcome.Value = s.score
	}
	if s.has.is(hasProbabilities) {
		a.Outcome.Probabilities = j.table.chances(i)
	}
	return a
}
