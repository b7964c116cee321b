//go:build integration

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anchorwatch/anchorwatch/agent/admin"
)

// kcat sends messages to one partition with kcat, which is librdkafka: a producer that shares no code with us.
func kcat(t *testing.T, topic string, partition int, messages []message, flags ...string) {
	t.Helper()
	keyed := false
	for _, f := range flags {
		keyed = keyed || f == "-K\t"
	}
	var text bytes.Buffer
	for _, m := range messages {
		if keyed {
			text.WriteString(m.key + "\t")
		}
		text.Write(append(m.value, '\n'))
	}
	path := filepath.Join(t.TempDir(), "messages")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := append([]string{"-P", "-b", kafka.address, "-t", topic, "-p", strconv.Itoa(partition)}, flags...)
	if out, err := exec.CommandContext(soon(t), "kcat", append(arguments, "-l", path)...).CombinedOutput(); err != nil {
		t.Fatalf("kcat: %v\n%s", err, out)
	}
}

// records makes records of messages for one partition.
func records(topic string, partition int, messages []message) []*kgo.Record {
	all := make([]*kgo.Record, len(messages))
	for i, m := range messages {
		all[i] = &kgo.Record{Topic: topic, Partition: int32(partition), Value: m.value}
		if m.key != "" {
			all[i].Key = []byte(m.key)
		}
	}
	return all
}

// send writes records with franz-go and waits until the broker has them.
func send(t *testing.T, client *kgo.Client, rs ...*kgo.Record) {
	t.Helper()
	if err := client.ProduceSync(soon(t), rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// deal spreads messages over partitions, in turn; the order within each stays.
func deal(messages []message, partitions int) [][]message {
	dealt := make([][]message, partitions)
	for i, m := range messages {
		dealt[i%partitions] = append(dealt[i%partitions], m)
	}
	return dealt
}

// byKey spreads messages over partitions so that those of one key stay together.
func byKey(messages []message, partitions int) [][]message {
	dealt := make([][]message, partitions)
	for _, m := range messages {
		dealt[shard(m.key, partitions)] = append(dealt[shard(m.key, partitions)], m)
	}
	return dealt
}

// shard is the partition of a key.
func shard(key string, partitions int) int {
	sum := 0
	for _, c := range key {
		sum += int(c)
	}
	return sum % partitions
}

// outlet sends a stream with franz-go as it would have come: by event time, all partitions side by side. Predictions go
// to the partitions in turn, labels by key.
type outlet struct {
	client              *kgo.Client
	stream              *stream
	predictions, labels string
	// The number of partitions of either topic.
	predictionPartitions, labelPartitions int
	// reader must have read each minute before the next is sent; nil: nobody reads yet. What would take minutes takes
	// milliseconds here: without that, the labels of some minutes could be read after the predictions of others.
	reader *setup

	sentPredictions, sentLabels int
}

// until sends everything up to a moment of event time, a minute at a time.
func (o *outlet) until(t *testing.T, end time.Time) {
	t.Helper()
	for at := o.stream.start.Add(size); ; at = at.Add(size) {
		if at.After(end) {
			at = end
		}
		var rs []*kgo.Record
		for ; o.sentPredictions < len(o.stream.predictions) && !o.stream.predictions[o.sentPredictions].at.After(at); o.sentPredictions++ {
			rs = append(rs, records(o.predictions, o.sentPredictions%o.predictionPartitions, o.stream.predictions[o.sentPredictions:o.sentPredictions+1])...)
		}
		for ; o.sentLabels < len(o.stream.labels) && !o.stream.labels[o.sentLabels].at.After(at); o.sentLabels++ {
			m := o.stream.labels[o.sentLabels]
			rs = append(rs, records(o.labels, shard(m.key, o.labelPartitions), []message{m})...)
		}
		if len(rs) > 0 {
			send(t, o.client, rs...)
			o.await(t)
		}
		if at.Equal(end) {
			return
		}
	}
}

// rest sends what is left of the stream, and behind it its closers.
func (o *outlet) rest(t *testing.T) {
	t.Helper()
	o.until(t, o.stream.end().Add(size)) // labels come up to half a minute behind the last prediction
	o.behind(t, labelDelay+30*time.Second)
}

// behind sends one event to every partition, some time after the stream's end.
func (o *outlet) behind(t *testing.T, after time.Duration) {
	t.Helper()
	predictions, labels := o.stream.behind(max(o.predictionPartitions, o.labelPartitions), after)
	var rs []*kgo.Record
	for i := range o.predictionPartitions {
		rs = append(rs, records(o.predictions, i, predictions[i:i+1])...)
	}
	for i := range o.labelPartitions {
		rs = append(rs, records(o.labels, i, labels[i:i+1])...)
	}
	send(t, o.client, rs...)
}

// await waits until the reader has read everything.
func (o *outlet) await(t *testing.T) {
	t.Helper()
	if o.reader == nil {
		return
	}
	end := ends(t, o.client, o.predictions, o.predictionPartitions) + ends(t, o.client, o.labels, o.labelPartitions)
	eventually(t, "everything is read", func() bool { return position(o.reader.status().Partitions) >= end }, o.reader.said)
}

// ends sums the ends of a topic's logs.
func ends(t *testing.T, client *kgo.Client, name string, partitions int) (sum int64) {
	t.Helper()
	topic := kmsg.NewListOffsetsRequestTopic()
	topic.Topic = name
	for i := range partitions {
		partition := kmsg.NewListOffsetsRequestTopicPartition()
		partition.Partition, partition.Timestamp = int32(i), -1
		topic.Partitions = append(topic.Partitions, partition)
	}
	request := kmsg.NewPtrListOffsetsRequest()
	request.ReplicaID = -1
	request.Topics = append(request.Topics, topic)
	answer, err := request.RequestWith(soon(t), client)
	if err != nil {
		t.Fatal(err)
	}
	for _, partition := range answer.Topics[0].Partitions {
		sum += partition.Offset
	}
	return sum
}

// position sums the positions in all partitions.
func position(partitions []admin.Partition) (sum int64) {
	for _, p := range partitions {
		sum += p.Position
	}
	return sum
}

// sent is how many events of the stream are on their way.
func (o *outlet) sent() int64 { return int64(o.sentPredictions + o.sentLabels) }
