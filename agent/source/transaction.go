package source

import (
	"encoding/binary"
	"slices"
)

// abortedTransaction is one entry of the list that a broker sends with an answer to a read_committed reader.
type abortedTransaction struct {
	producer    int64
	firstOffset int64
}

// transactions tells which frames of one answer a read_committed reader must not see. Brokers send them all, with a list
// of those that were aborted; the filtering is the client's.
type transactions struct {
	aborted []abortedTransaction // by first offset; those begun are cut off, for an entry counts once
	open    []int64              // producers inside an aborted transaction
}

func (t *transactions) reset(aborted []abortedTransaction) {
	slices.SortFunc(aborted, func(a, b abortedTransaction) int {
		switch {
		case a.firstOffset < b.firstOffset:
			return -1
		case a.firstOffset > b.firstOffset:
			return 1
		default:
			return 0
		}
	})
	t.aborted, t.open = aborted, t.open[:0]
}

// hides tells whether a frame holds nothing for us: a control record, or what a transaction took back. Call it once for
// every intact frame, in order.
func (t *transactions) hides(f frame) bool {
	for len(t.aborted) > 0 && t.aborted[0].firstOffset < f.end() {
		t.open = append(t.open, t.aborted[0].producer)
		t.aborted = t.aborted[1:]
	}
	if f.is(control) {
		if isAbort(f) {
			t.open = slices.DeleteFunc(t.open, func(p int64) bool { return p == f.producer() })
		}
		return true
	}
	return f.is(transactional) && slices.Contains(t.open, f.producer())
}

// isAbort reads the marker in a control frame: its key is a version and a type, of which 0 means abort.
func isAbort(f frame) bool {
	length, n := binary.Varint(f.body())
	if n <= 0 || length < 0 || length > int64(len(f.body())-n) {
		return false
	}
	d := varints{bytes: f.body()[n : n+int(length)]}
	d.skip(1)
	d.varint()
	d.varint()
	key := d.field()
	return !d.failed && len(key) >= 4 && binary.BigEndian.Uint16(key[2:]) == 0
}
