package prometheus

import (
	"fmt"
	"slices"
)

// Prefix begins the name of every metric of the catalogue.
const Prefix = "anchorwatch_"

// Type is a metric's type.
type Type string

// The types.
const (
	Gauge     Type = "gauge"
	Counter   Type = "counter"
	Histogram Type = "histogram"
)

// Metric describes one metric family.
type Metric struct {
	Name   string // without Prefix
	Type   Type
	Unit   string // of one sample: seconds, bytes, ratio; empty for counts and plain scores
	Labels []string
	Help   string
}

// FullName is the name on the wire.
func (m Metric) FullName() string { return Prefix + m.Name }

// The label sets that many metrics share.
var (
	none     = []string(nil)
	byModel  = []string{"model"}
	byPair   = []string{"model", "version"}
	byWindow = []string{"model", "version", "window"}
	byColumn = []string{"model", "version", "feature", "window"}
	byAsked  = []string{"model", "version", "feature", "window", "measure"}
	byClass  = []string{"model", "version", "window", "class"}
	byTopic  = []string{"topic"}
	byPart   = []string{"topic", "partition"}
)

// Catalogue returns every metric of the program but those of the Go runtime and the process. Dashboards, alerting rules
// and documentation are checked against it.
func Catalogue() []Metric { return slices.Clone(catalogue) }

