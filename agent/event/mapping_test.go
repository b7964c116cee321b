package event

import (
	"errors"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

func TestMapping(t *testing.T) {
	for _, test := range []struct {
		name    string
		mapping Mapping
		topic   string
		record  source.Record
		want    string // the description, or the reason's name
	}{
		{
			name: "flat record",
			mapping: Mapping{
				ID: []string{"value.ride"}, Timestamp: []string{"value.at"}, Model: []string{"const:fraud"}, Features: []string{"value"},
				Prediction: []string{"value.answer"}, Exclude: []string{"debug_*", "*_raw", "a*b*c"},
			},
			record: source.Record{Value: []byte(`{"ride":1,"at":0,"answer":0.5,"amount":3,"country":"DE","debug_x":1,"x_raw":2,"aXbXc":1,"abX":1,"debug":1}`)},
			want:   "1 fraud/ @1970-01-01T00:00:00Z value=0.5 country:DE {amount=3 country=\"DE\"}\nunexpected=2",
		},
		{
			name:    "a flat record may have a feature called model",
			mapping: Mapping{Model: []string{"const:churn"}, Features: []string{"value"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"model":"Golf","vip":true}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z {vip=true(1)}\nunexpected=1",
		},
		{
			name:    "an excluded feature that is known",
			mapping: Mapping{Exclude: []string{"a*"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"model":"churn","features":{"amount":1,"age":2,"vip":3}}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z {vip=3}",
		},
		{
			name:    "nested",
			mapping: Mapping{ID: []string{"value.meta.request.id"}, Features: []string{"value.in"}, Prediction: []string{"value.out.result"}, Score: []string{"value.out.confidence"}},
			record:  source.Record{Value: []byte(`{"out":{"confidence":0.25,"result":{"label":"b","score":0.75}},"in":{"age":4},"meta":{"request":{"id":"r"},"x":1},"ts":0,"model":"churn"}`)},
			want:    "r churn/ @1970-01-01T00:00:00Z class=b score=0.25 {age=4}",
		},
		{
			name:    "first hit wins, null is none",
			mapping: Mapping{ID: []string{"value.a", "value.b", "value.c"}},
			record:  source.Record{Value: []byte(`{"c":"3","b":"2","a":null,"ts":0,"model":"churn","prediction":1}`)},
			want:    "2 churn/ @1970-01-01T00:00:00Z value=1 {}",
		},
		{
			name:    "a key with a dot before a nested key",
			mapping: Mapping{ID: []string{"value.a.b.c"}},
			record:  source.Record{Value: []byte(`{"a":{"b":{"c":"nested"},"b.c":"half"},"a.b":{"c":"other half"},"ts":0,"model":"churn","prediction":1}`)},
			want:    "other half churn/ @1970-01-01T00:00:00Z value=1 {}",
		},
		{
			name:    "elements",
			mapping: Mapping{Features: []string{"value.instances[1]"}, Prediction: []string{"value.predictions[1][0]"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"model":"churn","predictions":[[1],["x"]],"instances":[{"age":1},{"age":2}]}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z class=x {age=2}",
		},
		{
			name:    "an element that is not there",
			mapping: Mapping{Prediction: []string{"value.predictions[2]"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"model":"churn","predictions":[1,2]}`)},
			want:    "missing_content",
		},
		{
			name: "headers and key",
			mapping: Mapping{
				ID: []string{"key"}, Timestamp: []string{"header.when"}, Model: []string{"header.Model-Id"}, Version: []string{"header.v"}, Latency: []string{"header.took"}, Error: []string{"header.failure"}, Score: []string{"header.score"},
			},
			record: source.Record{
				Key: []byte("k"), Value: []byte(`{"id":"not this","features":{}}`),
				Headers: []source.Header{{Key: "when", Value: []byte("0")}, {Key: "model-id", Value: []byte("churn")}, {Key: "V", Value: []byte("9")}, {Key: "took", Value: []byte("1.5")}, {Key: "failure", Value: nil}, {Key: "score", Value: []byte("0.5")}},
			},
			want: "k churn/9 @1970-01-01T00:00:00Z score=0.5 latency=1.5 {}",
		},
		{
			name:    "the record's time by choice",
			mapping: Mapping{Timestamp: []string{"value.ts", "record"}},
			record:  source.Record{Value: []byte(`{"id":1,"model":"churn","prediction":1}`), Time: recordTime},
			want:    "1 churn/ @2026-11-21T07:00:00Z value=1 {}",
		},
		{
			name:   "no time anywhere",
			record: source.Record{Value: []byte(`{"id":1,"model":"churn","prediction":1}`)},
			want:   "bad_timestamp",
		},
		{
			name:    "a key that the mapping reads is no feature",
			mapping: Mapping{Timestamp: []string{"value.features.age"}},
			record:  source.Record{Value: []byte(`{"id":1,"model":"churn","features":{"age":0,"vip":1}}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z {vip=1}",
		},
		{
			name:    "flat with nothing but what is mapped",
			mapping: Mapping{Features: []string{"value"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"model":"churn"}`)},
			want:    "missing_content",
		},
		{
			name: "flat label where both live", topic: "both",
			mapping: Mapping{Features: []string{"value"}, Label: []string{"value.target"}},
			record:  source.Record{Value: []byte(`{"id":1,"ts":0,"target":"yes"}`)},
			want:    "label 1 @1970-01-01T00:00:00Z model=-1 truth=yes(NaN)",
		},
		{
			name: "flat prediction where both live; type is a feature unless it says what the event is", topic: "both",
			mapping: Mapping{Features: []string{"value"}, Label: []string{"value.target"}},
			record:  source.Record{Value: []byte(`{"type":"sedan","id":1,"ts":0,"model":"churn","target":"yes","age":4}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z truth=yes(NaN) {age=4}\nunexpected=1",
		},
		{
			name: "type is no feature when it says", topic: "both",
			mapping: Mapping{Features: []string{"value"}},
			record:  source.Record{Value: []byte(`{"type":"prediction","id":1,"ts":0,"model":"churn","age":4}`)},
			want:    "1 churn/ @1970-01-01T00:00:00Z {age=4}",
		},
		{
			name:    "doubled key on the way",
			mapping: Mapping{ID: []string{"value.meta.id"}},
			record:  source.Record{Value: []byte(`{"meta":{"id":1},"meta":{},"model":"churn","prediction":1}`)},
			want:    "duplicate_key",
		},
		{
			name: "a tombstone that the mapping can attribute", topic: "labels",
			mapping: Mapping{ID: []string{"header.request"}, Model: []string{"const:churn"}},
			record:  source.Record{Headers: []source.Header{{Key: "request", Value: []byte("r")}}, Time: recordTime},
			want:    "label r @2026-11-21T07:00:00Z model=1 untimed retracts",
		},
		{
			name: "a tombstone whose key is no id", topic: "labels",
			mapping: Mapping{ID: []string{"value.id"}},
			record:  source.Record{Key: []byte("k"), Time: recordTime},
			want:    "tombstone",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := fraudDecoder(t, func(o *Options) { o.Mapping = test.mapping })
			test.record.Partition.Topic = "predictions"
			if test.topic != "" {
				test.record.Partition.Topic = test.topic
			}
			var b Batch
			got := d.Decode(test.record, &b).String()
			if got == Accepted.String() {
				got = describe(d, &b)
			}
			if got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCompileNamesEveryProblem(t *testing.T) {
	_, err := Compile(Mapping{
		ID:         []string{"value.id", "request_id", "const:x"},
		Timestamp:  []string{"value."},
		Features:   []string{"header.x", "value[*]", "value[-1]", "value[0]x", "value.a.b.c.d.e.f.g.h.i"},
		Exclude:    []string{""},
		Prediction: []string{"record"},
		Segments:   []string{"value"},
	})
	want := strings.TrimSpace(`
id[1]: "request_id": no path begins like this: use value.<name>, header.<name> or key
id[2]: "const:x": cannot stand here: use value.<name>, header.<name> or key
timestamp[0]: "value.": a name is empty: write value.name, value.outer.name or value.list[0]
features[0]: "header.x": cannot stand here: use value.<name> or value
features[1]: "value[*]": one record holds one event, so [*] has no meaning: write value.name, value.outer.name or value.list[0]
features[2]: "value[-1]": brackets hold a number from 0 to 65535: write value.name, value.outer.name or value.list[0]
features[3]: "value[0]x": a dot is missing behind a bracket: write value.name, value.outer.name or value.list[0]
features[4]: "value.a.b.c.d.e.f.g.h.i": has more than 8 steps: write value.name, value.outer.name or value.list[0]
prediction[0]: "record": cannot stand here: use value.<name> or header.<name>
segments[0]: "value": cannot stand here: use value.<name>
exclude[0]: "": an empty name excludes nothing: write a feature's name, with * for any text`)
	if err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
	var problem *MappingError
	if !errors.As(err, &problem) || problem.Field != "id" || problem.Index != 1 {
		t.Errorf("first problem: %+v", problem)
	}
}

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"age", "age", true},
		{"age", "ages", false},
		{"*", "", true},
		{"*", "x", true},
		{"a*", "a", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"*x*", "axb", true},
		{"*x*", "ab", false},
		{"a*b*c", "acbc", true},
		{"a*b*c", "abcd", false},
		{"*ab*b", "ab", false},
		{"*ab*b", "aab", false},
		{"*ab*b", "abb", true},
	} {
		if got := pattern(strings.Split(test.pattern, "*")).matches(test.name); got != test.want {
			t.Errorf("%q matches %q: %v, want %v", test.pattern, test.name, got, test.want)
		}
	}
}
