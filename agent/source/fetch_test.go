package source

import (
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
)

// bench is a fetching without a cluster, at offset 10 of one partition, on a clock that the test moves.
type bench struct {
	*fetching
	now time.Time
}

func newBench() *bench {
	b := &bench{now: time.Unix(1000, 0)}
	b.fetching = &fetching{
		options: Options{Clock: func() time.Time { return b.now }}, log: zerolog.Nop(),
		cursors: newCursors(Positions{{Topic: "t"}: 10}), counters: newCounters(),
	}
	b.cursors.place(map[Partition]int32{{Topic: "t"}: 0})
	return b
}

// answer settles an answer to what is due, and returns the piece it made, if any.
func (b *bench) answer(t *testing.T, code kafka.Error, highWatermark int64, frames ...frame) *piece {
	t.Helper()
	due := b.cursors.due(0, false, b.now, nil)
	if len(due) != 1 {
		t.Fatalf("due: %+v", due)
	}
	p := part{want: due[0], code: int16(code), highWatermark: highWatermark}
	for _, f := range frames {
		p.log = append(p.log, f...)
	}
	s := &slab{}
	b.settle(s, &p, b.now)
	if len(s.pieces) == 0 {
		return nil
	}
	return &s.pieces[0]
}

func TestDamagedBatchIsFetchedTwiceThenLost(t *testing.T) {
	b := newBench()
	good := handmade{base: 10, deltas: []int64{0, 1}, last: 1}.frame(t)
	bad := handmade{base: 12, deltas: []int64{0, 1, 2}, last: 2}.frame(t)
	bad[len(bad)-1] ^= 1
	after := handmade{base: 15, deltas: []int64{0}}.frame(t)

	if p := b.answer(t, 0, 16, good, bad, after); p == nil || p.next != 12 || p.lost != 0 || len(p.log) != len(good) {
		t.Fatalf("what stands before the damage: %+v", p)
	}
	if p := b.answer(t, 0, 16, bad, after); p == nil || p.next != 15 || p.lost != 3 || len(p.log) != 0 {
		t.Fatalf("damaged again: %+v", p)
	}
	if p := b.answer(t, 0, 16, after); p == nil || p.next != 16 || p.lost != 0 {
		t.Fatalf("after it: %+v", p)
	}
	if s := b.counters.snapshot(); s.Lost[Corrupt] != 3 || s.FetchErrors["corrupt batch"] != 1 {
		t.Errorf("stats %+v", s)
	}
}

func TestDamageOnTheWayIsNoLoss(t *testing.T) {
	b := newBench()
	good := handmade{base: 10, deltas: []int64{0}}.frame(t)
	bad := slices.Clone(good)
	bad[len(bad)-1] ^= 1
	if p := b.answer(t, 0, 11, bad); p != nil && (p.lost != 0 || p.next != 10) {
		t.Fatalf("damaged once: %+v", p)
	}
	if p := b.answer(t, 0, 11, good); p == nil || p.lost != 0 || p.next != 11 {
		t.Fatalf("fetched again: %+v", p)
	}
}

func TestMessageSetsAreSkippedAtOnce(t *testing.T) {
	b := newBench()
	old := handmade{base: 13, deltas: []int64{0}}.frame(t) // a compressed set bears the offset of its last message
	old[frameMagic] = 1
	if p := b.answer(t, 0, 20, old); p == nil || p.lost != 4 || p.next != 14 {
		t.Fatalf("piece %+v", p)
	}
}

func TestPartitionWithoutNewsIsShownOnceInAWhile(t *testing.T) {
	b := newBench()
	if p := b.answer(t, 0, 10); p == nil || p.next != 10 || p.highWatermark != 10 {
		t.Fatalf("first look: %+v", p)
	}
	b.now = b.now.Add(idleEvery - 1)
	if p := b.answer(t, 0, 10); p != nil {
		t.Errorf("too soon: %+v", p)
	}
	b.now = b.now.Add(1)
	if p := b.answer(t, 0, 10); p == nil {
		t.Error("not shown again")
	}
}

func TestFailingPartitionBacksOff(t *testing.T) {
	b := newBench()
	for range 5 {
		b.answer(t, kafka.NotLeaderForPartition, -1)
		if due := b.cursors.due(0, false, b.now, nil); len(due) != 0 {
			t.Fatal("asked again at once")
		}
		b.now = b.now.Add(maxBackoff)
	}
	if p := b.answer(t, 0, 10); p == nil || b.counters.snapshot().FetchErrors["Not Leader For Partition"] != 5 {
		t.Errorf("piece %+v, stats %+v", p, b.counters.snapshot())
	}
}

func TestAnswersFromBeforeAPauseAreVoid(t *testing.T) {
	b := newBench()
	topic := Partition{Topic: "t"}
	first := b.answer(t, 0, 12, handmade{base: 10, deltas: []int64{0}}.frame(t))
	inFlight := b.cursors.due(0, false, b.now, nil)[0]
	b.cursors.pause(map[Partition]bool{topic: true})
	if b.cursors.deliverable(first) {
		t.Fatal("piece of a paused partition")
	}
	b.cursors.pause(nil)
	s := &slab{}
	b.settle(s, &part{want: inFlight, highWatermark: 12, log: handmade{base: 11, deltas: []int64{0}}.frame(t)}, b.now)
	if len(s.pieces) != 0 {
		t.Errorf("an answer in flight counted: %+v", s.pieces[0])
	}
	if due := b.cursors.due(0, false, b.now, nil); due[0].offset != 10 {
		t.Errorf("goes on at %d", due[0].offset)
	}
}

func TestRotateKeepsTopicsTogether(t *testing.T) {
	var wants []want
	for _, topic := range []string{"a", "b"} {
		for number := range 3 {
			wants = append(wants, want{partition: Partition{topic, number}})
		}
	}
	for turn := range 12 {
		rotated := slices.Clone(wants)
		rotate(rotated, turn)
		if rotated[0] != wants[turn%6] {
			t.Errorf("turn %d begins with %+v", turn, rotated[0])
		}
		changes := 0
		for i := 1; i < len(rotated); i++ {
			if rotated[i].partition.Topic != rotated[i-1].partition.Topic {
				changes++
			}
		}
		if changes != 1 {
			t.Errorf("turn %d: %+v", turn, rotated)
		}
	}
}

func TestBackoffGrowsToItsBound(t *testing.T) {
	for failures, full := range map[int]time.Duration{0: firstBackoff, 1: 2 * firstBackoff, 3: 8 * firstBackoff, 1 << 40: maxBackoff} {
		for range 100 {
			if d := backoff(failures); d < full/2 || d > full {
				t.Fatalf("after %d failures: %v, want %v to %v", failures, d, full/2, full)
			}
		}
	}
}
