package multivariate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// TestStreamEqualsBatch cuts a window's rows into panes, in any order and grouping: merged states say to the last bit
// what all rows at once say.
func TestStreamEqualsBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ref, cur := population("mixed", r, 5, 300), population("mixed", r, 5, 200)
	reference := Fit(ref)
	want := reference.Compare(cur, firstRows(200))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.Permutation(firstRows(200)).Draw(t, "order")
		cut := rapid.IntRange(0, 200).Draw(t, "cut")
		last := rapid.IntRange(cut, 200).Draw(t, "last")
		panes := [][]int{rows[:cut], rows[cut:last], rows[last:]}
		if rapid.Bool().Draw(t, "swap") {
			slices.Reverse(panes)
		}
		var errors ErrorSum
		var features FeatureSum
		for i, pane := range panes {
			var nextErrors ErrorSum
			var nextFeatures FeatureSum
			reference.reconstruction.Observe(&nextErrors, cur, pane)
			reference.discrepancy.Observe(&nextFeatures, cur, pane)
			if i == 1 { // (a + b) + c as well as a + (b + c)
				nextErrors.Merge(&errors)
				nextFeatures.Merge(&features)
				errors, features = nextErrors, nextFeatures
				continue
			}
			errors.Merge(&nextErrors)
			features.Merge(&nextFeatures)
		}
		got := []detectors.Measurement{
			{Name: ReconstructionError, N: errors.N(), M: 300, Status: detectors.OK},
			{Name: MMD, N: features.N(), M: 300, Status: detectors.OK},
		}
		reference.reconstruction.report(&got[0], &errors)
		reference.discrepancy.report(&got[1], &features)
		if !reflect.DeepEqual(got, want[:2]) {
			t.Fatalf("merged: %+v\nat once: %+v", got, want[:2])
		}
	})
}

// TestAnyTable gives whatever may stand in a file, and wants numbers: nothing infinite, no NaN, no panic, values within
// the bounds of the catalogue.
func TestAnyTable(t *testing.T) {
	values := rapid.OneOf(
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 1, 1, math.NaN(), math.Inf(1), math.Inf(-1), 5e-324, 1e300, -1e300, math.MaxFloat64, 1e15}),
		rapid.Float64(), rapid.Float64Range(-3, 3),
	)
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(0, 4).Draw(t, "columns")
		draw := func(name string) Table {
			rows := rapid.SampledFrom([]int{0, 1, 2, 3, 49, 50, 120}).Draw(t, name)
			table := make(Table, columns)
			for i := range table {
				table[i].Categorical, table[i].Levels = i%2 == 1, 3
				for range rows {
					table[i].Values = append(table[i].Values, values.Draw(t, "value"))
				}
			}
			return table
		}
		ref, cur := draw("reference"), draw("current")
		first, again := Fit(ref).Compare(cur, firstRows(cur.rows())), Fit(ref).Compare(cur, firstRows(cur.rows()))
		if !reflect.DeepEqual(first, again) {
			t.Fatalf("not deterministic: %v and %v", first, again)
		}
		if len(first) != 3 {
			t.Fatalf("%d measures", len(first))
		}
		for _, m := range first {
			for _, x := range []*float64{&m.Value, m.PValue, m.Lower, m.Upper, m.Threshold} {
				if x != nil && !profile.Finite(*x) {
					t.Fatalf("%+v has %v", m, *x)
				}
			}
			if entry, ok := detectors.Lookup(m.Name); !ok || m.Value < entry.Low || m.Value > entry.High {
				t.Fatalf("%s = %v is outside of the catalogue's bounds", m.Name, m.Value)
			}
			if m.PValue != nil && (*m.PValue < 0 || *m.PValue > 1) {
				t.Fatalf("%s: p = %v", m.Name, *m.PValue)
			}
		}
	})
}

// TestStateSizes pins what doc.go says a stream keeps.
func TestStateSizes(t *testing.T) {
	if size := unsafe.Sizeof(ErrorSum{}); size > 1120 {
		t.Errorf("ErrorSum takes %d bytes", size)
	}
	if size := unsafe.Sizeof(FeatureSum{}); size != 776 {
		t.Errorf("FeatureSum takes %d bytes", size)
	}
}

// TestStatuses pins what is said about little or nothing.
func TestStatuses(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	constant := Table{{Values: make([]float64, 100)}, {Values: make([]float64, 100)}}
	for _, c := range []struct {
		name     string
		ref, cur Table
		want     detectors.Status
		judged   bool
	}{
		{"no columns", nil, nil, detectors.Insufficient, false},
		{"one column", normals(r, 1, 100), normals(r, 1, 100), detectors.Insufficient, false},
		{"no rows", normals(r, 3, 100), normals(r, 3, 0), detectors.Insufficient, false},
		{"empty reference", normals(r, 3, 0), normals(r, 3, 100), detectors.Insufficient, false},
		{"few rows", normals(r, 3, 100), normals(r, 3, 49), detectors.Insufficient, false},
		{"few rows of the reference", normals(r, 3, 49), normals(r, 3, 100), detectors.Insufficient, false},
		{"enough", normals(r, 3, 50), normals(r, 3, 50), detectors.OK, true},
		{"constant", constant, normals(r, 2, 100), detectors.Undefined, false},
	} {
		for _, m := range Fit(c.ref).Compare(c.cur, firstRows(c.cur.rows())) {
			if c.name == "constant" && m.Name == DomainClassifierAUC { // which can tell them apart
				if m.Value < 0.95 || !*m.Drifted {
					t.Errorf("constant: %+v", m)
				}
				continue
			}
			if m.Status != c.want || (m.Drifted != nil) != c.judged || (m.Threshold != nil) != c.judged {
				t.Errorf("%s: %+v", c.name, m)
			}
		}
	}
}
