package detectors

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The tolerances of testdata/oracle/GENERATE.md.
const (
	formula     = 1e-9
	probability = 1e-6
)

// check compares one measured number with the oracle's, if it has it.
func check(t *testing.T, what string, got float64, want *float64, tolerance float64) {
	t.Helper()
	if want != nil && !near(got, *want, tolerance) && math.Abs(got-*want) > 1e-12 {
		t.Errorf("%s: got %v, want %v", what, got, *want)
	}
}

// checkTest compares a statistic and its p-value with the oracle's, if it has them.
func checkTest(t *testing.T, m Measurement, statistic, p *float64) {
	t.Helper()
	check(t, m.Name, m.Value, statistic, formula)
	if p != nil && m.PValue == nil {
		t.Errorf("%s p: none (%s), want %v", m.Name, m.Status, *p)
	} else if p != nil {
		check(t, m.Name+" p", *m.PValue, p, probability)
	}
}

// byName maps measurements by their names.
func byName(measurements []Measurement) map[string]Measurement {
	named := make(map[string]Measurement, len(measurements))
	for _, m := range measurements {
		named[m.Name] = m
	}
	return named
}

// expectation is what the oracles know of two samples; nil where they know nothing.
type expectation struct {
	KS                    *float64 `json:"ks_stat"`
	KSP                   *float64 `json:"ks_p_asymp"`
	Wasserstein           *float64 `json:"wasserstein"`
	WassersteinNormalized *float64 `json:"wasserstein_norm_refstd"`
	ChiSquared            *float64 `json:"chi2"`
	ChiSquaredP           *float64 `json:"chi2_p"`
	JensenShannon         *float64 `json:"js_distance_base2"`
	JensenShannonOnBins   *float64 `json:"js_base2_on_bins"`
	Unseen                *float64 `json:"n_unseen"`

	Energy          *float64 `json:"energy_distance"`
	CramerVonMises  *float64 `json:"cvm_stat"`
	CramerVonMisesP *float64 `json:"cvm_p_asymp"`
	MannWhitney     *float64 `json:"mwu_stat"`
	MannWhitneyP    *float64 `json:"mwu_p_asymp"`
	Welch           any      `json:"welch_t"` // "-inf" for two constants
	WelchP          *float64 `json:"welch_p"`
	Anderson        *float64 `json:"ad_stat_midrank"`
	AndersonP       *float64 `json:"ad_p_clipped"`
	Yates           *float64 `json:"chi2_yates"`
	YatesP          *float64 `json:"chi2_yates_p"`
	G               *float64 `json:"g_stat"`
	GP              *float64 `json:"g_p"`
	CramersV        *float64 `json:"cramers_v"`
	LInfinity       *float64 `json:"linf"`
	TotalVariation  *float64 `json:"tvd"`
	Hellinger       *float64 `json:"hellinger"`
}

