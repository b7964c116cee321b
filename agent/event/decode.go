package event

import (
	"errors"
	"fmt"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

// Stream says what a topic carries.
type Stream uint8

// The streams. On a topic with Either, an event says which it is by a member "type" with the value "prediction" or
// "label"; without it, an event with a label and neither features nor a prediction is a label.
const (
	Either Stream = iota
	Predictions
	Labels
)

// Options is what a Decoder is made of.
type Options struct {
	// Models are the names of the configured models; Prediction.Model is an index into them. There must be one at least.
	Models []string
	// Segments are for each model the names of its segments; nil if there are none.
	Segments [][]string
	// Streams says what a topic carries; nil means Either for all.
	Streams func(topic string) Stream
	Mapping Mapping
	// Dictionary holds the known features; nil means none. It may grow between two calls of Decode.
	Dictionary *Dictionary
	// MaxBytes bounds the value of a record; 0 means 1 MiB.
	MaxBytes int
	// AllowMissingID takes predictions without an id: they count in windows and can never be joined with a label.
	AllowMissingID bool
}

const (
	defaultMaxBytes = 1 << 20
	// maxText bounds ids, versions, classes and categories. A longer text is refused, never cut: a cut could make two
	// of them equal.
	maxText = 1 << 10
	// maxVersions bounds the interned versions; when it is reached they are forgotten, not refused.
	maxVersions = 1 << 10
)

// Decoder turns records into events. One goroutine uses it.
type Decoder struct {
	options  Options
	paths    *Paths
	models   map[string]int
	versions map[string]string
	excluded []bool // by column: the mapping leaves this feature out

	// The record at hand.
	record   source.Record
	batch    *Batch
	body     document  // the record's value
	inner    document  // what was inside its data_base64
	event    *document // the one of the two that holds the event
	root     int32     // the event's node
	envelope int32     // the node of a structured CloudEvent in body, or nowhere
	found    []int32   // by place: the node of event there, or nowhere
	classes  [][]byte  // for classTwice
}

// NewDecoder checks the options and compiles the mapping. The error names everything that is wrong.
func NewDecoder(o Options) (*Decoder, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.Dictionary == nil {
		o.Dictionary = &Dictionary{}
	}
	if o.Streams == nil {
		o.Streams = func(string) Stream { return Either }
	}
	var problems []error
	if len(o.Models) == 0 {
		problems = append(problems, errors.New("no model: an event decoder needs one at least"))
	}
	if o.MaxBytes < 0 || o.MaxBytes > 1<<30 {
		problems = append(problems, fmt.Errorf("a record of %d bytes: the limit may be from 1 byte to 1 GiB", o.MaxBytes))
	}
	d := &Decoder{options: o, models: map[string]int{}, versions: map[string]string{}}
	for i, name := range o.Models {
		if _, twice := d.models[name]; twice {
			problems = append(problems, fmt.Errorf("model %q stands twice: give each model one name", name))
		}
		d.models[name] = i
	}
	paths, err := Compile(o.Mapping)
	if err != nil {
		problems = append(problems, fmt.Errorf("mapping: %w", err))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	d.paths, d.found = paths, make([]int32, paths.count)
	return d, nil
}

// Decode appends the event of one record to the batch, or refuses the record and leaves the batch as it was; only empty
// columns may have been added, for names that are new in the dictionary. It never panics and keeps nothing of the record
// but what the batch holds. In steady state an accepted event costs no allocation.
func (d *Decoder) Decode(rec source.Record, out *Batch) Reason {
	d.record, d.batch = rec, out
	d.learn()
	before := out.mark()
	reason := d.decode()
	if reason != Accepted {
		out.undo(before)
	}
	d.record, d.batch = source.Record{}, nil
	return reason
}

// learn catches up with a dictionary that has grown.
func (d *Decoder) learn() {
	for i := len(d.excluded); i < d.options.Dictionary.Len(); i++ {
		d.excluded = append(d.excluded, d.paths.excludes([]byte(d.options.Dictionary.Name(i))))
	}
	d.batch.grow(d.options.Dictionary.Len())
}

func (d *Decoder) decode() Reason {
	for i := range d.found {
		d.found[i] = nowhere
	}
	d.event, d.root, d.envelope = &d.body, 0, nowhere
	stream := d.options.Streams(d.record.Partition.Topic)
	switch {
	case d.record.Value == nil && stream == Labels:
		return d.retraction()
	case d.record.Value == nil:
		return Tombstone
	case skipSpace(d.record.Value, 0) == len(d.record.Value):
		return Empty
	case len(d.record.Value) > d.options.MaxBytes:
		return TooLarge
	}
	if reason := d.open(); reason != Accepted {
		return reason
	}
	if d.event.tape[d.root].kind != jsonObject {
		return NotAnObject
	}
	if reason := d.locate(d.paths.root, d.root); reason != Accepted {
		return reason
	}
	isLabel, reason := d.isLabel(stream)
	switch {
	case reason != Accepted:
		return reason
	case isLabel:
		return d.label()
	}
	return d.prediction()
}

// prediction reads the event as a prediction. What is appended to the batch before a refusal is undone by Decode.
func (d *Decoder) prediction() (reason Reason) {
	p := Prediction{Origin: d.origin()}
	if p.Model, reason = d.model(); reason != Accepted {
		return reason
	}
	if p.Model == anyModel {
		if len(d.options.Models) > 1 {
			return MissingModel
		}
		p.Model = 0
	}
	if p.Version, reason = d.version(); reason != Accepted {
		return reason
	}
	p.ID, reason = d.id()
	if reason != Accepted && (reason != MissingID || !d.options.AllowMissingID) {
		return reason
	}
	if p.Time, p.Untimed, reason = d.timestamp(); reason != Accepted {
		return reason
	}
	if p.Label, reason = d.truth(); reason != Accepted {
		return reason
	}
	p.Label.Retracts = false // null beside a prediction: no label yet
	p.Error = d.failed()
	p.LatencyMS = d.latency()
	if !p.Error {
		if p.Output, reason = d.output(); reason != Accepted {
			return reason
		}
	}
	if !p.Error && !d.hasOutput() && !d.hasFeatures() {
		return MissingContent
	}
	if reason = d.features(); reason != Accepted {
		return reason
	}
	if p.Segments, reason = d.segments(p.Model); reason != Accepted {
		return reason
	}
	d.batch.Predictions = append(d.batch.Predictions, p)
	return Accepted
}

// label reads the event as a label.
func (d *Decoder) label() (reason Reason) {
	l := Label{Origin: d.origin()}
	if l.Model, reason = d.model(); reason != Accepted {
		return reason
	}
	if l.ID, reason = d.id(); reason != Accepted {
		return reason
	}
	if l.Time, l.Untimed, reason = d.timestamp(); reason != Accepted {
		return reason
	}
	if l.Truth, reason = d.truth(); reason != Accepted {
		return reason
	}
	if !l.Truth.Present && !l.Truth.Retracts {
		return MissingContent
	}
	d.batch.Labels = append(d.batch.Labels, l)
	return Accepted
}

// retraction reads a tombstone on a label topic: its key, or a header, says which label is taken back.
func (d *Decoder) retraction() (reason Reason) {
	l := Label{Origin: d.origin(), Truth: noTruth}
	l.Truth.Retracts = true
	if l.ID, reason = d.id(); reason == MissingID {
		return Tombstone
	}
	if reason != Accepted {
		return reason
	}
	if l.Model, reason = d.model(); reason != Accepted {
		return reason
	}
	if l.Time, l.Untimed, reason = d.timestamp(); reason != Accepted {
		return reason
	}
	d.batch.Labels = append(d.batch.Labels, l)
	return Accepted
}

func (d *Decoder) origin() Origin {
	return Origin{Partition: d.record.Partition, Offset: d.record.Offset, Record: d.record.Time}
}

// arena returns the batch's memory for texts that stand nowhere in the record.
func (d *Decoder) arena() *[]byte { return &d.batch.arena }
