package sourcetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// Memory is a source.Source whose logs, assignments and faults a test writes. The writing methods may be called from
// any goroutine, also while Fetch waits. Several sources on the same logs are made with Reopen.
type Memory struct {
	logs *logs

	mu         sync.Mutex
	assignment *source.Assignment // nil: none yet
	offered    bool               // the caller has seen assignment
	positions  source.Positions
	paused     map[source.Partition]bool
	shown      map[source.Partition]bool // without news since the caller last saw the high watermark
	fetchFault []error
	commitErr  error
	turn       int
	closed     bool
	wake       chan struct{}
	quiet      time.Duration
	clock      func() time.Time
}

// logs are what outlives one reader: the records, and what was committed.
type logs struct {
	mu        sync.Mutex
	byName    map[source.Partition]*memoryLog
	committed source.Positions
	readers   []*Memory
}

type memoryLog struct {
	start, end int64
	records    []source.Record
	final      bool // end of input
}

// batchSize is how many records Memory puts into one batch.
const batchSize = 100

var _ source.Source = (*Memory)(nil)

// NewMemory returns a source that owns the partitions given, all of them empty. clock stamps batches.
func NewMemory(clock func() time.Time, partitions ...source.Partition) *Memory {
	l := &logs{byName: map[source.Partition]*memoryLog{}, committed: source.Positions{}}
	for _, p := range partitions {
		l.byName[p] = &memoryLog{}
	}
	return l.reader(clock)
}

// Reopen returns another source on the same logs and the same commits, as a restarted process would see them.
func (m *Memory) Reopen() *Memory { return m.logs.reader(m.clock) }

func (l *logs) reader(clock func() time.Time) *Memory {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := &Memory{
		logs: l, clock: clock, positions: source.Positions{}, shown: map[source.Partition]bool{},
		wake: make(chan struct{}), quiet: 200 * time.Millisecond,
	}
	owned := slices.SortedFunc(maps.Keys(l.byName), func(a, b source.Partition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Number, b.Number))
	})
	m.assignment = &source.Assignment{Owned: owned, Total: len(owned), Generation: 1}
	l.readers = append(l.readers, m)
	return m
}

// write changes a log and wakes every reader.
func (m *Memory) write(p source.Partition, change func(*memoryLog)) {
	m.logs.mu.Lock()
	log := m.logs.byName[p]
	if log == nil {
		log = &memoryLog{}
		m.logs.byName[p] = log
	}
	change(log)
	readers := slices.Clone(m.logs.readers)
	m.logs.mu.Unlock()
	for _, r := range readers {
		r.mu.Lock()
		r.signal()
		r.mu.Unlock()
	}
}

// signal wakes a waiting Fetch or Assignment; m.mu is held.
func (m *Memory) signal() {
	close(m.wake)
	m.wake = make(chan struct{})
}

// Append adds records to a log; it sets their Partition and Offset.
func (m *Memory) Append(p source.Partition, records ...source.Record) {
	m.write(p, func(log *memoryLog) {
		for _, r := range records {
			r.Partition, r.Offset = p, log.end
			log.records = append(log.records, r)
			log.end++
		}
	})
}

// Skip adds offsets without records, as compaction and transaction markers leave them.
func (m *Memory) Skip(p source.Partition, offsets int64) {
	m.write(p, func(log *memoryLog) { log.end += offsets })
}

// Trim drops everything before first, as retention does.
func (m *Memory) Trim(p source.Partition, first int64) {
	m.write(p, func(log *memoryLog) {
		log.start = first
		log.records = slices.DeleteFunc(log.records, func(r source.Record) bool { return r.Offset < first })
	})
}

// Recreate empties a log and starts it again at offset 0.
func (m *Memory) Recreate(p source.Partition) {
	m.write(p, func(log *memoryLog) { *log = memoryLog{} })
}

// Finish marks the end of an input that has one.
func (m *Memory) Finish(p source.Partition) {
	m.write(p, func(log *memoryLog) { log.final = true })
}

// Reassign changes the assignment: Fetch returns source.ErrReassigned, then Assignment returns a.
func (m *Memory) Reassign(a source.Assignment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.assignment, m.offered = &a, false
	m.signal()
}

// Unassign takes the assignment away: Assignment blocks until Reassign.
func (m *Memory) Unassign() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.assignment, m.offered = nil, false
	m.signal()
}

// FailFetch makes the next calls of Fetch return these errors, one each.
func (m *Memory) FailFetch(errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fetchFault = append(m.fetchFault, errs...)
	m.signal()
}

// FailCommit makes every Commit return err until it is called with nil.
func (m *Memory) FailCommit(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.commitErr = err
}

// Committed returns what has been committed so far, by any source on these logs.
func (m *Memory) Committed() source.Positions {
	m.logs.mu.Lock()
	defer m.logs.mu.Unlock()
	return maps.Clone(m.logs.committed)
}

// Assignment implements source.Source.
func (m *Memory) Assignment(ctx context.Context) (source.Assignment, error) {
	for {
		m.mu.Lock()
		wake := m.wake
		if m.closed {
			m.mu.Unlock()
			return source.Assignment{}, source.ErrClosed
		}
		if m.assignment != nil {
			defer m.mu.Unlock()
			if !m.offered {
				m.offered = true
				m.paused = nil
				m.positions = m.committedOf(m.assignment.Owned)
			}
			return *m.assignment, ctx.Err()
		}
		m.mu.Unlock()
		select {
		case <-wake:
		case <-ctx.Done():
			return source.Assignment{}, ctx.Err()
		}
	}
}

