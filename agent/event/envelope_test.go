package event

import (
	"encoding/base64"
	"testing"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// The same prediction and label must come out of every envelope. Where the event has no id and time of its own, those
// of the envelope count.
func TestCloudEvents(t *testing.T) {
	const (
		prediction = `{"model":"churn","features":{"age":1},"prediction":"yes"}`
		label      = `{"label":"no"}`
		attributes = `"specversion":"1.0","id":"ce-1","source":"/m","type":"prediction.made","time":"2026-01-01T00:00:00Z"`

		wantPrediction = `ce-1 churn/ @2026-01-01T00:00:00Z class=yes {age=1}`
		wantLabel      = `label ce-1 @2026-01-01T00:00:00Z model=-1 truth=no(NaN)`
	)
	binary := []source.Header{
		{Key: "Ce_Specversion", Value: []byte("1.0")},
		{Key: "ce_id", Value: []byte("ce-1")},
		{Key: "CE_TIME", Value: []byte("2026-01-01T00:00:00Z")},
		{Key: "content-type", Value: []byte("application/json; charset=utf-8")},
	}
	structured := []source.Header{{Key: "Content-Type", Value: []byte("application/cloudevents+json")}}
	inBase64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, test := range []struct {
		name, topic, value string
		headers            []source.Header
		want               string
	}{
		{"binary prediction", "predictions", prediction, binary, wantPrediction},
		{"binary label", "labels", label, binary, wantLabel},
		{"binary, own id and time", "labels", `{"id":"own","ts":0,"label":1}`, binary, "label own @1970-01-01T00:00:00Z model=-1 truth=1(1)"},
		{"structured prediction", "predictions", `{` + attributes + `,"data":` + prediction + `}`, structured, wantPrediction},
		{"structured, data first", "predictions", `{"data":` + prediction + `,` + attributes + `}`, structured, wantPrediction},
		{"structured without content type", "both", `{` + attributes + `,"data":` + prediction + `}`, nil, wantPrediction},
		{"structured label", "labels", `{` + attributes + `,"data":` + label + `}`, structured, wantLabel},
		{"structured label where both live", "both", `{` + attributes + `,"data":` + label + `}`, structured, wantLabel},
		{"base64 prediction", "predictions", `{` + attributes + `,"data_base64":"` + inBase64(prediction) + `"}`, structured, wantPrediction},
		{"base64 label", "both", `{` + attributes + `,"data_base64":"` + inBase64(label) + `"}`, structured, wantLabel},
		{"structured, own id and time", "labels", `{` + attributes + `,"data":{"id":"own","ts":0,"label":1}}`, structured, "label own @1970-01-01T00:00:00Z model=-1 truth=1(1)"},

		{"data is no object", "predictions", `{` + attributes + `,"data":[` + prediction + `]}`, structured, "not_an_object"},
		{"no data", "labels", `{` + attributes + `}`, structured, "missing_content"},
		{"bad base64", "labels", `{` + attributes + `,"data_base64":"%"}`, structured, "bad_json"},
		{"base64 of another type", "labels", `{` + attributes + `,"data_base64":1}`, structured, "bad_json"},
		{"bad JSON in base64", "labels", `{` + attributes + `,"data_base64":"` + inBase64(`{"label":`) + `"}`, structured, "bad_json"},
		{"array in base64", "labels", `{` + attributes + `,"data_base64":"` + inBase64(`[]`) + `"}`, structured, "not_an_object"},
		{"empty base64", "labels", `{` + attributes + `,"data_base64":""}`, structured, "bad_json"},
		{"doubled data", "labels", `{` + attributes + `,"data":{},"data":` + label + `}`, structured, "duplicate_key"},
		{"doubled attribute", "labels", `{` + attributes + `,"specversion":"1.0","data":` + label + `}`, structured, "duplicate_key"},
		{"a feature called specversion", "labels", `{"id":"7","ts":0,"specversion":3,"data":{},"label":1}`, nil, "label 7 @1970-01-01T00:00:00Z model=-1 truth=1(1)"},
		{"Avro by content type", "labels", label, []source.Header{{Key: "content-type", Value: []byte("Application/Avro")}}, "unsupported_format"},
		{"protobuf by content type", "labels", label, []source.Header{{Key: "content-type", Value: []byte("application/x-protobuf")}}, "unsupported_format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := fraudDecoder(t, nil)
			rec := on(test.topic, test.value)
			rec.Headers = test.headers
			var b Batch
			got := d.Decode(rec, &b).String()
			if got == Accepted.String() {
				got = describe(d, &b)
			}
			if got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// KServe names the model in an extension attribute; paths reach it in both modes.
func TestExtensionAttribute(t *testing.T) {
	for name, rec := range map[string]source.Record{
		"binary": {
			Value:   []byte(`{"id":1,"ts":0,"prediction":1}`),
			Headers: []source.Header{{Key: "ce_specversion", Value: []byte("1.0")}, {Key: "ce_inferenceservicename", Value: []byte("churn")}},
		},
		"structured": {Value: []byte(`{"specversion":"1.0","inferenceservicename":"churn","data":{"id":1,"ts":0,"prediction":1}}`)},
	} {
		d := fraudDecoder(t, func(o *Options) { o.Mapping.Model = []string{"header.ce_inferenceservicename"} })
		var b Batch
		reason := d.Decode(rec, &b)
		if got, want := describe(d, &b), "1 churn/ @1970-01-01T00:00:00Z value=1 {}"; got != want {
			t.Errorf("%s: %s, got %q, want %q", name, reason, got, want)
		}
	}
}
