package dataset

import (
	"errors"
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Performance is one measurement of performance. Its status is absent where it is ok.
type Performance struct {
	Name   string           `json:"name"`
	Class  string           `json:"class,omitempty"`
	Value  float64          `json:"value"`
	Lower  *float64         `json:"lower,omitempty"`
	Upper  *float64         `json:"upper,omitempty"`
	N      uint64           `json:"n"`
	NEff   *float64         `json:"n_eff,omitempty"`
	Status detectors.Status `json:"status,omitempty"`
}

// scorer measures performance by one schema. A nil scorer measures nothing.
type scorer struct {
	schema *performance.Schema
	deff   float64
}

// newScorer infers what the model answers, from the reference, or from the current file if only that one has labels or
// answers; a multiclass model's classes are those of both. It is nil, with a note, if there are no answers or no sense
// can be made of them, which is an error only if the caller has said what they are.
func newScorer(ref, cur *Dataset, want performance.Overrides) (*scorer, []string, error) {
	if !ref.answered() && !cur.answered() {
		return nil, nil, nil
	}
	basis := ref
	if ref.Labeled() == 0 && cur.Labeled() > 0 {
		basis = cur
	}
	schema, notes, err := performance.Infer(basis.examples(), want)
	if errors.Is(err, performance.ErrNoAnswers) && basis == ref {
		schema, notes, err = performance.Infer(cur.examples(), want)
	}
	switch {
	case errors.Is(err, performance.ErrNoAnswers):
		return nil, nil, nil
	case err != nil && (want.Task != 0 || want.Positive != "" || len(want.Classes) > 0):
		return nil, nil, err
	case err != nil:
		return nil, []string{"performance is not measured: " + err.Error()}, nil //nolint:nilerr // the columns can still be compared
	}
	if want.Positive != "" && schema.Task != performance.Binary {
		return nil, nil, fmt.Errorf("positive class %q: the model is no binary one, its classes are %q", want.Positive, schema.Classes)
	}
	if schema.Task == performance.Multiclass && len(want.Classes) == 0 {
		want.Task = performance.Multiclass
		both, moreNotes, err := performance.Infer(append(ref.examples(), cur.examples()...), want)
		if err == nil {
			schema, notes = both, moreNotes
		}
	}
	s := &scorer{schema: schema, deff: 1}
	what := fmt.Sprintf("%s model", schema.Task)
	switch schema.Task {
	case performance.Binary:
		what += fmt.Sprintf(", positive class %q", schema.Positive)
	case performance.Multiclass:
		what += fmt.Sprintf(" of %d classes", len(schema.Classes))
	case performance.Regression:
	}
	notes = append([]string{what}, notes...)
	if ref.Labeled()+cur.Labeled() > 0 {
		var assumed bool
		if s.deff, assumed = s.designEffect(ref); assumed {
			notes = append(notes, fmt.Sprintf("intervals assume a design effect of %g: the reference has less than 12 days with labels to measure it", s.deff))
		} else {
			notes = append(notes, fmt.Sprintf("intervals use a design effect of %.3g, measured on the reference's days", s.deff))
		}
	}
	return s, notes, nil
}

func (d *Dataset) examples() []performance.Example {
	all := make([]performance.Example, d.Rows)
	for i := range all {
		all[i] = performance.Example{Answer: d.Answers[i], Truth: d.Truths[i]}
	}
	return all
}

// numbersAreClasses tells whether a bare number in the prediction's place names a class.
func (s *scorer) numbersAreClasses() bool {
	return s != nil && s.schema.Task != performance.Regression && s.schema.NumberIsClass
}

// outcomes calls each with every labelled row's outcome, which is valid until it returns.
func (s *scorer) outcomes(d *Dataset, rows []int, each func(row int, o performance.Outcome)) {
	scratch := make([]float64, len(s.schema.Classes))
	for _, row := range rows {
		o, ok := s.schema.Interpret(d.Answers[row], scratch)
		if ok && s.schema.Label(&o, d.Truths[row]) {
			each(row, o)
		}
	}
}

// measure scores some rows; an empty list without labels among them.
func (s *scorer) measure(d *Dataset, rows []int) []Performance {
	all := []Performance{}
	if s == nil {
		return all
	}
	tally := performance.NewExact(s.schema)
	s.outcomes(d, rows, func(_ int, o performance.Outcome) { tally.Observe(o) })
	measurements := tally.Measurements(performance.Options{DesignEffect: s.deff})
	for _, m := range measurements {
		p := Performance{Name: m.Name, Class: m.Class, Value: m.Value, Lower: m.Lower, Upper: m.Upper, N: m.N, NEff: m.NEff}
		if m.Status != detectors.OK {
			p.Status = m.Status
		}
		all = append(all, p)
	}
	return all
}

// designEffect is taken from daily blocks of the reference's errors.
func (s *scorer) designEffect(ref *Dataset) (deff float64, assumed bool) {
	days := performance.Days{}
	s.outcomes(ref, ref.all(), func(row int, o performance.Outcome) {
		e, ok := s.schema.Error(o)
		if at := ref.Times[row]; ok && at != profile.Dawn {
			days.Observe(at, e)
		}
	})
	return days.DesignEffect()
}
