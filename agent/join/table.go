package join

import "github.com/anchorwatch/anchorwatch/detectors/profile"

// slot is one entry of the table: an answer, a label, or both. It holds no pointer, so the garbage collector never
// looks into the table.
type slot struct {
	key      key // zero: empty
	time     profile.Instant
	score    float64         // or the value, of a regression
	known    profile.Instant // of the label
	stamp    profile.Instant
	number   float64
	class    uint32 // of the label, in Join.classes; 0: none, derived from number
	model    int16  // anyModel for a label that did not say
	version  uint16
	windows  uint16
	answered int16 // predicted class
	segments [MaxSegments]uint16
	has      flags
}

type flags uint8

const (
	hasAnswer flags = 1 << iota
	hasLabel
	hasScore
	hasProbabilities
)

const anyModel = -1

// table is open addressing with linear probing. Slots are never freed one by one: rebuild leaves out what has expired.
type table struct {
	slots         []slot
	probabilities []float64 // stride of them a slot
	stride        int
	used          int
	bound         int // bytes
}

const (
	firstSlots = 1 << 10
	slotBytes  = 80
	// Beyond this load chains grow long; a table of fewer slots would save less than it costs.
	loadNumerator, loadDenominator = 7, 10
)

func newTable(bound, stride int) *table {
	t := &table{stride: stride, bound: bound}
	t.allocate(firstSlots)
	return t
}

func (t *table) allocate(n int) {
	t.slots = make([]slot, n)
	t.probabilities = make([]float64, n*t.stride)
	t.used = 0
}

// first returns the index at which the chain of k begins; chains end at an empty slot.
func (t *table) first(k key) int { return int(k.a & uint64(len(t.slots)-1)) }

func (t *table) next(i int) int { return (i + 1) & (len(t.slots) - 1) }

// crowded tells whether one more entry would pass the load limit.
func (t *table) crowded() bool {
	return (t.used+1)*loadDenominator > len(t.slots)*loadNumerator
}

// bytes returns the memory of a table of n slots.
func (t *table) bytes(n int) int { return n * (slotBytes + 8*t.stride) }

// insert puts s at the end of its chain and returns its index. The caller has made room.
func (t *table) insert(s slot) int {
	i := t.first(s.key)
	for t.slots[i].key != (key{}) {
		i = t.next(i)
	}
	t.slots[i] = s
	t.used++
	return i
}

// rebuild moves the slots that keep accepts into a table of n slots.
func (t *table) rebuild(n int, keep func(*slot) bool) {
	slots, probabilities := t.slots, t.probabilities
	t.allocate(n)
	for i := range slots {
		if s := &slots[i]; s.key != (key{}) && keep(s) {
			j := t.insert(*s)
			copy(t.chances(j), probabilities[i*t.stride:(i+1)*t.stride])
		}
	}
}

// chances returns the probabilities of slot i.
func (t *table) chances(i int) []float64 {
	return t.probabilities[i*t.stride : (i+1)*t.stride]
}

// widen makes room for more probabilities with each slot.
func (t *table) widen(stride int) {
	old, narrow := t.probabilities, t.stride
	t.stride = stride
	t.probabilities = make([]float64, len(t.slots)*stride)
	for i := range t.slots {
		copy(t.chances(i), old[i*narrow:(i+1)*narrow])
	}
}
