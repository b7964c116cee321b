package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
)

// ProducerOptions is what a Producer is made of.
type ProducerOptions struct {
	Brokers  []string // host:port, at least one
	ClientID string   // default "anchorwatch"
	TLS      *tls.Config
	SASL     sasl.Mechanism
	// Topics are the topics it will write to: at least one, metadata of others is not read.
	Topics []string
	// Attempts bounds how often one call tries; default 5, which takes about 3 s of waiting.
	Attempts int
	Clock    func() time.Time // required: stamps records that have no time
}

// Producer writes records and waits until all in-sync replicas have them. A record whose answer was lost is written
// again, so readers must know duplicates by their key. It may be used by several goroutines.
type Producer struct {
	options ProducerOptions
	cluster *cluster
}

// NewProducer connects when it first produces.
func NewProducer(options ProducerOptions) (*Producer, error) {
	switch {
	case len(options.Brokers) == 0:
		return nil, errors.New("kafka producer: no brokers")
	case len(options.Topics) == 0:
		return nil, errors.New("kafka producer: no topics")
	case options.Clock == nil:
		return nil, errors.New("kafka producer: no clock")
	}
	options.ClientID = either(options.ClientID, "anchorwatch")
	options.Attempts = either(options.Attempts, 5)
	c := connection{brokers: options.Brokers, clientID: options.ClientID, tls: options.TLS, sasl: options.SASL}
	return &Producer{options: options, cluster: newCluster(c, options.Topics)}, nil
}

// Produce writes the records; of each it reads Key, Value, Headers and Time. Equal keys go to the same partition, the
// one the Java client would choose; records without a key go to the partition of their Partition.Number, if Topic is set
// there too, else to any. When it returns an error some of the records may have been written.
func (p *Producer) Produce(ctx context.Context, topic string, records ...Record) error {
	if !slices.Contains(p.options.Topics, topic) {
		return fmt.Errorf("produce: %q is not among the producer's topics", topic)
	}
	var err error
	for attempt := range p.options.Attempts {
		if attempt > 0 && !pause(ctx, backoff(attempt)) {
			break
		}
		if records, err = p.try(ctx, topic, records); len(records) == 0 {
			return nil
		}
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return fmt.Errorf("produce to %q: %w", topic, err)
}

// try writes each partition's records once and returns those that were not acknowledged, with the last reason.
func (p *Producer) try(ctx context.Context, topic string, records []Record) (left []Record, err error) {
	l, err := p.cluster.look(ctx)
	if err != nil {
		return records, err
	}
	count := l.counts[topic]
	if count == 0 {
		return records, kafka.UnknownTopicOrPartition
	}
	for number, group := range p.byPartition(topic, count, records) {
		if len(group) == 0 {
			continue
		}
		if failed := p.write(ctx, topic, number, group); failed != nil {
			left, err = append(left, group...), failed
		}
	}
	return left, err
}

// byPartition sorts records into the partitions they belong to, each in the order given.
func (p *Producer) byPartition(topic string, count int, records []Record) [][]Record {
	numbers := make([]int, count)
	for i := range numbers {
		numbers[i] = i
	}
	groups := make([][]Record, count)
	for _, r := range records {
		number := r.Partition.Number
		if r.Key != nil || r.Partition.Topic != topic || number < 0 || number >= count {
			number = kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: r.Key}, numbers...)
		}
		groups[number] = append(groups[number], r)
	}
	return groups
}

func (p *Producer) write(ctx context.Context, topic string, number int, records []Record) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	batch := make([]kafka.Record, len(records))
	for i, r := range records {
		batch[i] = p.record(r)
	}
	response, err := p.cluster.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: topic, Partition: number, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(batch...),
	})
	if err != nil {
		return err
	}
	return response.Error
}

func (p *Producer) record(r Record) kafka.Record {
	record := kafka.Record{Time: r.Time}
	if r.Time.IsZero() {
		record.Time = p.options.Clock()
	}
	if r.Key != nil {
		record.Key = kafka.NewBytes(r.Key)
	}
	if r.Value != nil {
		record.Value = kafka.NewBytes(r.Value)
	}
	for _, h := range r.Headers {
		record.Headers = append(record.Headers, kafka.Header{Key: h.Key, Value: h.Value})
	}
	return record
}

// Close gives up all connections. It may be called more than once.
func (p *Producer) Close() error {
	p.cluster.close()
	return nil
}
