package event

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// benchmarkBatch is how many events go into a batch before it is reset.
const benchmarkBatch = 256

// Decoding one event: 20 or 100 numeric features with short decimals and 5 categorical ones, beside json.Unmarshal into
// a map[string]any, which is the usual way and does not yet make an event of it.
func BenchmarkDecode(b *testing.B) {
	for _, numeric := range []int{20, 100} {
		records, dictionary := benchmarkRecords(numeric, false)
		b.Run(fmt.Sprintf("%d features", numeric+5), func(b *testing.B) { benchmarkDecode(b, records, dictionary) })
		shuffled, _ := benchmarkRecords(numeric, true)
		b.Run(fmt.Sprintf("%d features in any order", numeric+5), func(b *testing.B) { benchmarkDecode(b, shuffled, dictionary) })
		b.Run(fmt.Sprintf("%d features, map of any", numeric+5), func(b *testing.B) {
			b.SetBytes(int64(len(records[0].Value)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				var event map[string]any
				if err := json.Unmarshal(records[i%len(records)].Value, &event); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarkDecode(b *testing.B, records []source.Record, dictionary *Dictionary) {
	b.Helper()
	d, err := NewDecoder(Options{Models: []string{"fraud"}, Dictionary: dictionary})
	if err != nil {
		b.Fatal(err)
	}
	var batch Batch
	b.SetBytes(int64(len(records[0].Value)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if reason := d.Decode(records[i%len(records)], &batch); reason != Accepted {
			b.Fatal(reason)
		}
		if len(batch.Predictions) == benchmarkBatch {
			batch.Reset()
		}
	}
}

// benchmarkRecords returns events with that many numeric features and five categorical ones, from a fixed seed.
func benchmarkRecords(numeric int, anyOrder bool) ([]source.Record, *Dictionary) {
	random := rand.New(rand.NewPCG(1, 2))
	dictionary := &Dictionary{}
	var records []source.Record
	for i := range benchmarkBatch {
		var features []string
		for j := range numeric {
			features = append(features, fmt.Sprintf(`"numeric_%03d":%.4f`, j, random.NormFloat64()*100))
			dictionary.Add(fmt.Sprintf("numeric_%03d", j))
		}
		for j := range 5 {
			features = append(features, fmt.Sprintf(`"category_%d":"value %d"`, j, random.IntN(8)))
			dictionary.Add(fmt.Sprintf("category_%d", j))
		}
		if anyOrder {
			random.Shuffle(len(features), func(a, b int) { features[a], features[b] = features[b], features[a] })
		}
		records = append(records, source.Record{Value: fmt.Appendf(nil,
			`{"id":"req-%06d","ts":"2026-11-21T07:00:00.%03dZ","model":"fraud","version":"7","features":{%s},"prediction":{"label":1,"score":%.4f}}`,
			i, i, strings.Join(features, ","), random.Float64())})
	}
	return records, dictionary
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	records, dictionary := benchmarkRecords(20, true)
	label := on("labels", `{"id":"req-1","ts":"2026-11-21T07:00:00Z","label":1.0,"model":"fraud"}`)
	odd := on("", `{"id":7.0,"ts":1763708400.5,"features":{"category_0":"a\u00e9","numeric_000":0.19148900000000002},"prediction":{"scores":{"a":0.5,"b":0.5}},"segments":{"category_0":"x"}}`)
	refused := on("", `{"id":"7","features":{"numeric_000":1,"numeric_000":2}}`)
	d, err := NewDecoder(Options{Models: []string{"fraud"}, Segments: [][]string{{"category_0"}}, Dictionary: dictionary})
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	round := func() {
		b.Reset()
		for _, rec := range records {
			d.Decode(rec, &b)
			d.Decode(label, &b)
			d.Decode(odd, &b)
			d.Decode(refused, &b)
		}
	}
	round()
	if got, want := len(b.Predictions)+len(b.Labels), 3*len(records); got != want {
		t.Fatalf("%d events, want %d", got, want)
	}
	if n := testing.AllocsPerRun(20, round); n != 0 {
		t.Errorf("%v allocations for %d events", n, 4*len(records))
	}
}
