//go:build integration

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/anchorwatch/anchorwatch/agent/event"
)

// garbage is one kind of record that nobody can use.
type garbage struct {
	reason event.Reason
	label  bool // for the label topic
	key    string
	value  string // "" with tombstone false: an empty value
	absent bool   // a tombstone
}

// worst is a record of every kind of garbage, in the words of the metric's reasons.
func worst() []garbage {
	return []garbage{
		{reason: event.Tombstone, key: "gone", absent: true},
		{reason: event.Tombstone, label: true, absent: true},
		{reason: event.Empty, key: "empty"},
		{reason: event.Empty, value: " \n"},
		{reason: event.TooLarge, value: `{"id":"x","model":"credit","version":"1","features":{"income":1,"text":"` + strings.Repeat("x", 3<<19) + `"}}`},
		{reason: event.UnsupportedFormat, value: "\x00\x00\x00\x00\x07avro"},
		{reason: event.BadJSON, value: `{"id":"cut off","model":"credit","features":{"inco`},
		{reason: event.BadJSON, value: `{"id":"nan","model":"credit","version":"1","prediction":{"score":NaN}}`},
		{reason: event.BadJSON, value: `{"id":"a"}{"id":"b"}`},
		{reason: event.BadJSON, value: "hello, world"},
		{reason: event.BadUTF8, value: "{\"id\":\"\xff\xfe\",\"model\":\"credit\"}"},
		{reason: event.TooDeep, value: strings.Repeat(`{"a":`, 100000) + "1" + strings.Repeat("}", 100000)},
		{reason: event.TooDeep, value: strings.Repeat("[", 500000)},
		{reason: event.TooManyFields, value: `{"id":"x"` + strings.Repeat(`,"k":1`, 2500) + "}"},
		{reason: event.NotAnObject, value: `"` + strings.Repeat("1 MB of text ", 80000) + `"`},
		{reason: event.NotAnObject, value: `[1,2,3]`},
		{reason: event.DuplicateKey, value: `{"id":"x","id":"y","model":"credit","version":"1","features":{},"prediction":1}`},
		{reason: event.UnknownModel, value: `{"id":"x","model":"nobody's","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.MissingModel, value: `{"id":"x","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.BadVersion, value: `{"id":"x","model":"credit","version":{"major":1},"features":{"income":1},"prediction":1}`},
		{reason: event.MissingID, label: true, value: `{"model":"credit","label":"1"}`},
		{reason: event.BadID, value: `{"id":{"a":1},"model":"credit","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.BadID, value: `{"id":"` + strings.Repeat("x", 1000000) + `","model":"credit","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.BadTimestamp, value: `{"id":"x","ts":"yesterday","model":"credit","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.BadTimestamp, value: `{"id":"x","ts":"10000-01-01T00:00:00Z","model":"credit","version":"1","features":{"income":1},"prediction":1}`},
		{reason: event.BadPrediction, value: `{"id":"x","model":"credit","version":"1","features":{"income":1},"prediction":{"score":1e999}}`},
		{reason: event.BadLabel, label: true, value: `{"id":"x","model":"credit","label":[1]}`},
		{reason: event.BadFeatures, value: `{"id":"x","model":"credit","version":"1","features":[1,2],"prediction":1}`},
		{reason: event.MissingContent, value: `{"id":"x","model":"credit","version":"1"}`},
	}
}

// twoModels adds a model that only gets events from impossible years.
const twoModels = creditModel + `
  - name: other
    task: binary
    classes: [0, 1]
    windows: [{name: 1m, size: 1m}]
`

// TestGarbage mixes every kind of garbage among good events. Each is counted by its reason; nothing good is lost; no
// window ends before its time; memory stays.
func TestGarbage(t *testing.T) {
	t.Parallel()
	const predictions, labels = "garbage-predictions", "garbage-labels"
	kafka.topic(t, predictions, 1, "max.message.bytes", "4000000")
	kafka.topic(t, labels, 1, "max.message.bytes", "4000000")
	s := newStream(4, lately(), 6, 300, nineOfTen)
	client := kafka.client(t, kgo.ProducerBatchMaxBytes(4000000), kgo.ProducerBatchCompression(kgo.ZstdCompression()))
	in := install(t, site{group: "garbage", predictions: predictions, labels: labels, models: twoModels})
	in.start()

	sent := map[event.Reason]int{}
	for i, m := range s.predictions {
		if i%7 == 0 { // an unknown field is no garbage
			s.predictions[i].value = []byte(`{"unknown":{"to":["us",{"all":null}]},` + string(m.value[1:]))
		}
	}
	var mixed []*kgo.Record
	kinds := worst()
	for i := range max(len(s.predictions), len(s.labels)) {
		if i < len(s.predictions) {
			mixed = append(mixed, records(predictions, 0, s.predictions[i:i+1])...)
		}
		if i < len(s.labels) {
			mixed = append(mixed, records(labels, 0, s.labels[i:i+1])...)
		}
		if i%10 == 0 {
			mixed = append(mixed, kinds[i/10%len(kinds)].record(predictions, labels, sent))
		}
	}
	send(t, client, mixed...)
	read := func() bool {
		status := in.status()
		return status.CaughtUp && position(status.Partitions) >= ends(t, client, predictions, 1)+ends(t, client, labels, 1)
	}
	eventually(t, "all is read", read)

	clock, at := in.status().PredictionWatermark.Time(), time.Now()
	wave := func() {
		for range 5 {
			var all []*kgo.Record
			for _, g := range kinds {
				all = append(all, g.record(predictions, labels, sent))
			}
			send(t, client, all...)
		}
		eventually(t, "the garbage is read", read)
	}
	wave()
	before := in.memory()
	for range 6 {
		wave()
	}
	after := in.memory()
	t.Logf("%d MiB resident before, %d MiB after the last waves", before>>20, after>>20)
	if after > before+48<<20 {
		t.Errorf("garbage has made the process grow from %d to %d MiB", before>>20, after>>20)
	}

	const impossible = 50
	var years []*kgo.Record
	for i := range impossible {
		for _, year := range []string{"0001", "9999"} {
			years = append(years, &kgo.Record{Topic: predictions, Value: fmt.Appendf(nil,
				`{"id":"%s-%d","ts":"%s-06-01T00:00:00Z","model":"other","version":"1","features":{},"prediction":{"label":"1"}}`, year, i, year)})
		}
	}
	send(t, client, years...)
	eventually(t, "the impossible years are read", read)
	passed := in.status().PredictionWatermark.Time().Sub(clock)
	if waited := time.Since(at); passed > waited+size { // a stale status is off by seconds, the garbage by years
		t.Errorf("garbage has moved event time by %v within %v", passed, waited)
	}
	if n := in.metric("events_future_total"); n != impossible {
		t.Errorf("%v events from the future are counted, want %d", n, impossible)
	}
	if n := in.metric("window_too_late_events_total"); n != impossible {
		t.Errorf("%v events are counted as too late, want %d", n, impossible)
	}

	closingPredictions, closingLabels := s.closers(1)
	send(t, client, append(records(predictions, 0, closingPredictions), records(labels, 0, closingLabels)...)...)
	in.awaitFinal(s.end())
	s.check(t, "API", in.windows())
	for _, reason := range event.Reasons() {
		if got := in.metric("events_rejected_total", "reason", reason.String()); got != float64(sent[reason]) {
			t.Errorf("%v records are counted as %s, want %d", got, reason, sent[reason])
		}
		if sent[reason] == 0 {
			t.Errorf("no garbage was %s: the test proves less than it says", reason)
		}
	}
	others := 0
	for _, w := range in.windows() {
		if w.Model == "other" {
			others += int(w.Samples)
		}
	}
	if others != impossible {
		t.Errorf("%d events of the year 9999 are in windows of their arrival, want %d", others, impossible)
	}
}

// record makes a record of the garbage and counts it.
func (g garbage) record(predictions, labels string, sent map[event.Reason]int) *kgo.Record {
	sent[g.reason]++
	r := &kgo.Record{Topic: predictions, Value: []byte(g.value)}
	if g.label {
		r.Topic = labels
	}
	if g.absent {
		r.Value = nil
	}
	if g.key != "" {
		r.Key = []byte(g.key)
	}
	return r
}
