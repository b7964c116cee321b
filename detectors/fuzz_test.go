package detectors

import (
	"math"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// FuzzCompareSets reads a layout and two sets from bytes, as a checkpoint holds them: whatever passes the decoders can be
// compared without panic and gives finite numbers within bounds.
func FuzzCompareSets(f *testing.F) {
	numbers := sampleOf([]float64{1, 2, 2, 3, 1e300})
	names := NewCategories(map[string]uint64{"a": 3, "b": 1})
	layout := profile.NewLayout([]*profile.ColumnLayout{
		numbers.Layout("amount", profile.Feature, profile.Numeric, 8),
		names.Layout("colour", profile.Feature, profile.Categorical, 8),
		profile.NewNumeric("empty", profile.Output, nil, 8),
	})
	set := profile.NewSet(profile.Key{}, layout)
	empty := set.AppendBinary(nil)
	set.Rows = 2
	set.Columns[0].ObserveNumber(layout.Columns[0], -7)
	set.Columns[0].ObserveNumber(layout.Columns[0], 2)
	set.Columns[1].ObserveCategory(layout.Columns[1], []byte("new"))
	set.Columns[2].ObserveNumber(layout.Columns[2], 4)
	full := set.AppendBinary(nil)
	f.Add(layout.AppendBinary(nil), empty, full)
	f.Add(layout.AppendBinary(nil), full, full)
	f.Fuzz(func(t *testing.T, l, a, b []byte) {
		layout, err := profile.ReadLayout(profile.NewReader(l))
		if err != nil {
			return
		}
		ref, err := profile.ReadSet(profile.NewReader(a), layout)
		if err != nil {
			return
		}
		cur, err := profile.ReadSet(profile.NewReader(b), layout)
		if err != nil {
			return
		}
		for _, m := range CompareSets(ref, cur, Options{Measures: StreamMethodsOnRequest()}) {
			entry, _ := Lookup(m.Name)
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) || m.Value < min(entry.Low, 0) || m.Value > entry.High+1e-9 {
				t.Fatalf("%+v", m)
			}
		}
	})
}
