package event

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// open scans the record and finds the event in it: the value itself, or the data of a CloudEvent in structured mode. In
// binary mode a CloudEvent's attributes are record headers and the value is the event, so there is nothing to unwrap
// (CloudEvents 1.0.2, Kafka protocol binding 1.0.2).
func (d *Decoder) open() Reason {
	if d.isBinary() {
		return UnsupportedFormat
	}
	if reason := d.body.scan(d.record.Value); reason != Accepted {
		return reason
	}
	if d.body.tape[0].kind != jsonObject {
		return NotAnObject
	}
	return d.unwrap()
}

// isBinary recognises formats that are not JSON: by the content type, by the zero byte of a schema registry's framing,
// or by a control byte that no JSON text begins with.
func (d *Decoder) isBinary() bool {
	if contentType := d.recordHeader("content-type"); contentType != nil {
		if containsFold(contentType, "avro") || containsFold(contentType, "protobuf") {
			return true
		}
	}
	first := d.record.Value[skipSpace(d.record.Value, 0)]
	return first < ' ' || bytes.HasPrefix(d.record.Value, []byte("Obj\x01"))
}

// unwrap looks for specversion and data in the value: a CloudEvent is an object that has both.
func (d *Decoder) unwrap() Reason {
	specVersion, reason := d.member("specversion")
	if reason != Accepted || specVersion == nowhere || d.body.tape[specVersion].kind != jsonText {
		return reason
	}
	data, reason := d.member("data")
	if reason != Accepted {
		return reason
	}
	encoded, reason := d.member("data_base64")
	if reason != Accepted {
		return reason
	}
	switch {
	case data != nowhere:
		d.envelope, d.root = 0, data
	case encoded != nowhere:
		d.envelope = 0
		return d.openBase64(encoded)
	}
	return Accepted
}

func (d *Decoder) openBase64(i int32) Reason {
	if d.body.tape[i].kind != jsonText {
		return BadJSON
	}
	encoded := d.body.text(i, d.arena())
	arena := d.arena()
	start := len(*arena)
	decoded, err := base64.StdEncoding.AppendDecode(*arena, encoded)
	if err != nil {
		return BadJSON
	}
	*arena = decoded
	d.event, d.root = &d.inner, 0
	return d.inner.scan(decoded[start:len(decoded):len(decoded)])
}

// member returns the value node of a key of the record's outermost object, or nowhere.
func (d *Decoder) member(name string) (int32, Reason) {
	at := nowhere
	tape := d.body.tape
	for key := int32(1); key < tape[0].next; key = tape[key+1].next {
		if string(d.body.text(key, d.arena())) != name {
			continue
		}
		if at != nowhere {
			return nowhere, DuplicateKey
		}
		at = key + 1
	}
	return at, Accepted
}

// header returns a record header; under ce_name also the attribute name of a structured CloudEvent, so that paths need
// not know the mode.
func (d *Decoder) header(name string) []byte {
	v := d.recordHeader(name)
	if v != nil || d.envelope == nowhere || len(name) < 3 || !strings.EqualFold(name[:3], "ce_") {
		return v
	}
	attribute, reason := d.member(name[3:])
	if reason != Accepted || attribute == nowhere || d.body.tape[attribute].kind != jsonText {
		return nil
	}
	return d.body.text(attribute, d.arena())
}

// recordHeader returns the first header of that name in any case, nil if there is none.
func (d *Decoder) recordHeader(name string) []byte {
	for i := range d.record.Headers {
		if h := &d.record.Headers[i]; len(h.Key) == len(name) && strings.EqualFold(h.Key, name) {
			return h.Value
		}
	}
	return nil
}

// containsFold tells whether s contains a word of lower-case ASCII letters, in any case.
func containsFold(s []byte, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if equalFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}
