package profile

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// everyKind lays out one column of each kind.
func everyKind(values []float64) *Layout {
	return NewLayout([]*ColumnLayout{
		NewNumeric("amount", Feature, values, 8),
		NewCategorical("colour", Feature, Categorical, []string{"red", "green"}),
		NewCategorical("member", Feature, Boolean, []string{"false", "true"}),
		NewCategorical("note", Feature, Text, nil),
		NewNumeric(ScoreColumn, Output, []float64{0.1, 0.5, 0.5, 0.9}, 8),
	})
}

// row is one event, as far as a Set counts it.
type row struct {
	amount, score float64
	colour, note  string
	present       bool // of amount, colour and note
}

func rows() *rapid.Generator[[]row] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
		return row{
			amount: rapid.OneOf(tied(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, "amount"),
			score:  tied().Draw(t, "score"),
			// More unseen colours than are kept one by one.
			colour:  rapid.Map(rapid.IntRange(0, 200), func(i int) string { return fmt.Sprintf("colour %d", i) }).Draw(t, "colour"),
			note:    rapid.StringN(0, 3, 9).Draw(t, "note"),
			present: rapid.Bool().Draw(t, "present"),
		}
	}), 0, 300)
}

func (s *Set) observe(r row) {
	s.Rows++
	s.Columns[4].ObserveNumber(s.Layout.Columns[4], r.score)
	if r.present {
		s.Columns[0].ObserveNumber(s.Layout.Columns[0], r.amount)
		s.Columns[1].ObserveCategory(s.Layout.Columns[1], []byte(r.colour))
		s.Columns[3].ObserveCategory(s.Layout.Columns[3], []byte(r.note))
	} else {
		s.Columns[2].Mismatched++
	}
}

// However events are dealt out to panes and in whatever order they arrive, the merged set is the same to the last byte.
func TestMergeEqualsAllAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layout := everyKind(rapid.SliceOfN(tied(), 0, 50).Draw(t, "baseline"))
		events := rows().Draw(t, "rows")
		all := NewSet(Key{Model: "m"}, layout)
		panes := []*Set{NewSet(Key{Model: "m"}, layout), NewSet(Key{}, layout), NewSet(Key{}, layout)}
		for _, r := range events {
			all.observe(r)
		}
		for _, i := range rapid.Permutation(indices(len(events))).Draw(t, "order") {
			panes[rapid.IntRange(0, 2).Draw(t, "pane")].observe(events[i])
		}
		panes[1].Merge(panes[2])
		panes[0].Merge(panes[1])
		if !bytes.Equal(all.AppendBinary(nil), panes[0].AppendBinary(nil)) {
			t.Fatal("merged panes differ from all rows at once")
		}
		for i := range all.Columns {
			if got := all.Columns[i].N() + all.Missing(i) + all.Columns[i].Infinite + all.Columns[i].Mismatched; got != all.Rows {
				t.Fatalf("column %d accounts for %d of %d rows", i, got, all.Rows)
			}
		}
	})
}

func indices(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func TestSetAndLayoutComeBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layout := everyKind(rapid.SliceOfN(tied(), 0, 50).Draw(t, "baseline"))
		key := Key{
			Model: "fraud", Version: "3", Segment: Segment{Name: "country", Value: "DE"}, Window: "1h",
			Start: Instant(rapid.Int64().Draw(t, "start")), End: Dusk,
		}
		set := NewSet(key, layout)
		for _, r := range rows().Draw(t, "rows") {
			set.observe(r)
		}
		encoded := set.AppendBinary(layout.AppendBinary(nil))
		r := NewReader(append(encoded, "more"...))
		readLayout, err := ReadLayout(r)
		if err != nil {
			t.Fatal(err)
		}
		readSet, err := ReadSet(r, readLayout)
		if err != nil || string(r.Rest()) != "more" {
			t.Fatalf("rest %q, error %v", r.Rest(), err)
		}
		if again := readSet.AppendBinary(readLayout.AppendBinary(nil)); !bytes.Equal(again, encoded) {
			t.Fatal("what was read encodes differently")
		}
		if readSet.Key != key {
			t.Fatal("what was read says something else")
		}
	})
}

// A truncated encoding is damaged, wherever it was cut.
func TestTruncatedEncodings(t *testing.T) {
	layout := everyKind([]float64{1, 2, 2, 3})
	set := NewSet(Key{Model: "m"}, layout)
	set.observe(row{amount: 2, colour: "blue", note: "n", present: true})
	encoded := layout.AppendBinary(nil)
	for n := range encoded {
		if _, err := ReadLayout(NewReader(encoded[:n])); err == nil {
			t.Fatalf("layout cut to %d of %d bytes is accepted", n, len(encoded))
		}
	}
	encoded = set.AppendBinary(nil)
	for n := range encoded {
		if _, err := ReadSet(NewReader(encoded[:n]), layout); err == nil {
			t.Fatalf("set cut to %d of %d bytes is accepted", n, len(encoded))
		}
	}
}