var catalogue = []Metric{
	// Models and their newest judged window.
	{"models", Gauge, "", none, "Monitored pairs of model and version."},
	{"model_info", Gauge, "", []string{"model", "version", "task"}, "1 for every monitored model version."},
	{"baseline_created_timestamp_seconds", Gauge, "seconds", byPair, "When the baseline was built."},
	{"baseline_samples", Gauge, "", byPair, "Rows of the baseline."},
	{"window_samples", Gauge, "", []string{"model", "version", "window", "stream"}, "Events of the newest window whose admission has ended (stream=prediction), and labels known at the newest performance judgement (stream=label)."},
	{"window_ready", Gauge, "", byWindow, "1 if the newest window had enough rows and a baseline to be judged."},
	{"window_complete", Gauge, "", byWindow, "0 if input of the newest window is known to be missing."},
	{"window_end_timestamp_seconds", Gauge, "seconds", byWindow, "Event time at which the newest window ended."},

	// Drift of that window.
	{"feature_drift_psi", Gauge, "", byColumn, "Population stability index of a feature against the baseline."},
	{"feature_drift_ks_statistic", Gauge, "", byColumn, "Kolmogorov-Smirnov statistic of a feature, the lower certified end."},
	{"feature_drift_ks_pvalue", Gauge, "", byColumn, "P-value of the Kolmogorov-Smirnov test. On large windows it is always small: alert on the threshold ratio."},
	{"feature_drift_chi2_pvalue", Gauge, "", byColumn, "P-value of the chi-square test of a categorical feature."},
	{"feature_drift_js_distance", Gauge, "", byColumn, "Jensen-Shannon distance (base 2) of a feature, between 0 and 1."},
	{"feature_drift_wasserstein_normalized", Gauge, "", byColumn, "Wasserstein distance of a feature in standard deviations of the baseline."},
	{"feature_drift_value", Gauge, "", byAsked, "Measures of a feature that are taken on request. They count neither for the threshold ratio nor for the features drifted."},
	{"feature_drift_threshold_ratio", Gauge, "ratio", byColumn, "Largest drift statistic of a feature over its threshold. 1 is at the threshold."},
	{"feature_drift_detected", Gauge, "", byColumn, "1 if any statistic of the feature crossed its threshold."},
	{"feature_missing_ratio", Gauge, "ratio", byColumn, "Share of rows without a value of the feature."},
	{"feature_unseen_ratio", Gauge, "ratio", byColumn, "Share of rows with a category that the baseline never had."},
	{"feature_out_of_range_ratio", Gauge, "ratio", byColumn, "Share of rows outside the range of the baseline."},
	{"features_monitored", Gauge, "", byWindow, "Features that could be judged for drift."},
	{"features_drifted", Gauge, "", byWindow, "Features that crossed a threshold."},
	{"prediction_drift_psi", Gauge, "", byWindow, "Population stability index of the output, the larger of answer and score."},
	{"prediction_drift_ks_statistic", Gauge, "", byWindow, "Kolmogorov-Smirnov statistic of the output, the lower certified end."},
	{"prediction_drift_ks_pvalue", Gauge, "", byWindow, "P-value of the Kolmogorov-Smirnov test of the output."},
	{"prediction_drift_value", Gauge, "", []string{"model", "version", "window", "measure"}, "Measures of the output that are taken on request, of answer and score the one further from 0."},
	{"prediction_drift_threshold_ratio", Gauge, "ratio", byWindow, "Largest drift statistic of the output over its threshold. 1 is at the threshold."},

	// Performance of the newest window that was judged with labels.
	{"performance_samples", Gauge, "", byWindow, "Labelled predictions behind the performance numbers."},
	{"label_coverage_ratio", Gauge, "ratio", byWindow, "Share of predictions whose label was known at the judgement."},
	{"performance_accuracy", Gauge, "ratio", byWindow, "Share of correct answers."},
	{"performance_accuracy_ci_lower", Gauge, "ratio", byWindow, "Lower 95 % confidence bound of the accuracy, correlation counted."},
	{"performance_accuracy_ci_upper", Gauge, "ratio", byWindow, "Upper 95 % confidence bound of the accuracy, correlation counted."},
	{"performance_accuracy_baseline", Gauge, "ratio", byWindow, "Accuracy of the baseline."},
	{"performance_roc_auc", Gauge, "", byWindow, "Area under the ROC curve."},
	{"performance_pr_auc", Gauge, "", byWindow, "Average precision, the area under the precision-recall curve by steps."},
	{"performance_log_loss", Gauge, "", byWindow, "Mean negative log-likelihood, natural logarithm."},
	{"performance_brier_score", Gauge, "", byWindow, "Mean squared error of the probabilities."},
	{"performance_precision", Gauge, "ratio", byClass, "Share of the answers of a class that were right. class=positive is a binary model's, class=macro the mean."},
	{"performance_recall", Gauge, "ratio", byClass, "Share of a class that was found. class=positive is a binary model's, class=macro the mean."},
	{"performance_f1", Gauge, "ratio", byClass, "Harmonic mean of precision and recall. class=positive is a binary model's, class=macro the mean."},
	{"performance_mae", Gauge, "", byWindow, "Mean absolute error, in the target's unit."},
	{"performance_rmse", Gauge, "", byWindow, "Root of the mean squared error, in the target's unit."},
	{"performance_mean_error", Gauge, "", byWindow, "Mean of prediction minus label, in the target's unit."},
	{"performance_r2", Gauge, "", byWindow, "Coefficient of determination."},

	// Rules, incidents, retraining.
	{"rules", Gauge, "", byModel, "Rules loaded."},
	{"rule_state", Gauge, "", []string{"model", "rule", "state"}, "1 for the rule's state (ok, insufficient, pending, firing), the worst over its columns, versions and segments."},
	{"rule_value", Gauge, "", []string{"model", "rule"}, "What the rule measured where it stands worst."},
	{"rule_threshold", Gauge, "", []string{"model", "rule"}, "The limit it was compared with."},
	{"rule_last_evaluation_timestamp_seconds", Gauge, "seconds", []string{"model", "rule"}, "Event time of the rule's newest judgement."},
	{"incidents", Gauge, "", []string{"state", "severity"}, "Incidents that are open."},
	{"retrain_state", Gauge, "", []string{"model", "state"}, "1 for the state of the model's newest retrain request."},
	{"retrain_last_request_timestamp_seconds", Gauge, "seconds", byModel, "Event time of the newest retrain request."},
	{"retrain_eligible_timestamp_seconds", Gauge, "seconds", byModel, "Event time from which the cooldown allows another request."},

	// Kafka positions.
	{"kafka_consumer_lag_seconds", Gauge, "seconds", byTopic, "Age of the last record read, the worst owned partition; 0 when caught up."},
	{"kafka_consumer_lag_messages", Gauge, "", byPart, "Messages between the position and the end of the log."},
	{"kafka_consumer_offset", Gauge, "", byPart, "Next offset to read."},
	{"kafka_high_watermark_offset", Gauge, "", byPart, "End of the log."},
	{"kafka_partitions_assigned", Gauge, "", byTopic, "Partitions this agent reads."},
	{"kafka_group_generation", Gauge, "", none, "Generation of the consumer group."},
	{"watermark_timestamp_seconds", Gauge, "seconds", byTopic, "Lowest event-time watermark of the owned partitions."},

	// Events.
	{"predictions_total", Counter, "", byPair, "Predictions accepted."},
	{"prediction_errors_total", Counter, "", byPair, "Predictions that report an error of the model server."},
	{"prediction_latency_seconds", Histogram, "seconds", byPair, "Latency of the model server, as the events report it."},
	{"events_rejected_total", Counter, "", []string{"stream", "reason"}, "Records refused, by a closed set of reasons."},
	{"events_future_total", Counter, "", []string{"stream"}, "Events dated later than their record and the allowed skew."},
	{"last_event_timestamp_seconds", Gauge, "seconds", []string{"model", "stream"}, "Largest event time accepted."},

	// Labels and the join.
	{"labels_total", Counter, "", byModel, "Labels accepted."},
	{"labels_matched_total", Counter, "", byModel, "Labels joined with a prediction."},
	{"labels_unmatched_total", Counter, "", []string{"model", "reason"}, "Labels without a prediction they could change."},
	{"label_delay_seconds", Histogram, "seconds", byModel, "Event time from a prediction to its first label."},
	{"predictions_labeled_total", Counter, "", byPair, "Predictions joined with their first label."},
	{"predictions_correct_total", Counter, "", byPair, "Predictions equal to their first label."},
	{"predictions_unlabeled_total", Counter, "", none, "Predictions that expired without a label."},
	{"label_join_pending_predictions", Gauge, "", none, "Predictions that wait for a label."},
	{"label_join_buffer_bytes", Gauge, "bytes", none, "Memory of the waiting predictions and labels."},

	// Windows.
	{"window_late_events_total", Counter, "", []string{"model", "stream"}, "Events late within the allowed lateness."},
	{"window_too_late_events_total", Counter, "", []string{"model", "stream"}, "Events too late for any window."},
	{"window_revisions_total", Counter, "", byModel, "Windows revised by late events."},
	{"window_evaluations_total", Counter, "", byModel, "Reports made about windows of whole models."},
	{"windows_incomplete_total", Counter, "", byModel, "Windows of whole models closed with input known to be missing."},

	// Reading.
	{"kafka_messages_total", Counter, "", byTopic, "Messages read."},
	{"kafka_message_bytes_total", Counter, "bytes", byTopic, "Bytes of keys and values read."},
	{"kafka_messages_lost_total", Counter, "", byTopic, "Offsets skipped because the log no longer holds them."},
	{"kafka_rebalances_total", Counter, "", none, "Assignments received from the consumer group."},
	{"kafka_commits_total", Counter, "", none, "Offset commits attempted."},
	{"kafka_commits_failed_total", Counter, "", none, "Offset commits refused."},

	// Delivery.
	{"notifications_total", Counter, "", []string{"integration", "receiver"}, "Deliveries finished, in success or for good in failure."},
	{"notifications_failed_total", Counter, "", []string{"integration", "receiver", "reason"}, "Deliveries given up."},
	{"outbox_entries", Gauge, "", none, "Deliveries that wait."},
	{"outbox_oldest_entry_timestamp_seconds", Gauge, "seconds", none, "Since when the oldest of them waits, 0 if there is none."},
	{"retrain_requests_total", Counter, "", byModel, "Retrain requests made."},
	{"retrain_requests_failed_total", Counter, "", []string{"model", "reason"}, "Retrain requests that ended in failure."},
	{"retrain_suppressed_total", Counter, "", []string{"model", "reason"}, "Retrain requests not made: cooldown, a gate, a request already open."},
	{"sink_errors_total", Counter, "", []string{"integration"}, "Reports lost by a sink."},

	// The agent.
	{"ready", Gauge, "", none, "1 once configuration, baselines and checkpoint are read."},
	{"checkpoints_total", Counter, "", none, "Checkpoints attempted."},
	{"checkpoints_failed_total", Counter, "", none, "Checkpoints that could not be made durable."},
	{"checkpoint_last_success_timestamp_seconds", Gauge, "seconds", none, "When state last became durable."},
	{"checkpoint_interval_seconds", Gauge, "seconds", none, "The configured time between checkpoints."},
	{"checkpoint_size_bytes", Gauge, "bytes", none, "Size of the newest checkpoint."},
	{"checkpoint_duration_seconds", Histogram, "seconds", none, "Time a checkpoint takes until it is durable."},
	{"restore_duration_seconds", Histogram, "seconds", []string{"source"}, "Time a start takes to restore state, by where it came from."},
	{"series_limit", Gauge, "", []string{"dimension"}, "Most different values exported: models, versions of a model, features of a model."},
	{"series_limit_exceeded_total", Counter, "", []string{"dimension"}, "Samples and counts beyond a limit, folded into other or left out."},
}

// metric returns an entry of the catalogue. A name that is not there is a mistake in this package.
func metric(name string) Metric {
	i := slices.IndexFunc(catalogue, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("metric %q is not in the catalogue", name))
	}
	return catalogue[i]
}
