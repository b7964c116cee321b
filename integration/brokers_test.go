//go:build integration

package integration

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTopicsThatDoNotExistYet starts the agent first.
func TestTopicsThatDoNotExistYet(t *testing.T) {
	t.Parallel()
	const predictions, labels = "yet-predictions", "yet-labels"
	in := install(t, site{group: "yet", predictions: predictions, labels: labels})
	in.start()
	eventually(t, "the agent says what it waits for", func() bool {
		return strings.Contains(in.said(), "waiting for topics that do not exist yet") && strings.Contains(in.said(), predictions)
	}, in.said)
	answer, err := http.Get("http://" + in.web + "/-/healthy")
	if err != nil {
		t.Fatal(err)
	}
	if answer.Body.Close(); answer.StatusCode != http.StatusOK {
		t.Errorf("an agent that waits for topics is not healthy: %s", answer.Status)
	}
	kafka.topic(t, labels, 1)
	kafka.topic(t, predictions, 2)
	s := newStream(8, lately(), 4, 150, nineOfTen)
	(&outlet{client: kafka.client(t), stream: s, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: in}).rest(t)
	in.awaitFinal(s.end())
	s.check(t, "API", in.windows())
}

// TestBrokerRestart kills the broker while events flow, and starts it again.
func TestBrokerRestart(t *testing.T) {
	t.Parallel()
	const predictions, labels = "restart-predictions", "restart-labels"
	own, err := newBroker(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(own.kill)
	if err := own.start(); err != nil {
		t.Fatal(err)
	}
	own.topic(t, predictions, 2)
	own.topic(t, labels, 1)
	in := install(t, site{group: "restart", predictions: predictions, labels: labels, broker: own})
	in.start()
	eventually(t, "partitions are assigned", in.owns, in.said)

	s := newStream(9, lately(), 12, 100, nineOfTen)
	out := &outlet{client: own.client(t), stream: s, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: in}
	out.until(t, s.start.Add(6*size))
	own.kill()
	time.Sleep(2 * time.Second) // the agent meets a broker that does not answer
	if err := own.start(); err != nil {
		t.Fatal(err)
	}
	out.rest(t)
	in.awaitFinal(s.end())
	s.check(t, "API", in.windows())
	s.check(t, "file sink", in.lines())
	if in.starts != 1 {
		t.Error("the agent had to be started again")
	}
}

// TestRetentionPassesThePosition stops the agent, lets the broker delete records that it has not read, and starts it
// again: the loss is counted to the record, and windows that may lack events say so.
func TestRetentionPassesThePosition(t *testing.T) {
	t.Parallel()
	const predictions, labels = "retention-predictions", "retention-labels"
	kafka.topic(t, predictions, 1)
	kafka.topic(t, labels, 1)
	s := newStream(10, lately(), 8, 100, nineOfTen)
	client := kafka.client(t)
	in := install(t, site{group: "retention", predictions: predictions, labels: labels})
	in.start()
	const read, deleted = 400, 150
	out := &outlet{client: client, stream: s, predictions: predictions, labels: labels, predictionPartitions: 1, labelPartitions: 1, reader: in}
	out.until(t, s.predictions[read].at)
	if code, _ := in.terminate(); code != 0 {
		t.Fatalf("SIGTERM: exit code %d", code)
	}
	next := int64(out.sentPredictions)
	out.reader = nil
	out.until(t, s.start.Add(6*size))
	kafka.deleteBefore(t, predictions, 0, next+deleted)
	in.start()
	out.reader = in
	out.await(t)
	out.rest(t)
	in.awaitFinal(s.end())
	if lost := in.metric("kafka_messages_lost_total"); lost != deleted {
		t.Errorf("%v messages are counted as lost, want %d", lost, deleted)
	}
	complete := 0
	for _, w := range in.windows() {
		if short := w.Final && w.Window.End.Time().Compare(s.end()) <= 0 && int(w.Samples) < s.want[w.Window.Start.Time().Sub(s.start)/size].samples; short && w.Complete {
			t.Errorf("the window from %v lacks events and does not say so", w.Window.Start.Time())
		}
		if w.Final && w.Complete {
			complete++
		}
	}
	if complete == 0 {
		t.Error("every window says that input is missing, even those long after the loss")
	}
}
