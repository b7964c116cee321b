package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// tenure is one generation of the group as the caller lives it: it begins with Assignment, is read after Seek, has ended
// when the broker, an added partition or Close says so, and is released by the caller's next Assignment. kafka-go keeps
// the connection to the coordinator open until guard returns, so commits still count between the end and the release.
type tenure struct {
	generation *kafka.Generation
	assignment Assignment
	start      Positions // committed offsets, or atFirst, atEnd
	known      int       // partitions there were when the group was joined
	group      *group
	fetching   *fetching

	sought   chan struct{} // closed by Seek: fetching may begin
	ended    chan struct{}
	released chan struct{}
	over     chan struct{} // guard has returned

	mu    sync.Mutex
	taken bool // by the caller; guarded, with the closing of ended, by mu
	once  sync.Once
}

func (g *group) newTenure(generation *kafka.Generation, known int) *tenure {
	t := &tenure{
		generation: generation, start: Positions{}, known: known, group: g,
		sought: make(chan struct{}), ended: make(chan struct{}), released: make(chan struct{}), over: make(chan struct{}),
	}
	for topic, partitions := range generation.Assignments {
		for _, p := range partitions {
			t.start[Partition{Topic: topic, Number: p.ID}] = p.Offset
		}
	}
	t.assignment = Assignment{Total: max(known, len(t.start)), Generation: int(generation.ID)}
	for p := range t.start {
		t.assignment.Owned = append(t.assignment.Owned, p)
	}
	slices.SortFunc(t.assignment.Owned, comparePartitions)
	held := int32(0)
	if len(t.start) > 0 {
		held = generation.ID
	}
	g.balancer.held.Store(held)
	g.counters.count(func(s *Stats) { s.Assignments++ })
	g.log.Info().Int("generation", t.assignment.Generation).Int("owned", len(t.start)).Int("total", t.assignment.Total).
		Msg("partitions assigned")
	return t
}

// guard runs inside the generation, which ends at the latest when guard returns.
func (t *tenure) guard(generation context.Context) {
	defer close(t.over)
	ctx, cancel := context.WithCancel(generation)
	defer cancel()
	var fetching sync.WaitGroup
	fetching.Go(func() {
		select {
		case <-t.sought:
			t.fetching.run(ctx)
		case <-ctx.Done():
		}
	})
	t.watch(ctx)
	cancel()
	fetching.Wait()
	if t.end() {
		flush := time.NewTimer(FlushBudget)
		defer flush.Stop()
		select {
		case <-t.released:
		case <-flush.C:
			t.group.log.Warn().Dur("budget", FlushBudget).Msg("no commit within the flush budget, giving the partitions up")
		}
	}
}

// watch returns when the generation has ended, or should because partitions were added.
func (t *tenure) watch(ctx context.Context) {
	ticker := time.NewTicker(t.group.options.PartitionPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.released:
			return
		case <-ticker.C:
		}
		l, err := t.group.cluster.look(ctx)
		if err == nil && len(t.group.cluster.missing(l)) == 0 && l.total() != max(t.known, len(t.start)) {
			t.group.log.Info().Int("were", t.known).Int("are", l.total()).Msg("number of partitions changed")
			return
		}
	}
}

// end tells the caller, and returns whether there is one to wait for.
func (t *tenure) end() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.ended)
	return t.taken
}

// take makes the tenure the caller's; false if it has already ended.
func (t *tenure) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.ended:
		return false
	default:
		t.taken = true
		return true
	}
}

// release says that nothing more will be committed.
func (t *tenure) release() { t.once.Do(func() { close(t.released) }) }

// commit tells the coordinator what the caller has read of the partitions it owns.
func (t *tenure) commit(positions Positions) error {
	offsets := map[string]map[int]int64{}
	for p, next := range positions {
		if _, owned := t.start[p]; !owned || next < 0 {
			continue
		}
		if offsets[p.Topic] == nil {
			offsets[p.Topic] = map[int]int64{}
		}
		offsets[p.Topic][p.Number] = next
	}
	if len(offsets) == 0 {
		return nil
	}
	select {
	case <-t.over:
		return errors.New("commit: the generation is over, another member may own the partitions")
	default:
	}
	if err := t.generation.CommitOffsets(offsets); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
