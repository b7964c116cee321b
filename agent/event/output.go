package event

import (
	"bytes"
	"math"
	"slices"
)

// hasOutput tells whether the event has any part of an answer.
func (d *Decoder) hasOutput() bool {
	for _, f := range [...]field{d.paths.prediction, d.paths.score, d.paths.distribution} {
		if d.first(f).kind > jsonNull {
			return true
		}
	}
	return false
}

// output reads what the model answered. Mapped scores and probabilities come before those inside the prediction.
func (d *Decoder) output() (o Output, reason Reason) {
	if v := d.first(d.paths.score); v.kind > jsonNull {
		if o.Score, o.HasScore = finite(v); !o.HasScore {
			return o, BadPrediction
		}
	}
	v := d.first(d.paths.distribution)
	if reason = d.probabilities(v, &o); reason != Accepted {
		return o, reason
	}
	switch v := d.first(d.paths.prediction); v.kind {
	case absent, jsonNull:
	case jsonNumber:
		if o.Value, o.HasValue = finite(v); !o.HasValue {
			return o, BadPrediction
		}
	case jsonText, jsonBool:
		if o.Class, o.HasClass = d.name(v); !o.HasClass {
			return o, BadPrediction
		}
	case jsonArray:
		reason = d.probabilities(v, &o)
	case jsonObject:
		reason = d.outputObject(v.node, &o)
	}
	return o, reason
}

// outputObject reads {"label", "score", "value", "probabilities" or "scores"}; other members are ignored, but one of
// these must be there.
func (d *Decoder) outputObject(i int32, o *Output) Reason {
	tape := d.event.tape
	var label, score, number, distribution, scores value
	for key := i + 1; key < tape[i].next; key = tape[key+1].next {
		var part *value
		switch string(d.event.text(key, d.arena())) {
		case "label":
			part = &label
		case "score":
			part = &score
		case "value":
			part = &number
		case "probabilities":
			part = &distribution
		case "scores":
			part = &scores
		default:
			continue
		}
		if part.kind != absent {
			return DuplicateKey
		}
		*part = d.valueAt(key + 1)
	}
	if label.kind > jsonNull {
		if o.Class, o.HasClass = d.name(label); !o.HasClass {
			return BadPrediction
		}
	}
	if score.kind > jsonNull && !o.HasScore {
		if o.Score, o.HasScore = finite(score); !o.HasScore {
			return BadPrediction
		}
	}
	if number.kind > jsonNull {
		if o.Value, o.HasValue = finite(number); !o.HasValue {
			return BadPrediction
		}
	}
	if distribution.kind <= jsonNull {
		distribution = scores
	}
	if reason := d.probabilities(distribution, o); reason != Accepted {
		return reason
	}
	if !o.HasClass && !o.HasScore && !o.HasValue && o.FirstProbability == o.EndProbability {
		return BadPrediction
	}
	return Accepted
}

// probabilities reads {"class": p, …} or [p, …] unless the output has some already.
func (d *Decoder) probabilities(v value, o *Output) Reason {
	if v.kind <= jsonNull || o.FirstProbability != o.EndProbability {
		return Accepted
	}
	if v.kind != jsonArray && v.kind != jsonObject {
		return BadPrediction
	}
	tape := d.event.tape
	first := len(d.batch.Probabilities)
	for i := v.node + 1; i < tape[v.node].next; i = tape[i].next {
		var entry ClassProbability
		if v.kind == jsonObject {
			if entry.Class = d.event.text(i, d.arena()); len(entry.Class) > maxText {
				return BadPrediction
			}
			i++
		}
		p, ok := finite(d.valueAt(i))
		if !ok {
			return BadPrediction
		}
		entry.Probability = p
		d.batch.Probabilities = append(d.batch.Probabilities, entry)
	}
	end := len(d.batch.Probabilities)
	o.FirstProbability, o.EndProbability = int32(first), int32(end)
	switch {
	case o.FirstProbability == o.EndProbability:
		return BadPrediction
	case v.kind == jsonObject && d.classTwice(d.batch.Probabilities[first:]):
		return DuplicateKey
	}
	return Accepted
}

// classTwice sorts a copy, which costs n log n for any n that a hostile record may choose.
func (d *Decoder) classTwice(entries []ClassProbability) bool {
	d.classes = d.classes[:0]
	for i := range entries {
		d.classes = append(d.classes, entries[i].Class)
	}
	slices.SortFunc(d.classes, bytes.Compare)
	for i := 1; i < len(d.classes); i++ {
		if bytes.Equal(d.classes[i-1], d.classes[i]) {
			return true
		}
	}
	return false
}

// failed tells whether the event reports an error: true, a number but 0, a text that is not empty, an array or object.
func (d *Decoder) failed() bool {
	switch v := d.first(d.paths.failure); v.kind {
	case jsonBool:
		return v.text[0] == 't'
	case jsonNumber:
		return parseNumber(v.text) != 0
	case jsonText:
		return len(v.text) > 0
	case jsonArray, jsonObject:
		return true
	case absent, jsonNull:
	}
	return false
}

// latency returns the event's latency, NaN if there is none that makes sense: it is not worth an event.
func (d *Decoder) latency() float64 {
	if ms, ok := finite(d.first(d.paths.latency)); ok && ms >= 0 {
		return ms
	}
	return math.NaN()
}

// finite returns a number, also one that stands in a string. NaN and infinities are none.
func finite(v value) (float64, bool) {
	if v.kind != jsonNumber && (v.kind != jsonText || !isNumber(v.text)) {
		return 0, false
	}
	x := parseNumber(v.text)
	return x, !math.IsInf(x, 0)
}
