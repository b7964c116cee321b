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
	batch   bool   // measured unless the user names others: by compare
	stream  demand // and from counts, by the agent
}

// demand says when a measure is taken from counts.
type demand uint8

const (
	never demand = iota // counts do not say it
	asked               // if Options.Measures names it
	always
)

func numeric(k profile.Kind) bool     { return k == profile.Numeric }
func categorical(k profile.Kind) bool { return k == profile.Categorical || k == profile.Boolean }
func distributed(k profile.Kind) bool { return k != profile.Text }
func anyKind(profile.Kind) bool       { return true }

// methods lists every measure of columns, in the order in which they are printed.
var methods = []method{
	{"psi", distributed, measurePSI, true, always},
	{"psi@deciles", distributed, measurePSI, false, asked},
	{"psi@inner", distributed, measurePSI, false, asked},
	{"ks", numeric, measureKS, true, always},
	{"chi2", categorical, measureChiSquared, true, always},
	{"jensen_shannon", distributed, measureJensenShannon, true, always},
	{"wasserstein", numeric, measureWasserstein, true, never},
	{"wasserstein_normalized", numeric, measureWasserstein, true, always},
	{"hellinger", distributed, measureHellinger, false, asked},
	{"tvd", distributed, measureTotalVariation, false, asked},
	{"linf", distributed, measureLInfinity, false, asked},
	{"kl", distributed, measureKullbackLeibler, false, asked},
	{"g_test", categorical, measureGTest, false, asked},
	{"cramers_v", categorical, measureCramersV, false, asked},
	{"energy_distance", numeric, measureEnergy, false, never},
	{"welch_t", numeric, measureWelch, false, asked},
	{"mann_whitney", numeric, measureMannWhitney, false, never},
	{"anderson_darling", numeric, measureAndersonDarling, false, never},
	{"cramer_von_mises", numeric, measureCramerVonMises, false, never},
	{"mean_shift", numeric, measureMeanShift, false, asked},
	{"std_shift", numeric, measureStdShift, false, asked},
	{"chi2@yates", categorical, measureYates, false, asked},
	{"psi@evidently", distributed, measureEvidentlyPSI, false, never},
	{"psi@deepchecks", categorical, measureDeepchecksPSI, false, asked},
	{"jensen_shannon@evidently", distributed, measureEvidentlyJensenShannon, false, never},
	{"jensen_shannon@nannyml", distributed, measureNannyJensenShannon, false, never},
	{"hellinger@nannyml", distributed, measureNannyHellinger, false, never},
	{"ks@nannyml", numeric, measureNannyKS, false, never},
	{"wasserstein@nannyml", numeric, measureNannyWasserstein, false, never},
	{"chi2@evidently", categorical, measureEvidentlyChiSquared, false, never},
	{"missing_rate", anyKind, measureMissing, true, always},
	{"unseen_rate", categorical, measureUnseen, true, always},
	{"out_of_range_rate", numeric, measureOutOfRange, true, always},
	{"mismatch_rate", distributed, measureMismatch, false, always},
}

// ColumnMethods returns the names of all measures of columns, in printing order.
func ColumnMethods() []string { return methodNames(func(method) bool { return true }) }

// BatchMethods returns the names that Comparer.Column measures unless it is told others.
func BatchMethods() []string { return methodNames(func(m method) bool { return m.batch }) }

// BroadMethods returns BatchMethods and the other measures that cost little: what a machine that reads the result may
// want without asking. It leaves out the rank tests, energy_distance and the variants named after other tools.
func BroadMethods() []string {
	return methodNames(func(m method) bool { return m.batch || slices.Contains(broad, m.name) })
}

var broad = []string{"hellinger", "tvd", "linf", "kl", "g_test", "cramers_v", "welch_t", "mean_shift", "std_shift"}

// Supplementary tells the measures that BroadMethods adds.
func Supplementary(name string) bool { return slices.Contains(broad, name) }

// StreamMethods returns the names that CompareSets always measures.
func StreamMethods() []string { return methodNames(func(m method) bool { return m.stream == always }) }

// StreamMethodsOnRequest returns the names that CompareSets measures beside them if Options.Measures has them.
func StreamMethodsOnRequest() []string {
	return methodNames(func(m method) bool { return m.stream == asked })
}

func methodNames(wanted func(method) bool) []string {
	var names []string
	for _, m := range methods {
		if wanted(m) {
			names = append(names, m.name)
		}
	}
	return names
}

// Comparer compares column after column in the same memory, 32 bytes for every distinct value of the longest. Its zero
// value is ready; it is not for several goroutines at once.
type Comparer struct{ comparison comparison }

// Column measures how far cur has moved from ref, exactly: both hold their values. The layout is ref's own (see
// Sample.Layout). Names that do not apply to the column's kind, or that are not ColumnMethods, give nothing; no names
// at all means BatchMethods. The order is that of ColumnMethods, whatever the order of names.
func (c *Comparer) Column(names []string, layout *profile.ColumnLayout, ref, cur *Sample, options Options) []Measurement {
	if len(names) == 0 {
		names = BatchMethods()
	}
	options = options.withDefaults(1)
	c.comparison.options = &options
	c.comparison.compareSamples(layout, ref, cur)
	return c.comparison.measureAll(nil, func(m method) bool { return slices.Contains(names, m.name) })
}

// CompareSets measures how far the window cur has moved from the baseline ref, from counts, in every column, by
// StreamMethods and by those on request that Options.Measures names; other names give nothing. Both sets must share one
// layout; without one, or with different ones, there is nothing to compare and nothing is returned.
func CompareSets(ref, cur *profile.Set, options Options) []Measurement {
	if ref == nil || cur == nil || ref.Layout == nil || ref.Layout != cur.Layout {
		return nil
	}
	options = options.withDefaults(len(ref.Columns))
	c := &comparison{options: &options}
	wanted := func(m method) bool {
		return m.stream == always || m.stream == asked && slices.Contains(options.Measures, m.name)
	}
	measurements := make([]Measurement, 0, len(ref.Columns)*len(methods))
	for i := range ref.Columns {
		c.compareCounts(ref, cur, i)
		measurements = c.measureAll(measurements, wanted)
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
