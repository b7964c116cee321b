package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
)

// group is the membership: it joins, again and again, and hands each generation to the caller as a tenure.
type group struct {
	options  Options
	cluster  *cluster
	counters *counters
	log      zerolog.Logger
	balancer *soloBalancer
	sockets  *sockets     // of the coordinator's connections
	tenures  chan *tenure // without buffer: a tenure is taken or still here
	done     chan struct{}
}

func newGroup(o Options, c *cluster, counts *counters) *group {
	return &group{
		options: o, cluster: c, counters: counts, log: o.Log, balancer: &soloBalancer{}, sockets: newSockets(),
		tenures: make(chan *tenure), done: make(chan struct{}),
	}
}

// run lives as long as the source. It leaves the group before it returns.
func (g *group) run(ctx context.Context) {
	defer close(g.done)
	known, ok := g.waitForTopics(ctx)
	if !ok {
		return
	}
	membership, err := kafka.NewConsumerGroup(g.config())
	if err != nil {
		g.log.Error().Err(err).Msg("the group's settings are refused, nothing will be read")
		<-ctx.Done()
		return
	}
	defer func() { _ = membership.Close() }()
	for {
		generation, ok := g.nextGeneration(ctx, membership)
		if !ok {
			return
		}
		t := g.newTenure(generation, known)
		generation.Start(t.guard)
		if !g.live(ctx, t) {
			return
		}
		// Whoever leads the next generation reads the partitions after this look: what is added between the two is
		// seen as an addition, never overlooked.
		if l, err := g.cluster.look(ctx); err == nil {
			known = l.total()
		}
	}
}

func (g *group) config() kafka.ConsumerGroupConfig {
	o := g.options
	start := kafka.FirstOffset
	if o.StartOffset == Latest {
		start = kafka.LastOffset
	}
	return kafka.ConsumerGroupConfig{
		ID: o.Group, Brokers: o.Brokers, Topics: o.Topics,
		Dialer: &kafka.Dialer{
			ClientID: o.ClientID, Timeout: 5 * time.Second, DialFunc: g.sockets.dial, TLS: o.TLS, SASLMechanism: o.SASL,
		},
		GroupBalancers:    []kafka.GroupBalancer{g.balancer, kafka.RangeGroupBalancer{}},
		SessionTimeout:    o.SessionTimeout,
		RebalanceTimeout:  2 * o.SessionTimeout,
		HeartbeatInterval: o.HeartbeatInterval,
		JoinGroupBackoff:  time.Second,
		StartOffset:       start,
		// WatchPartitionChanges stays false: it rejoins in a tight loop while a topic is missing.
	}
}

// waitForTopics returns the number of partitions once all topics exist. A consumer group that is joined earlier would be
// assigned nothing, and stay so.
func (g *group) waitForTopics(ctx context.Context) (total int, ok bool) {
	said := ""
	for failures := 1; ; failures++ {
		l, err := g.cluster.look(ctx)
		state := ""
		if err != nil {
			state = "unreachable"
		} else {
			state = strings.Join(g.cluster.missing(l), ",")
		}
		switch {
		case ctx.Err() != nil:
			return 0, false
		case state == "":
			return l.total(), true
		case state == said:
		case err != nil:
			g.log.Warn().Err(err).Strs("brokers", g.options.Brokers).Msg("cannot reach the brokers, trying on")
		default:
			g.log.Info().Str("topics", state).Msg("waiting for topics that do not exist yet")
		}
		said = state
		if !pause(ctx, min(backoff(failures), time.Second)) {
			return 0, false
		}
	}
}

// nextGeneration waits for a generation, through whatever errors; false if ctx ended.
func (g *group) nextGeneration(ctx context.Context, membership *kafka.ConsumerGroup) (*kafka.Generation, bool) {
	for failures := 0; ; {
		generation, err := membership.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, false
		case err == nil:
			if failures > 0 {
				g.log.Info().Int("attempts", failures).Msg("joined the group after all")
			}
			return generation, true
		}
		failures++
		g.counters.count(func(s *Stats) { s.JoinErrors++ })
		if failures == 1 {
			g.log.Warn().Err(err).Str("group", g.options.Group).Msg("cannot join the group, trying on")
		}
		if !pause(ctx, backoff(failures)) {
			return nil, false
		}
	}
}

// live offers a tenure to the caller and returns when it is over; false if ctx ended.
func (g *group) live(ctx context.Context, t *tenure) bool {
	tenures := g.tenures
	for {
		select {
		case tenures <- t:
			tenures = nil
		case <-t.over:
			return true
		case <-ctx.Done():
			t.release()
			return false
		}
	}
}

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
