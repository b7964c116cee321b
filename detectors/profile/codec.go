package profile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// The encodings below are stable: baseline files and checkpoints hold them. They carry no version of their own; the
// file that embeds them does. Integers are varints, floats eight bytes little-endian, strings and slices have their
// length in front. What is read takes no more memory than a multiple of the input.

var errDamaged = errors.New("profile: damaged encoding")

// A Reader takes values off the front of an encoding. After the first damage all it returns is zero and Err says so.
type Reader struct {
	rest []byte
	err  error
}

// NewReader reads from b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Err returns the first error, nil if everything read so far was whole.
func (r *Reader) Err() error { return r.err }

// Rest returns the bytes not yet read.
func (r *Reader) Rest() []byte { return r.rest }

func (r *Reader) fail() {
	if r.err == nil {
		r.err = errDamaged
	}
	r.rest = nil
}

// Uvarint reads an unsigned integer.
func (r *Reader) Uvarint() uint64 {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

// Varint reads a signed integer.
func (r *Reader) Varint() int64 {
	x, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// Float reads a float64.
func (r *Reader) Float() float64 {
	if len(r.rest) < 8 {
		r.fail()
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(r.rest))
	r.rest = r.rest[8:]
	return x
}

// Len reads a length of elements that take at least size bytes each, so that damage cannot ask for more memory than
// there is input.
func (r *Reader) Len(size int) int {
	n := r.Uvarint()
	if n > uint64(len(r.rest)/max(size, 1)) {
		r.fail()
		return 0
	}
	return int(n)
}

// String reads a string.
func (r *Reader) String() string {
	n := r.Len(1)
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

// Floats reads a slice of float64; nil if it is empty.
func (r *Reader) Floats() []float64 {
	n := r.Len(8)
	if n == 0 {
		return nil
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = r.Float()
	}
	return values
}

// Sum reads an ExactSum.
func (r *Reader) Sum() ExactSum {
	var s ExactSum
	first, n := int(r.Byte()), int(r.Byte())
	if first+n > exactChunks {
		r.fail()
	}
	for i := first; i < first+n && r.err == nil; i++ {
		if s.chunks[i] = r.Varint(); s.chunks[i] > math.MaxUint32 || s.chunks[i] < -math.MaxUint32 {
			r.fail()
		}
	}
	if r.err != nil {
		return ExactSum{}
	}
	return s
}

// Skip passes over n bytes.
func (r *Reader) Skip(n int) {
	if n < 0 || n > len(r.rest) {
		r.fail()
		return
	}
	r.rest = r.rest[n:]
}

// mostCount is more than any column can have seen; the sum of all its counts does not overflow.
const mostCount = 1 << 46

func (r *Reader) count() uint64 {
	n := r.Uvarint()
	if n > mostCount {
		r.fail()
		return 0
	}
	return n
}

// AppendString appends s with its length in front.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendFloat appends x in eight bytes.
func AppendFloat(b []byte, x float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
}

// AppendFloats appends values with their number in front.
func AppendFloats(b []byte, values []float64) []byte {
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, x := range values {
		b = AppendFloat(b, x)
	}
	return b
}

func (k Key) appendBinary(b []byte) []byte {
	for _, s := range []string{k.Model, k.Version, k.Segment.Name, k.Segment.Value, k.Window} {
		b = AppendString(b, s)
	}
	b = binary.AppendVarint(b, int64(k.Start))
	return binary.AppendVarint(b, int64(k.End))
}

func readKey(r *Reader) Key {
	return Key{
		Model: r.String(), Version: r.String(), Segment: Segment{Name: r.String(), Value: r.String()}, Window: r.String(),
		Start: Instant(r.Varint()), End: Instant(r.Varint()),
	}
}

// AppendBinary appends the layout.
func (l *Layout) AppendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(l.Columns)))
	for _, c := range l.Columns {
		b = AppendString(b, c.Name)
		b = append(b, byte(c.Role), byte(c.Kind))
		if c.Kind == Numeric {
			b = AppendFloats(b, c.Edges.cuts)
			b = AppendFloats(b, c.Deciles)
			b = AppendFloats(b, c.Atoms)
			b = AppendFloat(b, c.Shift)
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(c.Categories)))
		for _, name := range c.Categories {
			b = AppendString(b, name)
		}
	}
	return b
}

