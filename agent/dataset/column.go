package dataset

import (
	"math"
	"strconv"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Part says which part of an event a column is.
type Part uint8

// The parts. A prediction is the class or value that the model answered, a score that of the positive class, a
// probability that of one class among several.
const (
	Feature Part = iota
	Prediction
	Score
	Probability
)

// Column is one column of a dataset. Thirteen bytes a value at most, and each distinct text once.
type Column struct {
	Name string
	Part Part

	classes bool       // numbers in it are names of classes
	kinds   []cellKind // shorter than the dataset's rows if the last ones have no value
	numbers []float64  // of a number or boolean
	codes   []int32    // of a text, and of a number that is more than its value; 0 without
	texts   []string   // by code, of which 0 is no text
	known   map[string]int32
}

type cellKind uint8

const (
	missing cellKind = iota
	number
	text
	truth
	other
)

// set writes a row's cell; rows in between have none.
func (c *Column) set(row int, kind cellKind, x float64, spelling []byte) {
	if row >= len(c.kinds) {
		c.extend(row + 1)
	}
	c.kinds[row], c.numbers[row] = kind, x
	if spelling != nil {
		c.codes[row] = c.code(spelling)
	}
}

// extend makes the column so many rows long; the new ones have no value, which is what zeros say.
func (c *Column) extend(rows int) {
	if n := len(c.kinds); rows > cap(c.kinds) {
		c.reserve(max(512, n, rows-n)) // append itself would copy long columns more often
	}
	c.kinds, c.numbers, c.codes = c.kinds[:rows], c.numbers[:rows], c.codes[:rows]
}

// reserve makes room for so many more rows. The memory is zero and not written to, so that what never holds anything, such
// as the codes of plain numbers, takes none.
func (c *Column) reserve(rows int) {
	rows += len(c.kinds)
	c.kinds = append(make([]cellKind, 0, rows), c.kinds...)
	c.numbers = append(make([]float64, 0, rows), c.numbers...)
	c.codes = append(make([]int32, 0, rows), c.codes...)
}

func (c *Column) code(spelling []byte) int32 {
	code, ok := c.known[string(spelling)]
	if !ok {
		if c.known == nil {
			c.known, c.texts = make(map[string]int32), []string{""}
		}
		code = int32(len(c.texts)) // #nosec G115 -- two billion distinct texts do not fit into memory
		text := string(spelling)
		c.texts = append(c.texts, text)
		c.known[text] = code
	}
	return code
}

// setSpelled writes a cell of a table: missing, number, boolean or text by its spelling.
func (c *Column) setSpelled(row int, cell []byte) {
	x, plain, ok := parseDecimal(cell)
	if ok && plain {
		c.set(row, number, x, nil)
		return
	}
	if !ok {
		if isMissing(string(cell)) {
			return
		}
		if beginsWord(cell) {
			c.setWord(row, cell)
			return
		}
		x, plain, ok = parseNumber(string(cell))
	}
	switch {
	case ok && plain:
		c.set(row, number, x, nil)
	case ok:
		c.set(row, number, x, cell)
	default:
		c.setWord(row, cell)
	}
}

// setWord writes a cell that is no number.
func (c *Column) setWord(row int, cell []byte) {
	if yes, ok := parseTruth(string(cell)); ok {
		c.setTruth(row, yes)
		return
	}
	c.set(row, text, 0, cell)
}

func (c *Column) setTruth(row int, yes bool) {
	x := 0.0
	if yes {
		x = 1
	}
	c.set(row, truth, x, nil)
}

// at returns what is in a row.
func (c *Column) at(row int) cellKind {
	if row >= len(c.kinds) {
		return missing
	}
	return c.kinds[row]
}

// kind infers the column's kind, see profile.InferKind; a column of classes is categorical whatever they look like.
func (c *Column) kind() (kind profile.Kind, ok bool) {
	var counts [other + 1]int
	for _, k := range c.kinds {
		counts[k]++
	}
	kind, ok = profile.InferKind(counts[number], counts[truth], counts[text], len(c.known))
	if ok && c.classes {
		kind = profile.Categorical
	}
	return kind, ok
}

// sample gathers the values of some rows, read as the given kind. A nil column has none: all rows are missing.
func (c *Column) sample(kind profile.Kind, rows []int) *detectors.Sample {
	if c == nil {
		c = &Column{}
	}
	if kind == profile.Numeric {
		return c.numericSample(rows)
	}
	coded := make([]uint64, len(c.texts))
	counts := make(map[string]uint64)
	var absent, mismatched uint64
	var buffer []byte
	for _, row := range rows {
		switch k := c.at(row); {
		case k == missing:
			absent++
		case k == other:
			mismatched++
		case c.codes[row] > 0:
			coded[c.codes[row]]++
		case k == truth:
			counts[strconv.FormatBool(c.numbers[row] != 0)]++
		default:
			buffer = baseline.AppendCategory(buffer[:0], kind, c.numbers[row])
			counts[string(buffer)]++
		}
	}
	for code, n := range coded {
		if n > 0 {
			counts[c.texts[code]] += n
		}
	}
	s := detectors.NewCategories(counts)
	s.Missing, s.Mismatched = absent, mismatched
	return s
}

func (c *Column) numericSample(rows []int) *detectors.Sample {
	values := make([]float64, 0, len(rows))
	var mismatched uint64
	for _, row := range rows {
		switch c.at(row) {
		case missing:
			values = append(values, math.NaN())
		case number, truth:
			values = append(values, c.numbers[row])
		case text, other:
			mismatched++
		}
	}
	s := detectors.NewSample(values)
	s.Mismatched = mismatched
	return s
}

// finite returns a row's finite number; false if it has none.
func (c *Column) finite(row int) (float64, bool) {
	if k := c.at(row); k != number && k != truth {
		return 0, false
	}
	x := c.numbers[row]
	return x, profile.Finite(x)
}

// holds tells whether a row's cell is of that kind; a nil column holds nothing.
func (c *Column) holds(row int, kind cellKind) bool { return c != nil && c.at(row) == kind }

// spelling returns a cell as text; false if it is missing, or the column nil.
func (c *Column) spelling(row int) (string, bool) {
	switch {
	case c == nil || c.at(row) == missing || c.at(row) == other:
		return "", false
	case c.codes[row] > 0:
		return c.texts[c.codes[row]], true
	case c.kinds[row] == truth:
		return strconv.FormatBool(c.numbers[row] != 0), true
	}
	return strconv.FormatFloat(c.numbers[row]+0, 'f', -1, 64), true
}

// holdsValues tells whether predictions are values rather than classes: numbers, and if there are scores beside them,
// numbers that no classes would be: not whole, or too many.
func (c *Column) holdsValues(scored bool) bool {
	if c == nil {
		return false
	}
	if kind, ok := c.kind(); !ok || kind != profile.Numeric {
		return false
	}
	if !scored {
		return true
	}
	distinct := make(map[float64]bool)
	for row, k := range c.kinds {
		if k != number {
			continue
		}
		distinct[c.numbers[row]] = true
		if x := c.numbers[row]; x != math.Trunc(x) || len(distinct) > performance.MaxClasses {
			return true
		}
	}
	return false
}
