package source

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
)

const (
	idleWait      = 100 * time.Millisecond // of a fetcher that has nothing to ask for
	layoutPoll    = 500 * time.Millisecond
	idleEvery     = 800 * time.Millisecond // a partition without news is shown to the caller this often
	slabsPerFetch = 2                      // one is filled while the other is read
)

// piece is what one answer brought of one partition, ready to be opened. Its log lies in the slab.
type piece struct {
	want
	next          int64 // after the piece, including what was skipped
	highWatermark int64
	log           []byte // intact frames only
	aborted       []abortedTransaction
	lost          int64
	restarted     bool
	fetchedAt     time.Time
}

// slab is the memory of one answer. A fetcher fills it, the caller's Fetch reads it and sends it home.
type slab struct {
	fetch
	pieces []piece
	home   chan<- *slab
}

// fetching reads the partitions of one assignment: one fetcher, and one connection, for each broker that leads some.
type fetching struct {
	options  Options
	cluster  *cluster
	cursors  *cursors
	counters *counters
	log      zerolog.Logger
	// committed are the group's positions, which bound where a replay begins.
	committed Positions
	// out has no buffer: what is in flight is what slabs there are.
	out chan *slab
}

// run starts a fetcher for every leader it sees and returns when ctx has ended and all fetchers have.
func (f *fetching) run(ctx context.Context) {
	var fetchers sync.WaitGroup
	defer fetchers.Wait()
	started := map[int32]bool{}
	blind := false
	for {
		l, err := f.cluster.look(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !blind:
			f.log.Warn().Err(err).Msg("cannot see the cluster, trying on")
		}
		blind = err != nil
		if err == nil {
			for _, leader := range f.cursors.place(l.leaders) {
				if !started[leader] {
					started[leader] = true
					fetchers.Go(func() { f.follow(ctx, leader) })
				}
			}
		}
		if !pause(ctx, layoutPoll) {
			return
		}
	}
}

