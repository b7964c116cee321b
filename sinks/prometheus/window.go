package prometheus

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// plainGauges are the performance measurements that become a gauge of their own as they are.
var plainGauges = map[string]string{
	"accuracy": "performance_accuracy", "roc_auc": "performance_roc_auc", "average_precision": "performance_pr_auc",
	"log_loss": "performance_log_loss", "brier": "performance_brier_score", "mae": "performance_mae",
	"rmse": "performance_rmse", "mean_error": "performance_mean_error", "r2": "performance_r2",
}

// classGauges are those that exist for every class.
var classGauges = map[string]string{
	"precision": "performance_precision", "recall": "performance_recall", "f1": "performance_f1",
}

// shareGauges are the shares of a column's rows.
var shareGauges = map[string]string{
	"missing_rate": "feature_missing_ratio", "unseen_rate": "feature_unseen_ratio", "out_of_range_rate": "feature_out_of_range_ratio",
}

// onRequest are the measures that share one gauge: only where the configuration names one does it add a series for each
// feature, and it leaves what others say alone, so that verdicts mean the same for all models.
var onRequest = detectors.StreamMethodsOnRequest()

// drift emits what one drift report says about its window, features and output.
func (out *emitter) drift(report detectors.Report) {
	key := report.Key
	if !out.names.admitVersion(key.Model, key.Version) {
		return
	}
	out.gauge("window_samples", float64(report.Samples), key.Model, key.Version, key.Window, "prediction")
	out.gauge("window_ready", flag(report.Judged), key.Model, key.Version, key.Window)
	out.gauge("window_complete", flag(report.Complete), key.Model, key.Version, key.Window)
	out.instant("window_end_timestamp_seconds", key.End, key.Model, key.Version, key.Window)
	if !report.Judged {
		return
	}
	columns, output := gatherColumns(report.Measurements)
	var monitored, drifted float64
	for name, c := range columns {
		if c.verdicts {
			monitored++
			drifted += flag(c.drifted)
		}
		if out.names.admitFeature(key.Model, name) {
			out.feature(key, name, c)
		}
	}
	out.gauge("features_monitored", monitored, key.Model, key.Version, key.Window)
	out.gauge("features_drifted", drifted, key.Model, key.Version, key.Window)
	out.output(key, output)
}

// column holds what a window's measurements say about one column, by the gauges' names without their first word.
type column struct {
	gauges            map[string]float64
	shares            map[string]float64
	asked             map[string]float64 // by measure
	ratio             float64            // statistic / threshold, the largest
	hasRatio          bool
	verdicts, drifted bool
}

// gatherColumns sorts the measurements that can be trusted by column; both output columns, the answer and its score,
// make one.
func gatherColumns(measurements []detectors.Measurement) (features map[string]*column, output *column) {
	features, output = make(map[string]*column), newColumn()
	for _, m := range measurements {
		if m.Column == "" || m.Status != detectors.OK {
			continue
		}
		if m.Column == profile.PredictionColumn || m.Column == profile.ScoreColumn {
			output.add(m)
			continue
		}
		if features[m.Column] == nil {
			features[m.Column] = newColumn()
		}
		features[m.Column].add(m)
	}
	return features, output
}

func newColumn() *column {
	return &column{gauges: make(map[string]float64), shares: make(map[string]float64), asked: make(map[string]float64)}
}

// add takes one measurement of the column. Where two compete, as for the two output columns, the one that shows more
// drift stays: the larger statistic, the smaller p-value.
func (c *column) add(m detectors.Measurement) {
	if share, ok := shareGauges[m.Name]; ok {
		c.shares[share] = m.Value
		return
	}
	value := m.Value
	if slices.Contains(onRequest, m.Name) {
		if old, ok := c.asked[m.Name]; !ok || math.Abs(value) > math.Abs(old) {
			c.asked[m.Name] = value
		}
		return
	}
	switch m.Name {
	case "psi":
		c.larger("drift_psi", value)
	case "ks":
		if m.CertifiedLower != nil {
			value = *m.CertifiedLower
		}
		c.larger("drift_ks_statistic", value)
		c.smaller("drift_ks_pvalue", m.PValue)
	case "chi2":
		c.smaller("drift_chi2_pvalue", m.PValue)
	case "jensen_shannon":
		c.larger("drift_js_distance", value)
	case "wasserstein_normalized":
		c.larger("drift_wasserstein_normalized", value)
	default:
		return
	}
	if m.Drifted != nil {
		c.verdicts = true
		c.drifted = c.drifted || *m.Drifted
	}
	if m.Threshold != nil && *m.Threshold > 0 {
		c.ratio, c.hasRatio = max(c.ratio, value / *m.Threshold), true
	}
}

