package detectors

import (
	"fmt"
	"slices"
	"strconv"
)

// Limit says how the threshold of a measure comes about.
type Limit struct {
	// Formula is that of the threshold. n and m are the values of the window and of the baseline, d the columns, B the bins
	// that hold anything on either side, deff the design effect.
	Formula string
	// Derivation is the same in a sentence, with the numbers of the options put in.
	Derivation string
	// Alpha and Level are the chance of a false alarm of all columns and of one; nil where chance plays no part.
	Alpha, Level *float64
	// Tolerance is the distance that does not matter even if it is real; nil where there is none.
	Tolerance *float64
}

// basis is what a threshold rests on.
type basis uint8

const (
	both   basis = iota // above the tolerance and above chance
	rate                // the same, beyond the baseline's own rate
	chance              // above chance alone: a test of significance
	peer                // another tool's fixed limit
)

// limits lists the thresholds of all measures that have one.
var limits = []struct {
	basis   basis
	formula string
	names   []string
}{
	{both, "max(tolerance, deff·(1/n + 1/m)·χ²(B−1, 1−α/d))", []string{"psi", "psi@deciles", "psi@inner"}},
	{both, "min(max(tolerance, √(ln(2d/α)/2·deff·(1/n + 1/m))), 1)", []string{"ks"}},
	{both, "min(max(tolerance, √(deff·(1/n + 1/m)·(χ²(B−1, 1−α/d) + e)/(8·ln 2))), 1), e being what bins of up to 20 rows add to the mean of χ²", []string{"jensen_shannon"}},
	{both, "max(tolerance, z(1−α/2d)·√(deff·(1/m + s²/n))), s being the current standard deviation over the reference's, at least 1", []string{"wasserstein_normalized"}},
	{both, "min(max(tolerance, √(deff·(1/n + 1/m)·χ²(B−1, 1−α/d)/8)), 1)", []string{"hellinger"}},
	{both, "min(max(tolerance, √(deff·(1/n + 1/m)·χ²(B−1, 1−α/d))/2), 1)", []string{"tvd"}},
	{both, "min(max(tolerance, z(1−α/2dB)·√(deff·(1/n + 1/m))/2), 1)", []string{"linf"}},
	{both, "max(tolerance, deff·(1/n + 1/m)·χ²(B−1, 1−α/d)/2)", []string{"kl"}},
	{both, "min(max(tolerance, √(deff·χ²(B−1, 1−α/d)/(n + m))), 1)", []string{"cramers_v"}},
	{both, "max(tolerance, z(1−α/2d)·√(deff·(1/m + s²/n))) either way, s being the current standard deviation over the reference's", []string{"mean_shift"}},
	{both, "exp(max(ln(1 + tolerance), z(1−α/2d)·√(deff·((κ−1)/4m + (κ′−1)/4n)))) − 1 either way, κ and κ′ being the kurtoses", []string{"std_shift"}},
	{rate, "min(expected + max(tolerance, z(1−α/d)·√(deff·p(1−p)·(1/n + 1/m))), 1), p being the pooled rate", []string{"missing_rate", "unseen_rate", "out_of_range_rate", "mismatch_rate"}},
	{chance, "deff·χ²(B−1, 1−α/d)", []string{"chi2", "chi2@yates", "g_test"}},
	{chance, "√deff·t(1−α/2d) either way, with Welch and Satterthwaite's degrees of freedom", []string{"welch_t"}},
	{chance, "mn/2 + ½ + z(1−α/2d)·√deff·σ of the larger of U and mn − U, σ corrected for ties", []string{"mann_whitney"}},
	{chance, "the critical value at max(α/d, 0.001), interpolated as SciPy does; deff multiplies A²", []string{"anderson_darling"}},
	{chance, "deff·(the critical value of T at max(α/d, 1e-6))", []string{"cramer_von_mises"}},
	{peer, "0.1 or more", []string{"psi@evidently", "jensen_shannon@evidently"}},
	{peer, "0.2 or more", []string{"psi@deepchecks"}},
	{peer, "χ²(B−1, 0.95), which is p ≤ 0.05", []string{"chi2@evidently"}},
}

// floors are the least levels of tests whose p-values end early.
var floors = map[string]float64{"anderson_darling": andersonEnd, "cramer_von_mises": cramerVonMisesEnd}

// LimitOf says how the threshold of a measure of columns comes about under some options; false if it has none.
func LimitOf(measure string, options Options) (Limit, bool) {
	options = options.withDefaults(1)
	for _, l := range limits {
		if slices.Contains(l.names, measure) {
			return l.basis.derive(measure, l.formula, &options), true
		}
	}
	return Limit{}, false
}

func (b basis) derive(measure, formula string, o *Options) Limit {
	level := max(o.level(), floors[measure])
	byChance := fmt.Sprintf("chance alone passes it in at most 1 of %.0f columns without drift (α = %g shared by %d)", 1/level, o.Alpha, o.Columns)
	if level > o.level() {
		byChance += ", as far as the test's p-values go"
	}
	if o.DesignEffect != 1 {
		byChance += fmt.Sprintf(", %s rows counting as one", short(o.DesignEffect))
	}
	l := Limit{Formula: formula, Alpha: new(o.Alpha), Level: new(level)}
	switch b {
	case both:
		l.Tolerance = new(o.Tolerance)
		l.Derivation = fmt.Sprintf("%s is drift above %s, below which a change does not matter, or above what n and m rows allow if that is more: then %s.", measure, short(o.Tolerance), byChance)
	case rate:
		l.Tolerance = new(o.RateTolerance)
		l.Derivation = fmt.Sprintf("%s is drift above what the reference leads one to expect and %s more, or more than n and m rows allow if that is more: then %s.", measure, short(o.RateTolerance), byChance)
	case chance:
		l.Derivation = fmt.Sprintf("%s passes its limit if the two samples do not come from one distribution, whether the difference matters or not: %s.", measure, byChance)
	case peer:
		l.Alpha, l.Level = nil, nil
		l.Derivation = fmt.Sprintf("%s has the fixed limit of the tool it is named after, whatever the number of rows.", measure)
	}
	return l
}

// Matters tells whether drift by that measure means a change that is both real and large enough to matter. The tests of
// significance say yes to any difference if only the rows are many, and other tools' limits do not know their number.
func Matters(measure string) bool {
	for _, l := range limits {
		if slices.Contains(l.names, measure) {
			return l.basis == both || l.basis == rate
		}
	}
	return false
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 4, 64) }
