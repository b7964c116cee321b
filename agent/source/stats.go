package source

import (
	"maps"
	"strconv"
	"sync"

	"github.com/segmentio/kafka-go"
)

// Cause says why offsets were skipped.
type Cause string

// The causes of loss: a closed set, fit for a metric's label.
const (
	Retention   Cause = "retention"   // the log had dropped them before they were read
	Corrupt     Cause = "corrupt"     // their batch failed its checksum twice
	Undecodable Cause = "undecodable" // their batch is intact but cannot be opened, or opens to more than the bound
	OldFormat   Cause = "old_format"  // message sets from before Kafka 0.11 (magic 0 and 1)
)

// Stats counts what a Kafka source did since it was made.
type Stats struct {
	Assignments uint64 // generations of the group that this agent was part of
	JoinErrors  uint64
	Restarts    uint64 // partitions whose topic was created anew
	Bytes       uint64 // of record batches as they crossed the network
	Records     uint64 // handed out
	// FetchErrors counts by what went wrong: Kafka's name of the error, "connection" for everything without an answer.
	FetchErrors map[string]uint64
	Lost        map[Cause]uint64 // offsets skipped
}

// counters are Stats while they are being counted.
type counters struct {
	mu    sync.Mutex
	stats Stats
}

func newCounters() *counters {
	return &counters{stats: Stats{FetchErrors: map[string]uint64{}, Lost: map[Cause]uint64{}}}
}

// count changes the figures under the lock.
func (c *counters) count(change func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.stats)
}

func (c *counters) fetchError(code string) {
	c.count(func(s *Stats) { s.FetchErrors[code]++ })
}

func (c *counters) lost(cause Cause, offsets int64) {
	c.count(func(s *Stats) { s.Lost[cause] += uint64(max(offsets, 0)) })
}

func (c *counters) snapshot() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.FetchErrors, s.Lost = maps.Clone(s.FetchErrors), maps.Clone(s.Lost)
	return s
}

// errorName is a broker's error code as Kafka names it.
func errorName(code int16) string {
	if title := kafka.Error(code).Title(); title != "" {
		return title
	}
	return "error " + strconv.Itoa(int(code))
}
