package source_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

var p0 = source.Partition{Topic: "events"}

func TestReadsCommitsAndResumes(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs())
	produce(t, client, 0, 0, 10)

	first := open(t, fastOptions(broker.ListenAddrs(), "events"))
	a := begin(t, first, nil)
	if len(a.Owned) != 1 || a.Total != 1 || a.Generation == 0 {
		t.Fatalf("assignment %+v", a)
	}
	g := collect(t, first, records(10))
	if want := numbers(0, 10); !slices.Equal(g.values, want) || g.positions[p0] != 10 {
		t.Fatalf("got %v up to %d", g.values, g.positions[p0])
	}
	if err := first.Commit(t.Context(), source.Positions{p0: 7, {Topic: "other"}: 3}); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Fetch(t.Context()); !errors.Is(err, source.ErrClosed) {
		t.Fatalf("fetch after close: %v", err)
	}

	second := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, second, nil)
	if g := collect(t, second, records(3)); !slices.Equal(g.values, numbers(7, 3)) {
		t.Fatalf("resumed with %v", g.values)
	}
	_ = second.Close()

	third := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, third, source.Positions{p0: 2}) // the checkpoint wins over the commit
	if g := collect(t, third, records(8)); !slices.Equal(g.values, numbers(2, 8)) {
		t.Fatalf("sought to 2, got %v", g.values)
	}
}

func TestStartsAtLatest(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs())
	produce(t, client, 0, 0, 10)
	o := fastOptions(broker.ListenAddrs(), "events")
	o.StartOffset = source.Latest
	k := open(t, o)
	begin(t, k, nil)
	collect(t, k, func(g got) bool { return g.caughtUp[p0] })
	produce(t, client, 0, 10, 2)
	if g := collect(t, k, records(2)); !slices.Equal(g.values, numbers(10, 2)) {
		t.Fatalf("got %v", g.values)
	}
}

func TestReadsEveryCodecAndHeaders(t *testing.T) {
	for name, codec := range map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	} {
		t.Run(name, func(t *testing.T) {
			broker := newBroker(t, kfake.SeedTopics(1, "events"))
			client := producer(t, broker.ListenAddrs(), kgo.ProducerBatchCompression(codec))
			at := time.UnixMilli(1_700_000_000_123).UTC()
			var rs []*kgo.Record
			for i := range 500 {
				rs = append(rs, &kgo.Record{
					Topic: "events", Key: fmt.Appendf(nil, "key %d", i), Value: []byte("the same again and again"),
					Timestamp: at.Add(time.Duration(i) * time.Millisecond),
					Headers:   []kgo.RecordHeader{{Key: "ce_id", Value: fmt.Append(nil, i)}, {Key: "empty"}},
				})
			}
			rs = append(rs, &kgo.Record{Topic: "events"}) // neither key nor value
			if err := client.ProduceSync(short(t), rs...).FirstErr(); err != nil {
				t.Fatal(err)
			}
			k := open(t, fastOptions(broker.ListenAddrs(), "events"))
			begin(t, k, nil)
			seen := 0
			for ctx := short(t); seen < len(rs); {
				b, err := k.Fetch(ctx)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range b.Records {
					if seen < 500 {
						checkRecord(t, r, seen, at)
					} else if r.Key != nil || r.Value != nil || r.Headers != nil {
						t.Errorf("null record %+v", r)
					}
					seen++
				}
			}
		})
	}
}

func checkRecord(t *testing.T, r source.Record, i int, at time.Time) {
	t.Helper()
	if r.Partition != p0 || r.Offset != int64(i) || string(r.Key) != fmt.Sprintf("key %d", i) ||
		string(r.Value) != "the same again and again" || !r.Time.Equal(at.Add(time.Duration(i)*time.Millisecond)) ||
		len(r.Headers) != 2 || r.Headers[0].Key != "ce_id" || string(r.Headers[0].Value) != fmt.Sprint(i) ||
		r.Headers[1].Key != "empty" {
		t.Errorf("record %d: %+v", i, r)
	}
}

