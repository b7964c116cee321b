package source

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"github.com/segmentio/kafka-go/sasl"
)

// FlushBudget is how long a caller may take, after its assignment ended, to write its checkpoint and commit. Brokers
// evict a member that does not come back in time (session and rebalance timeout, 30 s and more), so it stays well below.
const FlushBudget = 9 * time.Second

// StartOffset says where a partition starts that neither the checkpoint nor the group has a position for.
type StartOffset string

// The values of StartOffset. The empty string means Earliest.
const (
	Earliest StartOffset = "earliest"
	Latest   StartOffset = "latest"
)

// Options is what a Kafka source is made of. Zero values mean the defaults given here.
type Options struct {
	Brokers  []string // host:port, at least one
	Group    string   // required
	Topics   []string // at least one; all are waited for before the group is joined
	ClientID string   // default "anchorwatch"
	TLS      *tls.Config
	SASL     sasl.Mechanism // see Plain, SCRAM256, SCRAM512
	// StartOffset is for partitions without any position; default Earliest.
	StartOffset StartOffset

	// Replay is for partitions that Seek does not name although the group has a position: whoever committed it also had
	// state that this process lacks. They start at their first record that is not older than Replay, by its timestamp, and
	// at the committed offset at the latest. 0: at the committed offset.
	Replay time.Duration

	// MaxPartitionBytes bounds one partition's part of an answer, default 1 MiB; MaxBytes the whole answer, default
	// 8 MiB. A single record batch may be larger, Kafka then sends it alone. In flight are two answers per broker.
	MaxPartitionBytes int
	MaxBytes          int
	// MaxBatchBytes bounds what one record batch may decompress to; default 64 MiB. A larger one is counted as lost.
	MaxBatchBytes int
	MaxWait       time.Duration // of a broker for new records; default 500ms

	SessionTimeout    time.Duration // default 30s
	HeartbeatInterval time.Duration // also how soon a rebalance is noticed; default 3s
	PartitionPoll     time.Duration // how often the number of partitions is looked at; default 30s

	Clock func() time.Time // required; it must advance
	Log   zerolog.Logger   // the zero value is silent
}

// withDefaults fills what was left out, or says what must not be.
func (o Options) withDefaults() (Options, error) {
	switch {
	case len(o.Brokers) == 0:
		return o, errors.New("kafka source: no brokers")
	case o.Group == "":
		return o, errors.New("kafka source: no group")
	case len(o.Topics) == 0:
		return o, errors.New("kafka source: no topics")
	case o.Clock == nil:
		return o, errors.New("kafka source: no clock")
	case o.StartOffset != "" && o.StartOffset != Earliest && o.StartOffset != Latest:
		return o, fmt.Errorf("kafka source: start offset %q: use %s or %s", o.StartOffset, Earliest, Latest)
	}
	o.Topics = distinct(o.Topics)
	o.ClientID = either(o.ClientID, "anchorwatch")
	o.StartOffset = either(o.StartOffset, Earliest)
	o.MaxPartitionBytes = either(o.MaxPartitionBytes, 1<<20)
	o.MaxBytes = either(o.MaxBytes, 8<<20)
	o.MaxBatchBytes = either(o.MaxBatchBytes, 64<<20)
	o.MaxWait = either(o.MaxWait, 500*time.Millisecond)
	o.SessionTimeout = either(o.SessionTimeout, 30*time.Second)
	o.HeartbeatInterval = either(o.HeartbeatInterval, 3*time.Second)
	o.PartitionPoll = either(o.PartitionPoll, 30*time.Second)
	return o, nil
}

// either returns value, or fallback if value is zero.
func either[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// distinct keeps the first of equal names, in order: one topic may serve predictions and labels alike.
func distinct(names []string) []string {
	seen := make(map[string]bool, len(names))
	kept := make([]string, 0, len(names))
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			kept = append(kept, name)
		}
	}
	return kept
}
