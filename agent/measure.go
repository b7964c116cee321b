package agent

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/window"
	"github.com/anchorwatch/anchorwatch/alerts"
	"github.com/anchorwatch/anchorwatch/alerts/retrain"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// meter remembers what was counted already, so that totals of the state become steps of the counters: exported
// counters begin at zero in every process, the state's totals do not.
type meter struct {
	flows     map[[2]string]window.Flow // by model and version
	counts    map[string]window.Counts  // by model; "" is all
	refused   map[string]uint64
	delivered map[string]alerts.Stats
	unlabeled uint64
	// suppressed counts triggers that a gate turned away, by model and reason.
	suppressed map[[2]string]uint64
}

// newMeter begins where restored state stands.
func newMeter(p *Pipeline) meter {
	m := meter{
		flows: map[[2]string]window.Flow{}, counts: map[string]window.Counts{}, refused: p.refused.byName(),
		delivered: map[string]alerts.Stats{}, suppressed: map[[2]string]uint64{},
	}
	for _, model := range append([]string{""}, p.models...) {
		m.counts[model] = p.windows.Counts(model)
	}
	m.unlabeled = p.join.Stats().Unlabeled
	return m
}

// measure moves the counters by what a batch has changed.
func (a *Agent) measure(batch source.Batch) {
	e, p, m := a.options.Exporter, a.pipeline, &a.meter
	topic := batch.Partition.Topic
	stream := streamName(a.options.Streams(topic))
	e.Messages.Add(uint64(len(batch.Records)), topic)
	var bytes uint64
	for _, r := range batch.Records {
		bytes += uint64(len(r.Key) + len(r.Value))
	}
	e.MessageBytes.Add(bytes, topic)
	if batch.Lost > 0 {
		e.MessagesLost.Add(uint64(batch.Lost), topic)
	}
	if len(batch.Records) == 0 {
		return
	}
	for reason, n := range p.refused.byName() {
		e.EventsRejected.Add(n-m.refused[reason], stream, reason)
		m.refused[reason] = n
	}
	for _, v := range p.windows.Versions() {
		key := [2]string{v.Model, v.Version}
		old := m.flows[key]
		e.Predictions.Add(v.Flow.Predictions-old.Predictions, v.Model, v.Version)
		e.PredictionErrors.Add(v.Flow.Errors-old.Errors, v.Model, v.Version)
		e.PredictionsLabeled.Add(v.Flow.Labeled-old.Labeled, v.Model, v.Version)
		e.PredictionsCorrect.Add(v.Flow.Correct-old.Correct, v.Model, v.Version)
		m.flows[key] = v.Flow
		if v.Newest != profile.Dawn {
			e.LastEvent.Set(float64(v.Newest)/1000, v.Model, "prediction")
		}
	}
	for i := range p.batch.Predictions {
		if prediction := &p.batch.Predictions[i]; prediction.LatencyMS >= 0 {
			e.PredictionLatency.Observe(time.Duration(prediction.LatencyMS*float64(time.Millisecond)), p.models[prediction.Model], prediction.Version)
		}
	}
	for _, d := range p.windows.Delays() {
		e.LabelDelay.Observe(d.Delay, p.models[d.Model])
	}
	all := p.windows.Counts("")
	e.EventsFuture.Add(all.Future-m.counts[""].Future, stream)
	e.EventsRejected.Add(all.Refused-m.counts[""].Refused, stream, "unusable_time")
	m.counts[""] = all
	for _, model := range p.models {
		a.measureModel(model, stream)
	}
}

// measureModel counts what became of a model's events. Labels that name no model count where they met a prediction.
func (a *Agent) measureModel(model, stream string) {
	e, m := a.options.Exporter, &a.meter
	now, old := a.pipeline.windows.Counts(model), m.counts[model]
	m.counts[model] = now
	e.LateEvents.Add(now.Late-old.Late, model, stream)
	e.TooLateEvents.Add(now.TooLate-old.TooLate, model, stream)
	e.EventsRejected.Add(now.Duplicates-old.Duplicates, stream, "duplicate")
	e.EventsRejected.Add(now.Unjoined-old.Unjoined, stream, "join_full")
	for verdict, n := range now.Labels {
		n -= old.Labels[verdict]
		e.Labels.Add(n, model)
		switch join.Verdict(verdict) {
		case join.Admitted:
			e.LabelsMatched.Add(n, model)
		case join.Duplicate:
			e.LabelsUnmatched.Add(n, model, "duplicate")
		case join.Late:
			e.LabelsUnmatched.Add(n, model, "late")
		case join.Retracted:
			e.LabelsUnmatched.Add(n, model, "retracted")
		case join.Early, join.Full:
			e.LabelsUnmatched.Add(n, model, "unknown_id")
		}
	}
	e.LabelsUnmatched.Add(now.Unscorable-old.Unscorable, model, "unscorable")
}

// streamName is how metrics call what a topic carries.
func streamName(s event.Stream) string {
	switch s {
	case event.Predictions:
		return "prediction"
	case event.Labels:
		return "label"
	case event.Either:
	}
	return "either"
}

// measureOutside moves the counters of what happens beside the stream of events: deliveries, requests, the join table.
// It is called when a picture is published, about once a second.
func (a *Agent) measureOutside(now time.Time) {
	e, m := a.options.Exporter, &a.meter
	for _, s := range a.delivery.deliverer.Stats() {
		old := m.delivered[s.Destination]
		e.Notifications.Add(s.Attempts-old.Attempts, s.Destination, "default")
		for reason, n := range s.Failed {
			e.NotificationsFailed.Add(n-old.Failed[reason], s.Destination, "default", string(reason))
		}
		m.delivered[s.Destination] = s
	}
	pending := a.delivery.ledger.Pending()
	e.OutboxEntries.Set(float64(len(pending)))
	e.OutboxOldest.Set(a.delivery.oldest(pending, now))
	stats := a.pipeline.join.Stats()
	e.JoinPending.Set(float64(stats.Waiting))
	e.JoinBytes.Set(float64(stats.Bytes))
	e.PredictionsUnlabeled.Add(stats.Unlabeled - m.unlabeled)
	m.unlabeled = stats.Unlabeled
	e.CheckpointInterval.Set(a.config.Checkpoint.Interval.Seconds())
}

// measureRequests counts the steps of retrain requests.
func (a *Agent) measureRequests(events []retrain.Event) {
	for _, event := range events {
		switch event.To {
		case retrain.Requested:
			a.options.Exporter.RetrainRequests.Add(1, event.Model)
		case retrain.Failed, retrain.TimedOut, retrain.Expired, retrain.Unknown:
			a.options.Exporter.RetrainsFailed.Add(1, event.Model, string(event.To))
		default:
		}
	}
	for model, reasons := range a.delivery.desk.Suppressions() {
		for reason, n := range reasons {
			key := [2]string{model, string(reason)}
			a.options.Exporter.RetrainsSuppressed.Add(n-a.meter.suppressed[key], model, string(reason))
			a.meter.suppressed[key] = n
		}
	}
}
