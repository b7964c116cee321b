//go:build integration

package integration

import (
	"strings"
	"testing"
	"time"
)

// TestLifecycle is an ordinary day: start, a look at the status, an orderly end, and a start that goes on where the last
// one ended.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	const predictions, labels = "lifecycle-predictions", "lifecycle-labels"
	kafka.topic(t, predictions, 2)
	kafka.topic(t, labels, 1)
	in := install(t, site{group: "lifecycle", predictions: predictions, labels: labels})
	if said, code := in.command("healthcheck"); code != 1 {
		t.Errorf("healthcheck without an agent exits %d: %s", code, said)
	}
	in.start()
	s := newStream(12, lately(), 8, 150, nineOfTen)
	out := &outlet{client: kafka.client(t), stream: s, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: in}
	out.until(t, s.start.Add(4*size))
	first := out.sent()

	if said, code := in.command("healthcheck"); code != 0 || !strings.Contains(said, "healthy") {
		t.Errorf("healthcheck exits %d: %s", code, said)
	}
	said, code := in.command("status")
	for _, part := range []string{"caught up", "model credit version 1: ok", predictions + "/0", predictions + "/1", labels + "/0", s.start.Format(time.DateOnly)} {
		if code != 0 || !strings.Contains(said, part) {
			t.Errorf("status exits %d and does not say %q:\n%s", code, part, said)
		}
	}
	code, took := in.terminate()
	if code != 0 || took > 30*time.Second { // when Kubernetes loses its patience
		t.Errorf("SIGTERM: exit code %d after %v", code, took)
	}
	if committed := kafka.committed(t, "lifecycle", predictions) + kafka.committed(t, "lifecycle", labels); committed != first {
		t.Errorf("the group's position is %d after an orderly end, want %d", committed, first)
	}

	in.start()
	eventually(t, "partitions are assigned again", in.owns, in.said)
	out.rest(t)
	in.awaitFinal(s.end())
	s.checkFound(t, "API", in.windows())
	s.check(t, "file sink", in.lines())
	if messages, want := in.metric("kafka_messages_total"), out.sent()-first+3; messages != float64(want) {
		t.Errorf("%v messages were read after the restart, want %d: only the new ones", messages, want)
	}
	if n := in.metric("predictions_total"); n > float64(len(s.predictions)/2+20) {
		t.Errorf("predictions_total is %v of %d: a new process's counters begin at 0", n, len(s.predictions))
	}
}
