package source_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

func newProducer(t *testing.T, o source.ProducerOptions) *source.Producer {
	t.Helper()
	p, err := source.NewProducer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestProducerWritesWhatTheSourceReads(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(3, "events"))
	p := newProducer(t, source.ProducerOptions{Brokers: broker.ListenAddrs(), Topics: []string{"events"}, Clock: time.Now})
	at := time.UnixMilli(1_700_000_000_000).UTC()
	var sent []source.Record
	for i := range 30 {
		sent = append(sent, source.Record{
			Key: fmt.Appendf(nil, "key %d", i%5), Value: fmt.Append(nil, i), Time: at,
			Headers: []source.Header{{Key: "h", Value: []byte("v")}},
		})
	}
	sent = append(sent, source.Record{Partition: source.Partition{Topic: "events", Number: 2}, Value: []byte("placed")}, source.Record{})
	if err := p.Produce(short(t), "events", sent...); err != nil {
		t.Fatal(err)
	}

	k := open(t, fastOptions(broker.ListenAddrs(), "events"))
	begin(t, k, nil)
	home := map[string]source.Partition{}
	for n := 0; n < len(sent); {
		b, err := k.Fetch(short(t))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Records {
			n++
			switch was, seen := home[string(r.Key)]; {
			case r.Key == nil && string(r.Value) == "placed" && r.Partition.Number != 2:
				t.Errorf("placed record in %+v", r.Partition)
			case r.Key == nil:
			case seen && was != r.Partition:
				t.Errorf("key %s in %+v and %+v", r.Key, was, r.Partition)
			case !r.Time.Equal(at) || len(r.Headers) != 1 || string(r.Headers[0].Value) != "v":
				t.Errorf("record %+v", r)
			default:
				home[string(r.Key)] = r.Partition
			}
		}
	}
	if len(home) != 5 {
		t.Errorf("keys %v", home)
	}
}

func TestProducerTriesAgainButNotForEver(t *testing.T) {
	broker := newBroker(t, kfake.SeedTopics(1, "events"))
	o := source.ProducerOptions{Brokers: broker.ListenAddrs(), Topics: []string{"events"}, Attempts: 3, Clock: time.Now}
	p := newProducer(t, o)
	fault := kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition, Count: 2}
	broker.Fault(fault)
	if err := p.Produce(short(t), "events", source.Record{Value: []byte("v")}); err != nil {
		t.Errorf("third attempt: %v", err)
	}
	fault.Count = 3
	broker.Fault(fault)
	err := p.Produce(short(t), "events", source.Record{Value: []byte("v")})
	if !errors.Is(err, kafka.NotLeaderForPartition) || !strings.HasPrefix(err.Error(), `produce to "events": `) {
		t.Errorf("all attempts failed: %v", err)
	}
	if err := p.Produce(short(t), "elsewhere", source.Record{}); err == nil {
		t.Error("wrote to a topic it was not made for")
	}
}

func TestTLSAndSASL(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS() // for its certificate of 127.0.0.1
	certificate := server.TLS.Certificates[0]
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	server.Close()

	scram256, err := source.SCRAM256("user", "pass")
	if err != nil {
		t.Fatal(err)
	}
	scram512, err := source.SCRAM512("user", "pass")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method    string
		mechanism sasl.Mechanism
	}{{"PLAIN", source.Plain("user", "pass")}, {"SCRAM-SHA-256", scram256}, {"SCRAM-SHA-512", scram512}} {
		t.Run(c.method, func(t *testing.T) {
			broker := newBroker(t, kfake.SeedTopics(1, "events"), kfake.EnableSASL(), kfake.Superuser(c.method, "user", "pass"),
				kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}))
			o := fastOptions(broker.ListenAddrs(), "events")
			o.TLS, o.SASL = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, c.mechanism
			p := newProducer(t, source.ProducerOptions{
				Brokers: o.Brokers, Topics: o.Topics, TLS: o.TLS, SASL: o.SASL, Clock: time.Now,
			})
			if err := p.Produce(short(t), "events", source.Record{Value: []byte("secret")}); err != nil {
				t.Fatal(err)
			}
			k := open(t, o)
			begin(t, k, nil)
			if g := collect(t, k, records(1)); !slices.Equal(g.values, []string{"secret"}) {
				t.Errorf("got %v", g.values)
			}
			if err := k.Commit(t.Context(), source.Positions{p0: 1}); err != nil {
				t.Errorf("commit: %v", err)
			}
		})
	}
}