func (c *column) larger(gauge string, value float64) {
	if old, ok := c.gauges[gauge]; !ok || value > old {
		c.gauges[gauge] = value
	}
}

func (c *column) smaller(gauge string, value *float64) {
	if value == nil {
		return
	}
	if old, ok := c.gauges[gauge]; !ok || *value < old {
		c.gauges[gauge] = *value
	}
}

func (out *emitter) feature(key profile.Key, name string, c *column) {
	for gauge, value := range c.gauges {
		out.gauge("feature_"+gauge, value, key.Model, key.Version, name, key.Window)
	}
	for gauge, value := range c.shares {
		out.gauge(gauge, value, key.Model, key.Version, name, key.Window)
	}
	for measure, value := range c.asked {
		out.gauge("feature_drift_value", value, key.Model, key.Version, name, key.Window, measure)
	}
	if c.hasRatio {
		out.gauge("feature_drift_threshold_ratio", c.ratio, key.Model, key.Version, name, key.Window)
	}
	if c.verdicts {
		out.gauge("feature_drift_detected", flag(c.drifted), key.Model, key.Version, name, key.Window)
	}
}

func (out *emitter) output(key profile.Key, c *column) {
	for _, gauge := range []string{"drift_psi", "drift_ks_statistic", "drift_ks_pvalue"} {
		if value, ok := c.gauges[gauge]; ok {
			out.gauge("prediction_"+gauge, value, key.Model, key.Version, key.Window)
		}
	}
	for measure, value := range c.asked {
		out.gauge("prediction_drift_value", value, key.Model, key.Version, key.Window, measure)
	}
	if c.hasRatio {
		out.gauge("prediction_drift_threshold_ratio", c.ratio, key.Model, key.Version, key.Window)
	}
}

// performance emits what one performance report says.
func (out *emitter) performance(report detectors.Report) {
	key := report.Key
	if !out.names.admitVersion(key.Model, key.Version) {
		return
	}
	labels := func(more ...string) []string { return append([]string{key.Model, key.Version, key.Window}, more...) }
	out.gauge("window_samples", float64(report.Labeled), labels("label")...)
	out.gauge("performance_samples", float64(report.Labeled), labels()...)
	if report.Samples > 0 {
		out.gauge("label_coverage_ratio", float64(report.Labeled)/float64(report.Samples), labels()...)
	}
	if !report.Judged {
		return
	}
	for _, m := range report.Measurements {
		if m.Column != "" || m.Status != detectors.OK {
			continue
		}
		if gauge, ok := classGauges[m.Name]; ok {
			out.gauge(gauge, m.Value, labels(className(m.Class))...)
		}
		if gauge, ok := plainGauges[m.Name]; ok && m.Class == "" {
			out.gauge(gauge, m.Value, labels()...)
		}
		if m.Name == "accuracy" && m.Class == "" {
			out.optional("performance_accuracy_ci_lower", m.Lower, labels()...)
			out.optional("performance_accuracy_ci_upper", m.Upper, labels()...)
			out.optional("performance_accuracy_baseline", m.Baseline, labels()...)
		}
	}
}

// className names the positive class of a binary model, which has no name in a report: an empty label value would be no
// label at all.
func className(class string) string {
	if class == "" {
		return "positive"
	}
	return class
}

func (out *emitter) optional(name string, value *float64, labels ...string) {
	if value != nil {
		out.gauge(name, *value, labels...)
	}
}