// ReadLayout reads what Layout.AppendBinary wrote and checks its invariants.
func ReadLayout(r *Reader) (*Layout, error) {
	n := r.Len(4)
	columns := make([]*ColumnLayout, 0, n)
	seen := make(map[string]bool, n)
	for range n {
		c := &ColumnLayout{Name: r.String(), Role: Role(r.Byte()), Kind: Kind(r.Byte())}
		if c.Kind > Text || c.Role > Output {
			return nil, errDamaged
		}
		id := fmt.Sprint(c.Role, c.Name)
		if seen[id] {
			return nil, errDamaged
		}
		seen[id] = true
		if c.Kind == Numeric {
			cuts := r.Floats()
			c.Deciles, c.Atoms, c.Shift = r.Floats(), r.Floats(), r.Float()
			if !ascending(cuts) || len(cuts) > maxCuts || !c.plausible() {
				return nil, errDamaged
			}
			c.Edges = newEdges(cuts)
		} else {
			c.Categories = make([]string, r.Len(1))
			for i := range c.Categories {
				c.Categories[i] = r.String()
				if i > 0 && c.Categories[i-1] >= c.Categories[i] {
					return nil, errDamaged
				}
			}
			c.index()
		}
		columns = append(columns, c)
	}
	if r.Err() != nil {
		return nil, r.Err()
	}
	return NewLayout(columns), nil
}

// plausible tells whether the numbers of a decoded numeric column can be a baseline's: none or eleven deciles, all
// finite.
func (c *ColumnLayout) plausible() bool {
	infinite := func(x float64) bool { return !Finite(x) }
	return (len(c.Deciles) == 0 || len(c.Deciles) == 11) && !slices.ContainsFunc(c.Deciles, infinite) && ascending(c.Atoms) && Finite(c.Shift)
}

// ascending tells whether values are finite and strictly ascending.
func ascending(values []float64) bool {
	for i, x := range values {
		if !Finite(x) || i > 0 && !(values[i-1] < x) {
			return false
		}
	}
	return true
}

// AppendBinary appends the set without its layout. Counts are sparse: most intervals of a short pane are empty.
func (s *Set) AppendBinary(b []byte) []byte {
	b = s.Key.appendBinary(b)
	b = binary.AppendUvarint(b, s.Rows)
	b = binary.AppendUvarint(b, uint64(len(s.Columns)))
	for i := range s.Columns {
		b = s.Columns[i].appendBinary(b)
	}
	return b
}

func (c *Column) appendBinary(b []byte) []byte {
	// Runs: number of empty cells, then the next cell's count; the cells after the last full one are left out.
	filled, gap := 0, uint64(0)
	for _, n := range c.Counts {
		if n > 0 {
			filled++
		}
	}
	b = binary.AppendUvarint(b, uint64(filled))
	for _, n := range c.Counts {
		if n == 0 {
			gap++
			continue
		}
		b = binary.AppendUvarint(b, gap)
		b = binary.AppendUvarint(b, n)
		gap = 0
	}
	for _, n := range []uint64{c.Text, c.Missing, c.Infinite, c.Mismatched, c.Unseen.other, uint64(len(c.Unseen.kept))} {
		b = binary.AppendUvarint(b, n)
	}
	for _, name := range c.Unseen.Names() {
		b = AppendString(b, name)
		b = binary.AppendUvarint(b, c.Unseen.kept[name])
	}
	b = AppendFloat(b, c.Min)
	b = AppendFloat(b, c.Max)
	b = c.Sum.AppendBinary(b)
	return c.Squares.AppendBinary(b)
}

// ReadSet reads what Set.AppendBinary wrote, over the layout it was counted with.
func ReadSet(r *Reader, layout *Layout) (*Set, error) {
	s := NewSet(readKey(r), layout)
	s.Rows = r.count()
	if n := r.Uvarint(); n != uint64(len(s.Columns)) {
		return nil, errDamaged
	}
	for i := range s.Columns {
		s.Columns[i].read(r)
	}
	return s, r.Err()
}

func (c *Column) read(r *Reader) {
	next := uint64(0)
	for range r.Len(2) {
		gap, n := r.Uvarint(), r.count()
		if gap >= uint64(len(c.Counts)) || next+gap >= uint64(len(c.Counts)) {
			r.fail()
			return
		}
		next += gap
		c.Counts[next] = n
		next++
	}
	for _, n := range []*uint64{&c.Text, &c.Missing, &c.Infinite, &c.Mismatched, &c.Unseen.other} {
		*n = r.count()
	}
	kept := r.Len(2)
	if kept > unseenKept {
		r.fail()
		return
	}
	for range kept {
		if c.Unseen.kept == nil {
			c.Unseen.kept = make(map[string]uint64, kept)
		}
		name := r.String()
		c.Unseen.kept[name] = r.count()
	}
	if len(c.Unseen.kept) != kept { // a name twice
		r.fail()
	}
	c.Min, c.Max = r.Float(), r.Float()
	if math.IsNaN(c.Min) || math.IsNaN(c.Max) || c.Min <= c.Max && (math.IsInf(c.Min, 0) || math.IsInf(c.Max, 0)) {
		r.fail()
	}
	c.Sum, c.Squares = r.Sum(), r.Sum()
}