// checkColumn compares exact measurements of a column with the oracle's. The PSI variants have arguments of their own.
func checkColumn(t *testing.T, layout *profile.ColumnLayout, ref, cur *Sample, want expectation, psi, inner *float64) {
	t.Helper()
	got := byName(new(Comparer).Column(ColumnMethods(), layout, ref, cur, Options{}))
	check(t, "psi@deciles", got["psi@deciles"].Value, psi, formula)
	check(t, "psi@inner", got["psi@inner"].Value, inner, formula)
	if layout.Kind == profile.Numeric {
		check(t, "ks", got["ks"].Value, want.KS, formula)
		if p := got["ks"].PValue; p != nil {
			check(t, "ks p", *p, want.KSP, probability)
		} else if want.KSP != nil {
			t.Errorf("ks p: got none, want %v", *want.KSP)
		}
		check(t, "wasserstein", got["wasserstein"].Value, want.Wasserstein, formula)
		if got["wasserstein_normalized"].Status == OK {
			check(t, "wasserstein_normalized", got["wasserstein_normalized"].Value, want.WassersteinNormalized, formula)
		} else if low, high, _ := layout.Range(); low != high && cur.N() > 0 {
			t.Errorf("wasserstein_normalized is %s", got["wasserstein_normalized"].Status)
		}
		check(t, "energy_distance", got["energy_distance"].Value, want.Energy, formula)
		var welch *float64
		if value, ok := want.Welch.(float64); ok {
			welch = &value
		}
		checkTest(t, got["welch_t"], welch, want.WelchP)
		checkTest(t, got["mann_whitney"], want.MannWhitney, want.MannWhitneyP)
		checkTest(t, got["cramer_von_mises"], want.CramerVonMises, want.CramerVonMisesP)
		checkTest(t, got["anderson_darling"], want.Anderson, want.AndersonP)
		if len(layout.Atoms) == 0 {
			check(t, "psi", got["psi"].Value, psi, formula)
			check(t, "jensen_shannon", got["jensen_shannon"].Value, want.JensenShannonOnBins, formula)
		}
		return
	}
	check(t, "psi", got["psi"].Value, psi, formula)
	check(t, "jensen_shannon", got["jensen_shannon"].Value, want.JensenShannon, formula)
	check(t, "jensen_shannon", got["jensen_shannon"].Value, want.JensenShannonOnBins, formula)
	if want.ChiSquared != nil {
		check(t, "chi2", got["chi2"].Value, want.ChiSquared, formula)
		check(t, "chi2 p", *got["chi2"].PValue, want.ChiSquaredP, probability)
	} else if got["chi2"].Status == OK {
		t.Errorf("chi2: got %v, want none", got["chi2"].Value)
	}
	checkTest(t, got["chi2@yates"], want.Yates, want.YatesP)
	checkTest(t, got["g_test"], want.G, want.GP)
	check(t, "cramers_v", got["cramers_v"].Value, want.CramersV, formula)
	check(t, "linf", got["linf"].Value, want.LInfinity, formula)
	check(t, "tvd", got["tvd"].Value, want.TotalVariation, formula)
	check(t, "hellinger", got["hellinger"].Value, want.Hellinger, formula)
	if want.Unseen != nil && cur.N() > 0 {
		share := *want.Unseen / float64(cur.N())
		check(t, "unseen_rate", got["unseen_rate"].Value, &share, formula)
	}
}

func TestNumericEqualsSciPy(t *testing.T) {
	var cases []struct {
		Name   string
		A, B   []*float64
		Expect struct {
			expectation
			PSI *struct {
				PSI   *float64 `json:"psi"`
				Inner *float64 `json:"psi_inner"`
			}
		}
	}
	readOracle(t, "two_sample_numeric", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			ref, cur := sampleOf(withNaN(c.A)), sampleOf(withNaN(c.B))
			layout := ref.Layout("x", profile.Feature, profile.Numeric, 1)
			var psi, inner *float64
			if c.Expect.PSI != nil {
				psi, inner = c.Expect.PSI.PSI, c.Expect.PSI.Inner
			}
			checkColumn(t, layout, ref, cur, c.Expect.expectation, psi, inner)
			for _, m := range new(Comparer).Column(nil, layout, ref, cur, Options{}) {
				if (cur.N() == 0) != (m.Status == Insufficient && m.Value == 0) && m.Name != "missing_rate" && m.Name != "psi" {
					t.Errorf("%s: status %s, value %v", m.Name, m.Status, m.Value)
				}
			}
		})
	}
}

func withNaN(values []*float64) []float64 {
	numbers := make([]float64, len(values))
	for i, x := range values {
		numbers[i] = math.NaN()
		if x != nil {
			numbers[i] = *x
		}
	}
	return numbers
}

func TestCategoricalEqualsSciPy(t *testing.T) {
	var cases []struct {
		Name       string
		Categories []string
		Ref        []uint64 `json:"ref_counts"`
		Cur        []uint64 `json:"cur_counts"`
		Expect     struct {
			expectation
			PSI *float64
		}
	}
	readOracle(t, "two_sample_categorical", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			ref, cur := map[string]uint64{}, map[string]uint64{}
			for i, name := range c.Categories {
				ref[name], cur[name] = c.Ref[i], c.Cur[i]
			}
			a, b := NewCategories(ref), NewCategories(cur)
			layout := a.Layout("x", profile.Feature, profile.Categorical, 1)
			checkColumn(t, layout, a, b, c.Expect.expectation, c.Expect.PSI, c.Expect.PSI)
		})
	}
}

// realColumn is one column of testdata/oracle/real.json.gz.
type realColumn struct {
	DataSet   string `json:"data_set"`
	Feature   string
	Numeric   bool
	Reference realPart
	Chunks    []struct {
		realPart
		Chunk  int
		Expect struct {
			expectation
			PSI   *float64 `json:"psi"`
			Inner *float64 `json:"psi_innerquantile"`
		}
	}
}

// realPart holds the rows of one part of a column as distinct values with their counts.
type realPart struct {
	Values  []any
	Counts  []uint64
	Missing uint64
}

