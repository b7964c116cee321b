package agent

import (
	"maps"

	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/window"
)

// meter remembers what was counted already, so that totals of the state become steps of the counters: exported
// counters begin at zero in every process, the state's totals do not.
type meter struct {
	flows   map[string]window.Flow // by model and version
	counts  window.Counts
	labels  map[join.Verdict]uint64
	refused map[string]uint64
}

// newMeter begins where restored state stands.
func newMeter(p *Pipeline) meter {
	m := meter{flows: map[string]window.Flow{}, counts: p.windows.Counts, labels: map[join.Verdict]uint64{}, refused: p.refused.byName()}
	maps.Copy(m.labels, p.windows.Counts.Labels)
	for _, v := range p.windows.Versions() {
		m.flows[v.Model+"\x00"+v.Version] = v.Flow
	}
	return m
}

// measure moves the counters by what a batch has changed.
func (a *Agent) measure(batch source.Batch) {
	e, p := a.options.Exporter, a.pipeline
	topic := batch.Partition.Topic
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
	m := &a.meter
	for _, v := range p.windows.Versions() {
		old := m.flows[v.Model+"\x00"+v.Version]
		e.Predictions.Add(v.Flow.Predictions-old.Predictions, v.Model, v.Version)
		e.PredictionErrors.Add(v.Flow.Errors-old.Errors, v.Model, v.Version)
		e.PredictionsLabeled.Add(v.Flow.Labeled-old.Labeled, v.Model, v.Version)
		e.PredictionsCorrect.Add(v.Flow.Correct-old.Correct, v.Model, v.Version)
		m.flows[v.Model+"\x00"+v.Version] = v.Flow
	}
	for reason, n := range p.refused.byName() {
		e.EventsRejected.Add(n-m.refused[reason], topic, reason)
		m.refused[reason] = n
	}
	counts := p.windows.Counts
	e.EventsFuture.Add(counts.Future-m.counts.Future, topic)
	e.LateEvents.Add(counts.Late-m.counts.Late, "", topic)
	e.TooLateEvents.Add(counts.TooLate-m.counts.TooLate, "", topic)
	for verdict, n := range counts.Labels {
		a.measureLabels(verdict, n-m.labels[verdict])
	}
	m.counts = counts
	maps.Copy(m.labels, counts.Labels)
}

func (a *Agent) measureLabels(verdict join.Verdict, n uint64) {
	e := a.options.Exporter
	e.Labels.Add(n, "")
	switch verdict {
	case join.Admitted:
		e.LabelsMatched.Add(n, "")
	case join.Early, join.Full:
		e.LabelsUnmatched.Add(n, "", "unknown_id")
	case join.Duplicate:
		e.LabelsUnmatched.Add(n, "", "duplicate")
	case join.Late:
		e.LabelsUnmatched.Add(n, "", "late")
	case join.Retracted:
		e.LabelsUnmatched.Add(n, "", "retracted")
	}
}
