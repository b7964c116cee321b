package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
)

// requestTimeout bounds every request that does not wait for new records.
const requestTimeout = 10 * time.Second

// metadataTTL bounds the age of kafka-go's own picture of the cluster (it looks at random moments within it). There is no
// public way to ask for a fresh one, so this is also how long a change of leader can go unnoticed.
const metadataTTL = 2 * time.Second

// cluster is the brokers: who leads what, how far logs reach, and the transport that everything travels by.
type cluster struct {
	topics    []string
	transport *kafka.Transport
	client    *kafka.Client
	sockets   *sockets
}

// connection is how brokers are reached; Options and ProducerOptions have it in common.
type connection struct {
	brokers  []string
	clientID string
	tls      *tls.Config
	sasl     sasl.Mechanism
}

func newCluster(c connection, topics []string) *cluster {
	s := newSockets()
	transport := &kafka.Transport{
		Dial: s.dial, ClientID: c.clientID, TLS: c.tls, SASL: c.sasl,
		MetadataTTL: metadataTTL, MetadataTopics: topics,
	}
	return &cluster{
		topics: topics, transport: transport, sockets: s,
		client: &kafka.Client{Addr: kafka.TCP(c.brokers...), Transport: transport},
	}
}

// close ends every exchange under way and gives up all connections.
func (c *cluster) close() {
	c.transport.CloseIdleConnections()
	c.sockets.close()
}

// layout is the cluster as of one look at it.
type layout struct {
	leaders map[Partition]int32 // of the partitions that have one
	counts  map[string]int      // partitions of the topics that exist
}

// total counts the partitions of all topics.
func (l layout) total() int {
	total := 0
	for _, n := range l.counts {
		total += n
	}
	return total
}

// look returns the layout as kafka-go last saw it.
func (c *cluster) look(ctx context.Context) (layout, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := c.client.Metadata(ctx, &kafka.MetadataRequest{Topics: c.topics})
	if err != nil {
		return layout{}, fmt.Errorf("read metadata: %w", err)
	}
	l := layout{leaders: map[Partition]int32{}, counts: map[string]int{}}
	for _, topic := range response.Topics {
		if topic.Error != nil {
			if errors.Is(topic.Error, kafka.TopicAuthorizationFailed) {
				return layout{}, fmt.Errorf("read metadata of topic %q: %w", topic.Name, topic.Error)
			}
			continue
		}
		l.counts[topic.Name] = len(topic.Partitions)
		for _, p := range topic.Partitions {
			if p.Leader.Host != "" {
				l.leaders[Partition{Topic: topic.Name, Number: p.ID}] = int32(p.Leader.ID)
			}
		}
	}
	return l, nil
}

// missing names the topics that do not exist.
func (c *cluster) missing(l layout) []string {
	var names []string
	for _, topic := range c.topics {
		if l.counts[topic] == 0 {
			names = append(names, topic)
		}
	}
	return names
}

// since returns the offset of the first record that is not older than a moment, by its timestamp, or otherwise if there
// is none.
func (c *cluster) since(ctx context.Context, p Partition, moment time.Time, otherwise int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := c.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		p.Topic: {kafka.TimeOffsetOf(p.Number, moment)},
	}})
	if err != nil {
		return 0, fmt.Errorf("list offsets: %w", err)
	}
	for _, offsets := range response.Topics[p.Topic] {
		if offsets.Partition != p.Number {
			continue
		}
		if offsets.Error != nil {
			return 0, fmt.Errorf("list offsets: %w", offsets.Error)
		}
		for offset := range offsets.Offsets {
			if offset >= 0 {
				return offset, nil
			}
		}
		return otherwise, nil
	}
	return 0, fmt.Errorf("list offsets: no answer for partition %d of %q", p.Number, p.Topic)
}

// reach returns a log's first offset and the one after its last.
func (c *cluster) reach(ctx context.Context, p Partition) (first, end int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := c.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		p.Topic: {kafka.FirstOffsetOf(p.Number), kafka.LastOffsetOf(p.Number)},
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("list offsets: %w", err)
	}
	for _, offsets := range response.Topics[p.Topic] {
		if offsets.Partition != p.Number {
			continue
		}
		if offsets.Error != nil {
			return 0, 0, fmt.Errorf("list offsets: %w", offsets.Error)
		}
		return offsets.FirstOffset, offsets.LastOffset, nil
	}
	return 0, 0, fmt.Errorf("list offsets: no answer for partition %d of %q", p.Number, p.Topic)
}
