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
	class    uint32 // of the label, in Join.classes; 0: the text of number
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
	labelForAny // the label named no model
)

const anyModel = -1

// is tells whether all of the flags are set.
func (f flags) is(set flags) bool { return f&set == set }

// table is open addressing with linear probing. It has no tombstones: what is removed closes its gap.
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

// home returns the index at which the chain of k begins; chains end at an empty slot.
func (t *table) home(k key) int { return int(k.a & uint64(len(t.slots)-1)) } // #nosec G115 -- below the length

func (t *table) next(i int) int { return (i + 1) & (len(t.slots) - 1) }

func (t *table) empty(i int) bool { return t.slots[i].key == key{} }

// crowded tells whether one more entry would pass the load limit.
func (t *table) crowded() bool {
	return (t.used+1)*loadDenominator > len(t.slots)*loadNumerator
}

// bytes returns the memory of a table of n slots.
func (t *table) bytes(n int) int { return n * (slotBytes + 8*t.stride) }

// full tells that one more entry has no room, and that the bound forbids to make any.
func (t *table) full() bool { return t.crowded() && t.bytes(2*len(t.slots)) > t.bound }

// insert puts s at the end of its chain and returns its index. The caller has made room.
func (t *table) insert(s slot) int {
	i := t.home(s.key)
	for !t.empty(i) {
		i = t.next(i)
	}
	t.slots[i] = s
	t.used++
	return i
}

// move carries a slot with its probabilities to another place of the same table.
func (t *table) move(to, from int) {
	t.slots[to] = t.slots[from]
	copy(t.chances(to), t.chances(from))
}

// grow moves everything into a table of twice the slots.
func (t *table) grow() {
	old := *t
	t.allocate(2 * len(t.slots))
	for i := range old.slots {
		if !old.empty(i) {
			copy(t.chances(t.insert(old.slots[i])), old.chances(i))
		}
	}
}

// sweep removes what keep does not want, in place.
func (t *table) sweep(keep func(*slot) bool) {
	for i := 0; i < len(t.slots); {
		if t.empty(i) || keep(&t.slots[i]) {
			i++
			continue
		}
		t.remove(i) // and look again: another slot may have moved here
	}
}

// remove empties slot i and moves later slots of the chain up, so that none is cut off from its home (Knuth, The Art of
// Computer Programming 3, 6.4, algorithm R).
func (t *table) remove(i int) {
	mask := len(t.slots) - 1
	for j := t.next(i); !t.empty(j); j = t.next(j) {
		if fromHome := (j - t.home(t.slots[j].key)) & mask; fromHome >= (j-i)&mask {
			t.move(i, j)
			i = j
		}
	}
	t.slots[i] = slot{}
	clear(t.chances(i))
	t.used--
}

// each calls yield for every entry, chain by chain: inserted in this order, they make the same table again.
func (t *table) each(yield func(i int)) {
	begin := 0
	for !t.empty(begin) {
		begin++ // a chain may run over the end; there is always an empty slot
	}
	for i := t.next(begin); i != begin; i = t.next(i) {
		if !t.empty(i) {
			yield(i)
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
