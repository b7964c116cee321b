package performance

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The encodings below follow the rules of package profile's: stable, without a version of their own, and equal values
// encode alike.

var errDamaged = errors.New("performance: damaged encoding")

// mostRows is how far float64 counts rows one by one, as the measures do.
const mostRows = 1 << 53

func (m *mean) appendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, m.n)
	b = m.sum.AppendBinary(b)
	return m.squares.AppendBinary(b)
}

func (m *mean) read(r *profile.Reader) {
	m.n = r.Uvarint()
	m.sum, m.squares = r.Sum(), r.Sum()
}

// AppendBinary appends the tally without its schema.
func (t *Tally) AppendBinary(b []byte) []byte {
	b = append(b, byte(t.schema.Task))
	b = binary.AppendUvarint(b, t.n)
	if t.schema.Task == Regression {
		return t.regression.appendBinary(b)
	}
	b = t.confusion.appendBinary(b)
	b = binary.AppendUvarint(b, t.improper)
	proper := scores{}
	if t.scores != nil {
		proper = *t.scores
	}
	b = proper.logLoss.appendBinary(b)
	b = proper.brier.appendBinary(b)
	b = binary.AppendUvarint(b, uint64(len(t.rankings)))
	for i := range t.rankings {
		b = t.rankings[i].appendBinary(b)
	}
	return b
}

// Read reads what Tally.AppendBinary wrote, for the schema it was counted by.
func Read(r *profile.Reader, schema *Schema) (*Tally, error) {
	if err := schema.Validate(); err != nil {
		return nil, err
	}
	t := New(schema)
	if task := Task(r.Byte()); task != schema.Task {
		return nil, errDamaged
	}
	t.n = r.Uvarint()
	if schema.Task == Regression {
		t.regression.read(r)
		if r.Err() == nil && t.regression.signed.n != t.n {
			return nil, errDamaged
		}
		return t, r.Err()
	}
	if n, ok := t.confusion.read(r, len(schema.Classes)); !ok || n != t.n || n > mostRows {
		return nil, errDamaged
	}
	t.improper = r.Uvarint()
	var proper scores
	proper.logLoss.read(r)
	proper.brier.read(r)
	// No row is more surprising than the least probability that counts, nor more than wholly wrong of every class.
	if !proper.logLoss.within(surprise(0)) || !proper.brier.within(float64(len(schema.Classes))) {
		return nil, errDamaged
	}
	if proper.logLoss.n > 0 {
		t.scores = &proper
	}
	if r.Uvarint() != uint64(len(t.rankings)) {
		return nil, errDamaged
	}
	for i := range t.rankings {
		if !t.rankings[i].read(r, t.n) {
			return nil, errDamaged
		}
	}
	return t, r.Err()
}

func (r *regression) appendBinary(b []byte) []byte {
	b = r.absolute.appendBinary(b)
	b = r.signed.appendBinary(b)
	b = r.squared.appendBinary(b)
	b = r.truths.AppendBinary(b)
	return r.truthSquares.AppendBinary(b)
}

func (r *regression) read(from *profile.Reader) {
	r.absolute.read(from)
	r.signed.read(from)
	r.squared.read(from)
	r.truths, r.truthSquares = from.Sum(), from.Sum()
}

func (c confusion) appendBinary(b []byte) []byte {
	pairs := make([]Pair, 0, len(c))
	for pair := range c {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, comparePairs)
	b = binary.AppendUvarint(b, uint64(len(pairs)))
	for _, pair := range pairs {
		b = binary.AppendVarint(b, int64(pair.Actual))
		b = binary.AppendVarint(b, int64(pair.Predicted))
		b = binary.AppendUvarint(b, c[pair])
	}
	return b
}

// read returns the number of rows, and false for a pair that does not exist or stands there twice.
func (c confusion) read(r *profile.Reader, classes int) (n uint64, ok bool) {
	inside := func(class int64) bool { return class >= Unknown && class < int64(classes) }
	for range r.Len(3) {
		actual, predicted, count := r.Varint(), r.Varint(), r.Uvarint()
		if !inside(actual) || !inside(predicted) || n+count < n {
			return 0, false
		}
		pair := Pair{Actual: int16(actual), Predicted: int16(predicted)} // at most MaxClasses
		if c[pair] > 0 || count == 0 {
			return 0, false
		}
		c[pair] = count
		n += count
	}
	return n, r.Err() == nil
}

func (r *ranking) appendBinary(b []byte) []byte {
	cells := r.ascending().cells
	b = append(b, r.level)
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, cell := range cells {
		b = profile.AppendFloat(b, cell.low)
		if r.level > 0 {
			b = profile.AppendFloat(b, cell.high)
		}
		b = binary.AppendUvarint(b, cell.negative)
		b = binary.AppendUvarint(b, cell.positive)
	}
	return b
}

// read is false unless cells are in order, apart, within their bounds, and hold no more than n rows.
func (r *ranking) read(from *profile.Reader, n uint64) bool {
	r.level = from.Byte()
	count := from.Len(10)
	if r.level > maxLevel || count > r.limit {
		return false
	}
	before := int64(math.MinInt64)
	for range count {
		cell := scoreCell{low: from.Float()}
		cell.high = cell.low
		if r.level > 0 {
			cell.high = from.Float()
		}
		cell.negative, cell.positive = from.Uvarint(), from.Uvarint()
		if !profile.Finite(cell.low) || !profile.Finite(cell.high) || cell.low > cell.high {
			return false
		}
		key := cellOf(cell.low, r.level)
		rows := cell.negative + cell.positive
		if key <= before || key != cellOf(cell.high, r.level) || rows == 0 || rows < cell.negative || rows > n {
			return false
		}
		n -= rows
		before = key
		r.put(cell)
	}
	return from.Err() == nil
}
