package prometheus

import (
	"slices"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
)

// Instruments are the metrics that are moved where something happens. Label values are given in the order of the
// comment. Models and versions beyond the limits count as Other; an empty label value is allowed. Methods may be called
// by several goroutines; they cost a map look-up, so that a stage adds up a batch before it counts.
type Instruments struct {
	Predictions       Count // model, version
	PredictionErrors  Count // model, version
	PredictionLatency Timer // model, version
	EventsRejected    Count // stream, reason
	EventsFuture      Count // stream
	LastEvent         Level // model, stream; Unix seconds

	Labels               Count // model
	LabelsMatched        Count // model
	LabelsUnmatched      Count // model, reason
	LabelDelay           Timer // model
	PredictionsLabeled   Count // model, version
	PredictionsCorrect   Count // model, version
	PredictionsUnlabeled Count // –: one table for all models
	JoinPending          Level // –: one table for all models
	JoinBytes            Level // –

	LateEvents        Count // model, stream
	TooLateEvents     Count // model, stream
	WindowRevisions   Count // model
	WindowEvaluations Count // model; counted by Exporter.Write
	WindowsIncomplete Count // model; counted by Exporter.Write

	Messages      Count // topic
	MessageBytes  Count // topic
	MessagesLost  Count // topic
	Rebalances    Count // –
	Commits       Count // –
	CommitsFailed Count // –

	Notifications       Count // integration, receiver
	NotificationsFailed Count // integration, receiver, reason
	OutboxEntries       Level // –
	OutboxOldest        Level // –; Unix seconds, 0 if empty
	RetrainRequests     Count // model
	RetrainsFailed      Count // model, reason
	RetrainsSuppressed  Count // model, reason
	SinkErrors          Count // integration

	Ready                 Level // –
	Checkpoints           Count // –
	CheckpointsFailed     Count // –
	CheckpointLastSuccess Level // –; Unix seconds
	CheckpointInterval    Level // –; seconds
	CheckpointSize        Level // –; bytes
	CheckpointDuration    Timer // –
	RestoreDuration       Timer // source
	SeriesLimit           Level // dimension
	SeriesLimitExceeded   Count // dimension; counted by the exporter

	names *names
	all   map[string]vector // by name in the catalogue
}

// vector is what the three kinds of instrument have in common.
type vector interface {
	client.Collector
	DeletePartialMatch(labels client.Labels) int
}

func newInstruments(names *names) *Instruments {
	i := &Instruments{names: names, all: make(map[string]vector)}
	i.events()
	i.join()
	i.agent()
	return i
}

func (i *Instruments) events() {
	i.Predictions = i.count("predictions_total")
	i.PredictionErrors = i.count("prediction_errors_total")
	i.PredictionLatency = i.timer("prediction_latency_seconds", client.ExponentialBuckets(0.001, 2, 14)) // 1 ms … 8 s
	i.EventsRejected = i.count("events_rejected_total")
	i.EventsFuture = i.count("events_future_total")
	i.LastEvent = i.level("last_event_timestamp_seconds")
	i.LateEvents = i.count("window_late_events_total")
	i.TooLateEvents = i.count("window_too_late_events_total")
	i.WindowRevisions = i.count("window_revisions_total")
	i.WindowEvaluations = i.count("window_evaluations_total")
	i.WindowsIncomplete = i.count("windows_incomplete_total")
	i.Messages = i.count("kafka_messages_total")
	i.MessageBytes = i.count("kafka_message_bytes_total")
	i.MessagesLost = i.count("kafka_messages_lost_total")
	i.Rebalances = i.count("kafka_rebalances_total")
	i.Commits = i.count("kafka_commits_total")
	i.CommitsFailed = i.count("kafka_commits_failed_total")
}

func (i *Instruments) join() {
	i.Labels = i.count("labels_total")
	i.LabelsMatched = i.count("labels_matched_total")
	i.LabelsUnmatched = i.count("labels_unmatched_total")
	i.LabelDelay = i.timer("label_delay_seconds", []float64{
		1, 60, 600, 3600, 6 * 3600, 86400, 2 * 86400, 4 * 86400, 7 * 86400, 14 * 86400, 30 * 86400, 90 * 86400,
	})
	i.PredictionsLabeled = i.count("predictions_labeled_total")
	i.PredictionsCorrect = i.count("predictions_correct_total")
	i.PredictionsUnlabeled = i.count("predictions_unlabeled_total")
	i.JoinPending = i.level("label_join_pending_predictions")
	i.JoinBytes = i.level("label_join_buffer_bytes")
}

