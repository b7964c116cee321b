package dataset

import (
	"errors"
	"fmt"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/estimate"
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

func newPerformance(m detectors.Measurement) Performance {
	p := Performance{Name: m.Name, Class: m.Class, Value: m.Value, Lower: m.Lower, Upper: m.Upper, N: m.N, NEff: m.NEff}
	if m.Status != detectors.OK {
		p.Status = m.Status
	}
	return p
}

// scorer measures performance by one schema. A nil scorer measures nothing.
type scorer struct {
	schema  *performance.Schema
	options performance.EvaluationOptions
	// estimator of performance without labels; nil if there is nothing to learn it from.
	estimator *estimate.Estimator
	read      map[*Dataset]*outcomes
}

// newScorer infers what the model answers, from the reference, or from the current file if only that one has labels or
// answers; a multiclass model's classes are those of both. It is nil, with a note, if there are no answers or no sense
// can be made of them, which is an error only if the caller has said what they are. Grouped tells that groups will be
// compared: then the positive class may be one of several.
func newScorer(ref, cur *Dataset, want performance.Overrides, grouped bool) (*scorer, []string, error) {
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
	if want.Positive != "" && schema.Task != performance.Binary && !grouped {
		return nil, nil, fmt.Errorf("positive class %q: with it the model's classes are %q: a binary one has two", want.Positive, schema.Classes)
	}
	if schema.Task == performance.Multiclass && len(want.Classes) == 0 {
		want.Task = performance.Multiclass
		both, _, err := performance.Infer(append(ref.examples(), cur.examples()...), want)
		if err == nil {
			schema = both
		}
	}
	s := &scorer{schema: schema, options: performance.EvaluationOptions{DesignEffect: 1}}
	s.interpret(ref, cur)
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
		deff, assumed := s.designEffect(ref)
		s.options.DesignEffect = deff
		if assumed {
			notes = append(notes, fmt.Sprintf("intervals assume a design effect of %g: the reference has less than 12 days with labels to measure it", deff))
		} else {
			notes = append(notes, fmt.Sprintf("intervals use a design effect of %.3g, measured on the reference's days", deff))
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

// measure scores some rows by their labels, and estimates the same without them; an empty list if it can do neither.
func (s *scorer) measure(d *Dataset, rows []int) []Performance {
	all, _ := s.score(d, rows)
	return all
}

// score does the same, and returns what else there is to know of the rows: nil without a model.
func (s *scorer) score(d *Dataset, rows []int) ([]Performance, *performance.Evaluation) {
	all := []Performance{}
	if s == nil {
		return all, nil
	}
	e := performance.NewEvaluation(s.schema, s.options)
	s.labelled(d, rows, func(row int, o performance.Outcome) { e.Observe(o, d.Times[row]) })
	for _, m := range e.Measurements() {
		all = append(all, newPerformance(m))
	}
	return append(all, s.estimates(d, rows)...), e
}

// configure sets what the measures ask for. Costs must name the model's classes.
func (s *scorer) configure(o CompareOptions) error {
	if s == nil {
		if len(o.Costs) > 0 {
			return errors.New("costs: the files hold no answers to cost anything")
		}
		return nil
	}
	matrix, err := o.Costs.Matrix(s.schema)
	if err != nil {
		return err
	}
	deff := s.options.DesignEffect
	s.options = o.Scoring
	s.options.DesignEffect, s.options.Costs = deff, matrix
	return nil
}

// designEffect is taken from daily blocks of the reference's errors.
func (s *scorer) designEffect(ref *Dataset) (deff float64, assumed bool) {
	days := performance.Days{}
	s.labelled(ref, ref.all(), func(row int, o performance.Outcome) {
		e, ok := s.schema.Error(o)
		if at := ref.Times[row]; ok && at != profile.Dawn {
			days.Observe(at, e)
		}
	})
	return days.DesignEffect()
}