func (p *realPart) sample() *Sample {
	counts := map[string]uint64{}
	var numbers []float64
	for i, value := range p.Values {
		switch v := value.(type) {
		case string:
			counts[v] = p.Counts[i]
		case float64:
			for range p.Counts[i] {
				numbers = append(numbers, v)
			}
		}
	}
	s := NewCategories(counts)
	if numbers != nil {
		s = sampleOf(numbers)
	}
	s.Missing = p.Missing
	return s
}

// observe counts the same rows into a set of one column.
func (p *realPart) observe(layout *profile.Layout) *profile.Set {
	set := profile.NewSet(profile.Key{}, layout)
	for i, value := range p.Values {
		for range p.Counts[i] {
			switch v := value.(type) {
			case string:
				set.Columns[0].ObserveCategory(layout.Columns[0], []byte(v))
			case float64:
				set.Columns[0].ObserveNumber(layout.Columns[0], v)
			}
			set.Rows++
		}
	}
	set.Rows += p.Missing
	return set
}

func readReal(t *testing.T) []realColumn {
	t.Helper()
	file, err := os.Open("testdata/oracle/real.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var columns []realColumn
	if err := json.NewDecoder(unzipped).Decode(&columns); err != nil {
		t.Fatal(err)
	}
	return columns
}

// Real data: the exact form equals SciPy, the streaming form equals the exact one where it promises to, and the
// certified interval holds the exact D.
func TestRealDataEqualsSciPy(t *testing.T) {
	for _, column := range readReal(t) {
		kind := profile.Categorical
		if column.Numeric {
			kind = profile.Numeric
		}
		ref := column.Reference.sample()
		layout := profile.NewLayout([]*profile.ColumnLayout{ref.Layout(column.Feature, profile.Feature, kind, 1024)})
		baseline := column.Reference.observe(layout)
		for i := range column.Chunks {
			chunk := &column.Chunks[i]
			t.Run(column.DataSet+"/"+column.Feature, func(t *testing.T) {
				cur := chunk.sample()
				checkColumn(t, layout.Columns[0], ref, cur, chunk.Expect.expectation, chunk.Expect.PSI, chunk.Expect.Inner)
				missing := float64(chunk.Missing) / float64(chunk.Missing+cur.N())
				exact := byName(new(Comparer).Column(ColumnMethods(), layout.Columns[0], ref, cur, Options{}))
				check(t, "missing_rate", exact["missing_rate"].Value, &missing, formula)
				checkStream(t, exact, byName(CompareSets(baseline, chunk.observe(layout), Options{Measures: StreamMethodsOnRequest()})))
			})
		}
	}
}

// checkStream compares what counts say with what values say.
func checkStream(t *testing.T, exact, counted map[string]Measurement) {
	t.Helper()
	for name, got := range counted {
		want := exact[name]
		switch name {
		case "ks":
			if *got.CertifiedLower > want.Value || want.Value > *got.CertifiedUpper {
				t.Errorf("ks: exact %v outside [%v, %v]", want.Value, *got.CertifiedLower, *got.CertifiedUpper)
			}
			if width := *got.CertifiedUpper - *got.CertifiedLower; width > 0.0012 {
				t.Errorf("ks: certified interval is %v wide", width)
			}
		case "wasserstein_normalized":
			check(t, name, got.Value, &want.Value, 0.01)
		case "welch_t", "mean_shift", "std_shift":
			check(t, name, got.Value, &want.Value, 1e-9)
			if got.Status != want.Status || got.N != want.N || got.M != want.M || got.Status == OK && *got.Drifted != *want.Drifted {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		default:
			check(t, name, got.Value, &want.Value, 1e-12)
			if got.Status != want.Status || got.N != want.N || got.M != want.M {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		}
	}
}

func TestChiSquaredSurvivalEqualsSciPy(t *testing.T) {
	var oracle struct {
		Survival [][3]float64 `json:"chi2_sf"`
		Quantile [][3]float64 `json:"chi2_ppf"`
		Normal   [][2]float64 `json:"norm_ppf"`
	}
	readOracle(t, "special_functions", &oracle)
	for _, row := range oracle.Survival {
		if got := ChiSquaredSurvival(int(row[1]), row[0]); !near(got, row[2], formula) {
			t.Errorf("x %v, dof %v: got %v, want %v", row[0], row[1], got, row[2])
		}
	}
	for _, row := range oracle.Quantile {
		if got := chiSquaredQuantile(int(row[1]), 1-row[0]); !near(got, row[2], 1e-8) {
			t.Errorf("level %v, dof %v: got %v, want %v", 1-row[0], row[1], got, row[2])
		}
	}
	for _, row := range oracle.Normal {
		if got := normalQuantile(1 - row[0]); !near(got, row[1], formula) && math.Abs(got-row[1]) > 1e-6 {
			t.Errorf("level %v: got %v, want %v", 1-row[0], got, row[1])
		}
	}
}

// The deterministic values that several tools agree on: R_i = (i+½)/1000 and C_i = 1.2·((i+½)/500)^1.5; a and b the same
// with 20 and 15 values. Sources: SciPy 1.17.1, Evidently 0.7.23, NannyML 0.13.1, Deepchecks 0.19.1, Frouros 0.9.0.
func TestDeterministicValues(t *testing.T) {
	curve := func(n int, f func(u float64) float64) *Sample {
		values := make([]float64, n)
		for i := range values {
			values[i] = f((float64(i) + 0.5) / float64(n))
		}
		return sampleOf(values)
	}
	straight := func(u float64) float64 { return u }
	bent := func(u float64) float64 { return 1.2 * math.Pow(u, 1.5) }
	r, c := curve(1000, straight), curve(500, bent)
	a, b := curve(20, straight), curve(15, bent)

	got := byName(new(Comparer).Column(nil, r.Layout("x", profile.Feature, profile.Numeric, 1), r, c, Options{}))
	equal := func(what string, got, want, tolerance float64) {
		t.Helper()
		check(t, what, got, &want, tolerance)
	}
	equal("psi", got["psi"].Value, 0.16544286359244326, formula)
	equal("ks", got["ks"].Value, 0.115, formula)
	equal("ks p", *got["ks"].PValue, 0.00027142864262877766, probability)
	equal("wasserstein", got["wasserstein"].Value, 0.07645115896475045, formula)
	equal("wasserstein_normalized", got["wasserstein_normalized"].Value, 0.2648347156663362, formula)
	ks := new(Comparer).Column([]string{"ks"}, a.Layout("x", profile.Feature, profile.Numeric, 1), a, b, Options{})[0]
	equal("ks of a and b", ks.Value, 0.15, formula)
	equal("its p", *ks.PValue, 0.9694262000514743, probability)

	ref := NewCategories(map[string]uint64{"a": 500, "b": 300, "c": 200})
	cur := NewCategories(map[string]uint64{"a": 180, "b": 150, "c": 120, "d": 50})
	got = byName(new(Comparer).Column(nil, ref.Layout("x", profile.Feature, profile.Categorical, 1), ref, cur, Options{}))
	equal("categorical psi", got["psi"].Value, 0.7433681840181587, formula)
	equal("chi2", got["chi2"].Value, 116.91176470588235, formula)
	equal("chi2 p", *got["chi2"].PValue, 3.5683728180528244e-25, probability)
	equal("jensen_shannon", got["jensen_shannon"].Value, 0.24406977825299217, formula)
	equal("unseen_rate", got["unseen_rate"].Value, 0.1, formula)

	statistic, dof := ChiSquared([]uint64{500, 300}, []uint64{180, 150})
	equal("chi2 of 2×2", statistic, 6.168672014260249, formula)
	equal("its p", ChiSquaredSurvival(dof, statistic), 0.013003218190497127, probability)
}

// With an even number of degrees of freedom the survival function is a finite sum: e^(−x/2)·Σ (x/2)^j / j!, j < dof/2.
func TestChiSquaredSurvivalInTheFarTail(t *testing.T) {
	for _, c := range []struct {
		dof int
		x   float64
	}{{2, 1380}, {2, 1400}, {4, 1380}, {20, 1300}, {100, 1200}, {2000, 2000}, {2000, 2300}, {2000, 4000}, {20000, 21000}} {
		var want float64
		for j := 0; j < c.dof/2; j++ {
			want += math.Exp(float64(j)*math.Log(c.x/2) - logFactorial(float64(j)) - c.x/2)
		}
		if got := ChiSquaredSurvival(c.dof, c.x); !near(got, want, probability) || want == 0 {
			t.Errorf("dof %d, x %v: got %v, want %v", c.dof, c.x, got, want)
		}
	}
	if ChiSquaredSurvival(0, 5) != 1 || ChiSquaredSurvival(3, math.Inf(1)) != 0 || ChiSquaredSurvival(3, math.NaN()) != 1 {
		t.Error("edges")
	}
}
