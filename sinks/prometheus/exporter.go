package prometheus

import (
	"context"
	"maps"
	"math"
	"sync"
	"sync/atomic"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// Options is what New takes.
type Options struct {
	Limits Limits
	Logger zerolog.Logger
}

// Exporter is a sink and a prometheus.Collector. All its methods may be called by several goroutines.
type Exporter struct {
	// Instruments count what happens; the agent's stages move them.
	*Instruments

	gauges map[string]*client.Desc // of the snapshot, by name in the catalogue
	names  *names

	writing  sync.Mutex // held by whoever replaces the snapshot
	snapshot atomic.Pointer[snapshot]
}

var (
	_ sinks.Sink       = (*Exporter)(nil)
	_ client.Collector = (*Exporter)(nil)
)

// snapshot is what a scrape shows. It is never changed, only replaced.
type snapshot struct {
	models      []Model
	drift       map[windowKey]detectors.Report // newest report of phase drift
	performance map[windowKey]detectors.Report // newest report of phase performance
	rules       []RuleState
	retrains    []RetrainState
	incidents   []Incident
	positions   Positions
}

type windowKey struct{ model, version, window string }

// New returns an exporter; the caller registers it.
func New(options Options) *Exporter {
	e := &Exporter{gauges: make(map[string]*client.Desc)}
	limits := options.Limits.withDefaults()
	e.names = newNames(limits, options.Logger, e.countExceeded)
	e.Instruments = newInstruments(e.names)
	e.SeriesLimit.Set(float64(limits.Models), "models")
	e.SeriesLimit.Set(float64(limits.VersionsPerModel), "versions")
	e.SeriesLimit.Set(float64(limits.FeaturesPerModel), "features")
	for _, m := range catalogue {
		if !e.has(m.Name) {
			e.gauges[m.Name] = client.V2.NewDesc(m.FullName(), m.Help, client.UnconstrainedLabels(m.Labels), nil)
		}
	}
	e.snapshot.Store(&snapshot{})
	return e
}

func (e *Exporter) countExceeded(dimension string) { e.SeriesLimitExceeded.Add(1, dimension) }

// Write keeps the report if it is the newest of its window and phase. Reports about segments are passed over.
func (e *Exporter) Write(_ context.Context, report detectors.Report) error {
	if report.Key.Segment != (profile.Segment{}) {
		return nil
	}
	e.count(report)
	e.publish(func(s *snapshot) {
		switch report.Phase {
		case detectors.Drift:
			s.drift = newest(s.drift, report)
		case detectors.Performance:
			s.performance = newest(s.performance, report)
		case detectors.Closed, detectors.Final: // not judgements: late events and labels may follow, or the window is old
		}
	})
	return nil
}

func (e *Exporter) count(report detectors.Report) {
	e.WindowEvaluations.Add(1, report.Key.Model)
	if report.Phase == detectors.Closed && !report.Complete {
		e.WindowsIncomplete.Add(1, report.Key.Model)
	}
}

// newest returns the reports with this one in its window's place, unless a later window or revision is there.
func newest(reports map[windowKey]detectors.Report, report detectors.Report) map[windowKey]detectors.Report {
	key := windowKey{report.Key.Model, report.Key.Version, report.Key.Window}
	old, ok := reports[key]
	if ok && (old.Key.Start > report.Key.Start || old.Key.Start == report.Key.Start && old.Revision > report.Revision) {
		return reports
	}
	next := make(map[windowKey]detectors.Report, len(reports)+1)
	maps.Copy(next, reports)
	next[key] = report
	return next
}

// SetModels replaces the monitored models. Windows and counters of models and versions that are not among them are gone
// with the next scrape.
func (e *Exporter) SetModels(models []Model) {
	keep := make(map[pair]bool, len(models))
	for _, m := range models {
		keep[pair{m.Name, m.Version}] = true
	}
	goneModels, gonePairs := e.names.keep(keep)
	e.forget(goneModels, gonePairs)
	outside := func(key windowKey, _ detectors.Report) bool { return !keep[pair{key.model, key.version}] }
	e.publish(func(s *snapshot) {
		s.models = models
		s.drift, s.performance = maps.Clone(s.drift), maps.Clone(s.performance)
		maps.DeleteFunc(s.drift, outside)
		maps.DeleteFunc(s.performance, outside)
	})
}

// SetRules replaces the states of all rules, one for every subject.
func (e *Exporter) SetRules(states []RuleState) { e.publish(func(s *snapshot) { s.rules = states }) }

// SetRetrains replaces the newest retrain request of every model.
func (e *Exporter) SetRetrains(states []RetrainState) {
	e.publish(func(s *snapshot) { s.retrains = states })
}

// SetIncidents replaces the open incidents.
func (e *Exporter) SetIncidents(open []Incident) { e.publish(func(s *snapshot) { s.incidents = open }) }

// SetPositions replaces the Kafka positions.
func (e *Exporter) SetPositions(positions Positions) {
	e.publish(func(s *snapshot) { s.positions = positions })
}

func (e *Exporter) publish(change func(*snapshot)) {
	e.writing.Lock()
	defer e.writing.Unlock()
	next := *e.snapshot.Load()
	change(&next)
	e.snapshot.Store(&next)
}

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(descs chan<- *client.Desc) {
	for _, desc := range e.gauges {
		descs <- desc
	}
	e.describe(descs)
}

// Collect implements prometheus.Collector: it makes every series of the snapshot anew.
func (e *Exporter) Collect(metrics chan<- client.Metric) {
	s := e.snapshot.Load()
	out := &emitter{descs: e.gauges, names: e.names, metrics: metrics}
	out.models(s.models)
	for _, report := range s.drift {
		out.drift(report)
	}
	for _, report := range s.performance {
		out.performance(report)
	}
	out.rules(s.rules)
	out.retrains(s.retrains)
	out.incidents(s.incidents)
	out.positions(s.positions)
	e.collect(metrics) // last: it counts what the lines above had no place for
}

// emitter writes const metrics for one scrape.
type emitter struct {
	descs   map[string]*client.Desc
	names   *names
	metrics chan<- client.Metric
}

// gauge emits one sample; the labels in the catalogue's order. Detectors let no NaN out; should one come all the same, it
// is absent rather than contagious.
func (out *emitter) gauge(name string, value float64, labels ...string) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	for i := range labels {
		labels[i] = clean(labels[i])
	}
	out.metrics <- client.MustNewConstMetric(out.descs[name], client.GaugeValue, value, labels...)
}

func (out *emitter) instant(name string, at profile.Instant, labels ...string) {
	if at != profile.Dawn && at != profile.Dusk {
		out.gauge(name, float64(at)/1000, labels...)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
