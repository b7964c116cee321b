package source

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"
)

// quietAfter is how long Fetch waits for news before it returns a batch that says only that there is none.
const quietAfter = time.Second

// closeBudget is how long Close waits for a polite goodbye to the group before it cuts the connections; after
// the same again it allows no new ones.
const closeBudget = 3 * time.Second

// Kafka reads topics as a member of a consumer group. NewKafka makes it; see the package's documentation for its life.
type Kafka struct {
	options  Options
	cluster  *cluster
	counters *counters
	group    *group

	cancel  context.CancelFunc
	closing chan struct{}
	once    sync.Once

	// What follows belongs to the goroutine that calls Fetch.
	tenure  *tenure
	sought  bool
	walk    *walk
	reading *reading
	turn    int // of the partitions, for batches without news
	quiet   *time.Timer
}

var _ Source = (*Kafka)(nil)

// NewKafka starts to join the group and returns at once. An error means that the options cannot work; brokers that are
// away and topics that do not exist yet are no errors, they are waited for.
func NewKafka(options Options) (*Kafka, error) {
	o, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := newCluster(connection{brokers: o.Brokers, clientID: o.ClientID, tls: o.TLS, sasl: o.SASL}, o.Topics)
	counts := newCounters()
	k := &Kafka{
		options: o, cluster: c, counters: counts, group: newGroup(o, c, counts), cancel: cancel,
		closing: make(chan struct{}), walk: newWalk(o.MaxBatchBytes), quiet: time.NewTimer(quietAfter),
	}
	go k.group.run(ctx)
	return k, nil
}

// Stats may be called at any time, by anyone.
func (k *Kafka) Stats() Stats { return k.counters.snapshot() }

// Assignment implements Source. It ends what was left of the assignment before: its commits no longer count.
func (k *Kafka) Assignment(ctx context.Context) (Assignment, error) {
	if k.tenure != nil {
		select {
		case <-k.tenure.ended:
			k.leaveTenure()
		default:
			return k.tenure.assignment, k.alive(ctx)
		}
	}
	for {
		if err := k.alive(ctx); err != nil {
			return Assignment{}, err
		}
		select {
		case t := <-k.group.tenures:
			if t.take() {
				k.tenure, k.sought = t, false
				return t.assignment, nil
			}
		case <-ctx.Done():
		case <-k.closing:
		}
	}
}

func (k *Kafka) leaveTenure() {
	if k.reading != nil {
		k.reading.release()
	}
	k.tenure.release()
	k.tenure, k.reading, k.sought = nil, nil, false
}

// alive is the reason why a call should not go on.
func (k *Kafka) alive(ctx context.Context) error {
	select {
	case <-k.closing:
		return ErrClosed
	default:
		return ctx.Err()
	}
}

// Seek implements Source. A negative position counts as none.
func (k *Kafka) Seek(ctx context.Context, positions Positions) error {
	switch {
	case k.tenure == nil:
		return errors.New("seek: no assignment")
	case k.sought:
		return errors.New("seek: this assignment is already being read")
	}
	if err := k.alive(ctx); err != nil {
		return err
	}
	t := k.tenure
	start := maps.Clone(t.start)
	for p, committed := range t.start {
		switch next, named := positions[p]; {
		case named && next >= 0:
			start[p] = next
		case committed >= 0 && k.options.Replay > 0:
			start[p] = atReplay
		}
	}
	t.fetching = &fetching{
		options: k.options, cluster: k.cluster, counters: k.counters, log: k.options.Log, committed: t.start,
		cursors: newCursors(start), out: make(chan *slab),
	}
	k.reading = &reading{fetching: t.fetching, walk: k.walk}
	k.sought = true
	close(t.sought)
	return nil
}

// Fetch implements Source. If Seek was left out, it starts where the group committed.
func (k *Kafka) Fetch(ctx context.Context) (Batch, error) {
	if k.tenure == nil {
		return Batch{}, ErrReassigned
	}
	if !k.sought {
		if err := k.Seek(ctx, nil); err != nil {
			return Batch{}, err
		}
	}
	k.quiet.Reset(quietAfter)
	for {
		if err := k.interrupted(ctx); err != nil {
			return Batch{}, err
		}
		if b, ok := k.reading.batch(); ok {
			return b, nil
		}
		select {
		case s := <-k.tenure.fetching.out:
			k.reading.take(s)
		case <-k.quiet.C:
			if b, ok := k.nothing(); ok {
				return b, nil
			}
			k.quiet.Reset(quietAfter)
		case <-k.tenure.ended:
		case <-ctx.Done():
		case <-k.closing:
		}
	}
}

// interrupted is the reason why Fetch brings no batch.
func (k *Kafka) interrupted(ctx context.Context) error {
	if err := k.alive(ctx); err != nil {
		return err
	}
	select {
	case <-k.tenure.ended:
		return ErrReassigned
	default:
		return nil
	}
}

// nothing is a batch that says that no broker said anything. Partitions take turns.
func (k *Kafka) nothing() (Batch, bool) {
	k.turn++
	p, next, ok := k.tenure.fetching.cursors.standing(k.turn)
	return Batch{Partition: p, Next: next, HighWatermark: -1, FetchedAt: k.options.Clock()}, ok
}

// Pause implements Source.
func (k *Kafka) Pause(partitions map[Partition]bool) {
	if k.sought {
		k.tenure.fetching.cursors.pause(maps.Clone(partitions))
	}
}

// Commit implements Source.
func (k *Kafka) Commit(ctx context.Context, positions Positions) error {
	if err := k.alive(ctx); err != nil {
		return err
	}
	if k.tenure == nil {
		return errors.New("commit: no assignment")
	}
	return k.tenure.commit(positions)
}

// Close implements Source. It may be called by any goroutine, more than once.
func (k *Kafka) Close() error {
	k.once.Do(func() {
		close(k.closing)
		k.cancel()
		hurry := time.AfterFunc(closeBudget, k.group.sockets.interrupt)
		enough := time.AfterFunc(2*closeBudget, k.group.sockets.close)
		<-k.group.done
		hurry.Stop()
		enough.Stop()
		k.group.sockets.close()
		k.cluster.close()
	})
	return nil
}
