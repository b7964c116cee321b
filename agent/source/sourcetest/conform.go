package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// Subject is a kind of source with its logs, as Conform needs it.
type Subject interface {
	// Partitions returns two empty partitions that Open's sources will own.
	Partitions(t *testing.T) [2]source.Partition
	// Append writes values to a partition, one record each.
	Append(t *testing.T, p source.Partition, values ...string)
	// Open returns a new source on these logs. The suite closes it before it opens another.
	Open(t *testing.T) source.Source
	// Ends tells that logs have an end, as files do: the suite then appends nothing after Open, expects End and ErrEnd,
	// and no commits to be kept.
	Ends() bool
}

// Conform runs the contract of source.Source as subtests. Each takes a fresh subject.
func Conform(t *testing.T, fresh func(t *testing.T) Subject) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, c *conformance)
	}{
		{"owns everything alone", ownsEverything},
		{"reads every partition in order, without gaps", readsInOrder},
		{"seeks to every offset", seeksAnywhere},
		{"a paused partition is silent and loses nothing", pauses},
		{"with everything paused Fetch still returns", pausesEverything},
		{"memory is the source's until the next Fetch", recyclesMemory},
		{"shows the high watermark, or the end", showsTheEnd},
		{"resumes where it committed", resumes},
		{"a cancelled context ends Fetch and loses nothing", cancels},
		{"close ends everything, twice", closes},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fresh(t)
			c.run(t, &conformance{Subject: s, partitions: s.Partitions(t)})
		})
	}
}

type conformance struct {
	Subject
	partitions [2]source.Partition
}

// perPartition is how many values fill writes to each partition: several batches of any source.
const perPartition = 1200

func (c *conformance) fill(t *testing.T) {
	t.Helper()
	for i, p := range c.partitions {
		values := make([]string, perPartition)
		for j := range values {
			values[j] = value(i, int64(j))
		}
		c.Append(t, p, values...)
	}
}

func value(partition int, offset int64) string {
	return fmt.Sprintf(`{"partition":%d,"offset":%d}`, partition, offset)
}

// open returns a source that has taken its assignment and sought.
func (c *conformance) open(t *testing.T, positions source.Positions) source.Source {
	t.Helper()
	s := c.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Assignment(timeout(t)); err != nil {
		t.Fatalf("assignment: %v", err)
	}
	if err := s.Seek(timeout(t), positions); err != nil {
		t.Fatalf("seek: %v", err)
	}
	return s
}

// read fetches until n records have come, and checks that each is the one that belongs there.
func (c *conformance) read(t *testing.T, s source.Source, next source.Positions, n int) {
	t.Helper()
	for ctx := timeout(t); n > 0; {
		b, err := s.Fetch(ctx)
		if err != nil {
			t.Fatalf("fetch, %d records missing: %v", n, err)
		}
		c.check(t, b, next)
		n -= len(b.Records)
	}
}

// check compares a batch with what was written, from next on, and moves next.
func (c *conformance) check(t *testing.T, b source.Batch, next source.Positions) {
	t.Helper()
	i := slices.Index(c.partitions[:], b.Partition)
	if i < 0 {
		t.Fatalf("batch of %+v", b.Partition)
	}
	for _, r := range b.Records {
		if want := next[b.Partition]; r.Partition != b.Partition || r.Offset != want || string(r.Value) != value(i, want) {
			t.Fatalf("got %+v at %d with %q, want offset %d", r.Partition, r.Offset, r.Value, want)
		}
		if r.Time.IsZero() {
			t.Fatal("record without a time")
		}
		next[b.Partition] = r.Offset + 1
	}
	if b.Next != next[b.Partition] || b.Lost != 0 || b.Restarted || b.FetchedAt.IsZero() {
		t.Fatalf("after offset %d: next %d, lost %d, restarted %v, fetched at %v", next[b.Partition], b.Next, b.Lost,
			b.Restarted, b.FetchedAt)
	}
}

