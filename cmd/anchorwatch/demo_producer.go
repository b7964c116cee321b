package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/examples/elec"
)

// producer writes the example's events to the topics in the order of their time, faster than they happened. Each record
// carries the wall clock as its timestamp, so that lag and retention mean what they mean.
type producer struct {
	out      *source.Producer
	events   []demoEvent
	duration time.Duration
	takeOver func(ctx context.Context, version string) error

	sent atomic.Int64
	at   atomic.Int64 // event time, Unix seconds
}

// demoEvent is one line of the example's files.
type demoEvent struct {
	topic   string
	at      time.Time
	id      string
	version string // empty for a label
	line    []byte
}

func newProducer(brokers []string, duration time.Duration, takeOver func(context.Context, string) error) (*producer, error) {
	p := &producer{duration: duration, takeOver: takeOver}
	predictions, err := readEvents("live.jsonl.gz", "elec-predictions")
	if err != nil {
		return nil, err
	}
	labels, err := readEvents("labels.jsonl.gz", "elec-labels")
	if err != nil {
		return nil, err
	}
	p.events = merge(predictions, labels)
	p.out, err = source.NewProducer(source.ProducerOptions{
		Brokers: brokers, ClientID: "demo", Topics: []string{"elec-predictions", "elec-labels"}, Clock: time.Now,
	})
	return p, err
}

// readEvents reads a file of the example, which is in the order of time.
func readEvents(name, topic string) ([]demoEvent, error) {
	file, err := elec.Files.Open("data/" + name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // embedded
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	var events []demoEvent
	lines := bufio.NewScanner(unzipped)
	for lines.Scan() {
		var e struct {
			ID      string    `json:"id"`
			TS      time.Time `json:"ts"`
			Version string    `json:"version"`
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		events = append(events, demoEvent{topic: topic, at: e.TS, id: e.ID, version: e.Version, line: append([]byte(nil), lines.Bytes()...)})
	}
	return events, lines.Err()
}

func merge(a, b []demoEvent) []demoEvent {
	merged := make([]demoEvent, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].at.Before(a[0].at) {
			merged, b = append(merged, b[0]), b[1:]
		} else {
			merged, a = append(merged, a[0]), a[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// tick is how often events are written: together, as a busy producer's batches are.
const tick = 50 * time.Millisecond

// produce writes everything. Before the first event of a new version it lets the version take over, and the lapse of
// time waits for that.
func (p *producer) produce(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	ticks := max(1, int(p.duration/tick))
	span := p.events[len(p.events)-1].at.Sub(p.events[0].at)
	rest, live := p.events, ""
	for n := 1; len(rest) > 0; n++ {
		until := p.events[0].at.Add(time.Duration(float64(span) * float64(n) / float64(ticks)))
		for len(rest) > 0 && (!rest[0].at.After(until) || n >= ticks) {
			batch := upTo(rest, until, live, n >= ticks)
			if len(batch) == 0 {
				version := rest[0].version
				if live != "" {
					if err := p.takeOver(ctx, version); err != nil {
						return err
					}
				}
				live = version
				continue
			}
			if err := p.write(ctx, batch); err != nil {
				return err
			}
			rest = rest[len(batch):]
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}

// upTo returns the events until a moment, or all of them, up to the first of another version than the live one.
func upTo(events []demoEvent, until time.Time, live string, all bool) []demoEvent {
	for i, e := range events {
		if !all && e.at.After(until) || e.version != "" && e.version != live {
			return events[:i]
		}
	}
	return events
}

func (p *producer) write(ctx context.Context, events []demoEvent) error {
	byTopic := map[string][]source.Record{}
	for _, e := range events {
		byTopic[e.topic] = append(byTopic[e.topic], source.Record{Key: []byte(e.id), Value: e.line})
	}
	for topic, records := range byTopic {
		if err := p.out.Produce(ctx, topic, records...); err != nil {
			return err
		}
	}
	p.sent.Add(int64(len(events)))
	p.at.Store(events[len(events)-1].at.Unix())
	return nil
}

// produced returns how many events were written.
func (p *producer) produced() int64 { return p.sent.Load() }

func (p *producer) close() error { return p.out.Close() }
