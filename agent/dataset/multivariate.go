package dataset

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/multivariate"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// joint measures how the features hang together: the reference is learned once for all chunks.
type joint struct {
	reference *multivariate.Reference
	current   multivariate.Table
}

// newJoint gathers the features that both files have, numbers, categories and booleans: text has no distribution, and
// outputs are judged by what they are made of.
func newJoint(ref, cur *Dataset, pairs []*pair) *joint {
	var before, now multivariate.Table
	for _, p := range pairs {
		if p.ref == nil || p.cur == nil || p.ref.Part != Feature || p.kind == profile.Text {
			continue
		}
		a, b := multivariate.Column{Name: p.name}, multivariate.Column{Name: p.name}
		if p.kind == profile.Numeric {
			a.Values, b.Values = p.ref.floats(ref.Rows), p.cur.floats(cur.Rows)
		} else {
			r := ranks{kind: p.kind, places: make(map[string]float64)}
			a.Values = r.learn(p.ref, ref.Rows)
			b.Values = r.of(p.cur, cur.Rows)
			a.Categorical, a.Levels, a.Buckets = true, len(r.places), r.buckets
			b.Categorical, b.Levels, b.Buckets = true, len(r.places), r.buckets
		}
		before, now = append(before, a), append(now, b)
	}
	return &joint{multivariate.Fit(before), now}
}

// measure measures one piece; nil if it was not asked for.
func (j *joint) measure(rows []int) []Measure {
	if j == nil {
		return nil
	}
	var all []Measure
	for _, m := range j.reference.Compare(j.current, rows) {
		all = append(all, measureOf(m))
	}
	return all
}

// floats returns a numeric column's values; NaN where a cell holds none.
func (c *Column) floats(rows int) []float64 {
	values := make([]float64, rows)
	for row := range values {
		switch c.at(row) {
		case number, truth:
			values[row] = c.numbers[row]
		case missing, text, other:
			values[row] = math.NaN()
		}
	}
	return values
}

// ranks numbers the categories of a reference in the order of their names.
type ranks struct {
	kind    profile.Kind
	places  map[string]float64
	buckets []uint8
}

// learn numbers a column's categories and returns its values.
func (r *ranks) learn(c *Column, rows int) []float64 {
	for row := range rows {
		if name, ok := c.category(r.kind, row); ok {
			r.places[name] = 0
		}
	}
	names := make([]string, 0, len(r.places))
	for name := range r.places {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		r.places[name] = float64(i)
		r.buckets = append(r.buckets, multivariate.Bucket(name))
	}
	return r.of(c, rows)
}

// of returns a column's values as ranks; NaN where a cell holds none.
func (r *ranks) of(c *Column, rows int) []float64 {
	values := make([]float64, rows)
	for row := range values {
		values[row] = math.NaN()
		if name, ok := c.category(r.kind, row); ok {
			if place, ok := r.places[name]; ok {
				values[row] = place
			} else {
				values[row] = multivariate.Unseen(name)
			}
		}
	}
	return values
}

// category returns a cell as the name of a category; false if it holds none.
func (c *Column) category(kind profile.Kind, row int) (string, bool) {
	switch c.at(row) {
	case missing, other:
		return "", false
	case number:
		if c.codes[row] < 0 {
			return string(baseline.AppendCategory(nil, kind, c.numbers[row])), true
		}
	case text, truth:
	}
	return c.spelling(row)
}
