package dashboards

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string           `yaml:"name"`
	Rules []prometheusRule `yaml:"rules"`
}

type prometheusRule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// alert makes an alerting rule. The summary says what is; the remedy what to do first.
func alert(name, expr, hold, severity, summary, remedy string) prometheusRule {
	return prometheusRule{
		Alert: name, Expr: expr, For: hold, Labels: map[string]string{"severity": severity},
		Annotations: map[string]string{"summary": summary, "description": remedy},
	}
}

var agentAlerts = []prometheusRule{
	alert("AnchorwatchHeartbeat", `vector(1)`, "", "none",
		"Always firing.",
		"Send it to a dead man's switch: its silence means that Prometheus or Alertmanager is down."),
	alert("AnchorwatchAbsent", `absent(anchorwatch_ready)`, "10m", "page",
		"No anchorwatch is being scraped: models are not watched.",
		"See whether the agent runs and whether Prometheus finds its /metrics."),
	alert("AnchorwatchNotReady", `anchorwatch_ready == 0`, "10m", "ticket",
		"Anchorwatch on {{ $labels.instance }} does not get ready.",
		"Its log says which of configuration, baselines and checkpoint it cannot read."),
	alert("AnchorwatchBehind", `max without (topic) (anchorwatch_kafka_consumer_lag_seconds) > 300`, "10m", "ticket",
		"Anchorwatch on {{ $labels.instance }} is {{ $value | humanizeDuration }} behind: notices are held.",
		"anchorwatch status shows which partition is behind; compare the rate of messages with what one core reads."),
	alert("AnchorwatchCheckpointOld", `time() - anchorwatch_checkpoint_last_success_timestamp_seconds > 3 * anchorwatch_checkpoint_interval_seconds`, "5m", "ticket",
		"Anchorwatch on {{ $labels.instance }} has made no checkpoint for {{ $value | humanizeDuration }}.",
		"Look at the space and the permissions of the storage path. After a restart the agent reads everything since the last checkpoint again."),
	alert("AnchorwatchCheckpointsFailing", `increase(anchorwatch_checkpoints_failed_total[15m]) > 2`, "", "ticket",
		"Checkpoints on {{ $labels.instance }} fail.",
		"Look at the space and the permissions of the storage path."),
	alert("AnchorwatchEventsRefused", `sum without (stream, reason) (rate(anchorwatch_events_rejected_total{reason!="duplicate"}[10m])) / sum without (topic) (rate(anchorwatch_kafka_messages_total[10m])) > 0.2`, "10m", "ticket",
		"Anchorwatch on {{ $labels.instance }} refuses {{ $value | humanizePercentage }} of the records.",
		"anchorwatch_events_rejected_total has the reasons, /debug/poison on the admin listener has samples."),
	alert("AnchorwatchMessagesLost", `increase(anchorwatch_kafka_messages_lost_total[15m]) > 0`, "", "ticket",
		"{{ $labels.topic }} no longer held messages that anchorwatch had not read: windows are incomplete.",
		"Lengthen the topic's retention or find out why the agent was behind."),
	alert("AnchorwatchLabelsUnmatched", `sum without (reason) (rate(anchorwatch_labels_unmatched_total[1h])) / rate(anchorwatch_labels_total[1h]) > 0.05`, "1h", "ticket",
		"{{ $value | humanizePercentage }} of the labels of {{ $labels.model }} find no prediction.",
		"Compare the ids of predictions and labels; anchorwatch_labels_unmatched_total has the reasons."),
	alert("AnchorwatchNotificationsFailing", `increase(anchorwatch_notifications_failed_total[15m]) > 0`, "", "page",
		"Anchorwatch gave up deliveries to {{ $labels.receiver }}: {{ $labels.reason }}.",
		"People may have missed a page: /api/v1/alerts has what is open, the agent's log what the receiver answered."),
	alert("AnchorwatchNotificationsStuck", `time() - (anchorwatch_outbox_oldest_entry_timestamp_seconds > 0) > 900`, "", "page",
		"The oldest notice on {{ $labels.instance }} has waited {{ $value | humanizeDuration }}.",
		"The receiver is down or refuses for a while: look at /api/v1/alerts and at the agent's log."),
	alert("AnchorwatchSinkFailing", `increase(anchorwatch_sink_errors_total[15m]) > 0`, "", "ticket",
		"Reports to the sink {{ $labels.integration }} are lost.",
		"The agent's log has the cause. Charts that read the sink have a gap."),
	alert("AnchorwatchSeriesLimit", `increase(anchorwatch_series_limit_exceeded_total[1h]) > 0`, "", "ticket",
		"There are more {{ $labels.dimension }} than anchorwatch exports.",
		"Raise the limit, or see whether something makes up versions or names."),
}

var modelAlerts = []prometheusRule{
	alert("ModelRuleFiring", `max without (instance, pod) (anchorwatch_rule_state{state="firing"}) == 1`, "", "ticket",
		"Rule {{ $labels.rule }} of model {{ $labels.model }} is firing.",
		"Anchorwatch sends its own notices; this alert is for those who route everything through Alertmanager."),
	alert("ModelFeatureDrift", `max without (instance, pod) (anchorwatch_feature_drift_threshold_ratio) > 1`, "1h", "info",
		"Feature {{ $labels.feature }} of {{ $labels.model }} {{ $labels.version }} is at {{ $value | humanize }} of its threshold.",
		"Drift alone is no damage: look at the accuracy before anything else."),
	alert("ModelSilent", `time() - max by (model) (anchorwatch_last_event_timestamp_seconds{stream="prediction"}) > 3600`, "10m", "ticket",
		"Model {{ $labels.model }} has made no prediction for {{ $value | humanizeDuration }}.",
		"See whether the model server runs and whether its events reach the topic."),
	alert("ModelWindowIncomplete", `min without (instance, pod) (anchorwatch_window_complete) == 0`, "", "ticket",
		"The newest {{ $labels.window }} window of {{ $labels.model }} {{ $labels.version }} misses input and cannot page.",
		"Messages were lost, other agents own partitions, or the table of waiting predictions was full: see anchorwatch status."),
}

// ratios are for alerts of one's own on the error budget of a model. They follow the arrival of labels: they are unbiased
// only if wrong answers are labelled as fast as right ones.
var ratios = []prometheusRule{ratio("5m"), ratio("1h"), ratio("6h")}

func ratio(over string) prometheusRule {
	increase := func(name string) string {
		return fmt.Sprintf("sum without (instance, pod) (rate(anchorwatch_%s_total[%s]))", name, over)
	}
	return prometheusRule{
		Record: "model_version:anchorwatch_predictions_correct_per_predictions_labeled:ratio_rate" + over,
		Expr:   increase("predictions_correct") + " / " + increase("predictions_labeled"),
	}
}

// PrometheusRules returns the recording and alerting rules as a file that Prometheus loads: for the agent itself, and for
// what its metrics say about models. The same program makes the same bytes.
func PrometheusRules() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("# Generated by anchorwatch. Alerts on windows and labels are anchorwatch's own rules; these watch the watcher.\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(ruleFile{[]ruleGroup{
		{"anchorwatch-recording", ratios}, {"anchorwatch-agent", agentAlerts}, {"anchorwatch-models", modelAlerts},
	}})
	if err != nil {
		return nil, fmt.Errorf("encode rules: %w", err)
	}
	return out.Bytes(), encoder.Close()
}