func TestLeavesOutWhatTransactionsTookBack(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs(), kgo.TransactionalID("tx"))
	for i, commit := range []bool{true, false, true, false} {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		produce(t, client, 0, 10*i, 5)
		if err := client.EndTransaction(short(t), kgo.TransactionEndTry(commit)); err != nil {
			t.Fatal(err)
		}
	}
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	g := collect(t, k, func(g got) bool { return g.caughtUp[p0] && g.positions[p0] == 24 })
	if want := append(numbers(0, 5), numbers(20, 5)...); !slices.Equal(g.values, want) {
		t.Errorf("got %v, want %v", g.values, want)
	}
}

func TestWaitsForTopicsThatComeLater(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.SeedTopics(1, "labels"))
	o := fastOptions(broker.ListenAddrs(), "events", "labels")
	var log bytes.Buffer
	waiting := make(chan struct{}, 100)
	o.Log = zerolog.New(&log).Hook(zerolog.HookFunc(func(_ *zerolog.Event, _ zerolog.Level, message string) {
		if strings.Contains(message, "waiting") {
			waiting <- struct{}{}
		}
	}))
	k, err := source.NewKafka(o)
	if err != nil {
		t.Fatal(err)
	}
	<-waiting
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if a, err := k.Assignment(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("assignment %+v of a topic that does not exist: %v", a, err)
	}
	if err := broker.CreateTopic("events", 2, nil); err != nil {
		t.Fatal(err)
	}
	if a := begin(t, k, nil); len(a.Owned) != 3 || a.Total != 3 {
		t.Errorf("assignment %+v", a)
	}
	_ = k.Close()
	const said = `{"level":"info","topics":"events","message":"waiting for topics that do not exist yet"}`
	if n := strings.Count(log.String(), said); n != 1 {
		t.Errorf("said so %d times: %s", n, log.String())
	}
}

func TestReconnects(t *testing.T) {
	t.Parallel()
	var line cable
	broker := newBroker(t, kfake.SeedTopics(1, "events"), kfake.ListenFn(line.listen))
	client := producer(t, broker.ListenAddrs())
	produce(t, client, 0, 0, 5)
	o := fastOptions(broker.ListenAddrs(), "events")
	o.SessionTimeout = 5 * time.Second // of the member that could not take leave
	k := open(t, o)
	begin(t, k, nil)
	collect(t, k, records(5))
	line.cut()
	for quiet := false; !quiet; { // while the broker is away Fetch still returns, and claims nothing
		b, err := k.Fetch(short(t))
		if errors.Is(err, source.ErrReassigned) { // the coordinator is away as well
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		quiet = b.HighWatermark == -1 && b.Next == 5
	}
	line.mend()
	produce(t, client, 0, 5, 3)
	var values []string
	for len(values) < 3 {
		b, err := k.Fetch(short(t))
		if errors.Is(err, source.ErrReassigned) {
			begin(t, k, source.Positions{p0: 5})
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			values = append(values, string(r.Value))
		}
	}
	if !slices.Equal(values, numbers(5, 3)) {
		t.Errorf("got %v", values)
	}
}

func TestFollowsALeader(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.NumBrokers(2), kfake.SeedTopics(2, "events"))
	client := producer(t, broker.ListenAddrs())
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	for i := range 3 {
		produce(t, client, 0, 2*i, 2)
		if g := collect(t, k, records(2)); !slices.Equal(g.values, numbers(2*i, 2)) {
			t.Fatalf("round %d: got %v", i, g.values)
		}
		if err := broker.MoveTopicPartition("events", 0, 1-broker.LeaderFor("events", 0)); err != nil {
			t.Fatal(err)
		}
	}
	if s := k.Stats(); s.FetchErrors["Not Leader For Partition"] == 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestCountsWhatRetentionTook(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs())
	for i := range 10 {
		produce(t, client, 0, i, 1)
	}
	if err := broker.DeleteRecords("events", 0, 6); err != nil {
		t.Fatal(err)
	}
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, source.Positions{p0: 2})
	g := collect(t, k, records(4))
	if g.lost != 4 || !slices.Equal(g.values, numbers(6, 4)) || k.Stats().Lost[source.Retention] != 4 {
		t.Errorf("got %+v, stats %+v", g, k.Stats())
	}
}

