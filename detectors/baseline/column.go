package baseline

import (
	"fmt"
	"math"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Column is one feature of a builder's rows. Its methods set the current row's value; a row without one has it missing.
type Column struct {
	builder *Builder
	kinds   []cellKind
	values  []float64 // the number, or the code of the text
	texts   [][]byte  // by code
	codes   map[string]int
}

type cellKind uint8

const (
	missing cellKind = iota
	number
	text
	truth
	other
)

// Number sets a number. NaN is missing.
func (c *Column) Number(x float64) {
	if math.IsNaN(x) {
		c.set(missing, 0)
		return
	}
	c.set(number, x)
}

// Text sets a text; it is copied.
func (c *Column) Text(value []byte) {
	code, ok := c.codes[string(value)]
	if !ok {
		code = len(c.texts)
		c.texts = append(c.texts, append([]byte{}, value...))
		c.codes[string(value)] = code
	}
	c.set(text, float64(code))
}

// Bool sets a boolean.
func (c *Column) Bool(value bool) {
	x := 0.0
	if value {
		x = 1
	}
	c.set(truth, x)
}

// Other sets something that is no single value, such as an array: it counts as being of a wrong type.
func (c *Column) Other() { c.set(other, 0) }

// set writes the current row's cell; rows in between have none.
func (c *Column) set(kind cellKind, value float64) {
	rows := len(c.builder.rows)
	for len(c.kinds) < rows {
		c.kinds, c.values = append(c.kinds, missing), append(c.values, 0)
	}
	if rows > 0 {
		c.kinds[rows-1], c.values[rows-1] = kind, value
	}
}

// kind infers the column's kind, see profile.InferKind.
func (c *Column) kind() (kind profile.Kind, ok bool) {
	var counts [other + 1]int
	for _, k := range c.kinds {
		counts[k]++
	}
	return profile.InferKind(counts[number], counts[truth], counts[text], len(c.texts))
}

// layout freezes the column's shape.
func (c *Column) layout(name string, kind profile.Kind, maxEdges int) *profile.ColumnLayout {
	switch kind {
	case profile.Numeric:
		var values []float64
		for i, k := range c.kinds {
			if k == number && !math.IsInf(c.values[i], 0) || k == truth {
				values = append(values, c.values[i])
			}
		}
		return profile.NewNumeric(name, profile.Feature, values, maxEdges)
	case profile.Boolean:
		return profile.NewCategorical(name, profile.Feature, kind, []string{"false", "true"})
	case profile.Categorical:
		return profile.NewCategorical(name, profile.Feature, kind, c.categories())
	case profile.Text:
	}
	return profile.NewCategorical(name, profile.Feature, kind, nil)
}

func (c *Column) categories() []string {
	var names []string
	seen := make(map[string]bool)
	for i := range c.kinds {
		if value, ok := c.category(i, profile.Categorical); ok && !seen[string(value)] {
			seen[string(value)] = true
			names = append(names, string(value))
		}
	}
	return names
}

// category returns a row's value as a category.
func (c *Column) category(i int, kind profile.Kind) ([]byte, bool) {
	switch c.kinds[i] {
	case text:
		return c.texts[int(c.values[i])], true
	case truth:
		return strconv.AppendBool(nil, c.values[i] != 0), true
	case number:
		return AppendCategory(nil, kind, c.values[i]), true
	case missing, other:
	}
	return nil, false
}

// AppendCategory appends the category that a number stands for in a categorical or boolean column: the shortest text of
// it, without a point if it is whole; 0 and 1 are "false" and "true" in a boolean column. Windows must write numbers the
// same way.
func AppendCategory(b []byte, kind profile.Kind, x float64) []byte {
	switch {
	case kind == profile.Boolean && x == 0:
		return append(b, "false"...)
	case kind == profile.Boolean && x == 1:
		return append(b, "true"...)
	}
	return strconv.AppendFloat(b, x+0, 'f', -1, 64)
}

// count counts a row's value.
func (c *Column) count(into *profile.Column, layout *profile.ColumnLayout, i int) {
	if i >= len(c.kinds) || c.kinds[i] == missing {
		return // the set adds what is absent
	}
	switch kind := c.kinds[i]; {
	case kind == other:
		into.Mismatched++
	case layout.Kind == profile.Numeric && kind == text:
		into.Mismatched++
	case layout.Kind == profile.Numeric:
		into.ObserveNumber(layout, c.values[i])
	default:
		value, _ := c.category(i, layout.Kind)
		into.ObserveCategory(layout, value)
	}
}

// inferKinds returns every column's kind, the overrides first, and notes on columns that have no value.
func (b *Builder) inferKinds(overrides map[string]profile.Kind) (map[string]profile.Kind, []string, error) {
	kinds := make(map[string]profile.Kind, len(b.columns))
	var notes []string
	for _, name := range b.names() {
		kind, ok := b.columns[name].kind()
		if given, overridden := overrides[name]; overridden {
			kind = given
		} else if !ok {
			notes = append(notes, fmt.Sprintf("column %q: it has no value; taken as numeric", name))
		}
		kinds[name] = kind
	}
	for name := range overrides {
		if b.columns[name] == nil {
			return nil, nil, fmt.Errorf("no column %q to set the kind of", name)
		}
	}
	return kinds, notes, nil
}
