package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// maxModels bounds how many models' events a file may hold: more are no models, but names gone astray.
const maxModels = 64

// reader decodes native events as the agent does, except that it learns names of models and features as they come:
// there is no configuration that would know them before.
type reader struct {
	stream   event.Stream
	models   []string
	features *event.Dictionary
	decoder  *event.Decoder
	batch    event.Batch
}

func newReader(stream event.Stream) (*reader, error) {
	r := &reader{stream: stream, features: &event.Dictionary{}}
	return r, r.renew()
}

// renew makes a decoder that knows the models so far. An event that names none is taken for the first one's.
func (r *reader) renew() (err error) {
	models, mapping := r.models, event.Native()
	if len(models) == 0 {
		models = []string{""}
	}
	if models[0] != "" {
		mapping.Model = append(mapping.Model, "const:"+models[0])
	}
	r.decoder, err = event.NewDecoder(event.Options{
		Models: models, Mapping: mapping, Dictionary: r.features, AllowMissingID: true,
		Streams: func(string) event.Stream { return r.stream },
	})
	return err
}

// errManyModels is what too many models come to.
var errManyModels = fmt.Errorf("the events name more than %d models", maxModels)

// decode decodes one line into r.batch. It is repeated as long as it teaches a new name.
func (r *reader) decode(line []byte) error {
	rec := source.Record{Value: line, Time: time.Unix(0, 0)}
	for {
		r.batch.Reset()
		reason := r.decoder.Decode(rec, &r.batch)
		learned := false
		var err error
		switch {
		case reason == event.UnknownModel:
			learned, err = r.learnModel(line)
		case reason == event.Accepted && r.batch.Unexpected > 0:
			learned = r.learnFeatures(line)
		}
		if err != nil {
			return err
		}
		if !learned && reason != event.Accepted {
			return fmt.Errorf("no event that can be read: %s (docs/events.md; a flat table is read as CSV or Parquet)", reason)
		}
		if !learned {
			return nil
		}
	}
}

// names are the parts of an event that hold names, in the event itself or inside a CloudEvent.
type names struct {
	Model     *string         `json:"model"`
	ModelName *string         `json:"model_name"`
	Features  json.RawMessage `json:"features"`
}

func namesIn(line []byte) (all []names) {
	var envelope struct {
		names
		Data json.RawMessage `json:"data"`
	}
	if json.Unmarshal(line, &envelope) != nil {
		return nil
	}
	all = []names{envelope.names}
	var inner names
	if len(envelope.Data) > 0 && json.Unmarshal(envelope.Data, &inner) == nil {
		all = append(all, inner)
	}
	return all
}

func (r *reader) learnModel(line []byte) (bool, error) {
	for _, n := range namesIn(line) {
		for _, name := range []*string{n.Model, n.ModelName} {
			if name == nil || *name == "" || slices.Contains(r.models, *name) {
				continue
			}
			if len(r.models) == maxModels {
				return false, errManyModels
			}
			r.models = append(r.models, *name)
			return true, r.renew()
		}
	}
	return false, nil
}

// learnFeatures adds the names of an event's features, in the order in which they stand.
func (r *reader) learnFeatures(line []byte) bool {
	before := r.features.Len()
	for _, n := range namesIn(line) {
		d := json.NewDecoder(bytes.NewReader(n.Features))
		if open, err := d.Token(); err != nil || open != json.Delim('{') {
			continue
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				break
			}
			var value json.RawMessage
			if d.Decode(&value) != nil {
				break
			}
			if name, ok := name.(string); ok {
				r.features.Add(name)
			}
		}
	}
	return r.features.Len() > before
}

// readEvents reads NDJSON of native events. Label events among the predictions label the rows of their id.
func (d *Dataset) readEvents(text *bufio.Reader, o Options) error {
	r, err := newReader(event.Either)
	if err != nil {
		return err
	}
	labels := newLabels()
	outputs := [...]*Column{{Name: profile.PredictionColumn, Part: Prediction}, {Name: profile.ScoreColumn, Part: Score}}
	err = lines(text, func(_ int, line []byte) error {
		if err := r.decode(line); err != nil {
			return err
		}
		for i := range r.batch.Labels {
			labels.add(&r.batch.Labels[i])
		}
		for i := range r.batch.Predictions {
			d.append(r, &r.batch.Predictions[i], outputs[0], outputs[1])
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.Models = r.models
	for _, c := range outputs {
		if len(c.kinds) > 0 {
			d.Columns = append(d.Columns, c)
		}
	}
	d.Columns = slices.DeleteFunc(d.Columns, func(c *Column) bool { return slices.Contains(o.Ignore, c.Name) })
	if d.Rows == 0 {
		return errors.New("it holds no prediction events")
	}
	d.Notes = append(d.Notes, "native events")
	d.join(labels, false)
	return nil
}

// append adds a prediction as a row.
func (d *Dataset) append(r *reader, p *event.Prediction, predictions, scores *Column) {
	row := d.Rows
	for len(d.Columns) < r.features.Len() {
		d.Columns = append(d.Columns, &Column{Name: r.features.Name(len(d.Columns))})
	}
	for i, cells := range r.batch.Features {
		for j := range cells {
			d.Columns[i].setCell(row, &cells[j])
		}
	}
	at := p.Time
	if p.Untimed {
		at = profile.Dawn
	}
	d.Rows++
	d.Times = append(d.Times, at)
	d.IDs = append(d.IDs, string(p.ID))
	d.Arrived = append(d.Arrived, profile.Dawn)
	d.Served = append(d.Served, Served{LatencyMS: p.LatencyMS, Failed: p.Error})
	d.Truths = append(d.Truths, d.truth(&p.Label))
	d.Answers = append(d.Answers, d.answer(&r.batch, &p.Output))
	if !slices.Contains(d.Versions, p.Version) && p.Version != "" {
		d.Versions = append(d.Versions, p.Version)
	}
	switch o := &p.Output; {
	case o.HasClass:
		predictions.set(row, text, 0, o.Class)
	case o.HasValue:
		predictions.set(row, number, o.Value, nil)
	}
	if p.Output.HasScore {
		scores.set(row, number, p.Output.Score, nil)
	}
}

func (c *Column) setCell(row int, cell *event.Cell) {
	switch cell.Kind {
	case event.Missing:
	case event.Number:
		if !math.IsNaN(cell.Number) {
			c.set(row, number, cell.Number, nil)
		}
	case event.String:
		c.set(row, text, 0, append([]byte{}, cell.Text...))
	case event.Bool:
		c.setTruth(row, cell.Number != 0)
	case event.Other:
		c.set(row, other, 0, nil)
	}
}

func (d *Dataset) truth(t *event.Truth) performance.Truth {
	if !t.Present {
		return performance.Truth{Number: math.NaN()}
	}
	return performance.Truth{Class: d.class(t.Class), Number: t.Number}
}

func (d *Dataset) answer(batch *event.Batch, o *event.Output) performance.Answer {
	a := performance.Answer{
		Score: o.Score, Value: o.Value, HasClass: o.HasClass, HasScore: o.HasScore, HasValue: o.HasValue,
	}
	if o.HasClass {
		a.Class = d.class(o.Class)
	}
	for _, p := range batch.Probabilities[o.FirstProbability:o.EndProbability] {
		entry := performance.ClassProbability{Probability: p.Probability}
		if p.Class != nil {
			entry.Class = d.class(p.Class)
		}
		a.Probabilities = append(a.Probabilities, entry)
	}
	return a
}