func TestReadSetRefuses(t *testing.T) {
	layout := everyKind([]float64{1, 2, 2, 3})
	set := NewSet(Key{Model: "m"}, layout)
	set.observe(row{amount: 2, colour: "blue", note: "n", present: true})
	set.observe(row{amount: 2, colour: "grey", note: "n", present: true})
	twice := bytes.Replace(set.AppendBinary(nil), []byte("grey"), []byte("blue"), 1)
	set.Rows = mostCount + 1
	for what, encoded := range map[string][]byte{"a name twice": twice, "too many rows": set.AppendBinary(nil)} {
		if _, err := ReadSet(NewReader(encoded), layout); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// A feature may be named like an output; two features of one name are a mistake.
func TestNamesOfColumns(t *testing.T) {
	text := func(role Role) *ColumnLayout { return NewCategorical(ScoreColumn, role, Text, nil) }
	if l := NewLayout([]*ColumnLayout{text(Output), text(Feature)}); l.Columns[0].Role != Feature || l.Output(ScoreColumn) != 1 {
		t.Errorf("laid out as %+v", l.Columns)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewLayout([]*ColumnLayout{text(Feature), text(Feature)})
}

func TestMergeOfDifferentLayoutsPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewSet(Key{}, everyKind(nil)).Merge(NewSet(Key{}, everyKind(nil)))
}

func FuzzReadLayout(f *testing.F) {
	f.Add(everyKind([]float64{1, 2, 2, 3}).AppendBinary(nil))
	f.Add(everyKind(nil).AppendBinary(nil))
	f.Add([]byte{1, 1, 'x', 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		layout, err := ReadLayout(NewReader(b))
		if err != nil {
			return
		}
		// What is accepted can be counted over, and written and read again.
		set := NewSet(Key{}, layout)
		for i, c := range layout.Columns {
			if c.Kind == Numeric {
				set.Columns[i].ObserveNumber(c, 1.5)
				set.Totals(i)
			} else {
				set.Columns[i].ObserveCategory(c, []byte("x"))
			}
		}
		again, err := ReadLayout(NewReader(layout.AppendBinary(nil)))
		if err != nil || !bytes.Equal(again.AppendBinary(nil), layout.AppendBinary(nil)) {
			t.Fatalf("not read again: %v", err)
		}
	})
}

func FuzzReadSet(f *testing.F) {
	layout := everyKind([]float64{1, 2, 2, 3})
	set := NewSet(Key{Model: "m", Version: "1", Window: "1h", Start: 1, End: 2}, layout)
	f.Add(set.AppendBinary(nil))
	set.observe(row{amount: 2, score: math.Inf(1), colour: "blue", note: "n", present: true})
	set.observe(row{amount: -1e300, score: 0.5, colour: "red"})
	f.Add(set.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		set, err := ReadSet(NewReader(b), layout)
		if err != nil {
			return
		}
		other := NewSet(set.Key, layout)
		other.observe(row{amount: 1})
		other.Merge(set)
		for i := range other.Columns {
			if sums := other.Totals(i); sums.Mean-sums.Mean != 0 || sums.Std-sums.Std != 0 {
				t.Fatalf("%+v", sums)
			}
		}
		again, err := ReadSet(NewReader(set.AppendBinary(nil)), layout)
		if err != nil || !bytes.Equal(again.AppendBinary(nil), set.AppendBinary(nil)) {
			t.Fatalf("not read again: %v", err)
		}
	})
}

func FuzzReadSum(f *testing.F) {
	var sum ExactSum
	f.Add(sum.AppendBinary(nil))
	sum.Add(-1e-300)
	f.Add(sum.AppendBinary(nil))
	sum.Add(math.MaxFloat64)
	f.Add(sum.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(b)
		sum := r.Sum()
		if r.Err() != nil {
			return
		}
		if math.IsNaN(sum.Value()) {
			t.Fatalf("value %v", sum.Value())
		}
		r = NewReader(sum.AppendBinary(nil))
		if again := r.Sum(); r.Err() != nil || again.Value() != sum.Value() {
			t.Fatalf("%v comes back as %v, error %v", sum.Value(), again.Value(), r.Err())
		}
	})
}
