package source_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// newBroker starts a broker in the process, with topics of the number of partitions given.
func newBroker(t *testing.T, options ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	options = append([]kfake.Opt{
		kfake.NumBrokers(1),
		kfake.GroupMinSessionTimeout(100 * time.Millisecond),
	}, options...)
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// fastOptions read the topics of a broker with short intervals. The session is longer than a machine stalls, so that no
// member is given up that lives, and shorter than a test waits.
func fastOptions(brokers []string, topics ...string) source.Options {
	return source.Options{
		Brokers: brokers, Group: "watch", Topics: topics,
		MaxWait: 50 * time.Millisecond, HeartbeatInterval: 50 * time.Millisecond, SessionTimeout: time.Minute,
		PartitionPoll: 50 * time.Millisecond, Clock: time.Now,
	}
}

func open(t *testing.T, o source.Options) *source.Kafka {
	t.Helper()
	if testing.Verbose() {
		o.Log = zerolog.New(zerolog.NewTestWriter(t))
	}
	k, err := source.NewKafka(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// begin takes the assignment and seeks.
func begin(t *testing.T, s source.Source, positions source.Positions) source.Assignment {
	t.Helper()
	a, err := s.Assignment(short(t))
	if err != nil {
		t.Fatalf("assignment: %v", err)
	}
	if err := s.Seek(short(t), positions); err != nil {
		t.Fatalf("seek: %v", err)
	}
	return a
}

// short is a context that ends before a hanging test is a nuisance.
func short(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// got is what a reader collected.
type got struct {
	values    []string
	offsets   []int64
	lost      int64
	restarted int
	positions source.Positions
	caughtUp  map[source.Partition]bool
}

// collect fetches until done says so.
func collect(t *testing.T, s source.Source, done func(got) bool) got {
	t.Helper()
	g := got{positions: source.Positions{}, caughtUp: map[source.Partition]bool{}}
	ctx := short(t)
	for !done(g) {
		b, err := s.Fetch(ctx)
		if err != nil {
			t.Fatalf("fetch after %d records: %v", len(g.values), err)
		}
		for _, r := range b.Records {
			g.values = append(g.values, string(r.Value))
			g.offsets = append(g.offsets, r.Offset)
		}
		g.lost += b.Lost
		if b.Restarted {
			g.restarted++
		}
		g.positions[b.Partition] = b.Next
		g.caughtUp[b.Partition] = b.Next == b.HighWatermark
	}
	return g
}

// records is a condition for collect.
func records(n int) func(got) bool { return func(g got) bool { return len(g.values) >= n } }

// untilReassigned fetches until the assignment has changed.
func untilReassigned(t *testing.T, s source.Source) {
	t.Helper()
	for ctx := short(t); ; {
		_, err := s.Fetch(ctx)
		if errors.Is(err, source.ErrReassigned) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func producer(t *testing.T, brokers []string, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	options = append([]kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
		kgo.MetadataMinAge(10 * time.Millisecond),
	}, options...)
	client, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// produce writes n records "<from>", "<from+1>", … to the topic events, in one batch.
func produce(t *testing.T, client *kgo.Client, partition int32, from, n int) {
	t.Helper()
	var rs []*kgo.Record
	for i := range n {
		rs = append(rs, &kgo.Record{Topic: "events", Partition: partition, Value: fmt.Appendf(nil, "%d", from+i)})
	}
	if err := client.ProduceSync(short(t), rs...).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
}

func numbers(from, n int) []string {
	var s []string
	for i := range n {
		s = append(s, fmt.Sprint(from+i))
	}
	return s
}

// addPartitions grows a topic.
func addPartitions(t *testing.T, client *kgo.Client, topic string, count int32) {
	t.Helper()
	request := kmsg.NewCreatePartitionsRequest()
	grown := kmsg.NewCreatePartitionsRequestTopic()
	grown.Topic, grown.Count = topic, count
	request.Topics = append(request.Topics, grown)
	if _, err := request.RequestWith(short(t), client); err != nil {
		t.Fatal(err)
	}
}

// cable is a broker's network, which a test can cut.
type cable struct {
	mu    sync.Mutex
	out   bool
	conns []net.Conn
}

// listen is for kfake.ListenFn.
func (c *cable) listen(network, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), network, address)
	return cableListener{l, c}, err
}

// cut closes every connection, and new ones as they come.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = true
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = false
}

type cableListener struct {
	net.Listener
	cable *cable
}

func (l cableListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.cable.mu.Lock()
	defer l.cable.mu.Unlock()
	if l.cable.out {
		_ = conn.Close()
	} else {
		l.cable.conns = append(l.cable.conns, conn)
	}
	return conn, nil
}
