package detectors

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// method is one way to measure a column.
type method struct {
	name    string
	applies func(profile.Kind) bool
	measure func(c *comparison, name string) Measurement
	batch   bool // measured unless the user names others: by compare
	stream  bool // and by the agent
}

func numeric(k profile.Kind) bool     { return k == profile.Numeric }
func categorical(k profile.Kind) bool { return k == profile.Categorical || k == profile.Boolean }
func distributed(k profile.Kind) bool { return k != profile.Text }
func anyKind(profile.Kind) bool       { return true }

// methods lists every measure of columns, in the order in which they are printed.
var methods = []method{
	{"psi", distributed, measurePSI, true, true},
	{"psi@deciles", distributed, measurePSI, false, false},
	{"psi@inner", distributed, measurePSI, false, false},
	{"ks", numeric, measureKS, true, true},
	{"chi2", categorical, measureChiSquared, true, true},
	{"jensen_shannon", distributed, measureJensenShannon, true, true},
	{"wasserstein", numeric, measureWasserstein, true, false},
	{"wasserstein_normalized", numeric, measureWasserstein, true, true},
	{"hellinger", distributed, measureHellinger, false, false},
	{"tvd", distributed, measureTotalVariation, false, false},
	{"linf", distributed, measureLInfinity, false, false},
	{"kl", distributed, measureKullbackLeibler, false, false},
	{"g_test", categorical, measureGTest, false, false},
	{"cramers_v", categorical, measureCramersV, false, false},
	{"energy_distance", numeric, measureEnergy, false, false},
	{"welch_t", numeric, measureWelch, false, false},
	{"mann_whitney", numeric, measureMannWhitney, false, false},
	{"anderson_darling", numeric, measureAndersonDarling, false, false},
	{"cramer_von_mises", numeric, measureCramerVonMises, false, false},
	{"mean_shift", numeric, measureMeanShift, false, false},
	{"std_shift", numeric, measureStdShift, false, false},
	{"chi2@yates", categorical, measureYates, false, false},
	{"psi@evidently", distributed, measureEvidentlyPSI, false, false},
	{"psi@deepchecks", categorical, measureDeepchecksPSI, false, false},
	{"jensen_shannon@evidently", distributed, measureEvidentlyJensenShannon, false, false},
	{"jensen_shannon@nannyml", distributed, measureNannyJensenShannon, false, false},
	{"hellinger@nannyml", distributed, measureNannyHellinger, false, false},
	{"ks@nannyml", numeric, measureNannyKS, false, false},
	{"wasserstein@nannyml", numeric, measureNannyWasserstein, false, false},
	{"chi2@evidently", categorical, measureEvidentlyChiSquared, false, false},
	{"missing_rate", anyKind, measureMissing, true, true},
	{"unseen_rate", categorical, measureUnseen, true, true},
	{"out_of_range_rate", numeric, measureOutOfRange, true, true},
	{"mismatch_rate", distributed, measureMismatch, false, true},
}

// ColumnMethods returns the names of all measures of columns, in printing order.
func ColumnMethods() []string { return methodNames(func(method) bool { return true }) }

// BatchMethods returns the names that CompareColumn measures unless it is told others.
func BatchMethods() []string { return methodNames(func(m method) bool { return m.batch }) }

// BroadMethods returns BatchMethods and the other measures that cost little: what a machine that reads the result may
// want without asking. It leaves out the rank tests, energy_distance and the variants named after other tools.
func BroadMethods() []string {
	return methodNames(func(m method) bool { return m.batch || slices.Contains(broad, m.name) })
}

var broad = []string{"hellinger", "tvd", "linf", "kl", "g_test", "cramers_v", "welch_t", "mean_shift", "std_shift"}

// StreamMethods returns the names that CompareSets measures.
func StreamMethods() []string { return methodNames(func(m method) bool { return m.stream }) }

func methodNames(wanted func(method) bool) []string {
	var names []string
	for _, m := range methods {
		if wanted(m) {
			names = append(names, m.name)
		}
	}
	return names
}

// CompareColumn measures how far cur has moved from ref, exactly: both hold their values. The layout is ref's own (see
// Sample.Layout). Names that do not apply to the column's kind, or that are not ColumnMethods, give nothing; no names
// at all means BatchMethods. The order is that of ColumnMethods, whatever the order of names. Of many columns a
// Comparer does the same faster.
func CompareColumn(names []string, layout *profile.ColumnLayout, ref, cur *Sample, options Options) []Measurement {
	return new(Comparer).Column(names, layout, ref, cur, options)
}

// Comparer compares column after column in the same memory, 32 bytes for every distinct value of the longest. Its zero
// value is ready; it is not for several goroutines at once.
type Comparer struct{ comparison comparison }

// Column is CompareColumn.
func (c *Comparer) Column(names []string, layout *profile.ColumnLayout, ref, cur *Sample, options Options) []Measurement {
	if len(names) == 0 {
		names = BatchMethods()
	}
	options = options.withDefaults(1)
	c.comparison.options = &options
	c.comparison.compareSamples(layout, ref, cur)
	return c.comparison.measureAll(nil, func(m method) bool { return slices.Contains(names, m.name) })
}

// CompareSets measures how far the window cur has moved from the baseline ref, from counts, in every column. Both must
// share one layout; without one, or with different ones, there is nothing to compare and nothing is returned.
func CompareSets(ref, cur *profile.Set, options Options) []Measurement {
	if ref == nil || cur == nil || ref.Layout == nil || ref.Layout != cur.Layout {
		return nil
	}
	options = options.withDefaults(len(ref.Columns))
	c := &comparison{options: &options}
	measurements := make([]Measurement, 0, len(ref.Columns)*len(methods))
	for i := range ref.Columns {
		c.compareCounts(ref, cur, i)
		measurements = c.measureAll(measurements, func(m method) bool { return m.stream })
	}
	return measurements
}

func (c *comparison) measureAll(measurements []Measurement, wanted func(method) bool) []Measurement {
	for _, m := range methods {
		if m.applies(c.layout.Kind) && wanted(m) {
			measurements = append(measurements, m.measure(c, m.name))
		}
	}
	return measurements
}
