package agent

import (
	"math"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

var _ admin.Views = (*Agent)(nil)

// Snapshot returns the newest picture of the agent. Any goroutine may call it.
func (a *Agent) Snapshot() *admin.Snapshot { return a.snapshot.Load() }

// Refused returns samples of records that could not be read, newest first. Any goroutine may call it.
func (a *Agent) Refused() []admin.Refused {
	if samples := a.samples.Load(); samples != nil {
		return *samples
	}
	return nil
}

// publish draws a new picture for pages and metrics. The worker calls it: whatever others see is a copy.
func (a *Agent) publish() {
	now := a.options.Now()
	states := a.states()
	s := &admin.Snapshot{
		At: now, Status: a.status(now), Models: a.models(states), Windows: a.recent.list(),
		Rules: rulesView(states), Incidents: a.incidents(), Retrains: a.retrains(),
	}
	for _, r := range a.pipeline.windows.Open() {
		open := sinks.NewWindow(r)
		open.Closed, open.Phase = false, ""
		s.Windows = append(s.Windows, open)
	}
	a.snapshot.Store(s)
	a.sample()
	a.export(states, now)
	a.measureOutside(now)
}

// states lists the rules of all models.
func (a *Agent) states() []rules.Status {
	var all []rules.Status
	for _, model := range a.pipeline.models {
		all = append(all, a.pipeline.engines[model].States()...)
	}
	return all
}

func (a *Agent) status(now time.Time) admin.Status {
	p := a.pipeline
	join := p.join.Stats()
	s := admin.Status{
		Version: a.options.Version, Environment: a.config.Environment, StartedAt: a.started,
		UptimeSeconds: sinks.Number(now.Sub(a.started).Seconds()), Ready: true,
		LagSeconds:          sinks.Number(p.lag(now).Seconds()),
		PredictionWatermark: known(p.marks.Predictions()), LabelWatermark: known(p.marks.Labels()),
		Join:           admin.Join{Pending: join.Waiting, Bytes: int64(join.Bytes), MaxBytes: int64(a.config.Join.MaxPending), Full: join.Full},
		Checkpoint:     admin.Checkpoint{At: a.checkpoints.last, Bytes: int64(a.checkpoints.bytes)},
		PendingNotices: len(a.delivery.ledger.Pending()), Refused: p.refused.byName(),
	}
	if s.Checkpoint.AgeSeconds = sinks.Number(now.Sub(a.checkpoints.last).Seconds()); a.checkpoints.last.IsZero() {
		s.Checkpoint.AgeSeconds = sinks.Number(math.NaN()) // absent
	}
	s.CaughtUp = len(a.assignment.Owned) > 0
	for _, partition := range slices.SortedFunc(slices.Values(a.assignment.Owned), source.Partition.Compare) {
		view := a.partition(partition, now)
		s.CaughtUp = s.CaughtUp && view.LagMessages == 0
		s.Partitions = append(s.Partitions, view)
	}
	switch {
	case a.assignment.Total == 0:
		s.NotPaging = admin.Waiting
	case len(a.assignment.Owned) == 0:
		s.NotPaging = admin.Standby
	case a.partial():
		s.NotPaging = admin.Partial
	case a.held:
		s.NotPaging = admin.Held
	}
	return s
}

func (a *Agent) partition(p source.Partition, now time.Time) admin.Partition {
	position, end := a.pipeline.positions[p], a.pipeline.tails[p]
	view := admin.Partition{
		Topic: p.Topic, Partition: p.Number, Position: position, HighWatermark: end.highWatermark,
		LagMessages: max(0, end.highWatermark-position), Watermark: known(a.pipeline.marks.Watermark(p)), Paused: a.paused[p],
	}
	if view.LagMessages > 0 && !end.lastRecord.IsZero() {
		view.LagSeconds = sinks.Number(now.Sub(end.lastRecord).Seconds())
	}
	return view
}

// known shows a clock that stands at neither end of time.
func known(i profile.Instant) sinks.Moment {
	if i == profile.Dusk {
		i = profile.Dawn
	}
	return sinks.Moment(i)
}

func (a *Agent) models(states []rules.Status) []admin.Model {
	var all []admin.Model
	for _, v := range a.pipeline.windows.Versions() {
		m := admin.Model{
			Name: v.Model, Version: v.Version, Task: v.Task, State: rules.OK, Superseded: v.Superseded,
			Samples: v.Flow.Predictions, Labeled: v.Flow.Labeled, LastEvent: known(v.Newest),
		}
		if v.BaselineRows > 0 {
			m.Baseline = &admin.Baseline{Path: v.BaselineSource, Created: v.BaselineCreated, Samples: v.BaselineRows}
		}
		for _, s := range states {
			if s.Model == v.Model && s.Version == v.Version && badness(s.State) > badness(m.State) {
				m.State = s.State
			}
		}
		all = append(all, m)
	}
	return all
}

// badness orders states: what is worst about a model is its state.
func badness(s rules.State) int {
	return slices.Index([]rules.State{rules.OK, rules.Insufficient, rules.Pending, rules.Firing}, s)
}

func rulesView(states []rules.Status) []admin.Rule {
	all := make([]admin.Rule, 0, len(states))
	for _, s := range states {
		r := admin.Rule{
			Rule: s.Rule, Model: s.Model, Version: s.Version, Segment: sinks.SegmentOf(s.Segment), Window: s.Window,
			Column: s.Column, Class: s.Class, Severity: s.Severity, State: s.State, Measure: s.Measure,
			Since: sinks.Moment(profile.Dawn), Evaluated: sinks.Moment(profile.Dawn),
		}
		if s.Since != nil {
			r.Since = sinks.Moment(*s.Since)
		}
		if e := s.Evaluation; e != nil {
			r.Value, r.Threshold, r.Evaluated = sinks.Number(e.Value), sinks.Number(e.Threshold), sinks.Moment(e.AsOf)
		}
		all = append(all, r)
	}
	return all
}

func (a *Agent) incidents() []admin.Incident {
	all := []admin.Incident{}
	for _, in := range slices.Backward(a.delivery.ledger.Incidents()) {
		view := admin.Incident{ID: in.ID, Model: in.Model, Severity: in.Severity, OpenedAt: sinks.Moment(in.OpenedAt), Rules: []string{}}
		if in.EndedAt != 0 {
			ended := sinks.Moment(in.EndedAt)
			view.ResolvedAt = &ended
		}
		for _, t := range in.Firing {
			if !slices.Contains(view.Rules, t.Rule) {
				view.Rules = append(view.Rules, t.Rule)
			}
		}
		for _, line := range in.Timeline {
			view.Timeline = append(view.Timeline, admin.Entry{At: sinks.Moment(line.At), Text: line.Text})
		}
		all = append(all, view)
	}
	return all
}

func (a *Agent) retrains() []admin.Retrain {
	all := []admin.Retrain{}
	for _, r := range slices.Backward(a.delivery.desk.Requests()) {
		view := admin.Retrain{
			ID: r.ID, Model: r.Model, Version: r.Version, State: string(r.State), RequestedAt: sinks.Moment(r.TriggeredAt),
			Deadline: r.Deadline, TrainingStart: sinks.Moment(r.Training.From), TrainingEnd: sinks.Moment(r.Training.To),
		}
		if len(r.Signals) > 0 {
			view.Rule = r.Signals[0].Rule
		}
		all = append(all, view)
	}
	return all
}

// sample copies the samples of refused records, newest first.
func (a *Agent) sample() {
	var all []admin.Refused
	for _, s := range slices.Backward(a.pipeline.refused.sampler.Samples()) {
		all = append(all, admin.Refused{
			Topic: s.Partition.Topic, Partition: s.Partition.Number, Offset: s.Offset, At: s.Time, Reason: s.Reason.String(), Value: s.Value,
		})
	}
	a.samples.Store(&all)
}

// export hands the picture to the metrics.
func (a *Agent) export(states []rules.Status, now time.Time) {
	e := a.options.Exporter
	var models []prometheus.Model
	for _, v := range a.pipeline.windows.Versions() {
		models = append(models, prometheus.Model{
			Name: v.Model, Version: v.Version, Task: v.Task, Rules: a.pipeline.ruleCounts[v.Model],
			BaselineCreated: v.BaselineCreated, BaselineSamples: v.BaselineRows,
		})
	}
	e.SetModels(models)
	var exported []prometheus.RuleState
	for _, s := range states {
		r := prometheus.RuleState{Model: s.Model, Rule: s.Rule, State: s.State, Evaluated: profile.Dawn}
		if s.Evaluation != nil {
			r.Value, r.Threshold, r.Evaluated = s.Evaluation.Value, s.Evaluation.Threshold, s.Evaluation.AsOf
		}
		exported = append(exported, r)
	}
	e.SetRules(exported)
	var open []prometheus.Incident
	for _, in := range a.delivery.ledger.Incidents() {
		if in.EndedAt == 0 {
			open = append(open, prometheus.Incident{Model: in.Model, Severity: in.Severity})
		}
	}
	e.SetIncidents(open)
	var retrains []prometheus.RetrainState
	for _, r := range slices.Backward(a.delivery.desk.Requests()) {
		retrains = append(retrains, prometheus.RetrainState{Model: r.Model, State: string(r.State), Requested: r.TriggeredAt, Eligible: profile.Dawn})
	}
	e.SetRetrains(retrains)
	positions := prometheus.Positions{Generation: a.assignment.Generation}
	for _, p := range a.assignment.Owned {
		view := a.partition(p, now)
		positions.Partitions = append(positions.Partitions, prometheus.Partition{
			Topic: p.Topic, Number: p.Number, Next: view.Position, HighWatermark: view.HighWatermark,
			Lag: time.Duration(float64(view.LagSeconds) * float64(time.Second)), Watermark: a.pipeline.marks.Watermark(p),
		})
	}
	e.SetPositions(positions)
	e.Ready.Set(1)
}
