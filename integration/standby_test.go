//go:build integration

package integration

import (
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/admin"
)

// TestStandby runs two agents in one group: one speaks, the other stands by, and takes over when the first is killed.
func TestStandby(t *testing.T) {
	t.Parallel()
	const predictions, labels = "standby-predictions", "standby-labels"
	kafka.topic(t, predictions, 2)
	kafka.topic(t, labels, 1)
	failing := func(window int) float64 {
		if window >= 3 && window < 7 {
			return 0.4
		}
		return 0.9
	}
	heard := newReceivers(t)
	// Whoever takes over reads again what the other had open. Records older than max_lag are no news: it keeps silent.
	one := site{group: "standby", predictions: predictions, labels: labels, receivers: heard, maxLag: "10s"}
	first, second := install(t, one), install(t, one)
	first.start()
	eventually(t, "the first owns all", first.owns, first.said)
	second.start()
	eventually(t, "one owns all, the other stands by", func() bool {
		return speaks(first) && stands(second) || stands(first) && speaks(second)
	}, first.said, second.said)
	owner, other := first, second
	if speaks(second) {
		owner, other = second, first
	}

	s := newStream(5, lately(), 12, 120, failing)
	client := kafka.client(t)
	(&outlet{client: client, stream: s, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: owner}).rest(t)
	owner.awaitFinal(s.end())
	s.check(t, "the owner", owner.windows())
	if n := len(other.windows()); n != 0 {
		t.Errorf("the agent that stands by shows %d windows", n)
	}
	if n := len(heard.slack.Messages()); n != 1 {
		t.Errorf("%d messages for one incident:\n%s", n, heard.shown())
	}
	total := int64(len(s.predictions) + 2) // and the closers
	eventually(t, "the owner has committed", func() bool { return kafka.committed(t, "standby", predictions) >= total })

	owner.kill()
	eventually(t, "the other has taken over", func() bool { return speaks(other) }, other.said)
	later := newStream(6, s.end().Add(10*time.Minute), 12, 120, failing)
	(&outlet{client: client, stream: later, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: other}).rest(t)
	other.awaitFinal(later.end())
	later.check(t, "the one that took over", other.windows())
	if n := len(heard.slack.Messages()); n != 2 {
		t.Errorf("%d messages for two incidents:\n%s", n, heard.shown())
	}
}

// speaks tells whether an agent owns partitions and pages; stands, whether it says that it stands by.
func speaks(s *setup) bool {
	status := s.status()
	return len(status.Partitions) == 3 && status.NotPaging == ""
}

func stands(s *setup) bool {
	status := s.status()
	return len(status.Partitions) == 0 && status.NotPaging == admin.Standby
}