// follow is a fetcher: it fetches what one broker leads until ctx ends.
func (f *fetching) follow(ctx context.Context, leader int32) {
	home := make(chan *slab, slabsPerFetch)
	for range slabsPerFetch {
		home <- f.newSlab(leader, home)
	}
	failures := 0
	for turn := 0; ; turn++ {
		var s *slab
		select {
		case s = <-home:
		case <-ctx.Done():
			return
		}
		s.pieces = s.pieces[:0]
		err := f.fill(ctx, s, turn)
		if ctx.Err() != nil {
			return
		}
		failures = f.noteConnection(leader, err, failures)
		switch {
		case err != nil:
			home <- f.newSlab(leader, home) // the transport may still write into the old one
			pause(ctx, backoff(failures))
		case len(s.pieces) == 0:
			home <- s
			if len(s.wants) == 0 {
				pause(ctx, idleWait)
			}
		default:
			select {
			case f.out <- s:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (f *fetching) newSlab(leader int32, home chan<- *slab) *slab {
	return &slab{home: home, fetch: fetch{
		clientID: f.options.ClientID, leader: leader, maxWaitMillis: int(f.options.MaxWait.Milliseconds()),
		maxBytes: f.options.MaxBytes, maxPartitionBytes: f.options.MaxPartitionBytes,
	}}
}

// noteConnection counts failures in a row; it logs the first and the end of them.
func (f *fetching) noteConnection(leader int32, err error, failures int) int {
	switch {
	case err != nil:
		f.counters.fetchError("connection")
		if failures == 0 {
			f.log.Warn().Err(err).Int32("broker", leader).Msg("cannot fetch, trying on")
		}
		return failures + 1
	case failures > 0:
		f.log.Info().Int32("broker", leader).Int("attempts", failures).Msg("fetching again")
	}
	return 0
}

// fill looks up the cursors that are adrift, else fetches; wants is empty if there was nothing to ask for.
func (f *fetching) fill(ctx context.Context, s *slab, turn int) error {
	s.wants = f.cursors.due(s.leader, true, f.options.Clock(), s.wants[:0])
	if len(s.wants) > 0 {
		for _, w := range s.wants {
			f.locate(ctx, s, w)
		}
		return nil
	}
	s.wants = f.cursors.due(s.leader, false, f.options.Clock(), s.wants)
	if len(s.wants) == 0 {
		return nil
	}
	rotate(s.wants, turn)
	exchange, cancel := context.WithTimeout(ctx, f.options.MaxWait+requestTimeout)
	defer cancel()
	if _, err := f.cluster.transport.RoundTrip(exchange, f.cluster.client.Addr, &s.fetch); err != nil {
		return err
	}
	now := f.options.Clock()
	for i := range s.parts {
		f.settle(s, &s.parts[i], now)
	}
	return nil
}

// rotate puts another partition first each time, because a broker fills its answer from the first on; the partitions of
// one topic stay together, as the request needs them.
func rotate(wants []want, turn int) {
	first := turn % len(wants)
	topic := wants[first].partition.Topic
	rotated := append(slices.Clone(wants[first:]), wants[:first]...)
	slices.SortStableFunc(rotated, func(a, b want) int {
		switch {
		case a.partition.Topic == b.partition.Topic:
			return 0
		case a.partition.Topic == topic:
			return -1
		case b.partition.Topic == topic:
			return 1
		default:
			return cmp.Compare(a.partition.Topic, b.partition.Topic)
		}
	})
	copy(wants, rotated)
}

// settle turns one part of an answer into a piece, if it holds news, and moves the cursor.
func (f *fetching) settle(s *slab, p *part, now time.Time) {
	switch kafka.Error(p.code) {
	case 0:
	case kafka.OffsetOutOfRange:
		f.counters.fetchError(errorName(p.code))
		f.cursors.update(p.want, func(c *cursor) { c.adrift = true })
		return
	default: // most often a leader that moved: the layout says where to, within metadataTTL
		f.counters.fetchError(errorName(p.code))
		if f.cursors.fail(p.want, now) {
			f.about(p.partition).Warn().Str("code", errorName(p.code)).Msg("partition cannot be fetched, trying on")
		}
		return
	}
	f.counters.count(func(s *Stats) { s.Bytes += uint64(len(p.log)) })
	seen := surveyLog(p.log, p.offset, p.highWatermark)
	news := piece{
		want: p.want, next: seen.next, highWatermark: p.highWatermark, log: seen.sound, aborted: p.aborted, fetchedAt: now,
	}
	f.cursors.update(p.want, func(c *cursor) {
		f.judgeFault(c, &seen, &news)
		c.next, c.failures, c.doubts = news.next, 0, 0
		if len(news.log) > 0 || news.lost > 0 || now.Sub(c.shownAt) >= idleEvery {
			c.shownAt = now
			s.pieces = append(s.pieces, news)
		}
	})
}

// judgeFault decides about a frame that cannot be read: fetched once more if it is damaged, for the damage may have come
// on the way; else skipped and counted.
func (f *fetching) judgeFault(c *cursor, seen *survey, news *piece) {
	switch {
	case seen.fault == "":
		c.suspect = -1
	case seen.fault == Corrupt && c.suspect != seen.faultStart:
		c.suspect = seen.faultStart
		f.counters.fetchError("corrupt batch")
	default:
		c.suspect = -1
		news.lost = seen.faultEnd - seen.next
		news.next = seen.faultEnd
		f.lose(c.partition, seen.fault, seen.next, news.lost)
	}
}

// lose counts and says that offsets were skipped.
func (f *fetching) lose(p Partition, cause Cause, from, offsets int64) {
	f.counters.lost(cause, offsets)
	f.about(p).Warn().Str("cause", string(cause)).Int64("offset", from).Int64("lost", offsets).Msg("offsets skipped")
}

// about is a logger whose lines name a partition.
func (f *fetching) about(p Partition) *zerolog.Logger {
	log := f.log.With().Str("topic", p.Topic).Int("partition", p.Number).Logger()
	return &log
}

// maxDoubts is how often a log must seem shorter than our position before we believe that it is another log: a new
// leader's high watermark may trail for a moment.
const maxDoubts = 3

// locate finds where a cursor that is adrift goes on.
func (f *fetching) locate(ctx context.Context, s *slab, w want) {
	first, end, err := f.cluster.reach(ctx, w.partition)
	now := f.options.Clock()
	replay := end
	if err == nil && w.offset == atReplay {
		replay, err = f.cluster.since(ctx, w.partition, now.Add(-f.options.Replay), end)
		replay = min(f.committed[w.partition], replay)
	}
	if err != nil {
		if ctx.Err() == nil {
			f.counters.fetchError("list offsets")
			if f.cursors.fail(w, now) {
				f.about(w.partition).Warn().Err(err).Msg("partition cannot be looked up, trying on")
			}
		}
		return
	}
	news := piece{want: w, highWatermark: end, fetchedAt: now}
	f.cursors.update(w, func(c *cursor) {
		switch {
		case c.next < 0:
			c.next = first
			switch w.offset {
			case atEnd:
				c.next = end
			case atReplay:
				c.next = replay
				f.about(c.partition).Info().Int64("offset", replay).Int64("committed", f.committed[c.partition]).
					Msg("reading again what the group had read")
			}
			c.handed = c.next
		case c.next < first:
			news.lost = first - c.next
			f.lose(c.partition, Retention, c.next, news.lost)
			c.next = first
		case c.next > end && c.doubts+1 < maxDoubts:
			c.doubts++
			c.retryAt = now.Add(backoff(c.doubts))
			return
		case c.next > end:
			news.restarted = true
			f.counters.count(func(s *Stats) { s.Restarts++ })
			f.about(c.partition).Warn().Int64("offset", c.next).Int64("end", end).
				Msg("log is shorter than our position: its topic was created anew, reading from its beginning")
			c.next = first
		default: // within the range by now; ask again, but not at once
			c.retryAt = now.Add(backoff(1))
		}
		c.adrift, c.doubts, c.failures = false, 0, 0
		if news.lost > 0 || news.restarted {
			news.next = c.next
			s.pieces = append(s.pieces, news)
		}
	})
}
