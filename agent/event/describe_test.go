package event

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// recordTime is the timestamp of every record in these tests.
var recordTime = time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC)

// fraudDecoder knows the models fraud (with a segment country) and churn, and the features amount, country, age, vip.
func fraudDecoder(tb testing.TB, change func(*Options)) *Decoder {
	tb.Helper()
	o := Options{
		Models:     []string{"fraud", "churn"},
		Segments:   [][]string{{"country"}, nil},
		Dictionary: dictionaryOf("amount", "country", "age", "vip"),
		Streams: func(topic string) Stream {
			return map[string]Stream{"predictions": Predictions, "labels": Labels}[topic]
		},
	}
	if change != nil {
		change(&o)
	}
	d, err := NewDecoder(o)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func dictionaryOf(names ...string) *Dictionary {
	d := &Dictionary{}
	for _, name := range names {
		d.Add(name)
	}
	return d
}

// on returns a record of a topic; a value of "<nil>" is a tombstone.
func on(topic, value string) source.Record {
	r := source.Record{Partition: source.Partition{Topic: topic}, Offset: 7, Time: recordTime, Value: []byte(value)}
	if value == "<nil>" {
		r.Value = nil
	}
	return r
}

// describe writes a batch as text: one line an event, what is absent left out.
func describe(d *Decoder, b *Batch) string {
	var lines []string
	for row, p := range b.Predictions {
		line := fmt.Sprintf("%s %s/%s @%s", p.ID, d.options.Models[p.Model], p.Version, p.Time)
		if p.Untimed {
			line += " untimed"
		}
		line += describeOutput(b, p)
		if !math.IsNaN(p.LatencyMS) {
			line += fmt.Sprintf(" latency=%v", p.LatencyMS)
		}
		if p.Error {
			line += " error"
		}
		line += describeTruth(p.Label)
		for i, s := range p.Segments {
			if s != nil {
				line += fmt.Sprintf(" %s:%s", d.options.Segments[p.Model][i], s)
			}
		}
		var cells []string
		for i, column := range b.Features {
			for _, c := range column {
				if int(c.Row) == row {
					cells = append(cells, d.options.Dictionary.Name(i)+"="+describeCell(c))
				}
			}
		}
		slices.Sort(cells)
		lines = append(lines, line+" {"+strings.Join(cells, " ")+"}")
	}
	for _, l := range b.Labels {
		line := fmt.Sprintf("label %s @%s model=%d", l.ID, l.Time, l.Model)
		if l.Untimed {
			line += " untimed"
		}
		lines = append(lines, line+describeTruth(l.Truth))
	}
	if b.Unexpected > 0 {
		lines = append(lines, fmt.Sprintf("unexpected=%d", b.Unexpected))
	}
	return strings.Join(lines, "\n")
}

func describeOutput(b *Batch, p Prediction) string {
	var s string
	if p.Output.HasClass {
		s += fmt.Sprintf(" class=%s", p.Output.Class)
	}
	if p.Output.HasScore {
		s += fmt.Sprintf(" score=%v", p.Output.Score)
	}
	if p.Output.HasValue {
		s += fmt.Sprintf(" value=%v", p.Output.Value)
	}
	var entries []string
	for i, e := range b.Probabilities[p.Output.FirstProbability:p.Output.EndProbability] {
		name := string(e.Class)
		if e.Class == nil {
			name = fmt.Sprintf("#%d", i)
		}
		entries = append(entries, fmt.Sprintf(" p(%s)=%v", name, e.Probability))
	}
	slices.Sort(entries)
	return s + strings.Join(entries, "")
}

func describeTruth(t Truth) string {
	switch {
	case t.Retracts:
		return " retracts"
	case t.Present:
		return fmt.Sprintf(" truth=%s(%v)", t.Class, t.Number)
	}
	return ""
}

func describeCell(c Cell) string {
	switch c.Kind {
	case Missing:
		return "null"
	case Number:
		return fmt.Sprint(c.Number)
	case String:
		return fmt.Sprintf("%q", c.Text)
	case Bool:
		return fmt.Sprintf("%s(%v)", c.Text, c.Number)
	case Other:
		return "other"
	}
	return "?"
}
