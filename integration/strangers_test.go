//go:build integration

package integration

import (
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// lately is a whole minute in the recent past where a stream of some windows can begin.
func lately() time.Time { return time.Now().UTC().Add(-3 * time.Hour).Truncate(time.Hour) }

// nineOfTen is a model that is right as often as its baseline.
func nineOfTen(int) float64 { return 0.9 }

// TestStrangersProducers sends one stream by every way a producer may choose: kcat with each codec, with and without keys
// and headers, and franz-go in transactions, some of them aborted. Every window must come out exact, wherever it is shown.
func TestStrangersProducers(t *testing.T) {
	t.Parallel()
	const predictions, labels = "strangers-predictions", "strangers-labels"
	kafka.topic(t, predictions, 6)
	kafka.topic(t, labels, 2)
	s := newStream(1, lately(), 12, 400, nineOfTen)
	closingPredictions, closingLabels := s.closers(6)

	byCat := [][]string{
		{"-z", "snappy"},
		{"-z", "lz4", "-K\t"},
		{"-z", "gzip", "-H", "source=kcat", "-H", "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
		{"-z", "zstd", "-K\t", "-H", "content-type=application/json"},
		{"-z", "none"},
	}
	dealt := deal(s.predictions, 6)
	for i, flags := range byCat {
		kcat(t, predictions, i, append(dealt[i], closingPredictions[i]), flags...)
	}
	inTransactions(t, predictions, 5, dealt[5], closingPredictions[5])
	keyed := byKey(s.labels, 2)
	kcat(t, labels, 0, append(keyed[0], closingLabels[0]), "-z", "zstd")
	inTransactions(t, labels, 1, keyed[1], closingLabels[1])
	if got, want := codecs(t, predictions), []uint8{0, 1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Fatalf("the topic holds batches of the codecs %v, want %v: the test proves less than it says", got, want)
	}

	in := install(t, site{group: "strangers", predictions: predictions, labels: labels})
	in.start()
	in.awaitFinal(s.end())
	s.check(t, "API", in.windows())
	s.check(t, "file sink", in.lines())
	s.checkMetrics(t, in, 6, 2)
	for _, message := range in.alerts().Incidents {
		t.Errorf("an incident where nothing is wrong: %+v", message)
	}
}

// checkMetrics compares the counters with the stream, and the predictions sent behind it, of which some are labelled.
func (s *stream) checkMetrics(t *testing.T, in *setup, closers, labeled int) {
	t.Helper()
	sum := s.totals()
	for _, m := range []struct {
		name   string
		labels []string
		want   int
	}{
		{"predictions_total", []string{"model", "credit", "version", "1"}, sum.samples + closers},
		{"predictions_labeled_total", []string{"model", "credit", "version", "1"}, sum.labeled + labeled},
		{"predictions_correct_total", []string{"model", "credit", "version", "1"}, sum.correct + labeled},
		{"window_too_late_events_total", nil, 0},
		{"events_rejected_total", nil, sum.doubled},
		{"events_rejected_total", []string{"reason", "duplicate"}, sum.doubled},
		{"kafka_messages_lost_total", nil, 0},
	} {
		if got := in.metric(m.name, m.labels...); got != float64(m.want) {
			t.Errorf("/metrics: %s is %v, want %d", m.name, got, m.want)
		}
	}
}

// inTransactions sends messages in transactions of a hundred. After each comes one that is aborted, full of events that
// would change every number.
func inTransactions(t *testing.T, topic string, partition int, messages []message, closer message) {
	t.Helper()
	client := kafka.client(t, kgo.TransactionalID(topic), kgo.ProducerBatchCompression(kgo.NoCompression()))
	transact := func(outcome kgo.TransactionEndTry, chunk []message) {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		send(t, client, records(topic, partition, chunk)...)
		if err := client.EndTransaction(soon(t), outcome); err != nil {
			t.Fatal(err)
		}
	}
	for chunk := range slices.Chunk(append(slices.Clip(messages), closer), 100) {
		var ghosts []message
		for _, m := range chunk {
			m.value = slices.Concat([]byte(`{"id":"ghost-`), m.value[len(`{"id":"`):])
			ghosts = append(ghosts, m)
		}
		transact(kgo.TryAbort, ghosts)
		transact(kgo.TryCommit, chunk)
	}
	transact(kgo.TryAbort, messages[:10])
}

// codecs lists the codecs of a topic's batches, as the protocol numbers them.
func codecs(t *testing.T, topic string) (found []uint8) {
	t.Helper()
	client := kafka.client(t, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadUncommitted()))
	seen := map[uint8]bool{}
	eventually(t, "all codecs are read back", func() bool {
		client.PollFetches(soon(t)).EachRecord(func(r *kgo.Record) { seen[r.Attrs.CompressionType()] = true })
		return len(seen) == 5
	})
	for codec := range seen {
		found = append(found, codec)
	}
	slices.Sort(found)
	return found
}

// TestCompactedLabels reads labels from a topic in which the broker has removed most records, whole batches among them.
func TestCompactedLabels(t *testing.T) {
	t.Parallel()
	const predictions, labels = "compacted-predictions", "compacted-labels"
	kafka.topic(t, predictions, 1)
	kafka.topic(t, labels, 1, "cleanup.policy", "compact", "segment.ms", "1000", "min.cleanable.dirty.ratio", "0.001", "max.compaction.lag.ms", "1000")
	s := newStream(2, lately(), 6, 200, nineOfTen)
	client := kafka.client(t)
	closingPredictions, closingLabels := s.closers(1)
	send(t, client, records(predictions, 0, append(s.predictions, closingPredictions...))...)
	for range 3 { // all but the last of three equal labels may go
		for chunk := range slices.Chunk(s.labels, 50) {
			send(t, client, records(labels, 0, chunk)...)
		}
		time.Sleep(1100 * time.Millisecond) // the segment's age makes the broker begin another
	}
	send(t, client, records(labels, 0, closingLabels)...)
	eventually(t, "the broker has compacted the labels", func() bool {
		time.Sleep(time.Second)
		send(t, client, &kgo.Record{Topic: labels, Key: []byte("tick"), Value: closingLabels[0].value})
		return first(t, labels) >= int64(len(s.labels))
	})

	in := install(t, site{group: "compacted", predictions: predictions, labels: labels})
	in.start()
	in.awaitFinal(s.end())
	s.check(t, "API", in.windows())
	s.check(t, "file sink", in.lines())
	if lost := in.metric("kafka_messages_lost_total"); lost != 0 {
		t.Errorf("%v messages are said to be lost: compaction loses none", lost)
	}
}

// first returns the offset of the first record that a topic of one partition still holds.
func first(t *testing.T, topic string) int64 {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka.address), kgo.ConsumeTopics(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, r := range client.PollFetches(soon(t)).Records() {
		return r.Offset
	}
	return -1
}
