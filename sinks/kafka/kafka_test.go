package kafka_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/kafka"
	"github.com/anchorwatch/anchorwatch/sinks/sinktest"
)

// compacted is a topic after compaction: the newest value of each key.
type compacted map[string]string

func (c compacted) Produce(_ context.Context, topic string, key, value []byte) error {
	c[topic+"/"+string(key)] = string(value)
	return nil
}

func TestSuite(t *testing.T) {
	sinktest.Suite(t, func(*testing.T) sinks.Sink { return kafka.New(compacted{}, "results") })
}

func TestNewestRevisionWins(t *testing.T) {
	topic := compacted{}
	sink := kafka.New(topic, "results")
	for revision, phase := range []detectors.Phase{detectors.Closed, detectors.Drift, detectors.Final} {
		report := sinktest.Report(phase)
		report.Revision = revision
		if err := sink.Write(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	if len(topic) != 1 {
		t.Fatalf("%d keys for one window", len(topic))
	}
	value := topic["results/fraud|3||1h|2026-11-21T06:00:00Z"]
	if !strings.Contains(value, `"revision":2`) || !strings.Contains(value, `"phase":"final"`) {
		t.Errorf("kept %q, want the final revision", value)
	}
}

func TestKey(t *testing.T) {
	key := sinktest.Report(detectors.Drift).Key
	key.Segment = profile.Segment{Name: "a=b", Value: "c|d%"}
	if got, want := string(kafka.Key(key)), "fraud|3|a%3Db=c%7Cd%25|1h|2026-11-21T06:00:00Z"; got != want {
		t.Errorf("Key = %s, want %s", got, want)
	}
}

func TestKeysAreDistinct(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("a|=%2537CD")), 0, 4, -1)
	draw := func(t *rapid.T) profile.Key {
		return profile.Key{
			Model: text.Draw(t, "model"), Version: text.Draw(t, "version"), Window: text.Draw(t, "window"),
			Segment: profile.Segment{Name: text.Draw(t, "name"), Value: text.Draw(t, "value")},
			Start:   profile.Instant(rapid.IntRange(0, 1).Draw(t, "start")),
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t), draw(t)
		if same := string(kafka.Key(a)) == string(kafka.Key(b)); same != (a == b) {
			t.Fatalf("%+v and %+v have the key %s", a, b, kafka.Key(a))
		}
	})
}

type down struct{}

var errDown = errors.New("broker away")

func (down) Produce(context.Context, string, []byte, []byte) error { return errDown }

func TestErrorNamesTheTopic(t *testing.T) {
	err := kafka.New(down{}, "results").Write(t.Context(), sinktest.Report(detectors.Drift))
	if !errors.Is(err, errDown) || !strings.Contains(err.Error(), `"results"`) {
		t.Errorf("Write = %v, want the topic and the cause", err)
	}
}