func TestStartsAgainInATopicCreatedAnew(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs())
	produce(t, client, 0, 0, 3)
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, source.Positions{p0: 100})
	g := collect(t, k, records(3))
	if g.restarted != 1 || g.lost != 0 || !slices.Equal(g.values, numbers(0, 3)) || k.Stats().Restarts != 1 {
		t.Errorf("got %+v, stats %+v", g, k.Stats())
	}
}

func TestOneOwnsAllTheOtherStandsBy(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.SeedTopics(2, "events", "labels"))
	client := producer(t, broker.ListenAddrs())
	o := fastOptions(broker.ListenAddrs(), "events", "labels")
	o.SessionTimeout = 4 * time.Minute // longer than any wait below: who goes must take leave
	first := open(t, o)
	if a := begin(t, first, nil); len(a.Owned) != 4 || a.Total != 4 {
		t.Fatalf("alone: %+v", a)
	}
	second := open(t, o)

	untilReassigned(t, first) // the newcomer makes a rebalance, after which the first still owns all
	if err := first.Commit(t.Context(), source.Positions{p0: 0}); err != nil {
		t.Fatalf("commit after the end of the generation: %v", err)
	}
	if a := begin(t, first, nil); len(a.Owned) != 4 {
		t.Errorf("after the rebalance the first owns %+v", a)
	}
	if a := begin(t, second, nil); len(a.Owned) != 0 || a.Total != 4 {
		t.Errorf("the second owns %+v", a)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	if b, err := second.Fetch(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("standing by, got %+v, %v", b, err)
	}

	produce(t, client, 0, 0, 5)
	collect(t, first, records(5))
	if err := first.Commit(t.Context(), source.Positions{p0: 5}); err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	if _, err := second.Fetch(short(t)); !errors.Is(err, source.ErrReassigned) {
		t.Fatalf("after the first left: %v", err)
	}
	if a := begin(t, second, nil); len(a.Owned) != 4 {
		t.Errorf("heir owns %+v", a)
	}
	produce(t, client, 0, 5, 1)
	if g := collect(t, second, records(1)); !slices.Equal(g.values, []string{"5"}) {
		t.Errorf("heir read %v", g.values)
	}
}

func TestCommitIsFenced(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	broker.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.IllegalGeneration})
	if err := k.Commit(t.Context(), source.Positions{p0: 1}); !errors.Is(err, kafka.IllegalGeneration) {
		t.Errorf("commit by a generation that is over: %v", err)
	}
	if err := k.Commit(t.Context(), source.Positions{p0: 1}); err != nil {
		t.Errorf("commit: %v", err)
	}
}

func TestSeesPartitionsThatAreAdded(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	client := producer(t, broker.ListenAddrs())
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	addPartitions(t, client, "events", 3)
	untilReassigned(t, k)
	if err := k.Commit(t.Context(), source.Positions{p0: 0}); err != nil {
		t.Errorf("commit: %v", err)
	}
	if a := begin(t, k, nil); len(a.Owned) != 3 || a.Total != 3 {
		t.Errorf("assignment %+v", a)
	}
}

