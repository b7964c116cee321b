package dataset

import (
	"fmt"
	"maps"
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

// note says if not all columns are looked at; empty if they are.
func (j *joint) note() string {
	if j == nil {
		return ""
	}
	looked, known := j.reference.Columns()
	if looked == known {
		return ""
	}
	return fmt.Sprintf("the multivariate measures look at %d of %d columns, spread evenly over the file", looked, known)
}

// measure measures one piece; nil if it was not asked for.
func (j *joint) measure(rows []int) []Measure {
	if j == nil {
		return nil
	}
	var all []Measure
	for _, m := range j.reference.Compare(j.current, rows) {
		next := measureOf(m)
		if looked, known := j.reference.Columns(); looked < known {
			next.Columns = looked
		}
		all = append(all, next)
	}
	return all
}

// floats returns a numeric column's values, not to be changed; NaN where a cell holds none.
func (c *Column) floats(rows int) []float64 {
	if len(c.kinds) == rows && !slices.ContainsFunc(c.kinds, func(k cellKind) bool { return k != number && k != truth }) {
		return c.numbers[:rows]
	}
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
	used := make([]bool, len(c.texts))
	for row := range rows {
		if code := c.coded(row); code > 0 {
			used[code] = true
		} else if name, ok := c.category(r.kind, row); ok {
			r.places[name] = 0
		}
	}
	for code, is := range used {
		if is {
			r.places[c.texts[code]] = 0
		}
	}
	for i, name := range slices.Sorted(maps.Keys(r.places)) {
		r.places[name] = float64(i)
		r.buckets = append(r.buckets, multivariate.Bucket(name))
	}
	return r.of(c, rows)
}

// of returns a column's values as ranks; NaN where a cell holds none.
func (r *ranks) of(c *Column, rows int) []float64 {
	coded := make([]float64, len(c.texts))
	for code, name := range c.texts {
		coded[code] = r.place(name)
	}
	values := make([]float64, rows)
	for row := range values {
		if code := c.coded(row); code > 0 {
			values[row] = coded[code]
		} else if name, ok := c.category(r.kind, row); ok {
			values[row] = r.place(name)
		} else {
			values[row] = math.NaN()
		}
	}
	return values
}

func (r *ranks) place(name string) float64 {
	if place, ok := r.places[name]; ok {
		return place
	}
	return multivariate.Unseen(name)
}

// coded returns the code of a cell's text, 0 if it has none or is of no use.
func (c *Column) coded(row int) int32 {
	if k := c.at(row); k == missing || k == other {
		return 0
	}
	return c.codes[row]
}

// category returns a cell as the name of a category; false if it holds none.
func (c *Column) category(kind profile.Kind, row int) (string, bool) {
	switch c.at(row) {
	case missing, other:
		return "", false
	case number:
		if c.codes[row] == 0 {
			return string(baseline.AppendCategory(nil, kind, c.numbers[row])), true
		}
	case text, truth:
	}
	return c.spelling(row)
}
