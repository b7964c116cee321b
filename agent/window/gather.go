package window

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Gather takes a decoded batch of one partition into the windows. arrived is the wall clock at which it was fetched.
// Predictions and labels are taken in the order of their offsets, because a watermark is what came before; features
// follow, column by column.
func (w *Windows) Gather(b *event.Batch, arrived time.Time) {
	w.rows, w.targets, w.delays = w.rows[:0], w.targets[:0], w.delays[:0]
	w.findSegments(b)
	labels := b.Labels
	for i := range b.Predictions {
		p := &b.Predictions[i]
		for len(labels) > 0 && labels[0].Origin.Offset < p.Origin.Offset {
			w.label(&labels[0], arrived)
			labels = labels[1:]
		}
		first := len(w.targets)
		w.predict(b, p, arrived)
		w.rows = append(w.rows, span{first, len(w.targets)})
	}
	for i := range labels {
		w.label(&labels[i], arrived)
	}
	w.observe(b)
}

// findSegments takes segment values from the features of the same name where the event itself had none.
func (w *Windows) findSegments(b *event.Batch) {
	for number, m := range w.models {
		for i, s := range m.slicers {
			if s.column >= len(b.Features) {
				continue
			}
			for _, cell := range b.Features[s.column] {
				p := &b.Predictions[cell.Row]
				if p.Model != number || cell.Kind != event.String && cell.Kind != event.Bool {
					continue
				}
				for len(p.Segments) <= i {
					p.Segments = append(p.Segments, nil)
				}
				if p.Segments[i] == nil {
					p.Segments[i] = cell.Text
				}
			}
		}
	}
}

// predict takes one prediction: its time, its duplicates, its panes, and its label if that is known already.
func (w *Windows) predict(b *event.Batch, p *event.Prediction, arrived time.Time) {
	at, mark, timing := w.marks.Observe(p.Origin, p.Time, p.Untimed, arrived)
	switch timing {
	case Refused:
		w.counted(p.Model).Refused++
		return
	case Future:
		w.counted(p.Model).Future++
	case OnTime:
	}
	m := w.models[p.Model]
	number := w.version(m, p.Version)
	v := m.versions[number]
	a := join.Answer{Time: at, Model: p.Model, Version: number, Segments: m.segments(p)}
	admitted := w.admitted(v, at, mark)
	answered := false
	if v.schema != nil && !p.Error {
		a.Outcome, answered = v.schema.Interpret(w.answer(b, p), w.chances[:0])
	}
	if answered {
		a.Windows = admitted
	}
	verdict, truth, labeled := w.join.Prediction(p.ID, a, mark)
	if verdict == join.Duplicate {
		w.counted(p.Model).Duplicates++
		return
	}
	if verdict == join.Full {
		w.counted(p.Model).Unjoined++
	}
	v.newest = max(v.newest, at)
	v.flow.Predictions++
	if p.Error {
		v.flow.Errors++
	}
	first := len(w.targets)
	w.count(m, v, p, a, admitted, mark, verdict == join.Full)
	if answered {
		for _, t := range w.targets[first:] {
			v.observeAnswer(t.set, a.Outcome, p.Output.Class)
		}
	}
	switch {
	case verdict != join.Admitted:
	case labeled:
		w.score(a, truth)
	case p.Label.Present:
		known := join.TruthOf(p.Label, at, max(at, mark))
		w.join.Label(p.ID, p.Model, known, mark, func(a join.Answer) { w.score(a, known) })
	}
}

// answer collects what the event says of the model's answer; it is valid until the next call.
func (w *Windows) answer(b *event.Batch, p *event.Prediction) performance.Answer {
	o := &p.Output
	w.named = w.named[:0]
	for _, c := range b.Probabilities[o.FirstProbability:o.EndProbability] {
		w.named = append(w.named, performance.ClassProbability{Class: c.Class, Probability: c.Probability})
	}
	return performance.Answer{
		Class: o.Class, HasClass: o.HasClass, Score: o.Score, HasScore: o.HasScore, Value: o.Value, HasValue: o.HasValue,
		Probabilities: w.named,
	}
}

// segments returns the number of the event's value for each segment name.
func (m *model) segments(p *event.Prediction) (numbers [join.MaxSegments]uint16) {
	for i, s := range m.slicers {
		if i < len(p.Segments) {
			numbers[i] = s.number(p.Segments[i])
		}
	}
	return numbers
}

// admitted returns the set of specs whose windows still take an event of that time.
func (w *Windows) admitted(v *version, at, mark profile.Instant) (set uint16) {
	for i, s := range v.whole {
		if s.admits(at, mark, w.options.Clock.AllowedLateness) {
			set |= 1 << i
		}
	}
	return set
}

