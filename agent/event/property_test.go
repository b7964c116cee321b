package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// member is a key with a value that is a JSON text or a list of members, so that the order of keys can be drawn.
type member struct {
	key  string
	text string
	list []member
}

func (m member) write(t *rapid.T, s *strings.Builder) {
	space := rapid.SampledFrom([]string{"", "", " ", "\n\t"})
	key, _ := json.Marshal(m.key)
	s.Write(key)
	s.WriteString(space.Draw(t, "space") + ":" + space.Draw(t, "space"))
	if m.list == nil {
		s.WriteString(m.text)
		return
	}
	s.WriteString(shuffled(t, m.list))
}

func shuffled(t *rapid.T, members []member) string {
	var s strings.Builder
	s.WriteByte('{')
	for i, m := range rapid.Permutation(members).Draw(t, "order") {
		if i > 0 {
			s.WriteByte(',')
		}
		m.write(t, &s)
	}
	s.WriteByte('}')
	return s.String()
}

func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	event := []member{
		{key: "id", text: `"req-1"`},
		{key: "ts", text: `1763708400.5`},
		{key: "model", text: `"fraud"`},
		{key: "version", text: "7"},
		{key: "latency_ms", text: "3"},
		{key: "label", text: "true"},
		{key: "note", list: []member{{key: "id", text: "8"}, {key: "x", text: "[{}]"}}},
		{key: "segments", list: []member{{key: "country", text: `"AT"`}, {key: "app", text: "1"}}},
		{key: "features", list: []member{
			{key: "amount", text: "12.50"}, {key: "country", text: `"\u0044E"`}, {key: "age", text: "null"}, {key: "vip", text: "false"}, {key: "new", text: "1"},
		}},
		{key: "prediction", list: []member{
			{key: "label", text: "1"}, {key: "score", text: "0.7"}, {key: "probabilities", list: []member{{key: "0", text: "0.3"}, {key: "1", text: "0.7"}}},
		}},
	}
	const want = `req-1 fraud/7 @2025-11-21T07:00:00.5Z class=1 score=0.7 p(0)=0.3 p(1)=0.7 latency=3 truth=true(1) country:AT ` +
		`{age=null amount=12.5 country="DE" vip=false(0)}` + "\nunexpected=1"
	d := fraudDecoder(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := shuffled(t, event)
		var b Batch
		if reason := d.Decode(on("predictions", text), &b); reason != Accepted {
			t.Fatalf("%s: %s", text, reason)
		}
		if got := describe(d, &b); got != want {
			t.Fatalf("%s\n got %s\nwant %s", text, got, want)
		}
	})
}

// What a truncated or damaged event does to its neighbours: nothing.
func TestGarbageBetweenGoodEvents(t *testing.T) {
	const good = `{"id":"req-1","ts":0,"model":"fraud","features":{"amount":1,"country":"D\u00e9"},"prediction":{"label":"a","scores":{"a":1,"b":0}}}`
	d := fraudDecoder(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		bad := []byte(good)
		switch rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0:
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(t, "length")]
		case 1:
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "position")] = rapid.Byte().Draw(t, "byte")
		case 2:
			bad = rapid.SliceOfN(rapid.Byte(), 0, 64).Draw(t, "noise")
		}
		var with, without Batch
		checkDecode(t, d, on("predictions", good), &with)
		checkDecode(t, d, on("predictions", good), &without)
		if checkDecode(t, d, on("both", string(bad)), &with) == Accepted {
			return
		}
		checkDecode(t, d, on("predictions", good), &with)
		checkDecode(t, d, on("predictions", good), &without)
		if got, want := describe(d, &with), describe(d, &without); got != want {
			t.Fatalf("%q changed its neighbours\n got %s\nwant %s", bad, got, want)
		}
	})
}

// checkDecode decodes and checks what holds for every record: one event more if it was accepted, and otherwise a batch
// that is exactly as before.
func checkDecode(t rapid.TB, d *Decoder, rec source.Record, b *Batch) Reason {
	t.Helper()
	events := func() int { return len(b.Predictions) + len(b.Labels) }
	state := func() string {
		return fmt.Sprint(describe(d, b), events(), len(b.Probabilities), len(b.segments), len(b.arena), b.Unexpected)
	}
	before, n := state(), events()
	reason := d.Decode(rec, b)
	switch {
	case reason == Accepted && events() != n+1:
		t.Fatalf("%q: accepted, but %d events became %d", rec.Value, n, events())
	case reason != Accepted && state() != before:
		t.Fatalf("%q: %s, but the batch changed\nbefore %s\nafter  %s", rec.Value, reason, before, state())
	case reason >= reasonCount:
		t.Fatalf("%q: reason %d", rec.Value, reason)
	}
	for i, column := range b.Features {
		for j := 1; j < len(column); j++ {
			if column[j-1].Row >= column[j].Row {
				t.Fatalf("%q: column %d has rows %d and %d", rec.Value, i, column[j-1].Row, column[j].Row)
			}
		}
	}
	return reason
}

func FuzzDecode(f *testing.F) {
	for _, seed := range jsonSeeds {
		f.Add([]byte(seed), "k", "", uint8(0))
	}
	f.Add([]byte(`{"id":"req-1","ts":"2026-11-21T06:00:00.123Z","model":"fraud","version":"7","features":{"amount":12.5,"country":"D\u00e9","age":null,"new":[1]},"prediction":{"label":1,"score":0.7,"probabilities":{"0":0.3,"1":0.7}},"segments":{"country":"app"},"latency_ms":7,"error":false,"label":1}`), "", "", uint8(1))
	f.Add([]byte(`{"specversion":"1.0","id":"ce","data_base64":"eyJsYWJlbCI6MX0="}`), "", "1.0", uint8(2))
	f.Add([]byte(`{"specversion":"1.0","id":"ce","data":{"label":null}}`), "", "", uint8(0))
	f.Add([]byte(`{"id":1,"ts":0,"a.b":{"c":2},"a":{"b":[1,2]},"amount":4}`), "key", "", uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, key, header string, topic uint8) {
		native := fraudDecoder(t, nil)
		flat := fraudDecoder(t, func(o *Options) {
			o.AllowMissingID = true
			o.Mapping = Mapping{
				Features: []string{"value"}, Model: []string{"const:fraud"}, Exclude: []string{"x*"},
				ID: []string{"value.a.b.c", "header.ce_id"}, Prediction: []string{"value.a.b[1]", "value.prediction"},
			}
		})
		for _, d := range []*Decoder{native, flat} {
			var b Batch
			rec := on([]string{"both", "predictions", "labels"}[topic%3], string(data))
			rec.Key = []byte(key)
			rec.Headers = []source.Header{{Key: "ce_id", Value: []byte(header)}}
			checkDecode(t, d, on("predictions", `{"id":"1","model":"fraud","features":{"age":1,"amount":"\u0061"},"prediction":[1]}`), &b)
			first := checkDecode(t, d, rec, &b)
			if second := checkDecode(t, d, rec, &b); first != second {
				t.Fatalf("%q: first %s, then %s", data, first, second)
			}
		}
	})
}