func TestPauseLosesNothing(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, kfake.SeedTopics(2, "events"))
	client := producer(t, broker.ListenAddrs())
	for i := range 20 {
		produce(t, client, 0, 1000+10*i, 10)
		produce(t, client, 1, 5000+10*i, 10)
	}
	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	p1 := source.Partition{Topic: "events", Number: 1}
	k.Pause(map[source.Partition]bool{p0: true})
	if g := collect(t, k, records(200)); !slices.Equal(g.values, numbers(5000, 200)) {
		t.Fatalf("got %v", g.values)
	}
	k.Pause(map[source.Partition]bool{p0: true, p1: true})
	b, err := k.Fetch(short(t))
	if err != nil || len(b.Records) != 0 {
		t.Fatalf("all paused: %+v, %v", b, err)
	}
	k.Pause(nil)
	if g := collect(t, k, records(200)); !slices.Equal(g.values, numbers(1000, 200)) {
		t.Errorf("got %v", g.values)
	}
}

func TestContextEndsAFetch(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	o := fastOptions(broker.ListenAddrs(), "events")
	o.MaxWait = time.Minute
	k := open(t, o)
	begin(t, k, nil)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	for {
		b, err := k.Fetch(ctx)
		if errors.Is(err, context.Canceled) {
			break
		}
		if err != nil || len(b.Records) > 0 {
			t.Fatalf("%+v, %v", b, err)
		}
	}
	began := time.Now()
	_ = k.Close()
	if took := time.Since(began); took > o.MaxWait/2 {
		t.Errorf("close took %v while a fetch was under way", took)
	}
}

func TestCloseWithoutABroker(t *testing.T) {
	k := open(t, fastOptions([]string{"127.0.0.1:1"}, "events"))
	time.AfterFunc(200*time.Millisecond, func() { _ = k.Close() })
	if _, err := k.Assignment(t.Context()); !errors.Is(err, source.ErrClosed) {
		t.Errorf("assignment: %v", err)
	}
}

func TestRefusesOptionsThatCannotWork(t *testing.T) {
	for _, o := range []source.Options{
		{},
		{Brokers: []string{"b:1"}},
		{Brokers: []string{"b:1"}, Group: "g"},
		{Brokers: []string{"b:1"}, Group: "g", Topics: []string{"t"}},
		{Brokers: []string{"b:1"}, Group: "g", Topics: []string{"t"}, Clock: time.Now, StartOffset: "middle"},
	} {
		if k, err := source.NewKafka(o); err == nil {
			_ = k.Close()
			t.Errorf("%+v was accepted", o)
		}
	}
}

// A reader without a position of its own reads again what the group's last reader had open.
func TestReplaysWhatIsNotOlder(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		replay    time.Duration
		committed int64
		want      int
	}{
		"to the record's time":        {90 * time.Minute, 8, 4}, // record n is 5−n hours old up to 4, the rest new
		"not beyond the commit":       {time.Minute, 3, 3},
		"from the beginning":          {100 * time.Hour, 8, 0},
		"switched off":                {0, 8, 8},
		"nothing is so new":           {time.Nanosecond, 10, 10},
		"without a commit, all of it": {time.Minute, -1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			broker := newBroker(t, kfake.SeedTopics(1, "events"))
			client := producer(t, broker.ListenAddrs())
			var rs []*kgo.Record
			for i := range 10 {
				rs = append(rs, &kgo.Record{Topic: "events", Value: fmt.Append(nil, i), Timestamp: now.Add(time.Duration(min(i-5, 0)) * time.Hour)})
				if err := client.ProduceSync(short(t), rs[i]).FirstErr(); err != nil {
					t.Fatal(err)
				}
			}
			if c.committed >= 0 {
				first := open(t, fastOptions(broker.ListenAddrs(), "events"))
				begin(t, first, nil)
				if err := first.Commit(t.Context(), source.Positions{p0: c.committed}); err != nil {
					t.Fatal(err)
				}
				_ = first.Close()
			}
			produce(t, client, 0, 10, 1)
			o := fastOptions(broker.ListenAddrs(), "events")
			o.Replay = c.replay
			second := open(t, o)
			begin(t, second, nil)
			if g := collect(t, second, records(11-c.want)); !slices.Equal(g.values, numbers(c.want, 11-c.want)) {
				t.Errorf("got %v, want them from %d", g.values, c.want)
			}
		})
	}
}
