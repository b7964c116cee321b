package source

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// The positions of a cursor that has none yet: it starts at the first offset or after the last, wherever these are, or
// where a replay begins.
const (
	atReplay int64 = -3
	atFirst  int64 = -2
	atEnd    int64 = -1
)

// cursor is where the reading of one partition stands. Fetchers run ahead of the caller by what is in flight; handed is
// where the caller is, and where fetching returns to when the caller pauses the partition.
type cursor struct {
	partition Partition
	next      int64 // to fetch from; atReplay, atFirst or atEnd until looked up
	handed    int64 // where the last batch handed out ended
	epoch     int   // goes up at every return: answers of an earlier epoch are void
	leader    int32 // broker id, -1 if there is none

	adrift   bool      // next has to be looked up: it is unknown, or out of the log's range
	doubts   int       // how often in a row the log seemed shorter than next
	suspect  int64     // offset of a batch that failed its checksum once, else -1
	failures int       // in a row
	retryAt  time.Time // after a failure
	shownAt  time.Time // when the caller was last sent something
}

// cursors are the cursors of all owned partitions, shared by the fetchers and the caller's Fetch.
type cursors struct {
	mu     sync.Mutex
	all    []*cursor // by topic and number
	of     map[Partition]*cursor
	paused map[Partition]bool
}

func newCursors(start Positions) *cursors {
	c := &cursors{of: make(map[Partition]*cursor, len(start))}
	for p, next := range start {
		one := &cursor{partition: p, next: next, handed: next, leader: -1, adrift: next < 0, suspect: -1}
		c.all = append(c.all, one)
		c.of[p] = one
	}
	slices.SortFunc(c.all, func(a, b *cursor) int { return comparePartitions(a.partition, b.partition) })
	return c
}

func comparePartitions(a, b Partition) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Number, b.Number))
}

// place notes who leads what, and returns the leaders.
func (c *cursors) place(leaders map[Partition]int32) []int32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []int32
	for _, one := range c.all {
		one.leader = -1
		if id, ok := leaders[one.partition]; ok {
			one.leader = id
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// due lists what a leader can be asked for now: the cursors to look up if adrift, else those to fetch.
func (c *cursors) due(leader int32, adrift bool, now time.Time, wants []want) []want {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		held := c.paused[one.partition] && one.handed >= 0 // a position is looked up even while paused
		if one.leader == leader && one.adrift == adrift && !held && !one.retryAt.After(now) {
			wants = append(wants, want{partition: one.partition, offset: one.next, epoch: one.epoch})
		}
	}
	return wants
}

// update changes the cursor of an answer, unless the answer is void.
func (c *cursors) update(w want, change func(*cursor)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.of[w.partition]
	if one != nil && one.epoch == w.epoch {
		change(one)
	}
}

// fail puts a partition off until later. It returns true at the first failure in a row.
func (c *cursors) fail(w want, now time.Time) (first bool) {
	c.update(w, func(one *cursor) {
		one.failures++
		first = one.failures == 1
		one.retryAt = now.Add(backoff(one.failures))
	})
	return first
}

// deliverable tells whether a piece is still what the caller waits for. A piece of a paused partition is not, and its
// cursor returns to where the caller is.
func (c *cursors) deliverable(p *piece) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.of[p.partition]
	if one == nil || one.epoch != p.epoch {
		return false
	}
	if c.paused[p.partition] {
		one.next, one.adrift = one.handed, one.handed < 0
		one.epoch++
		return false
	}
	return true
}

// hand notes how far the caller has been served.
func (c *cursors) hand(p Partition, next int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of[p].handed = next
}

// pause replaces the set of paused partitions.
func (c *cursors) pause(partitions map[Partition]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = partitions
}

// standing returns where the caller is in the turn-th of the partitions whose position is known.
func (c *cursors) standing(turn int) (p Partition, next int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.all {
		if one := c.all[(turn+i)%len(c.all)]; one.handed >= 0 {
			return one.partition, one.handed, true
		}
	}
	return Partition{}, 0, false
}
