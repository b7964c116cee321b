package drivers

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// draw makes columns of random bins and errors that the function gives the probability of.
func draw(r *rand.Rand, n int, bins []int, wrong func(bins []int32) float64) (columns [][]int32, errors []float64) {
	columns = make([][]int32, len(bins))
	row := make([]int32, len(bins))
	for range n {
		for j, b := range bins {
			row[j] = int32(r.IntN(b))
			columns[j] = append(columns[j], row[j])
		}
		e := 0.0
		if r.Float64() < wrong(row) {
			e = 1
		}
		errors = append(errors, e)
	}
	return columns, errors
}

func search(r *rand.Rand, n int, now, before func(bins []int32) float64) (*Segment, bool) {
	bins := []int{5, 10, 3, 10}
	a, errors := draw(r, n, bins, now)
	b, errorsBefore := draw(r, 2*n, bins, before)
	columns := make([]Column, len(bins))
	for i := range columns {
		columns[i] = Column{Bins: bins[i], Now: a[i], Before: b[i], Ordered: i%2 == 1}
	}
	return Search(columns, errors, errorsBefore, 2)
}

func always(p float64) func([]int32) float64 { return func([]int32) float64 { return p } }

// TestSearchFinds finds the slice that was planted: one category, a range of bins, a pair of columns.
func TestSearchFinds(t *testing.T) {
	for name, c := range map[string]struct {
		now  func([]int32) float64
		want []Condition
	}{
		"category": {func(b []int32) float64 { return 0.2 + 0.4*one(b[0] == 3) }, []Condition{{0, 3, 3}}},
		"range":    {func(b []int32) float64 { return 0.2 + 0.3*one(b[1] >= 6) }, []Condition{{1, 6, 9}}},
		"pair":     {func(b []int32) float64 { return 0.2 + 0.6*one(b[0] == 1 && b[2] == 2) }, []Condition{{0, 1, 1}, {2, 2, 2}}},
	} {
		for seed := range uint64(5) {
			s, ok := search(rand.New(rand.NewPCG(seed, 3)), 4000, c.now, always(0.2))
			if !ok || len(s.Conditions) != len(c.want) {
				t.Fatalf("%s: %+v %v", name, s, ok)
			}
			for _, k := range c.want {
				if s.Conditions[0] != k && s.Conditions[len(s.Conditions)-1] != k {
					t.Errorf("%s: %+v, want %+v", name, s.Conditions, c.want)
				}
			}
			if s.Explained < 0.8 || s.Error < s.ErrorOutside || s.PValue > alpha {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// TestSearchIsSilent tells no segment where all slices are alike, worse or not, however many are looked at: 400 tries at 1 %
// with the rows counted for what they are.
func TestSearchIsSilent(t *testing.T) {
	found := 0
	for seed := range uint64(400) {
		if _, ok := search(rand.New(rand.NewPCG(seed, 4)), 1000, always(0.2+0.2*float64(seed%2)), always(0.2)); ok {
			found++
		}
	}
	if found > 4 {
		t.Errorf("%d of 400", found)
	}
}

// cells are combinations of bins, each of so many rows with so many errors per thousand.
type cells = []struct {
	bins         []int32
	rows, permil int
}

// evenly deals the rows out.
func evenly(cells cells) (columns [][]int32, errors []float64) {
	columns = make([][]int32, len(cells[0].bins))
	for _, c := range cells {
		for i := range c.rows {
			for j, b := range c.bins {
				columns[j] = append(columns[j], b)
			}
			errors = append(errors, one(i*c.permil/1000 != (i+1)*c.permil/1000))
		}
	}
	return columns, errors
}

// TestSearchPrefersThePlain tells a single condition unless a pair is clearer by more than gain, and never nearly all rows.
func TestSearchPrefersThePlain(t *testing.T) {
	search := func(bins []int, now, before cells) (*Segment, bool) {
		a, errors := evenly(now)
		b, errorsBefore := evenly(before)
		columns := make([]Column, len(bins))
		for i := range columns {
			columns[i] = Column{Bins: bins[i], Now: a[i], Before: b[i]}
		}
		return Search(columns, errors, errorsBefore, 1)
	}
	quiet := cells{{[]int32{0, 0}, 3000, 200}, {[]int32{1, 0}, 1000, 200}, {[]int32{0, 1}, 1000, 200}, {[]int32{1, 1}, 1000, 200}}
	hardly := cells{{[]int32{0, 0}, 2250, 200}, {[]int32{0, 1}, 750, 200}, {[]int32{1, 0}, 750, 700}, {[]int32{1, 1}, 250, 300}}
	if s, ok := search([]int{2, 2}, hardly, quiet); !ok || len(s.Conditions) != 1 || s.Conditions[0] != (Condition{0, 1, 1}) || !s.Alone {
		t.Errorf("a pair that is hardly clearer: %+v %v", s, ok)
	}
	if s, ok := search([]int{2, 1}, cells{{[]int32{0, 0}, 3000, 250}, {[]int32{1, 0}, 1000, 700}}, quiet); !ok || s.Alone {
		t.Errorf("the others are worse too: %+v %v", s, ok)
	}
	if s, ok := search([]int{3, 1}, cells{{[]int32{0, 0}, 3000, 200}, {[]int32{2, 0}, 1000, 700}}, quiet); !ok || s.Reference != 0 || s.ErrorBefore != 0.2 {
		t.Errorf("a bin the reference never had: %+v %v", s, ok)
	}
	nearlyAll := cells{{[]int32{0, 0}, 3600, 400}, {[]int32{1, 0}, 400, 200}}
	if s, ok := search([]int{2, 1}, nearlyAll, quiet); ok {
		t.Errorf("nine tenths of the rows are no slice: %+v", s)
	}
	if s, ok := search([]int{maxBins + 1, 1}, cells{{[]int32{0, 0}, 3000, 200}, {[]int32{1, 0}, 1000, 600}}, quiet); ok {
		t.Errorf("a column of %d bins was looked at: %+v", maxBins+1, s)
	}
}

func TestDays(t *testing.T) {
	columns := []Column{{Now: []int32{1, 1, 0, 1}}, {Now: []int32{2, 2, 2, 0}}}
	s := Segment{Conditions: []Condition{{0, 1, 1}, {1, 1, 2}}}
	if n := s.Days(columns, []int64{7, 7, 8, 9}); n != 1 {
		t.Errorf("%d days, want 1", n)
	}
}

func TestRank(t *testing.T) {
	r := func(x float64) *float64 { return &x }
	all := []Driver{{"d", 0.1, nil}, {"c", 0.1, nil}, {"a", 0.1, r(-0.5)}, {"b", 0.1, r(0.5)}, {"e", 0.2, nil}}
	Rank(all)
	var names string
	for _, d := range all {
		names += d.Column
	}
	if names != "ebacd" {
		t.Errorf("ranked %s", names)
	}
}

func TestSearchTakesWhatever(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, 1e300, math.Inf(1), math.NaN()}))
	rapid.Check(t, func(t *rapid.T) {
		now, before := rapid.SliceOfN(number, 0, 200).Draw(t, "now"), rapid.SliceOfN(number, 0, 200).Draw(t, "before")
		column := Column{Bins: rapid.IntRange(0, 70).Draw(t, "bins"), Ordered: rapid.Bool().Draw(t, "ordered")}
		bin := rapid.Int32Range(-2, 5)
		column.Now, column.Before = rapid.SliceOfN(bin, len(now), len(now)).Draw(t, "a"), rapid.SliceOfN(bin, len(before), len(before)).Draw(t, "b")
		s, ok := Search([]Column{column, {}}, now, before, number.Draw(t, "design"))
		if ok && (s.Error-s.Error != 0 || s.Explained != s.Explained || s.PValue != s.PValue || s.Share > 1) {
			t.Fatalf("%+v", s)
		}
	})
}

// TestCorrelate is Pearson's r of the distance and |performance − reference|.
func TestCorrelate(t *testing.T) {
	// scipy 1.17.1: stats.pearsonr([.1,.2,.15,.4,.3,.05], abs(np.array([.9,.8,.88,.6,.75,.93])-.91))
	r, ok := Correlate([]float64{0.1, 0.2, 0.15, 0.4, 0.3, 0.05}, []float64{0.9, 0.8, 0.88, 0.6, 0.75, 0.93}, 0.91)
	if want := 0.961185735090984; !ok || math.Abs(r-want) > 1e-12 {
		t.Errorf("r %v %v, want %v", r, ok, want)
	}
	for _, c := range [][2][]float64{
		{{1, 2, 3, 4}, {1, 2, 3, 4}},
		{{1, 1, 1, 1, 1}, {1, 2, 3, 4, 5}},
		{{1, 2, 3, 4, 5}, {7, 7, 7, 7, 7}},
		{{1, 2, 3, 4, 5}, {1, 2}},
		{{0.1, 0.1, 0.1, 0.1, 0.1}, {1, 2, 3, 4, 5}},
		{{0.9, 0.9, 0.9, 0.9, 0.9}, {1, 2, 3, 4, 5}}, // the mean is not quite 0.9
		{{1, 2, 3, 4, math.NaN()}, {1, 2, 3, 4, 5}},
	} {
		if r, ok := Correlate(c[0], c[1], 0); ok {
			t.Errorf("%v: %v", c, r)
		}
	}
}

// TestContributions add up to PSI.
func TestContributions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Uint64Range(0, 100), 2, 12)
		ref := counts.Draw(t, "ref")
		cur := rapid.SliceOfN(rapid.Uint64Range(0, 100), len(ref), len(ref)).Draw(t, "cur")
		bins := make([]detectors.Bin, len(ref))
		for i := range bins {
			bins[i] = detectors.Bin{Ref: ref[i], Cur: cur[i]}
		}
		var sum float64
		last := math.Inf(1)
		for _, c := range Contributions(bins) {
			if c.PSI < 0 || c.PSI > last {
				t.Fatalf("term %v after %v", c.PSI, last)
			}
			last = c.PSI
			sum += c.PSI
		}
		if want := detectors.PSI(ref, cur); math.Abs(sum-want) > 1e-12*max(1, want) {
			t.Fatalf("sum %v, psi %v", sum, want)
		}
	})
}

func TestLabel(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		bin  detectors.Bin
		want string
	}{
		{detectors.Bin{Low: -inf, High: 5}, "< 5"},
		{detectors.Bin{Low: 5, High: 10.5}, "5 to 10.5"},
		{detectors.Bin{Low: 12345.678, High: inf}, "≥ 12346"},
		{detectors.Bin{Low: 3, High: 3}, "= 3"},
		{detectors.Bin{Low: -inf, High: inf}, "any"},
		{detectors.Bin{Low: 0.00123456, High: 2e9}, "0.001235 to 2e+09"},
		{detectors.Bin{Low: math.SmallestNonzeroFloat64, High: 6.161}, "above 0 to 6.161"},
		{detectors.Bin{Low: math.SmallestNonzeroFloat64, High: inf}, "> 0"},
	} {
		if got := Label(c.bin, true); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := Label(detectors.Bin{Category: "PT"}, false); got != "PT" {
		t.Errorf("%q", got)
	}
}
