package source

import (
	"context"
	"strings"
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
		state := strings.Join(g.cluster.missing(l), ",")
		if err != nil {
			state = "unreachable"
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
