//go:build integration

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
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
		sum := 0
		for _, c := range m.key {
			sum += int(c)
		}
		dealt[sum%partitions] = append(dealt[sum%partitions], m)
	}
	return dealt
}
