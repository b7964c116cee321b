package event

import (
	"errors"
	"fmt"
	"strings"
)

// Mapping says where in a record each part of an event stands: lists of paths, of which the first with a value that is
// not null wins. An empty list means the native names, which Native returns. A path is one of
//
//	value.a.b       the member b of the member a of the event; a key that contains the dot itself is tried first
//	value.a[0].b    the first element of an array
//	value           the event itself: for flat records, whose members are features
//	header.name     a record header, in any case; header.ce_name is also an attribute of a structured CloudEvent
//	key             the record's key
//	record          the record's timestamp
//	const:text      this text
//
// Features and segments name objects inside the event, the other fields scalars; a prediction may also be an array or
// object (see Output). The last three answer only where they make sense: key for id and model, record for the timestamp,
// const for model and version.
//
// A key that a path names, or passes through, is never a feature: a flat record's id and label are left out without
// being excluded.
type Mapping struct {
	ID            []string
	Timestamp     []string // without a hit: the record's timestamp
	Model         []string
	Version       []string
	Features      []string
	Exclude       []string // features to leave out; * stands for any text
	Prediction    []string
	Score         []string
	Probabilities []string
	Label         []string
	Latency       []string
	Error         []string
	Segments      []string
}

// Native returns the mapping of native events. It also reads a few names that are common elsewhere.
func Native() Mapping {
	return Mapping{
		ID: []string{
			"value.id", "value.request_id", "value.prediction_id", "header.ce_id", "header.requestid", "key",
		},
		Timestamp: []string{
			"value.ts", "value.timestamp", "value.timestamp_ms", "value.event_time", "header.ce_time",
		},
		Model:      []string{"value.model", "value.model_name"},
		Version:    []string{"value.version", "value.model_version"},
		Features:   []string{"value.features"},
		Prediction: []string{"value.prediction"},
		Score:      []string{"value.prediction.score", "value.score"},
		Probabilities: []string{
			"value.prediction.probabilities", "value.prediction.scores", "value.probabilities", "value.scores",
		},
		Label:    []string{"value.label"},
		Latency:  []string{"value.latency_ms", "value.latency"},
		Error:    []string{"value.error"},
		Segments: []string{"value.segments"},
	}
}

// MappingError is one path that cannot be used.
type MappingError struct {
	Field   string // as the configuration writes it: "latency_ms"
	Index   int    // in the field's list
	Path    string
	Problem string
	Remedy  string
}

// Error returns the path's place, the path, the problem and the remedy.
func (e *MappingError) Error() string {
	return fmt.Sprintf("%s[%d]: %q: %s: %s", e.Field, e.Index, e.Path, e.Problem, e.Remedy)
}

// Paths is a compiled mapping.
type Paths struct {
	root  *place
	count int // of places

	id, timestamp, model, version             field
	features, prediction, score, distribution field
	label, latency, failure, segments         field

	exclude []pattern
}

// Compile checks a mapping and prepares it. The error joins a *MappingError for every path that is wrong.
func Compile(m Mapping) (*Paths, error) {
	p := &Paths{}
	p.root = p.newPlace()
	native := Native()
	var problems []error
	add := func(to *field, name string, written, otherwise []string, allowed base) {
		if len(written) == 0 {
			written = otherwise
		}
		for i, text := range written {
			paths, problem := p.compile(text, allowed)
			if problem != nil {
				problem.Field, problem.Index = name, i
				problems = append(problems, problem)
			}
			*to = append(*to, paths...)
		}
	}
	add(&p.id, "id", m.ID, native.ID, fromValue|fromHeader|fromKey)
	add(&p.timestamp, "timestamp", m.Timestamp, native.Timestamp, fromValue|fromHeader|fromRecord)
	add(&p.model, "model", m.Model, native.Model, fromValue|fromHeader|fromKey|fromConst)
	add(&p.version, "version", m.Version, native.Version, fromValue|fromHeader|fromConst)
	add(&p.features, "features", m.Features, native.Features, fromValue|fromRoot)
	add(&p.prediction, "prediction", m.Prediction, native.Prediction, fromValue|fromHeader)
	add(&p.score, "score", m.Score, native.Score, fromValue|fromHeader)
	add(&p.distribution, "probabilities", m.Probabilities, native.Probabilities, fromValue)
	add(&p.label, "label", m.Label, native.Label, fromValue|fromHeader)
	add(&p.latency, "latency_ms", m.Latency, native.Latency, fromValue|fromHeader)
	add(&p.failure, "error", m.Error, native.Error, fromValue|fromHeader)
	add(&p.segments, "segments", m.Segments, native.Segments, fromValue)
	for i, text := range m.Exclude {
		if text == "" {
			problems = append(problems, &MappingError{
				Field: "exclude", Index: i,
				Problem: "an empty name excludes nothing", Remedy: "write a feature's name, with * for any text",
			})
		}
		p.exclude = append(p.exclude, strings.Split(text, "*"))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return p, nil
}

// excludes tells whether a feature is to be left out.
func (p *Paths) excludes(name []byte) bool {
	for _, pattern := range p.exclude {
		if pattern.matches(string(name)) {
			return true
		}
	}
	return false
}

// pattern is a name cut at its wildcards.
type pattern []string

func (p pattern) matches(name string) bool {
	if len(p) == 1 {
		return name == p[0]
	}
	last := len(p) - 1
	rest, ok := strings.CutPrefix(name, p[0])
	if !ok {
		return false
	}
	for _, part := range p[1:last] {
		_, behind, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = behind
	}
	return strings.HasSuffix(rest, p[last])
}
