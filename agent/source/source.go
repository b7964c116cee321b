package source

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// ErrClosed is returned by Fetch after Close.
var ErrClosed = errors.New("source closed")

// ErrEnd is returned by Fetch when every input has been read to its end, which only files have.
var ErrEnd = errors.New("end of input")

// Partition names one ordered log: a partition of a topic, or a file (whose Topic is its path and whose Number is 0).
type Partition struct {
	Topic  string `json:"topic"`
	Number int    `json:"partition"`
}

// Header is one record header.
type Header struct {
	Key   string
	Value []byte
}

// Record is one message. Its byte slices belong to the source and are valid until the next Fetch.
type Record struct {
	Partition Partition
	Offset    int64     // in a file: the number of the line, from 0
	Time      time.Time // the record's timestamp; in a file: when the run started
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Batch is what one Fetch brings: records of one partition in offset order, perhaps none.
type Batch struct {
	Partition Partition
	Records   []Record
	// Next is the offset to read after this batch, also when control records or compaction left no record in it.
	Next int64
	// HighWatermark is the offset after the last record of the log as of this fetch; -1 if unknown. Next equal to it
	// means caught up.
	HighWatermark int64
	// Lost counts offsets that the log no longer holds, or holds damaged, and that were skipped (see Cause).
	Lost int64
	// Restarted is true when the log turned out to be shorter than the position: the topic was created anew and reading
	// starts again at its beginning. Offsets and what was counted by them before mean nothing for this log.
	Restarted bool
	// End is true for the last batch of an input that has an end.
	End bool
	// FetchedAt is the wall clock of the answer.
	FetchedAt time.Time
}

// Positions say for every owned partition which offset to read next. They live inside the checkpoint.
type Positions map[Partition]int64

// Assignment tells which partitions this agent reads.
type Assignment struct {
	Owned []Partition
	// Total counts the partitions of all topics: if Owned has fewer, other agents read the rest and no window is
	// complete here.
	Total int
	// Generation is the group's fencing token; 0 without a group.
	Generation int
}

// Source moves bytes. All methods but Close are called by one goroutine.
type Source interface {
	// Assignment returns the current assignment and blocks until there is one. A later change makes Fetch return
	// ErrReassigned once.
	Assignment(ctx context.Context) (Assignment, error)
	// Seek sets where to read the owned partitions; those not named start at the committed offset of the group (or before
	// it, see Options.Replay), else at their beginning. It is called once after every new assignment and before its first Fetch.
	Seek(ctx context.Context, positions Positions) error
	// Fetch returns the next batch of any partition that is not paused. Without new records it returns a batch without
	// records at least once a second, so that the caller sees each partition's high watermark.
	//
	// It never waits longer than about a second while anything is owned: if the brokers are silent, or all that could
	// still bring records is paused, it returns a batch without records whose HighWatermark is -1, which proves nothing
	// (a file, which has nothing to wait for, returns it at once). An agent that stands by owns nothing: its Fetch blocks
	// until the assignment changes or ctx ends.
	Fetch(ctx context.Context) (Batch, error)
	// Pause replaces the set of paused partitions. Nothing of a paused partition is lost: it goes on where its last
	// batch ended. A new assignment starts with nothing paused.
	Pause(partitions map[Partition]bool)
	// Commit tells the group how far the durable checkpoint has read. It is for lag displays and fencing: an error
	// means that another member may own the partitions now. Positions of partitions that are not owned are left out. It
	// still counts after ErrReassigned, until the next Assignment or the end of the flush budget (FlushBudget).
	Commit(ctx context.Context, positions Positions) error
	// Close leaves the group and releases everything. Fetch returns ErrClosed from then on.
	Close() error
}

// ErrReassigned is returned by Fetch when the assignment has changed: the caller writes its checkpoint, commits, and asks
// for the new Assignment. Until it does, Fetch has nothing else to say.
var ErrReassigned = errors.New("partitions were reassigned")

// Compare orders partitions by topic, then number.
func (p Partition) Compare(q Partition) int {
	return cmp.Or(cmp.Compare(p.Topic, q.Topic), cmp.Compare(p.Number, q.Number))
}
