package kafka

import (
	"context"
	"fmt"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// Producer writes records.
type Producer interface {
	// Produce writes one record and returns once the topic holds it, or with an error. It must honour ctx and keeps
	// neither slice.
	Produce(ctx context.Context, topic string, key, value []byte) error
}

// Sink writes to one topic.
type Sink struct {
	producer Producer
	topic    string
}

var _ sinks.Sink = (*Sink)(nil)

// New returns a sink that writes to the topic.
func New(producer Producer, topic string) *Sink {
	return &Sink{producer: producer, topic: topic}
}

// Write produces one record.
func (s *Sink) Write(ctx context.Context, report detectors.Report) error {
	line, err := sinks.WindowLine(report)
	if err != nil {
		return err
	}
	if err := s.producer.Produce(ctx, s.topic, Key(report.Key), line); err != nil {
		return fmt.Errorf("write to results topic %q: %w", s.topic, err)
	}
	return nil
}

var escape = strings.NewReplacer("%", "%25", "|", "%7C", "=", "%3D")

// Key names a window as the records of the topic do: model|version|segment|window|start, such as
// fraud|3|country=DE|1h|2026-11-21T06:00:00Z, with nothing in the segment's place for the whole model. The characters
// |, = and % of a name are written %7C, %3D and %25, so that two windows never share a key.
func Key(key profile.Key) []byte {
	segment := ""
	if key.Segment != (profile.Segment{}) {
		segment = escape.Replace(key.Segment.Name) + "=" + escape.Replace(key.Segment.Value)
	}
	return []byte(strings.Join([]string{
		escape.Replace(key.Model), escape.Replace(key.Version), segment, escape.Replace(key.Window), key.Start.String(),
	}, "|"))
}