// count takes a prediction into the panes of every admitting spec, the whole model's and each segment's, and appends the
// profiles that its columns belong to.
func (w *Windows) count(m *model, v *version, p *event.Prediction, a join.Answer, admitted uint16, mark profile.Instant, unjoined bool) {
	late := false
	for i, s := range v.whole {
		if admitted&(1<<i) == 0 {
			continue
		}
		opened := s.pane(a.Time, v.layout)
		opened.count(p, unjoined)
		if s.known(a.Time.Index(s.spec.Slide)) > mark {
			opened.spoken = true
			s.life.began = min(s.life.began, a.Time)
		} else {
			late = true
		}
		if v.layout != nil {
			w.targets = append(w.targets, target{opened.set, v})
		}
		for n := range m.slicers {
			// #nosec G115 -- at most join.MaxSegments
			v.segment(m, seriesKey{s.id.spec, int8(n), a.Segments[n]}).pane(a.Time, nil).count(p, unjoined)
		}
	}
	switch {
	case admitted == 0:
		w.counted(p.Model).TooLate++
	case late:
		w.counted(p.Model).Late++
	}
}

// label brings one label to the answers that wait for it.
func (w *Windows) label(l *event.Label, arrived time.Time) {
	at, mark, timing := w.marks.Observe(l.Origin, l.Time, l.Untimed, arrived)
	switch timing {
	case Refused:
		w.counted(l.Model).Refused++
		return
	case Future:
		w.counted(l.Model).Future++
	case OnTime:
	}
	if l.Truth.Retracts {
		w.counted(l.Model).Labels[join.Retracted]++
		return
	}
	known := join.TruthOf(l.Truth, at, max(at, mark))
	model := l.Model
	verdict := w.join.Label(l.ID, l.Model, known, mark, func(a join.Answer) {
		model = a.Model
		w.score(a, known)
	})
	w.counted(model).Labels[verdict]++
}

// score adds a prediction and its label to the tallies of every window that admitted the prediction.
func (w *Windows) score(a join.Answer, truth join.Truth) {
	m := w.models[a.Model]
	v := m.versions[a.Version]
	if a.Windows == 0 || v.schema == nil {
		return
	}
	outcome := a.Outcome
	if !v.schema.Label(&outcome, truth.Said()) {
		w.counted(a.Model).Unscorable++
		return
	}
	v.flow.Labeled++
	w.delays = append(w.delays, Delay{a.Model, truth.Delay(a.Time)})
	if outcome.Predicted == outcome.Actual && outcome.Predicted != performance.Unknown {
		v.flow.Correct++
	}
	for i, s := range v.whole {
		if a.Windows&(1<<i) == 0 {
			continue
		}
		s.add(a.Time, truth, outcome, v.schema)
		for n := range m.slicers {
			// #nosec G115 -- at most join.MaxSegments
			v.segment(m, seriesKey{s.id.spec, int8(n), a.Segments[n]}).add(a.Time, truth, outcome, v.schema)
		}
	}
}

// observe counts the batch's features into the panes of their rows.
func (w *Windows) observe(b *event.Batch) {
	for column, cells := range b.Features {
		for i := range cells {
			cell := &cells[i]
			row := w.rows[cell.Row]
			for _, t := range w.targets[row.first:row.end] {
				if at := t.version.column(column); at >= 0 {
					w.observeCell(&t.set.Columns[at], t.version.layout.Columns[at], cell)
				}
			}
		}
	}
}

// observeCell counts one value by what stood on the wire and what its column is.
func (w *Windows) observeCell(c *profile.Column, layout *profile.ColumnLayout, cell *event.Cell) {
	switch {
	case cell.Kind == event.Missing:
		c.Missing++
	case cell.Kind == event.Other, cell.Kind == event.String && layout.Kind == profile.Numeric:
		c.Mismatched++
	case layout.Kind == profile.Numeric:
		c.ObserveNumber(layout, cell.Number)
	case cell.Kind == event.Number && cell.Number != cell.Number:
		c.Missing++
	case cell.Kind == event.Number:
		w.category = baseline.AppendCategory(w.category[:0], layout.Kind, cell.Number)
		c.ObserveCategory(layout, w.category)
	default:
		c.ObserveCategory(layout, cell.Text)
	}
}

// observeAnswer counts the model's answer in the output columns.
func (v *version) observeAnswer(set *profile.Set, outcome performance.Outcome, class []byte) {
	if v.prediction >= 0 {
		layout, column := v.layout.Columns[v.prediction], &set.Columns[v.prediction]
		switch {
		case layout.Kind == profile.Numeric:
			column.ObserveNumber(layout, outcome.Value)
		case outcome.Predicted == performance.Unknown:
			column.ObserveCategory(layout, class)
		default:
			column.ObserveCategory(layout, []byte(v.schema.Classes[outcome.Predicted]))
		}
	}
	if v.score >= 0 && outcome.HasScore {
		set.Columns[v.score].ObserveNumber(v.layout.Columns[v.score], outcome.Score)
	}
}
