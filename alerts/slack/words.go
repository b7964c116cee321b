package slack

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// family is how a measure is written and what its failure calls for.
type family struct {
	share bool   // a number between 0 and 1, told in percent and points
	rows  string // what n counts
	look  string // where to look first
}

const (
	lookDamage = "which inputs moved in the same windows, and whether labels come from the whole traffic or only part of it."
	lookInput  = "the pipeline that feeds this input: a changed source, unit, join or default. Accuracy may not suffer; see whether it does before you retrain."
	lookDrift  = "whether accuracy follows. A moved distribution alone is no damage."
	lookServe  = "the model server itself: deployments, load, errors in its log."
	lookLabels = "the job that brings labels: without them nobody can say how good the model is."
)

// families lists the measures that are not plain numbers of performance.
var families = map[string]family{
	"accuracy":          {true, "labelled predictions", lookDamage},
	"balanced_accuracy": {true, "labelled predictions", lookDamage},
	"precision":         {true, "labelled predictions", lookDamage},
	"recall":            {true, "labelled predictions", lookDamage},
	"f1":                {true, "labelled predictions", lookDamage},
	"specificity":       {true, "labelled predictions", lookDamage},
	"missing_rate":      {true, "rows", lookInput},
	"unseen_rate":       {true, "rows", lookInput},
	"out_of_range_rate": {true, "rows", lookInput},
	"mismatch_rate":     {true, "rows", lookInput},
	"psi":               {false, "rows", lookDrift},
	"ks":                {false, "rows", lookDrift},
	"chi2":              {false, "rows", lookDrift},
	"jensen_shannon":    {false, "rows", lookDrift},
	"hellinger":         {false, "rows", lookDrift},
	"tvd":               {false, "rows", lookDrift},
	"linf":              {false, "rows", lookDrift},
	"kl":                {false, "rows", lookDrift},
	"g_test":            {false, "rows", lookDrift},
	"cramers_v":         {false, "rows", lookDrift},
	"welch_t":           {false, "rows", lookDrift},
	"mean_shift":        {false, "rows", lookDrift},
	"std_shift":         {false, "rows", lookDrift},

	"wasserstein_normalized": {false, "rows", lookDrift},

	"latency_p50":     {false, "predictions", lookServe},
	"latency_p95":     {false, "predictions", lookServe},
	"latency_p99":     {false, "predictions", lookServe},
	"throughput":      {false, "predictions", lookServe},
	"error_rate":      {true, "predictions", lookServe},
	"label_coverage":  {true, "predictions", lookLabels},
	"label_delay_p50": {false, "labels", lookLabels},
}

// familyOf returns the measure's family; a variant such as psi@deciles is of its measure's.
func familyOf(measure string) family {
	name, _, _ := strings.Cut(measure, "@")
	if f, ok := families[name]; ok {
		return f
	}
	return family{false, "labelled predictions", lookDamage}
}

// number writes a value as its measure is read: 56.0 %, or three decimals.
func number(measure string, v float64) string {
	switch {
	case math.Abs(v) >= 1000:
		return fmt.Sprintf("%.4g", v)
	case familyOf(measure).share:
		return fmt.Sprintf("%.1f %%", 100*v)
	}
	return fmt.Sprintf("%.3f", v)
}

// conditions name what is wrong with an input; their rate is its share of rows.
var conditions = map[string]string{
	"missing_rate":      "missing",
	"unseen_rate":       "unseen values",
	"out_of_range_rate": "out of range",
}

// acronyms are the measures that are not words.
var acronyms = []string{"psi", "ks", "mae", "mse", "rmse", "mcc"}

// what names a measure and its subject: "accuracy", "PSI of income", "vicprice out of range", "recall of class default
// where country is DE".
func what(t rules.Transition) string {
	name := strings.ReplaceAll(t.Measure, "_", " ")
	switch condition := conditions[t.Measure]; {
	case condition != "" && t.Column != "":
		name = t.Column + " " + condition
	case slices.Contains(acronyms, t.Measure):
		name = strings.ToUpper(name)
		fallthrough
	default:
		if t.Column != "" {
			name += " of " + t.Column
		}
	}
	if t.Class != "" {
		name += " of class " + t.Class
	}
	if t.Segment.Name != "" {
		name += " where " + t.Segment.Name + " is " + t.Segment.Value
	}
	return name
}

// how says what a firing rule measured and how bad that is: "accuracy 56.0 %, 25 points under its baseline of 80.7 %",
// "vicprice out of range 78.6 %, limit 50.0 %".
func how(t rules.Transition, m *detectors.Measurement) string {
	said := what(t) + " " + number(t.Measure, t.Value)
	if m == nil || m.Baseline == nil {
		return said + ", limit " + number(t.Measure, t.Threshold)
	}
	return said + ", " + distance(t.Measure, t.Value, *m.Baseline)
}

// distance compares with the baseline: in points for a share, else in percent of it.
func distance(measure string, value, baseline float64) string {
	side := "over"
	if value < baseline {
		side = "under"
	}
	apart := math.Abs(value - baseline)
	switch {
	case apart == 0:
		return "as its baseline"
	case familyOf(measure).share:
		return fmt.Sprintf("%s %s its baseline of %s", points(100*apart), side, number(measure, baseline))
	case baseline == 0 || apart/math.Abs(baseline) >= 10:
		return fmt.Sprintf("%s its baseline of %s", side, number(measure, baseline))
	}
	return fmt.Sprintf("%.0f %% %s its baseline of %s", 100*apart/math.Abs(baseline), side, number(measure, baseline))
}

func points(n float64) string {
	if n < 2 {
		return fmt.Sprintf("%.1f points", n)
	}
	return fmt.Sprintf("%.4g points", math.Round(n))
}

// moment writes event time in UTC: the day alone at midnight, else to the minute.
func moment(i profile.Instant) string {
	switch t := i.Time(); {
	case i == profile.Dawn || i == profile.Dusk:
		return i.String()
	case t.Equal(t.Truncate(24 * time.Hour)):
		return t.Format("2006-01-02")
	default:
		return t.Format("2006-01-02 15:04") + " UTC"
	}
}

// duration writes the length of an incident in its largest sensible unit.
func duration(d time.Duration) string {
	count, unit := math.Round(d.Minutes()), "minute"
	switch {
	case d >= 48*time.Hour:
		count, unit = math.Round(d.Hours()/24), "day"
	case d >= 2*time.Hour:
		count, unit = math.Round(d.Hours()), "hour"
	}
	if count != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%.0f %s", count, unit)
}

// sparkline draws the last values of a history, lowest to highest; a single value says nothing and draws nothing.
func sparkline(points []rules.Point, width int) string {
	points = points[max(0, len(points)-width):]
	if len(points) < 2 {
		return ""
	}
	lowest, highest := points[0].Value, points[0].Value
	for _, p := range points {
		lowest, highest = min(lowest, p.Value), max(highest, p.Value)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, p := range points {
		level := 0.0
		if highest > lowest {
			// Halved, because the distance between two finite numbers need not be finite.
			level = (p.Value/2 - lowest/2) / (highest/2 - lowest/2)
		}
		b.WriteRune(bars[int(level*float64(len(bars)-1)+0.5)])
	}
	return b.String()
}

// icon is the colour of an incident.
func icon(n *alerts.Notice) string {
	switch {
	case n.Over():
		return "🟢"
	case n.Severity == rules.Page:
		return "🔴"
	}
	return "🟠"
}
