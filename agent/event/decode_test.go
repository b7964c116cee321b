package event

import (
	"math"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

func TestDecodeEveryField(t *testing.T) {
	const bare = "7 fraud/ @2026-11-21T07:00:00Z untimed"
	for _, test := range []struct{ name, topic, value, want string }{
		{
			"the example of a prediction", "predictions",
			`{"id":"req-1","ts":"2026-11-21T06:00:00.123Z","model":"fraud","version":"7","features":{"amount":12.5,"country":"DE","age":null},"prediction":0.83,"segments":{"channel":"app"},"weight":1}`,
			`req-1 fraud/7 @2026-11-21T06:00:00.123Z value=0.83 country:DE {age=null amount=12.5 country="DE"}`,
		},
		{
			"the example of a label", "labels",
			`{"id":"req-1","ts":"2026-11-21T06:00:00Z","label":1,"model":"fraud"}`,
			`label req-1 @2026-11-21T06:00:00Z model=0 truth=1(1)`,
		},
		{"numeric id", "predictions", `{"id":7,"model":"fraud","prediction":1}`, bare + " value=1 {}"},
		{"numeric id, whole float", "predictions", `{"id":7.0,"model":"fraud","prediction":1}`, bare + " value=1 {}"},
		{"numeric id, exponent", "predictions", `{"id":0.7e1,"model":"fraud","prediction":1}`, bare + " value=1 {}"},
		{"id of 20 digits", "labels", `{"id":12345678901234567891,"label":1}`, "label 12345678901234567891 @2026-11-21T07:00:00Z model=-1 untimed truth=1(1)"},
		{"other id", "predictions", `{"request_id":"7","model":"fraud","prediction":1}`, bare + " value=1 {}"},
		{"null id, other id", "predictions", `{"id":null,"prediction_id":"7","model":"fraud","prediction":1}`, bare + " value=1 {}"},
		{"escaped key and id", "predictions", `{"\u0069d":"\u0037","model":"fr\u0061ud","prediction":1}`, bare + " value=1 {}"},
		{"numeric version", "predictions", `{"id":"7","ts":0,"model":"fraud","version":3.0,"prediction":1}`, "7 fraud/3 @1970-01-01T00:00:00Z value=1 {}"},
		{"other names", "predictions", `{"id":"7","timestamp":0,"model_name":"churn","model_version":"3","score":0.5,"latency":4}`, "7 churn/3 @1970-01-01T00:00:00Z score=0.5 latency=4 {}"},
		{"null timestamp", "predictions", `{"id":"7","ts":null,"model":"fraud","prediction":1}`, bare + " value=1 {}"},

		{"class", "predictions", `{"id":"7","model":"fraud","prediction":"yes"}`, bare + " class=yes {}"},
		{"boolean class", "predictions", `{"id":"7","model":"fraud","prediction":true}`, bare + " class=true {}"},
		{"class and score", "predictions", `{"id":"7","model":"fraud","prediction":{"label":1,"score":0.7}}`, bare + " class=1 score=0.7 {}"},
		{"whole float as class", "predictions", `{"id":"7","model":"fraud","prediction":{"label":1.0}}`, bare + " class=1 {}"},
		{"negative zero as class", "predictions", `{"id":"7","model":"fraud","prediction":{"label":-0.0}}`, bare + " class=0 {}"},
		{"fraction as class", "predictions", `{"id":"7","model":"fraud","prediction":{"label":0.50}}`, bare + " class=0.5 {}"},
		{"regression", "predictions", `{"id":"7","model":"fraud","prediction":{"value":3785.0}}`, bare + " value=3785 {}"},
		{"numbers in strings", "predictions", `{"id":"7","model":"fraud","prediction":{"value":"3785.5","score":"1e-1"}}`, bare + " score=0.1 value=3785.5 {}"},
		{"probabilities by class", "predictions", `{"id":"7","model":"fraud","prediction":{"label":"a","score":0.9,"probabilities":{"a":0.9,"b":0.1}}}`, bare + " class=a score=0.9 p(a)=0.9 p(b)=0.1 {}"},
		{"scores by class", "predictions", `{"id":"7","model":"fraud","prediction":{"scores":{"a":0.9,"b":0.1}}}`, bare + " p(a)=0.9 p(b)=0.1 {}"},
		{"scores beside", "predictions", `{"id":"7","model":"fraud","scores":[0.9,0.1],"prediction":"a"}`, bare + " class=a p(#0)=0.9 p(#1)=0.1 {}"},
		{"probabilities as array", "predictions", `{"id":"7","model":"fraud","prediction":[0.9,0.1]}`, bare + " p(#0)=0.9 p(#1)=0.1 {}"},
		{"null parts", "predictions", `{"id":"7","model":"fraud","prediction":{"label":null,"score":0.7,"value":null,"probabilities":null}}`, bare + " score=0.7 {}"},
		{"null prediction", "predictions", `{"id":"7","model":"fraud","prediction":null,"features":{}}`, bare + " {}"},

		{"latency", "predictions", `{"id":"7","model":"fraud","prediction":1,"latency_ms":7.3}`, bare + " value=1 latency=7.3 {}"},
		{"negative latency", "predictions", `{"id":"7","model":"fraud","prediction":1,"latency_ms":-1}`, bare + " value=1 {}"},
		{"latency of another type", "predictions", `{"id":"7","model":"fraud","prediction":1,"latency_ms":[1]}`, bare + " value=1 {}"},
		{"error", "predictions", `{"id":"7","model":"fraud","error":true}`, bare + " error {}"},
		{"error text", "predictions", `{"id":"7","model":"fraud","error":"timeout"}`, bare + " error {}"},
		{"error object", "predictions", `{"id":"7","model":"fraud","error":{"code":5}}`, bare + " error {}"},
		{"an error has no output", "predictions", `{"id":"7","model":"fraud","error":true,"prediction":0.5}`, bare + " error {}"},
		{"no error", "predictions", `{"id":"7","model":"fraud","error":false,"prediction":1}`, bare + " value=1 {}"},
		{"empty error", "predictions", `{"id":"7","model":"fraud","error":"","prediction":1}`, bare + " value=1 {}"},

		{"inline label", "predictions", `{"id":"7","model":"fraud","prediction":1,"label":"UP"}`, bare + " value=1 truth=UP(NaN) {}"},
		{"inline null label", "predictions", `{"id":"7","model":"fraud","prediction":1,"label":null}`, bare + " value=1 {}"},
		{"label number", "labels", `{"id":"7","ts":0,"label":6702.0}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=6702(6702)"},
		{"label boolean", "labels", `{"id":"7","ts":0,"label":true}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=true(1)"},
		{"label numeric string", "labels", `{"id":"7","ts":0,"label":"07"}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=07(NaN)"},
		{"label null", "labels", `{"id":"7","ts":0,"label":null}`, "label 7 @1970-01-01T00:00:00Z model=-1 retracts"},
		{"label topic decides", "labels", `{"type":"prediction","id":"7","ts":0,"label":0,"features":{"age":1},"prediction":1}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=0(0)"},
		{"prediction topic decides", "predictions", `{"type":"label","id":"7","model":"fraud","label":0,"prediction":1}`, bare + " value=1 truth=0(0) {}"},
		{"either, type label", "both", `{"type":"label","id":"7","ts":0,"label":0,"prediction":1}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=0(0)"},
		{"either, type prediction", "both", `{"type":"prediction","id":"7","model":"fraud","label":0,"features":{}}`, bare + " truth=0(0) {}"},
		{"either, only a label", "both", `{"id":"7","ts":0,"label":0}`, "label 7 @1970-01-01T00:00:00Z model=-1 truth=0(0)"},
		{"either, features", "both", `{"id":"7","model":"fraud","label":0,"features":{"age":1}}`, bare + " truth=0(0) {age=1}"},
		{"either, output", "both", `{"id":"7","model":"fraud","label":0,"prediction":"x"}`, bare + " class=x truth=0(0) {}"},

		{"kinds of features", "predictions", `{"id":"7","model":"churn","features":{"amount":-0.0,"country":"D\u00c9","age":[1],"vip":true}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=other amount=-0 country=\"DÉ\" vip=true(1)}"},
		{"NaN and infinity as strings", "predictions", `{"id":"7","model":"churn","features":{"amount":"NaN","country":"-Infinity","age":"inf","vip":"nan"}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=+Inf amount=NaN country=-Inf vip=NaN}"},
		{"beyond the largest number", "predictions", `{"id":"7","model":"churn","features":{"amount":1e999,"age":-1e999,"vip":1e-999}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=-Inf amount=+Inf vip=0}"},
		{"a number in a string stays one", "predictions", `{"id":"7","model":"churn","features":{"amount":"12.5","age":"nano"}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=\"nano\" amount=\"12.5\"}"},
		{"a category too long", "predictions", `{"id":"7","model":"churn","features":{"country":"` + strings.Repeat("é", 512) + `","age":"` + strings.Repeat("x", 1025) + `"}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=other country=\"" + strings.Repeat("é", 512) + "\"}"},
		{"unknown features", "predictions", `{"id":"7","model":"churn","features":{"Amount":1,"age":2,"x":{"age":3}}}`, "7 churn/ @2026-11-21T07:00:00Z untimed {age=2}\nunexpected=2"},
		{"unknown fields", "predictions", `{"zip":{"id":1},"id":"7","model":"fraud","tags":[[],{}],"prediction":1}`, bare + " value=1 {}"},

		{"segment before feature", "predictions", `{"id":"7","model":"fraud","segments":{"country":"AT"},"features":{"country":"DE"}}`, bare + " country:AT {country=\"DE\"}"},
		{"numeric segment", "predictions", `{"id":"7","model":"fraud","segments":{"country":4.0},"prediction":1}`, bare + " value=1 country:4 {}"},
		{"no segment", "predictions", `{"id":"7","model":"fraud","segments":{"country":null},"features":{"country":[]}}`, bare + " {country=other}"},
		{"year 1", "labels", `{"id":"7","ts":"0001-01-01T00:00:00Z","label":0}`, "label 7 @0001-01-01T00:00:00Z model=-1 truth=0(0)"},
		{"year 9999", "labels", `{"id":"7","ts":"9999-12-31T23:59:59.999999Z","label":0}`, "label 7 @9999-12-31T23:59:59.999Z model=-1 truth=0(0)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := fraudDecoder(t, nil)
			var b Batch
			if reason := d.Decode(on(test.topic, test.value), &b); reason != Accepted {
				t.Fatalf("refused: %s", reason)
			}
			if got := describe(d, &b); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// Every reason has a record that meets it, and no refused record leaves a trace.
func TestRefusals(t *testing.T) {
	const good = `"id":"7","model":"fraud","prediction":1`
	deep := strings.Repeat("[", 31) + strings.Repeat("]", 31)
	long := strings.Repeat("x", 1025)
	keys := func(n int) string { return strings.TrimSuffix(strings.Repeat(`"k":0,`, n), ",") }
	seen := map[Reason]bool{}
	for _, test := range []struct {
		name, topic, value string
		want               Reason
	}{
		{"tombstone", "predictions", "<nil>", Tombstone},
		{"tombstone where both live", "both", "<nil>", Tombstone},
		{"label tombstone without key", "labels", "<nil>", Tombstone},
		{"empty", "predictions", "", Empty},
		{"white space", "labels", " \r\n\t", Empty},
		{"too large", "predictions", `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, TooLarge},
		{"long string elsewhere", "predictions", `{` + good + `,"note":"` + strings.Repeat("x", 1<<20-100) + `"}`, Accepted},
		{"registry framing", "predictions", "\x00\x00\x00\x00\x01{" + good + "}", UnsupportedFormat},
		{"Avro file", "predictions", "Obj\x01\x04", UnsupportedFormat},
		{"protobuf", "predictions", "\x12\x03abc", UnsupportedFormat},

		{"cut off", "predictions", `{"id":"7","model":"fra`, BadJSON},
		{"cut off in a number", "predictions", `{"id":-`, BadJSON},
		{"cut off in an escape", "predictions", `{"id":"\u00`, BadJSON},
		{"cut off before a value", "predictions", `{"id":`, BadJSON},
		{"not JSON", "predictions", `hello`, BadJSON},
		{"bare NaN", "predictions", `{` + good + `,"features":{"age":NaN}}`, BadJSON},
		{"bare Infinity", "predictions", `{` + good + `,"features":{"age":-Infinity}}`, BadJSON},
		{"trailing comma", "predictions", `{` + good + `,}`, BadJSON},
		{"trailing bytes", "predictions", `{` + good + `} {}`, BadJSON},
		{"single quotes", "predictions", `{'id':'7'}`, BadJSON},
		{"byte order mark", "predictions", "\xef\xbb\xbf{" + good + "}", BadJSON},
		{"leading zero", "predictions", `{` + good + `,"x":01}`, BadJSON},
		{"control byte in a string", "predictions", "{" + good + ",\"x\":\"a\nb\"}", BadJSON},
		{"bad escape", "predictions", `{` + good + `,"x":"\q"}`, BadJSON},
		{"bad UTF-8", "predictions", "{" + good + ",\"x\":\"\xff\"}", BadUTF8},
		{"overlong UTF-8 in a key", "predictions", "{" + good + ",\"\xc0\x80\":1}", BadUTF8},
		{"deep enough", "predictions", `{` + good + `,"x":` + deep + `}`, Accepted},
		{"too deep", "predictions", `{` + good + `,"x":[` + deep + `]}`, TooDeep},
		{"objects deep enough", "predictions", `{` + good + `,"x":` + strings.Repeat(`{"x":`, 30) + "{}" + strings.Repeat("}", 30) + `}`, Accepted},
		{"objects too deep", "predictions", `{` + good + `,"x":` + strings.Repeat(`{"x":`, 31) + "{}" + strings.Repeat("}", 31) + `}`, TooDeep},
		{"depth bomb", "predictions", strings.Repeat("[", 1_000_000), TooDeep},
		{"object depth bomb", "predictions", strings.Repeat(`{"a":`, 200_000), TooDeep},
		{"many fields", "predictions", `{` + good + `,"x":{` + keys(1996) + `}}`, Accepted},
		{"too many fields", "predictions", `{` + good + `,"x":{` + keys(1997) + `}}`, TooManyFields},
		{"endless array", "predictions", `{` + good + `,"x":[` + strings.Repeat("0,", 100_000) + `0]}`, TooManyFields},

		{"array", "predictions", `[{` + good + `}]`, NotAnObject},
		{"number", "predictions", `1`, NotAnObject},
		{"null", "labels", `null`, NotAnObject},
		{"doubled id", "predictions", `{"id":"8",` + good + `}`, DuplicateKey},
		{"doubled id in escapes", "predictions", `{"\u0069d":"8",` + good + `}`, DuplicateKey},
		{"doubled feature", "predictions", `{` + good + `,"features":{"age":1,"amount":2,"age":1}}`, DuplicateKey},
		{"doubled feature beside an unknown one", "predictions", `{` + good + `,"features":{"z":1,"age":1,"age":1}}`, DuplicateKey},
		{"doubled class", "predictions", `{"id":"7","model":"fraud","prediction":{"scores":{"a":1,"b":0,"a":0}}}`, DuplicateKey},
		{"doubled part", "predictions", `{"id":"7","model":"fraud","prediction":{"label":1,"label":1}}`, DuplicateKey},
		{"doubled segment", "predictions", `{` + good + `,"segments":{"country":"DE","country":"AT"}}`, DuplicateKey},
		{"doubled type", "both", `{` + good + `,"type":"label","type":"prediction"}`, DuplicateKey},
		{"doubled key that means nothing", "predictions", `{` + good + `,"x":1,"x":2}`, Accepted},
		{"other case is another key", "predictions", `{` + good + `,"ID":"8"}`, Accepted},

		{"unknown model", "predictions", `{"id":"7","model":"Fraud","prediction":1}`, UnknownModel},
		{"unknown model of a label", "labels", `{"id":"7","model":"x","label":1}`, UnknownModel},
		{"model of a wrong type", "predictions", `{"id":"7","model":{},"prediction":1}`, UnknownModel},
		{"no model", "predictions", `{"id":"7","prediction":1}`, MissingModel},
		{"version of a wrong type", "predictions", `{` + good + `,"version":[1]}`, BadVersion},
		{"no id", "predictions", `{"model":"fraud","prediction":1}`, MissingID},
		{"empty id", "predictions", `{"id":"","model":"fraud","prediction":1}`, MissingID},
		{"label without id", "labels", `{"label":1}`, MissingID},
		{"id of a wrong type", "predictions", `{"id":{},"model":"fraud","prediction":1}`, BadID},
		{"boolean id", "predictions", `{"id":true,"model":"fraud","prediction":1}`, BadID},
		{"infinite id", "predictions", `{"id":1e999,"model":"fraud","prediction":1}`, BadID},
		{"long id", "predictions", `{"id":"` + long + `","model":"fraud","prediction":1}`, BadID},
		{"unreadable timestamp", "predictions", `{` + good + `,"ts":"yesterday"}`, BadTimestamp},
		{"empty timestamp", "labels", `{"id":"7","label":1,"ts":""}`, BadTimestamp},
		{"timestamp of a wrong type", "predictions", `{` + good + `,"ts":{"seconds":1}}`, BadTimestamp},
		{"year 0", "predictions", `{` + good + `,"ts":"0000-12-31T23:59:59Z"}`, BadTimestamp},
		{"year 10000", "predictions", `{` + good + `,"ts":"9999-12-31T23:59:59-01:00"}`, BadTimestamp},
		{"huge timestamp", "predictions", `{` + good + `,"ts":1e300}`, BadTimestamp},

		{"empty prediction object", "predictions", `{"id":"7","model":"fraud","prediction":{}}`, BadPrediction},
		{"empty prediction array", "predictions", `{"id":"7","model":"fraud","prediction":[]}`, BadPrediction},
		{"infinite prediction", "predictions", `{"id":"7","model":"fraud","prediction":1e999}`, BadPrediction},
		{"NaN score", "predictions", `{"id":"7","model":"fraud","prediction":{"label":1,"score":"NaN"}}`, BadPrediction},
		{"score of a wrong type", "predictions", `{` + good + `,"score":[0.5]}`, BadPrediction},
		{"class of a wrong type", "predictions", `{"id":"7","model":"fraud","prediction":{"label":[]}}`, BadPrediction},
		{"long class", "predictions", `{"id":"7","model":"fraud","prediction":"` + long + `"}`, BadPrediction},
		{"probability of a wrong type", "predictions", `{"id":"7","model":"fraud","prediction":[0.5,null]}`, BadPrediction},
		{"probabilities of a wrong type", "predictions", `{` + good + `,"probabilities":0.5}`, BadPrediction},
		{"label of a wrong type", "labels", `{"id":"7","label":[1]}`, BadLabel},
		{"infinite label", "labels", `{"id":"7","label":1e999}`, BadLabel},
		{"long label", "labels", `{"id":"7","label":"` + long + `"}`, BadLabel},
		{"inline label of a wrong type", "predictions", `{` + good + `,"label":{}}`, BadLabel},
		{"features of a wrong type", "predictions", `{` + good + `,"features":[1,2]}`, BadFeatures},
		{"nothing but an id", "predictions", `{"id":"7","model":"fraud"}`, MissingContent},
		{"nothing but nulls", "predictions", `{"id":"7","model":"fraud","features":null,"prediction":null}`, MissingContent},
		{"label event without label", "labels", `{"id":"7"}`, MissingContent},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := fraudDecoder(t, nil)
			var b Batch
			if reason := d.Decode(on("predictions", `{"id":"1","model":"fraud","features":{"age":"\u0061","z":1},"prediction":[1]}`), &b); reason != Accepted {
				t.Fatal(reason)
			}
			if got := checkDecode(t, d, on(test.topic, test.value), &b); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
		seen[test.want] = true
	}
	for _, reason := range Reasons() {
		if !seen[reason] {
			t.Errorf("no record is refused as %s", reason)
		}
	}
}

func TestLabelTombstoneRetractsByKey(t *testing.T) {
	d := fraudDecoder(t, nil)
	rec := on("labels", "<nil>")
	rec.Key = []byte("req-1")
	var b Batch
	if reason := d.Decode(rec, &b); reason != Accepted {
		t.Fatal(reason)
	}
	if got, want := describe(d, &b), "label req-1 @2026-11-21T07:00:00Z model=-1 untimed retracts"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestKeyIsTheIDOfLastResort(t *testing.T) {
	d := fraudDecoder(t, nil)
	rec := on("labels", `{"label":1}`)
	rec.Key = []byte("req-1")
	var b Batch
	if reason := d.Decode(rec, &b); reason != Accepted || string(b.Labels[0].ID) != "req-1" {
		t.Errorf("%s, %+v", reason, b.Labels)
	}
	rec.Key = []byte{0xff}
	if reason := d.Decode(rec, &b); reason != BadID {
		t.Errorf("a key that is not UTF-8: got %s, want %s", reason, BadID)
	}
}

func TestOneModelNeedsNoName(t *testing.T) {
	d := fraudDecoder(t, func(o *Options) { o.Models = []string{"fraud"} })
	var b Batch
	if reason := d.Decode(on("predictions", `{"id":1,"prediction":1}`), &b); reason != Accepted || b.Predictions[0].Model != 0 {
		t.Errorf("%s, %+v", reason, b.Predictions)
	}
	if reason := d.Decode(on("predictions", `{"id":1,"prediction":1,"model":"x"}`), &b); reason != UnknownModel {
		t.Error(reason)
	}
}

func TestAllowMissingID(t *testing.T) {
	d := fraudDecoder(t, func(o *Options) { o.AllowMissingID = true })
	var b Batch
	if reason := d.Decode(on("predictions", `{"model":"fraud","prediction":1}`), &b); reason != Accepted || len(b.Predictions[0].ID) != 0 {
		t.Errorf("%s, %+v", reason, b.Predictions)
	}
	if reason := d.Decode(on("labels", `{"label":1}`), &b); reason != MissingID {
		t.Errorf("a label without id: %s", reason)
	}
}

func TestOrigin(t *testing.T) {
	d := fraudDecoder(t, nil)
	rec := on("predictions", `{"id":1,"model":"fraud","prediction":1}`)
	rec.Partition.Number, rec.Offset = 3, 42
	var b Batch
	d.Decode(rec, &b)
	want := Origin{Partition: source.Partition{Topic: "predictions", Number: 3}, Offset: 42, Record: recordTime}
	if got := b.Predictions[0].Origin; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDictionaryGrowsBetweenRecords(t *testing.T) {
	d := fraudDecoder(t, nil)
	var b Batch
	value := `{"id":1,"model":"churn","features":{"new":1}}`
	d.Decode(on("predictions", value), &b)
	if b.Unexpected != 1 {
		t.Fatalf("unexpected %d, want 1", b.Unexpected)
	}
	column := d.options.Dictionary.Add("new")
	d.Decode(on("predictions", value), &b)
	if b.Unexpected != 1 || len(b.Features[column]) != 1 || b.Features[column][0].Row != 1 {
		t.Errorf("unexpected %d, column %+v", b.Unexpected, b.Features[column])
	}
}

func TestResetKeepsNothing(t *testing.T) {
	d := fraudDecoder(t, nil)
	var b Batch
	for range 3 {
		d.Decode(on("predictions", `{"id":"\u0031","model":"fraud","features":{"age":1,"country":"DE","z":0},"prediction":[1]}`), &b)
		d.Decode(on("labels", `{"id":1,"label":1}`), &b)
	}
	b.Reset()
	if got := describe(d, &b); got != "" || len(b.Probabilities)+len(b.segments)+len(b.arena) != 0 {
		t.Errorf("after Reset: %q", got)
	}
	for _, column := range b.Features {
		for _, c := range column[:cap(column)] {
			if c.Text != nil {
				t.Fatal("a cell still points into a record")
			}
		}
	}
}

func TestNewDecoderNamesEveryProblem(t *testing.T) {
	_, err := NewDecoder(Options{Models: []string{"a", "a"}, MaxBytes: -1, Mapping: Mapping{ID: []string{"id"}}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`model "a" stands twice`, "-1 bytes", `id[0]: "id"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %q", want, err)
		}
	}
	if _, err := NewDecoder(Options{}); err == nil || !strings.Contains(err.Error(), "no model") {
		t.Errorf("without models: %v", err)
	}
}

func TestNaNLatencyIsAbsent(t *testing.T) {
	d := fraudDecoder(t, nil)
	var b Batch
	d.Decode(on("predictions", `{"id":1,"model":"fraud","prediction":1}`), &b)
	if !math.IsNaN(b.Predictions[0].LatencyMS) {
		t.Errorf("latency %v, want NaN", b.Predictions[0].LatencyMS)
	}
}
