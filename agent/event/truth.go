package event

import "math"

// noTruth is what an event without a label says.
var noTruth = Truth{Number: math.NaN()}

// truth reads the label: a number, a string or a boolean; null takes an earlier label back.
func (d *Decoder) truth() (Truth, Reason) {
	t := noTruth
	v := d.first(d.paths.label)
	switch v.kind {
	case absent:
		return t, Accepted
	case jsonNull:
		t.Retracts = true
		return t, Accepted
	case jsonNumber, jsonText, jsonBool, jsonArray, jsonObject:
	}
	class, ok := d.name(v)
	if !ok {
		return t, BadLabel
	}
	t.Present, t.Class = true, class
	if v.kind == jsonBool {
		t.Number = 0
		if class[0] == 't' {
			t.Number = 1
		}
	} else if x, ok := finite(v); ok {
		t.Number = x
	}
	return t, Accepted
}
