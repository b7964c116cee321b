package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/source/sourcetest"
)

func TestKafkaConforms(t *testing.T) {
	sourcetest.Conform(t, func(t *testing.T) sourcetest.Subject {
		t.Helper()
		broker := newBroker(t, kfake.SeedTopics(2, "events"))
		return &kafkaSubject{broker: broker, client: producer(t, broker.ListenAddrs())}
	})
}

type kafkaSubject struct {
	broker *kfake.Cluster
	client *kgo.Client
}

func (k *kafkaSubject) Partitions(*testing.T) [2]source.Partition {
	return [2]source.Partition{{Topic: "events"}, {Topic: "events", Number: 1}}
}

func (k *kafkaSubject) Append(t *testing.T, p source.Partition, values ...string) {
	t.Helper()
	for len(values) > 0 { // several batches
		n := min(len(values), 250)
		var rs []*kgo.Record
		for _, v := range values[:n] {
			rs = append(rs, &kgo.Record{Topic: p.Topic, Partition: int32(p.Number), Value: []byte(v)})
		}
		if err := k.client.ProduceSync(short(t), rs...).FirstErr(); err != nil {
			t.Fatal(err)
		}
		values = values[n:]
	}
}

func (k *kafkaSubject) Open(t *testing.T) source.Source {
	t.Helper()
	return open(t, fastOptions(k.broker.ListenAddrs(), "events"))
}

func (k *kafkaSubject) Ends() bool { return false }

func TestFileConforms(t *testing.T) {
	sourcetest.Conform(t, func(t *testing.T) sourcetest.Subject {
		t.Helper()
		return &fileSubject{folder: t.TempDir()}
	})
}

type fileSubject struct{ folder string }

func (f *fileSubject) Partitions(t *testing.T) [2]source.Partition {
	t.Helper()
	var ps [2]source.Partition
	for i := range ps {
		ps[i].Topic = filepath.Join(f.folder, fmt.Sprint(i))
		write(t, ps[i].Topic, nil)
	}
	return ps
}

func (f *fileSubject) Append(t *testing.T, p source.Partition, values ...string) {
	t.Helper()
	content, err := os.ReadFile(p.Topic)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		content = fmt.Appendln(content, v)
	}
	write(t, p.Topic, content)
}

func (f *fileSubject) Open(t *testing.T) source.Source {
	t.Helper()
	s, err := source.NewFile(source.FileOptions{
		Paths: []string{filepath.Join(f.folder, "0"), filepath.Join(f.folder, "1")}, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *fileSubject) Ends() bool { return true }

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