func (m *Memory) committedOf(owned []source.Partition) source.Positions {
	m.logs.mu.Lock()
	defer m.logs.mu.Unlock()
	start := source.Positions{}
	for _, p := range owned {
		next, ok := m.logs.committed[p]
		if log := m.logs.byName[p]; !ok && log != nil {
			next = log.start
		}
		start[p] = next
	}
	return start
}

// Seek implements source.Source.
func (m *Memory) Seek(ctx context.Context, positions source.Positions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for p, next := range positions {
		if _, owned := m.positions[p]; owned && next >= 0 {
			m.positions[p] = next
		}
	}
	return ctx.Err()
}

// Pause implements source.Source.
func (m *Memory) Pause(partitions map[source.Partition]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.paused = maps.Clone(partitions)
}

// Fetch implements source.Source. Without news it shows a partition's high watermark every 200 ms.
func (m *Memory) Fetch(ctx context.Context) (source.Batch, error) {
	quiet := time.NewTimer(m.quiet)
	defer quiet.Stop()
	for {
		m.mu.Lock()
		if ctx.Err() != nil && !m.closed {
			m.mu.Unlock()
			return source.Batch{}, ctx.Err()
		}
		wake := m.wake
		b, ok, err := m.next()
		standby := m.assignment != nil && len(m.assignment.Owned) == 0
		m.mu.Unlock()
		if ok || err != nil {
			return b, err
		}
		select {
		case <-wake:
		case <-quiet.C:
			if standby {
				continue
			}
			m.mu.Lock()
			b := m.nothing()
			m.mu.Unlock()
			return b, nil
		case <-ctx.Done():
			return source.Batch{}, ctx.Err()
		}
	}
}

// next returns the next batch with news; m.mu is held.
func (m *Memory) next() (source.Batch, bool, error) {
	switch {
	case m.closed:
		return source.Batch{}, false, source.ErrClosed
	case m.assignment == nil || !m.offered:
		return source.Batch{}, false, source.ErrReassigned
	case len(m.fetchFault) > 0:
		err := m.fetchFault[0]
		m.fetchFault = m.fetchFault[1:]
		return source.Batch{}, false, err
	}
	m.logs.mu.Lock()
	defer m.logs.mu.Unlock()
	ended := len(m.assignment.Owned) > 0
	for range m.assignment.Owned {
		p := m.assignment.Owned[m.turn%len(m.assignment.Owned)]
		m.turn++
		log := m.logs.byName[p]
		if log == nil {
			log = &memoryLog{}
		}
		done := log.final && m.positions[p] >= log.end && m.shown[p]
		ended = ended && done
		if done || m.paused[p] {
			continue
		}
		if b, news := m.read(p, log); news {
			return b, true, nil
		}
	}
	if ended {
		return source.Batch{}, false, source.ErrEnd
	}
	return source.Batch{}, false, nil
}

// read takes a batch from one log; both locks are held. news is false if the caller has seen all that already.
func (m *Memory) read(p source.Partition, log *memoryLog) (b source.Batch, news bool) {
	from := m.positions[p]
	b = source.Batch{Partition: p, HighWatermark: log.end, FetchedAt: m.clock()}
	switch {
	case from < log.start:
		b.Lost, from = log.start-from, log.start
	case from > log.end:
		b.Restarted, from = true, log.start
	}
	b.Next = from
	for _, r := range log.records {
		if r.Offset >= from && len(b.Records) < batchSize {
			b.Records = append(b.Records, r)
			b.Next = r.Offset + 1
		}
	}
	if len(b.Records) < batchSize {
		b.Next = log.end
	}
	b.End = log.final && b.Next == log.end
	news = b.Next != m.positions[p] || b.Lost > 0 || b.Restarted || !m.shown[p]
	m.positions[p], m.shown[p] = b.Next, b.Next == log.end
	return b, news
}

// nothing shows a partition without news: its high watermark, or -1 if it is paused.
func (m *Memory) nothing() source.Batch {
	if m.assignment == nil || len(m.assignment.Owned) == 0 {
		return source.Batch{HighWatermark: -1, FetchedAt: m.clock()}
	}
	p := m.assignment.Owned[m.turn%len(m.assignment.Owned)]
	m.turn++
	b := source.Batch{Partition: p, Next: m.positions[p], HighWatermark: -1, FetchedAt: m.clock()}
	m.logs.mu.Lock()
	defer m.logs.mu.Unlock()
	if log := m.logs.byName[p]; log != nil && !m.paused[p] {
		b.HighWatermark = log.end
	}
	return b
}

// Commit implements source.Source.
func (m *Memory) Commit(ctx context.Context, positions source.Positions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return source.ErrClosed
	case m.commitErr != nil:
		return m.commitErr
	}
	m.logs.mu.Lock()
	defer m.logs.mu.Unlock()
	for p, next := range positions {
		if _, owned := m.positions[p]; owned {
			m.logs.committed[p] = next
		}
	}
	return ctx.Err()
}

// Close implements source.Source.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		m.signal()
	}
	return nil
}
