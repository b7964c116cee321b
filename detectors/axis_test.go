package detectors_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// hostileNumbers are those on which arithmetic breaks.
var hostileNumbers = rapid.OneOf(
	rapid.Float64(), rapid.Float64Range(-1, 1), rapid.Map(rapid.IntRange(-50, 50), func(i int) float64 { return float64(i) / 10 }),
	rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 5e-324, -5e-324, 1e300, 1e16, 1e16 + 2, 1e-300}),
)

// Every value is counted once, whatever the values are, and the edges ascend.
func TestAxisCountEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var samples []*detectors.Sample
		for range rapid.IntRange(1, 4).Draw(t, "samples") {
			samples = append(samples, detectors.NewSample(rapid.SliceOfN(hostileNumbers, 0, 120).Draw(t, "values")))
		}
		bins := detectors.NewAxis(samples[0], samples[1:]...)
		for i := 1; i < len(bins.Edges); i++ {
			if !(bins.Edges[i] > bins.Edges[i-1]) {
				t.Fatalf("edges do not ascend: %v", bins.Edges)
			}
		}
		if len(bins.Edges) == 1 || len(bins.Edges) > 70 {
			t.Fatalf("%d edges", len(bins.Edges))
		}
		for _, s := range samples {
			h := bins.Count(s)
			total := h.Below + h.Above + h.Other
			for _, n := range h.Counts {
				total += n
			}
			if total != s.N() || h.N != s.N() || h.Rows != s.Rows() {
				t.Fatalf("%d of %d values counted in %+v", total, s.N(), bins)
			}
			if h.Median != nil && (math.IsNaN(*h.Median) || math.IsInf(*h.Median, 0)) {
				t.Fatalf("median %v", *h.Median)
			}
		}
	})
}

// The tails beyond the edges are no more than half a per cent of each side, on either end.
func TestAxisClipLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 200, 1000)
		ref, cur := detectors.NewSample(numbers.Draw(t, "ref")), detectors.NewSample(numbers.Draw(t, "cur"))
		bins := detectors.NewAxis(ref, cur)
		for _, s := range []*detectors.Sample{ref, cur} {
			if h := bins.Count(s); float64(max(h.Below, h.Above)) > 0.005*float64(s.N()) {
				t.Fatalf("%d below, %d above, of %d", h.Below, h.Above, s.N())
			}
		}
	})
}

// Edges are the numbers that a person would write, so that decimals lie at an edge and not beside it.
func TestEdgesAreDecimals(t *testing.T) {
	for _, scale := range []float64{1, 10, 100, 1000} {
		var values []float64
		for i := range 1000 {
			values = append(values, float64(i)/scale)
		}
		for _, edge := range detectors.NewAxis(detectors.NewSample(values)).Edges {
			if text := strconv.FormatFloat(edge, 'f', -1, 64); len(text) > 6 {
				t.Errorf("edge %s", text)
			}
		}
	}
}

// Whole numbers fill every bin with the same number of values: no comb.
func TestWholeNumbersHaveNoComb(t *testing.T) {
	for _, n := range []int{40, 77, 120, 365, 1000} {
		var values []float64
		for i := range n {
			values = append(values, float64(i))
		}
		s := detectors.NewSample(values)
		counts := detectors.NewAxis(s).Count(s).Counts
		inner := counts[1 : len(counts)-1]
		if slices.Min(inner) != slices.Max(inner) {
			t.Errorf("0 … %d: %v", n-1, counts)
		}
	}
}

func TestAxisOfFewValues(t *testing.T) {
	ref, cur := detectors.NewSample([]float64{1, 1, 2}), detectors.NewSample([]float64{2, 7})
	bins := detectors.NewAxis(ref, cur)
	if got := fmt.Sprint(bins.Values, bins.Count(ref).Counts, bins.Count(cur).Counts); got != "[1 2 7] [2 1 0] [0 1 1]" {
		t.Error(got)
	}
	empty := detectors.NewAxis(detectors.NewSample(nil), detectors.NewSample(nil))
	if empty.Edges != nil || empty.Values != nil || empty.Categories != nil {
		t.Errorf("bins of nothing: %+v", empty)
	}
}

// A long tail is cut by its logarithm, scores between 0 and 1 are not.
func TestLogarithmicAxis(t *testing.T) {
	var amounts, scores []float64
	for i := range 1000 {
		amounts = append(amounts, math.Pow(10, float64(i)/150))
		scores = append(scores, math.Pow(float64(i+1)/1000, 2))
	}
	if bins := detectors.NewAxis(detectors.NewSample(amounts)); !bins.Log || bins.Edges[0] > 1 || bins.Edges[len(bins.Edges)-1] < 4e6 {
		t.Errorf("amounts: %+v", bins)
	}
	if bins := detectors.NewAxis(detectors.NewSample(scores)); bins.Log {
		t.Error("scores have a logarithmic axis")
	}
}

// The largest categories of either side have bins of their own, also those that only one side has.
func TestCategoriesOfBothSides(t *testing.T) {
	ref, cur := map[string]uint64{"a": 1000}, map[string]uint64{"new": 500}
	for i := range 40 {
		ref[fmt.Sprintf("rare%02d", i)] = 1
	}
	before, after := detectors.NewCategories(ref), detectors.NewCategories(cur)
	bins := detectors.NewAxis(before, after)
	if fmt.Sprint(bins.Categories[:3]) != "[new a rare00]" || len(bins.Categories) != 12 {
		t.Errorf("%v", bins.Categories)
	}
	if h := bins.Count(before); h.Other != 30 || h.Counts[1] != 1000 {
		t.Errorf("%+v", h)
	}
}
