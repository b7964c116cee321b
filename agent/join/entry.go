package join

import (
	"bytes"
	"math"
	"strconv"
)

// maxClasses bounds the distinct label texts remembered; all others are one class that no model knows.
const maxClasses = 4096

const overflowClass = "\xff" // no valid text, so no model's class

// answerSlot is the entry of an answer without a label.
func answerSlot(k key, a Answer) slot {
	s := slot{
		key: k, has: hasAnswer, time: a.Time, windows: a.Windows, segments: a.Segments, score: a.Outcome.Value,
		// #nosec G115 -- see Answer, and performance.MaxClasses
		model: int16(a.Model), version: uint16(a.Version), answered: int16(a.Outcome.Predicted),
	}
	if a.Outcome.HasScore {
		s.score, s.has = a.Outcome.Score, s.has|hasScore
	}
	return s
}

// isFor tells whether the slot's label is about a model.
func (s *slot) isFor(model int) bool { return s.has.is(labelForAny) || int(s.model) == model }

func (s *slot) copyLabel(from *slot) {
	s.known, s.stamp, s.number, s.class = from.known, from.stamp, from.number, from.class
	s.has |= hasLabel | from.has&labelForAny
}

// setLabel gives the slot a label that named a model, or none.
func (j *Join) setLabel(s *slot, truth Truth, model int) {
	s.known, s.stamp, s.number, s.class = truth.Time, truth.Stamp, truth.Number, 0
	s.has |= hasLabel
	if model == anyModel {
		s.has |= labelForAny
	}
	j.text = appendNumber(j.text[:0], truth.Number)
	if math.IsNaN(truth.Number) || !bytes.Equal(j.text, truth.Class) {
		s.class = j.intern(truth.Class)
	}
}

func (j *Join) intern(class []byte) uint32 {
	if id, ok := j.ids[string(class)]; ok {
		return id
	}
	if len(j.classes) >= maxClasses {
		class = []byte(overflowClass)
		if id, ok := j.ids[overflowClass]; ok {
			return id
		}
	}
	id := uint32(len(j.classes)) // #nosec G115 -- at most maxClasses
	j.classes = append(j.classes, bytes.Clone(class))
	j.ids[string(class)] = id
	return id
}

// appendNumber appends the text of a numeric label, as event writes it.
func appendNumber(b []byte, number float64) []byte {
	if math.Abs(number) < 1e21 {
		return strconv.AppendFloat(b, number+0, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, number, 'e', -1, 64)
}