func ownsEverything(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.Open(t)
	t.Cleanup(func() { _ = s.Close() })
	a, err := s.Assignment(timeout(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Owned) != 2 || a.Total != 2 || !slices.Contains(a.Owned, c.partitions[0]) || !slices.Contains(a.Owned, c.partitions[1]) {
		t.Errorf("assignment %+v", a)
	}
	again, err := s.Assignment(timeout(t))
	if err != nil || !slices.Equal(again.Owned, a.Owned) {
		t.Errorf("asked again: %+v, %v", again, err)
	}
}

func readsInOrder(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	c.read(t, c.open(t, nil), source.Positions{}, 2*perPartition)
}

func seeksAnywhere(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	for _, at := range []int64{1, perPartition / 2, perPartition - 1} {
		s := c.open(t, source.Positions{c.partitions[0]: at, c.partitions[1]: perPartition - at})
		c.read(t, s, source.Positions{c.partitions[0]: at, c.partitions[1]: perPartition - at}, perPartition)
		_ = s.Close()
	}
}

func pauses(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	next := source.Positions{}
	c.read(t, s, next, 1) // something of either may be under way by now
	silent := c.partitions[0]
	s.Pause(map[source.Partition]bool{silent: true})
	before := next[silent]
	c.read(t, s, next, perPartition-int(next[c.partitions[1]]))
	if next[silent] != before {
		t.Errorf("read %d records of a paused partition", next[silent]-before)
	}
	s.Pause(nil)
	c.read(t, s, next, perPartition-int(before))
}

func pausesEverything(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	s.Pause(map[source.Partition]bool{c.partitions[0]: true, c.partitions[1]: true})
	b, err := s.Fetch(timeout(t))
	if err != nil || len(b.Records) != 0 || b.HighWatermark != -1 {
		t.Errorf("got %d records, high watermark %d, %v", len(b.Records), b.HighWatermark, err)
	}
	s.Pause(nil)
	c.read(t, s, source.Positions{}, 2*perPartition)
}

func recyclesMemory(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	next := source.Positions{}
	for n := 0; n < 2*perPartition; {
		b, err := s.Fetch(timeout(t))
		if err != nil {
			t.Fatal(err)
		}
		c.check(t, b, next)
		for _, r := range b.Records { // whoever overwrites what was lent does no harm to the next batch
			clear(r.Value)
		}
		n += len(b.Records)
	}
}

func showsTheEnd(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	next, seen := source.Positions{}, map[source.Partition]bool{}
	for ctx := timeout(t); len(seen) < 2; {
		b, err := s.Fetch(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c.check(t, b, next)
		if b.Next == b.HighWatermark && b.Next == perPartition {
			seen[b.Partition] = true
		}
		if b.End != (c.Ends() && seen[b.Partition]) {
			t.Errorf("end %v at %d of %d", b.End, b.Next, b.HighWatermark)
		}
	}
	if c.Ends() {
		if _, err := s.Fetch(timeout(t)); !errors.Is(err, source.ErrEnd) {
			t.Errorf("after the end: %v", err)
		}
		return
	}
	seen = map[source.Partition]bool{}
	soon, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	for len(seen) < 2 {
		b, err := s.Fetch(soon)
		if err != nil {
			t.Fatalf("only %d partitions shown in 3 s: %v", len(seen), err)
		}
		if len(b.Records) == 0 && b.Next == perPartition && b.HighWatermark == perPartition {
			seen[b.Partition] = true
		}
	}
	c.Append(t, c.partitions[1], value(1, perPartition))
	c.read(t, s, next, 1)
}

func resumes(t *testing.T, c *conformance) {
	t.Helper()
	if c.Ends() {
		t.Skip("no group, no commits")
	}
	c.fill(t)
	s := c.open(t, nil)
	at := source.Positions{c.partitions[0]: 10, c.partitions[1]: perPartition}
	if err := s.Commit(timeout(t), at); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	c.read(t, c.open(t, nil), at, perPartition-10)
}

func cancels(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("fetch: %v", err)
	}
	c.read(t, s, source.Positions{}, 2*perPartition)
}

func closes(t *testing.T, c *conformance) {
	t.Helper()
	c.fill(t)
	s := c.open(t, nil)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	if _, err := s.Fetch(timeout(t)); !errors.Is(err, source.ErrClosed) {
		t.Errorf("fetch: %v", err)
	}
	if _, err := s.Assignment(timeout(t)); !errors.Is(err, source.ErrClosed) {
		t.Errorf("assignment: %v", err)
	}
}

// timeout is a context that ends before a hanging test is a nuisance.
func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}
