package rules

import (
	"math"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// measure is what a rule must know about the measure it judges.
type measure struct {
	// phase is when a window's value is judged: distributions once no late event is admitted any more, performance once
	// its labels were waited for.
	phase detectors.Phase
	// alone marks measures that need neither a baseline nor labels: they are believed whenever they say ok themselves,
	// although the window's report as a whole could not be judged.
	alone bool
	// proportion marks shares of independent trials, whose standard error follows from p and n.
	proportion bool
	scale      scale
}

// scale says how a measure's tolerance follows from its baseline.
type scale uint8

const (
	unscaled scale = iota // no tolerance is defined
	right                 // 1 is perfect: the error is 1 − value
	wrong                 // 0 is perfect, 1 is all wrong
	size                  // 0 is perfect, without an upper end
)

// measures lists every measure that a rule can name. A variant (psi@deciles) is judged like its measure, if the agent
// measures it.
var measures = map[string]measure{
	"psi":                    {phase: detectors.Drift},
	"ks":                     {phase: detectors.Drift},
	"chi2":                   {phase: detectors.Drift},
	"jensen_shannon":         {phase: detectors.Drift},
	"wasserstein_normalized": {phase: detectors.Drift},
	"hellinger":              {phase: detectors.Drift},
	"tvd":                    {phase: detectors.Drift},
	"linf":                   {phase: detectors.Drift},
	"kl":                     {phase: detectors.Drift},
	"g_test":                 {phase: detectors.Drift},
	"cramers_v":              {phase: detectors.Drift},
	"welch_t":                {phase: detectors.Drift},
	"mean_shift":             {phase: detectors.Drift},
	"std_shift":              {phase: detectors.Drift},
	"missing_rate":           {phase: detectors.Drift, proportion: true, scale: wrong},
	"unseen_rate":            {phase: detectors.Drift, proportion: true, scale: wrong},
	"out_of_range_rate":      {phase: detectors.Drift, proportion: true, scale: wrong},
	"mismatch_rate":          {phase: detectors.Drift, proportion: true, scale: wrong},
	"latency_p50":            {phase: detectors.Drift, alone: true, scale: size},
	"latency_p95":            {phase: detectors.Drift, alone: true, scale: size},
	"latency_p99":            {phase: detectors.Drift, alone: true, scale: size},
	"throughput":             {phase: detectors.Drift, alone: true},
	"error_rate":             {phase: detectors.Drift, alone: true, proportion: true, scale: wrong},

	"accuracy":          {phase: detectors.Performance, proportion: true, scale: right},
	"precision":         {phase: detectors.Performance, proportion: true, scale: right},
	"recall":            {phase: detectors.Performance, proportion: true, scale: right},
	"specificity":       {phase: detectors.Performance, proportion: true, scale: right},
	"f1":                {phase: detectors.Performance, scale: right},
	"balanced_accuracy": {phase: detectors.Performance, scale: right},
	"roc_auc":           {phase: detectors.Performance, scale: right},
	"average_precision": {phase: detectors.Performance, scale: right},
	"mcc":               {phase: detectors.Performance, scale: right},
	"kappa":             {phase: detectors.Performance, scale: right},
	"gini":              {phase: detectors.Performance, scale: right},
	"ks_separation":     {phase: detectors.Performance, scale: right},
	"calibration_error": {phase: detectors.Performance, scale: wrong},
	"r2":                {phase: detectors.Performance, scale: right},
	"brier":             {phase: detectors.Performance, scale: wrong},
	"log_loss":          {phase: detectors.Performance, scale: size},
	"mae":               {phase: detectors.Performance, scale: size},
	"mse":               {phase: detectors.Performance, scale: size},
	"rmse":              {phase: detectors.Performance, scale: size},
	"mean_error":        {phase: detectors.Performance},
	"label_coverage":    {phase: detectors.Performance, alone: true, proportion: true, scale: right},
	"label_delay_p50":   {phase: detectors.Performance, alone: true, scale: size},
}

// measureOf returns what is known about a measure, ok false if no rule can name it.
func measureOf(name string) (m measure, ok bool) {
	base, _, isVariant := strings.Cut(name, "@")
	m, ok = measures[base]
	return m, ok && (!isVariant || streamed(name))
}

// streamed tells whether the agent measures a name, if only on request.
func streamed(name string) bool {
	entry, known := detectors.Lookup(name)
	return known && entry.Stream != detectors.Absent
}

// Measures returns every name a rule can judge, and whether it is judged with its labels (Performance) or without
// (Drift). It is for checks and documentation.
func Measures() map[string]detectors.Phase {
	phases := make(map[string]detectors.Phase, len(measures))
	for name, m := range measures {
		phases[name] = m.phase
	}
	return phases
}

// tolerance is the change that does not matter yet. For shares it is the larger of two points and a quarter of the
// baseline's error, where the error of an accuracy is 1 − accuracy; for sizes such as mae a quarter of the baseline's
// value, because no number of points suits every unit. It is 0 where Validate refuses the word.
func tolerance(name string, baseline float64) float64 {
	const points, share = 0.02, 0.25
	m, _ := measureOf(name)
	switch m.scale {
	case right:
		return max(points, share*(1-baseline))
	case wrong:
		return max(points, share*baseline)
	case size:
		return share * math.Abs(baseline)
	case unscaled:
	}
	return 0
}
