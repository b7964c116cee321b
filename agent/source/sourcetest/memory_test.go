package sourcetest_test

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemoryConforms(t *testing.T) {
	sourcetest.Conform(t, func(*testing.T) sourcetest.Subject { return subject{newMemory()} })
}

func newMemory() *sourcetest.Memory {
	return sourcetest.NewMemory(time.Now, source.Partition{Topic: "t"}, source.Partition{Topic: "t", Number: 1})
}

type subject struct{ memory *sourcetest.Memory }

func (s subject) Partitions(*testing.T) [2]source.Partition {
	return [2]source.Partition{{Topic: "t"}, {Topic: "t", Number: 1}}
}

func (s subject) Append(_ *testing.T, p source.Partition, values ...string) {
	for _, v := range values {
		s.memory.Append(p, source.Record{Value: []byte(v), Time: time.UnixMilli(1)})
	}
}

func (s subject) Open(*testing.T) source.Source { return s.memory.Reopen() }

func (s subject) Ends() bool { return false }

func TestMemoryPlaysWhatIsScripted(t *testing.T) {
	m := newMemory()
	p := source.Partition{Topic: "t"}
	fetch := func() source.Batch {
		t.Helper()
		for {
			b, err := m.Fetch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if b.Partition == p {
				return b
			}
		}
	}
	if _, err := m.Assignment(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.Append(p, source.Record{}, source.Record{})
	m.Skip(p, 3)
	if b := fetch(); len(b.Records) != 2 || b.Next != 5 || b.HighWatermark != 5 {
		t.Errorf("a gap at the end: %+v", b)
	}
	m.Append(p, source.Record{}, source.Record{})
	m.Trim(p, 6)
	if b := fetch(); b.Lost != 1 || len(b.Records) != 1 || b.Next != 7 {
		t.Errorf("retention: %+v", b)
	}
	m.Recreate(p)
	if b := fetch(); !b.Restarted || b.Next != 0 {
		t.Errorf("created anew: %+v", b)
	}
	fault := errors.New("broken")
	m.FailFetch(fault)
	if _, err := m.Fetch(t.Context()); !errors.Is(err, fault) {
		t.Errorf("fetch: %v", err)
	}
	m.FailCommit(fault)
	if err := m.Commit(t.Context(), nil); !errors.Is(err, fault) {
		t.Errorf("commit: %v", err)
	}
	m.Reassign(source.Assignment{Total: 2, Generation: 2})
	if _, err := m.Fetch(t.Context()); !errors.Is(err, source.ErrReassigned) {
		t.Errorf("fetch: %v", err)
	}
	if a, err := m.Assignment(t.Context()); err != nil || len(a.Owned) != 0 || a.Generation != 2 {
		t.Errorf("assignment %+v, %v", a, err)
	}
}

func TestMemoryEnds(t *testing.T) {
	p := source.Partition{Topic: "t"}
	m := sourcetest.NewMemory(time.Now, p)
	m.Append(p, source.Record{})
	m.Finish(p)
	if _, err := m.Assignment(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, err := m.Fetch(t.Context()); err != nil || !b.End {
		t.Errorf("last batch %+v, %v", b, err)
	}
	if _, err := m.Fetch(t.Context()); !errors.Is(err, source.ErrEnd) {
		t.Errorf("after the end: %v", err)
	}
}
