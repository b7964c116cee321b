package dashboards

// Selectors of the dashboard's variables.
const (
	ofAgent  = `job=~"$job", instance=~"$instance"`
	ofModel  = ofAgent + `, model=~"$model"`
	ofPair   = ofModel + `, version=~"$version"`
	ofWindow = ofPair + `, window=~"$window"`
)

// panel is one panel as its author sees it; grafana.go places and dresses it.
type panel struct {
	kind        string // stat, timeseries, bargauge, state-timeline
	title       string
	description string
	unit        string
	width       int // of 24
	queries     []query
	limits      []limit // from which a colour holds; none: one colour a series
	max         float64 // of the axis; 0: automatic
}

type query struct{ expr, legend string }

// limit is the colour from a value on. Colours are told apart by everybody: blue is fine, orange wants a look, and a dark
// red a person.
type limit struct {
	from  float64
	color string
}

const (
	fine  = "blue"
	look  = "orange"
	alarm = "dark-red"
)

// row is a titled group of panels.
type row struct {
	title  string
	panels []panel
}

var rows = []row{
	{"Models", []panel{
		{
			kind: "stat", title: "Rules firing", unit: "none", width: 6, limits: []limit{{0, fine}, {1, alarm}},
			description: "Rules of the chosen models that are firing. A rule counts once, however many columns it fires for.",
			queries:     []query{{`sum(max by (model, rule) (anchorwatch_rule_state{` + ofModel + `, state="firing"}))`, "firing"}},
		},
		{
			kind: "stat", title: "Open incidents", unit: "none", width: 6, limits: []limit{{0, fine}, {1, look}},
			description: "Open incidents of the chosen agents by severity.",
			queries:     []query{{`max by (severity) (anchorwatch_incidents{` + ofAgent + `, state="active"})`, "{{severity}}"}},
		},
		{
			kind: "stat", title: "Features drifted", unit: "percentunit", width: 6, limits: []limit{{0, fine}, {0.2, look}}, max: 1,
			description: "Share of the monitored features that crossed a threshold in the newest window.",
			queries:     []query{{`max by (model, version, window) (anchorwatch_features_drifted{` + ofWindow + `} / anchorwatch_features_monitored{` + ofWindow + `})`, "{{model}} {{version}} {{window}}"}},
		},
		{
			kind: "stat", title: "Windows not ready", unit: "none", width: 6, limits: []limit{{0, fine}, {1, look}},
			description: "Newest windows with too few rows, or without a baseline, to be judged.",
			queries:     []query{{`count(max by (model, version, window) (anchorwatch_window_ready{` + ofWindow + `}) == 0) or vector(0)`, "not ready"}},
		},
		{
			kind: "state-timeline", title: "Rules", unit: "none", width: 24, limits: []limit{{0, fine}, {1, alarm}}, max: 1,
			description: "When each rule was firing (1).",
			queries:     []query{{`max by (model, rule) (anchorwatch_rule_state{` + ofModel + `, state="firing"})`, "{{model}} {{rule}}"}},
		},
	}},
	{"Performance with labels", []panel{
		{
			kind: "timeseries", title: "Accuracy", unit: "percentunit", width: 12, max: 1,
			description: "Accuracy of the newest window judged with labels, its 95 % interval, and the baseline's accuracy. The value holds until the next judgement.",
			queries: []query{
				{`max by (model, version, window) (anchorwatch_performance_accuracy{` + ofWindow + `})`, "{{model}} {{version}} {{window}}"},
				{`max by (model, version, window) (anchorwatch_performance_accuracy_ci_lower{` + ofWindow + `})`, "{{model}} {{version}} {{window}} lower"},
				{`max by (model, version, window) (anchorwatch_performance_accuracy_ci_upper{` + ofWindow + `})`, "{{model}} {{version}} {{window}} upper"},
				{`max by (model, version, window) (anchorwatch_performance_accuracy_baseline{` + ofWindow + `})`, "{{model}} {{version}} {{window}} baseline"},
			},
		},
		{
			kind: "timeseries", title: "Label coverage", unit: "percentunit", width: 6, max: 1,
			description: "Share of the window's predictions whose label was known at the judgement.",
			queries:     []query{{`max by (model, version, window) (anchorwatch_label_coverage_ratio{` + ofWindow + `})`, "{{model}} {{version}} {{window}}"}},
		},
		{
			kind: "timeseries", title: "Label delay", unit: "s", width: 6,
			description: "Median and 95th percentile of the time from a prediction to its label, for labels arriving now.",
			queries: []query{
				{`histogram_quantile(0.5, sum by (model, le) (rate(anchorwatch_label_delay_seconds_bucket{` + ofModel + `}[$__rate_interval])))`, "{{model}} p50"},
				{`histogram_quantile(0.95, sum by (model, le) (rate(anchorwatch_label_delay_seconds_bucket{` + ofModel + `}[$__rate_interval])))`, "{{model}} p95"},
			},
		},
		{
			kind: "timeseries", title: "Precision, recall, F1", unit: "percentunit", width: 12, max: 1,
			description: "Of the positive class of a binary model, and the mean over the classes (macro).",
			queries: []query{
				{`max by (model, version, window, class) (anchorwatch_performance_precision{` + ofWindow + `, class=~"positive|macro"})`, "{{model}} {{version}} {{class}} precision"},
				{`max by (model, version, window, class) (anchorwatch_performance_recall{` + ofWindow + `, class=~"positive|macro"})`, "{{model}} {{version}} {{class}} recall"},
				{`max by (model, version, window, class) (anchorwatch_performance_f1{` + ofWindow + `, class=~"positive|macro"})`, "{{model}} {{version}} {{class}} F1"},
			},
		},
		{
			kind: "timeseries", title: "Regression errors", unit: "none", width: 12,
			description: "Root mean squared error, mean absolute error and bias, in the target's unit.",
			queries: []query{
				{`max by (model, version, window) (anchorwatch_performance_rmse{` + ofWindow + `})`, "{{model}} {{version}} RMSE"},
				{`max by (model, version, window) (anchorwatch_performance_mae{` + ofWindow + `})`, "{{model}} {{version}} MAE"},
				{`max by (model, version, window) (anchorwatch_performance_mean_error{` + ofWindow + `})`, "{{model}} {{version}} bias"},
			},
		},
	}},
	{"Drift", []panel{
		{
			kind: "bargauge", title: "Features over their threshold", unit: "none", width: 12, limits: []limit{{0, fine}, {1, look}},
			description: "The ten features with the largest drift statistic over its threshold in the newest window; 1 is at the threshold.",
			queries:     []query{{`topk(10, max by (model, version, window, feature) (anchorwatch_feature_drift_threshold_ratio{` + ofWindow + `}))`, "{{model}} {{version}} {{feature}}"}},
		},
		{
			kind: "timeseries", title: "Population stability index", unit: "none", width: 12,
			description: "PSI of the ten features that drifted most.",
			queries:     []query{{`topk(10, max by (model, version, window, feature) (anchorwatch_feature_drift_psi{` + ofWindow + `}))`, "{{model}} {{version}} {{feature}}"}},
		},
		{
			kind: "timeseries", title: "Output over its threshold", unit: "none", width: 12,
			description: "Largest drift statistic of the model's answer or score over its threshold; 1 is at the threshold.",
			queries:     []query{{`max by (model, version, window) (anchorwatch_prediction_drift_threshold_ratio{` + ofWindow + `})`, "{{model}} {{version}} {{window}}"}},
		},
		{
			kind: "timeseries", title: "Broken input", unit: "percentunit", width: 12, max: 1,
			description: "Features with the largest shares of missing values, of unseen categories, and of values outside the baseline's range.",
			queries: []query{
				{`topk(5, max by (model, version, window, feature) (anchorwatch_feature_missing_ratio{` + ofWindow + `}))`, "{{model}} {{feature}} missing"},
				{`topk(5, max by (model, version, window, feature) (anchorwatch_feature_unseen_ratio{` + ofWindow + `}))`, "{{model}} {{feature}} unseen"},
				{`topk(5, max by (model, version, window, feature) (anchorwatch_feature_out_of_range_ratio{` + ofWindow + `}))`, "{{model}} {{feature}} out of range"},
			},
		},
	}},
	{"Traffic", []panel{
		{
			kind: "timeseries", title: "Predictions", unit: "reqps", width: 8,
			description: "Predictions accepted a second, and those that report an error of the model server.",
			queries: []query{
				{`sum by (model, version) (rate(anchorwatch_predictions_total{` + ofPair + `}[$__rate_interval]))`, "{{model}} {{version}}"},
				{`sum by (model, version) (rate(anchorwatch_prediction_errors_total{` + ofPair + `}[$__rate_interval]))`, "{{model}} {{version}} errors"},
			},
		},
		{
			kind: "timeseries", title: "Latency", unit: "s", width: 8,
			description: "95th percentile of the model server's latency, as its events report it.",
			queries:     []query{{`histogram_quantile(0.95, sum by (model, version, le) (rate(anchorwatch_prediction_latency_seconds_bucket{` + ofPair + `}[$__rate_interval])))`, "{{model}} {{version}} p95"}},
		},
		{
			kind: "timeseries", title: "Refused and late", unit: "cps", width: 8,
			description: "Records refused, by reason, and events too late for any window.",
			queries: []query{
				{`sum by (reason) (rate(anchorwatch_events_rejected_total{` + ofAgent + `}[$__rate_interval]))`, "{{reason}}"},
				{`sum by (stream) (rate(anchorwatch_window_too_late_events_total{` + ofModel + `}[$__rate_interval]))`, "too late: {{stream}}"},
			},
		},
	}},
	{"Agent", []panel{
		{
			kind: "timeseries", title: "Lag", unit: "s", width: 8,
			description: "Age of the last record read; 0 when caught up. Beyond the configured limit notices are held.",
			queries:     []query{{`max by (topic) (anchorwatch_kafka_consumer_lag_seconds{` + ofAgent + `})`, "{{topic}}"}},
		},
		{
			kind: "timeseries", title: "Watermark behind the clock", unit: "s", width: 8,
			description: "How far event time is behind the wall clock. Windows close by the watermark.",
			queries:     []query{{`time() - min by (topic) (anchorwatch_watermark_timestamp_seconds{` + ofAgent + `})`, "{{topic}}"}},
		},
		{
			kind: "timeseries", title: "Waiting for labels", unit: "bytes", width: 8,
			description: "Memory of the predictions that wait for their labels.",
			queries:     []query{{`max by (instance) (anchorwatch_label_join_buffer_bytes{` + ofAgent + `})`, "{{instance}}"}},
		},
		{
			kind: "timeseries", title: "Checkpoint age", unit: "s", width: 8,
			description: "Time since state last became durable. After a crash the agent reads again from there.",
			queries:     []query{{`time() - max by (instance) (anchorwatch_checkpoint_last_success_timestamp_seconds{` + ofAgent + `})`, "{{instance}}"}},
		},
		{
			kind: "timeseries", title: "Notices", unit: "short", width: 8,
			description: "Deliveries that wait, and deliveries given up.",
			queries: []query{
				{`sum by (instance) (anchorwatch_outbox_entries{` + ofAgent + `})`, "{{instance}} waiting"},
				{`sum by (receiver, reason) (increase(anchorwatch_notifications_failed_total{` + ofAgent + `}[$__rate_interval]))`, "{{receiver}} failed: {{reason}}"},
			},
		},
		{
			kind: "timeseries", title: "Retraining", unit: "none", width: 8,
			description: "State of each model's newest retrain request, and requests that were held back.",
			queries: []query{
				{`max by (model, state) (anchorwatch_retrain_state{` + ofModel + `})`, "{{model}} {{state}}"},
				{`sum by (model, reason) (increase(anchorwatch_retrain_suppressed_total{` + ofModel + `}[$__rate_interval]))`, "{{model}} held back: {{reason}}"},
			},
		},
	}},
}
