package agent

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// patience is how long a test waits for what must come, on a machine that others keep busy too.
const patience = 3 * time.Minute

// swift reads the world's topics with short intervals. A member is given up that has not been heard of for a session.
func swift(brokers []string, session time.Duration) source.Options {
	return source.Options{
		Brokers: brokers, Group: "watch", Topics: []string{"predictions", "labels"}, MaxWait: 50 * time.Millisecond,
		HeartbeatInterval: 50 * time.Millisecond, SessionTimeout: session, PartitionPoll: 100 * time.Millisecond,
		Replay: 24 * time.Hour, Clock: time.Now,
	}
}

// newBroker starts a broker in the process with the world's topics.
func newBroker(t *testing.T) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(100*time.Millisecond),
		kfake.SeedTopics(int32(len(predictionLogs)), "predictions"), kfake.SeedTopics(int32(len(labelLogs)), "labels"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// produce writes what is logged between two hours of the story, in batches of half an hour, without keys.
func (w *world) produce(t *testing.T, brokers []string, from, to float64) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0), kgo.ProducerBatchMaxBytes(4<<20), kgo.MetadataMinAge(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for at := from; at < to; at += 0.5 {
		var rs []*kgo.Record
		for _, p := range allLogs {
			for _, r := range w.between(p, at, min(at+0.5, to), time.Now()) {
				rs = append(rs, &kgo.Record{Topic: p.Topic, Partition: int32(p.Number), Value: r.Value, Timestamp: r.Time})
			}
		}
		if err := client.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
			t.Fatalf("produce: %v", err)
		}
	}
}

// await waits until something is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// tellsOf reports whether a chronicle has the last word on the hour with that number.
func (c *chronicle) tellsOf(version string, number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.final(hour{version, profile.InstantOf(dawn.Add(time.Duration(number) * time.Hour))})
	return ok
}

// The world on a broker, read by one agent: the same story as without one.
func TestKafkaTellsTheSameStory(t *testing.T) {
	broker := newBroker(t)
	w := newWorld(time.Now())
	w.produce(t, broker.ListenAddrs(), -1, epilogue+1)
	input, err := source.NewKafka(swift(broker.ListenAddrs(), time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	s, workspace, pipeline := newStage(t, w, input)
	stop := start(t, s.agent(t))
	await(t, "the last window", func() bool { return s.told.tellsOf("2", curtain-1) })
	stop()
	story := s.told.until(theEnd)
	story.equals(t, undisturbed(t, w).until(theEnd))
	story.matches(t, w, theEnd)
	if got := titles(workspace); len(got) != 2 || len(pipeline.requested()) != 1 {
		t.Errorf("told %q, asked for %v", got, pipeline.requested())
	}
}

// victimOf starts a victim that reads from the broker, with folders of its own.
func (w *watchers) victimOf(t *testing.T, broker *kfake.Cluster, name string) (story func() *chronicle, kill func()) {
	t.Helper()
	o := w.orders
	o.Brokers = broker.ListenAddrs()
	o.State, o.Diary = filepath.Join(filepath.Dir(o.State), name), filepath.Join(filepath.Dir(o.State), name+".diary")
	cmd, said := o.command(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	kill = func() {
		if ended {
			return
		}
		ended = true
		_ = cmd.Process.Kill()
		if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() >= 0 {
			t.Errorf("%s ended by itself: %v\n%s", name, err, said)
		}
	}
	t.Cleanup(kill)
	return func() *chronicle {
		if _, err := os.Stat(o.Diary); err != nil {
			return newChronicle()
		}
		c, _, _ := o.read(t)
		return c
	}, kill
}

// Killed and started again on a broker, with what was committed there and a session that has yet to time out.
func TestKilledOnKafka(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	w := newWorld(time.Now())
	others := newWatchers(t, settle(t))
	others.Session = time.Second // three sessions are waited for
	var story func() *chronicle
	for part := range 4 {
		var kill func()
		story, kill = others.victimOf(t, broker, "the only one")
		w.produce(t, broker.ListenAddrs(), float64(part*13)-1, float64(part*13+12))
		// Each life reads to some place inside its part; what it has read beyond the last checkpoint the next reads again.
		await(t, "some windows", func() bool { return len(story().reports) > part*40+10 })
		if part == 3 {
			await(t, "the last window", func() bool { return story().tellsOf("2", curtain-1) })
		}
		kill()
	}
	told := story().until(theEnd)
	told.equals(t, undisturbed(t, w).until(theEnd))
	told.matches(t, w, theEnd)
}

// Two agents in one group have one voice. When the one that has it is killed, the other reads again what it needs, keeps
// quiet about what is over, and goes on.
func TestTakesOver(t *testing.T) {
	t.Parallel()
	broker := newBroker(t)
	w := newWorld(time.Now())
	others := newWatchers(t, settle(t))
	// Long enough that the first does not lose its voice, nor any agent its breath, when the machine stalls.
	others.Session, others.MaxLag = 10*time.Second, 5*time.Second
	first, killFirst := others.victimOf(t, broker, "first")
	w.produce(t, broker.ListenAddrs(), -1, 3)
	await(t, "the first agent", func() bool { return len(first().reports) > 0 })
	second, killSecond := others.victimOf(t, broker, "second")
	w.produce(t, broker.ListenAddrs(), 3, 20)
	await(t, "the page", func() bool { return len(others.pipeline.Requests()) > 0 && len(others.workspace.Messages()) == 2 })
	time.Sleep(others.MaxLag)
	if n := len(second().reports); n > 0 {
		t.Errorf("the one that stands by told of %d windows", n)
	}
	killFirst()
	await(t, "the second agent", func() bool { return len(others.workspace.Messages()) == 3 })
	w.produce(t, broker.ListenAddrs(), 20, epilogue+1)
	await(t, "the last window", func() bool { return second().tellsOf("2", curtain-1) })
	await(t, "the good end", func() bool { return len(resolved(others)) == 2 })
	killSecond()

	union, successor := first(), second()
	union.take(slices.Collect(maps.Values(successor.reports)), slices.Collect(maps.Values(successor.transitions)))
	told := union.until(theEnd)
	told.equals(t, undisturbed(t, w).until(theEnd))
	told.matches(t, w, theEnd)
	if got := len(others.workspace.Messages()); got != 3 {
		t.Errorf("%d messages: %s", got, fmt.Sprint(titles(others.workspace)))
	}
	if ids := requested(others); len(ids) != 1 {
		t.Errorf("retrain requests %v, want one", ids)
	}
}