func (i *Instruments) agent() {
	i.Notifications = i.count("notifications_total")
	i.NotificationsFailed = i.count("notifications_failed_total")
	i.OutboxEntries = i.level("outbox_entries")
	i.OutboxOldest = i.level("outbox_oldest_entry_timestamp_seconds")
	i.RetrainRequests = i.count("retrain_requests_total")
	i.RetrainsFailed = i.count("retrain_requests_failed_total")
	i.RetrainsSuppressed = i.count("retrain_suppressed_total")
	i.SinkErrors = i.count("sink_errors_total")
	i.Ready = i.level("ready")
	i.Checkpoints = i.count("checkpoints_total")
	i.CheckpointsFailed = i.count("checkpoints_failed_total")
	i.CheckpointLastSuccess = i.level("checkpoint_last_success_timestamp_seconds")
	i.CheckpointInterval = i.level("checkpoint_interval_seconds")
	i.CheckpointSize = i.level("checkpoint_size_bytes")
	i.CheckpointDuration = i.timer("checkpoint_duration_seconds", client.ExponentialBuckets(0.001, 4, 8)) // 1 ms … 16 s
	i.RestoreDuration = i.timer("restore_duration_seconds", client.ExponentialBuckets(0.01, 4, 8))        // 10 ms … 3 min
	i.SeriesLimit = i.level("series_limit")
	i.SeriesLimitExceeded = i.count("series_limit_exceeded_total")
}

// Count is a counter.
type Count struct {
	vec   *client.CounterVec
	label func([]string) []string
}

// Add counts n more.
func (c Count) Add(n uint64, labels ...string) {
	c.vec.WithLabelValues(c.label(labels)...).Add(float64(n))
}

// Level is a gauge that is set directly.
type Level struct {
	vec   *client.GaugeVec
	label func([]string) []string
}

// Set replaces the value.
func (l Level) Set(value float64, labels ...string) {
	l.vec.WithLabelValues(l.label(labels)...).Set(value)
}

// Timer is a histogram of durations, with classic buckets and, for servers that ask, native ones.
type Timer struct {
	vec   *client.HistogramVec
	label func([]string) []string
}

// Observe counts one duration.
func (t Timer) Observe(d time.Duration, labels ...string) {
	t.vec.WithLabelValues(t.label(labels)...).Observe(d.Seconds())
}

func (i *Instruments) count(name string) Count {
	m := metric(name)
	vec := client.NewCounterVec(client.CounterOpts{Name: m.FullName(), Help: m.Help}, m.Labels)
	i.all[name] = vec
	if len(m.Labels) == 0 {
		vec.WithLabelValues() // a counter without labels is there from the start, at 0
	}
	return Count{vec, i.labels(m)}
}

func (i *Instruments) level(name string) Level {
	m := metric(name)
	vec := client.NewGaugeVec(client.GaugeOpts{Name: m.FullName(), Help: m.Help}, m.Labels)
	i.all[name] = vec
	return Level{vec, i.labels(m)}
}

func (i *Instruments) timer(name string, buckets []float64) Timer {
	m := metric(name)
	vec := client.NewHistogramVec(client.HistogramOpts{
		Name: m.FullName(), Help: m.Help, Buckets: buckets,
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour,
	}, m.Labels)
	i.all[name] = vec
	return Timer{vec, i.labels(m)}
}

// labels returns how the label values of a metric are made fit: models and versions capped, all of them cleaned.
func (i *Instruments) labels(m Metric) func([]string) []string {
	model, version := slices.Index(m.Labels, "model"), slices.Index(m.Labels, "version")
	return func(values []string) []string {
		fit := make([]string, len(values))
		for j, value := range values {
			fit[j] = clean(value)
		}
		switch {
		case model < 0:
		case !i.names.admitModel(values[model]):
			fit[model] = Other
			if version >= 0 {
				fit[version] = Other
			}
		case version >= 0 && !i.names.admitVersion(values[model], values[version]):
			fit[version] = Other
		}
		return fit
	}
}

func (i *Instruments) has(name string) bool { return i.all[name] != nil }

// forget removes the series of models and versions that are no longer watched.
func (i *Instruments) forget(models []string, pairs []pair) {
	for _, vec := range i.all {
		for _, model := range models {
			vec.DeletePartialMatch(client.Labels{"model": clean(model)})
		}
		for _, p := range pairs {
			vec.DeletePartialMatch(client.Labels{"model": clean(p.model), "version": clean(p.version)})
		}
	}
}

func (i *Instruments) describe(descs chan<- *client.Desc) {
	for _, vec := range i.all {
		vec.Describe(descs)
	}
}

func (i *Instruments) collect(metrics chan<- client.Metric) {
	for _, vec := range i.all {
		vec.Collect(metrics)
	}
}
