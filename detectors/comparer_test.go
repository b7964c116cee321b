package detectors

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// TestComparerForgets compares columns of all kinds one after the other in the same memory, and must say of each what a
// new comparison says; some differ in the current sample or in the level alone.
func TestComparerForgets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int, shift float64) *Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = r.NormFloat64() + shift
		}
		return sampleOf(values)
	}
	words := func(a, b, c uint64) *Sample { return NewCategories(map[string]uint64{"a": a, "b": b, "c": c}) }
	one, two := numbers(500, 0), words(50, 60, 70)
	var comparer Comparer
	for i, c := range []struct {
		kind     profile.Kind
		ref, cur *Sample
		columns  int
	}{
		{profile.Numeric, one, numbers(300, 0), 1},
		{profile.Numeric, one, numbers(400, 1), 1},
		{profile.Numeric, one, numbers(400, 1), 50},
		{profile.Categorical, two, words(1, 2, 3), 1},
		{profile.Categorical, two, words(90, 2, 300), 1},
		{profile.Categorical, words(9, 9, 0), words(90, 2, 300), 7},
		{profile.Numeric, numbers(20, 0), numbers(3000, 0), 1},
	} {
		layout := c.ref.Layout("x", profile.Feature, c.kind, 1)
		got := comparer.Column(ColumnMethods(), layout, c.ref, c.cur, Options{Columns: c.columns})
		want := new(Comparer).Column(ColumnMethods(), layout, c.ref, c.cur, Options{Columns: c.columns})
		if !reflect.DeepEqual(got, want) {
			t.Errorf("column %d: got %+v, want %+v", i, got, want)
		}
	}
}

// TestColumnsOfSetsDoNotMix closes one window of several columns, and each of them as the only one of its window.
func TestColumnsOfSetsDoNotMix(t *testing.T) {
	columns := []*profile.ColumnLayout{
		profile.NewCategorical("a", profile.Feature, profile.Categorical, []string{"x", "y"}),
		profile.NewCategorical("b", profile.Feature, profile.Categorical, []string{"x", "y"}),
		profile.NewNumeric("c", profile.Feature, []float64{1, 2, 3}, 10),
		profile.NewNumeric("d", profile.Feature, []float64{1, 2, 3}, 10),
	}
	filled := func(seed int, columns ...*profile.ColumnLayout) *profile.Set {
		set := profile.NewSet(profile.Key{}, profile.NewLayout(columns))
		set.Rows = 90
		for i, layout := range columns {
			for n := range 90 {
				hash := (n*7919 + int(layout.Name[0])*104729 + seed) % 97
				if layout.Kind == profile.Numeric {
					set.Columns[i].ObserveNumber(layout, float64(1+hash%3))
				} else {
					set.Columns[i].ObserveCategory(layout, []byte{"xy"[hash%5%2]})
				}
			}
		}
		return set
	}
	ref := filled(1, columns...)
	cur := filled(40, columns...)
	cur.Layout = ref.Layout
	all := CompareSets(ref, cur, Options{Columns: 4})
	for _, c := range columns {
		ref, cur := filled(1, c), filled(40, c)
		cur.Layout = ref.Layout
		for _, want := range CompareSets(ref, cur, Options{Columns: 4}) {
			i := 0
			for all[i].Name != want.Name || all[i].Column != want.Column {
				i++
			}
			if !reflect.DeepEqual(all[i], want) {
				t.Errorf("%s: got %s, want %s", c.Name, fmt.Sprintf("%+v", all[i]), fmt.Sprintf("%+v", want))
			}
		}
	}
}
