package agent

import (
	"maps"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/window"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Pipeline is the way of one event, as code: bytes, event, join, window, report, transitions. The same input makes the
// same findings, whether it comes from Kafka or from files; the wall clock only carries silent partitions on.
type Pipeline struct {
	models  []string
	decoder *event.Decoder
	batch   event.Batch
	marks   *window.Watermarks
	join    *join.Join
	windows *window.Windows
	engines map[string]*rules.Engine // by model

	ruleCounts map[string]int
	asking     map[string]map[string]bool // by model: the rules that may ask for retraining

	shortestDelay time.Duration
	longestPane   time.Duration
	witness       witness
	partial       bool // others read some of the partitions
	positions     source.Positions
	tails         map[source.Partition]tail
	refused       refusals
	history       history
	silence       silence
	blindDefault  map[string]bool // models whose default rules hold
	lateness      time.Duration
}

// tail is what the last batch said of a partition.
type tail struct {
	highWatermark int64
	lastRecord    time.Time // timestamp of the last record read
	ended         bool
	// lost tells that records are missing before the next one to be read: the windows up to there may lack events.
	lost bool
}

// Finding is what the pipeline has to tell of one model at one moment of event time: any of its parts may be absent.
type Finding struct {
	Model string
	At    profile.Instant
	// Reports of windows, in the order in which they became due.
	Reports []detectors.Report
	// Transitions that those reports made.
	Transitions []rules.Transition
	// Contradictions between final labels and what was told earlier.
	Contradictions []rules.Contradiction
	// Failing tells that after a judgement of performance the condition of a rule that may ask for retraining holds.
	Failing bool
	// BaselineID identifies the baseline that the reports compared with.
	BaselineID string
	// NewVersion is a version that was met for the first time.
	NewVersion string
}

// Consume takes one batch through all stages and returns what it made known.
func (p *Pipeline) Consume(b source.Batch) []Finding {
	p.decode(b)
	findings := p.gather(b)
	p.position(b)
	return append(findings, p.judge()...)
}

// decode turns records into events: bytes in, columns out.
func (p *Pipeline) decode(b source.Batch) {
	p.batch.Reset()
	p.refused.records += uint64(len(b.Records))
	for _, record := range b.Records {
		if reason := p.decoder.Decode(record, &p.batch); reason != event.Accepted {
			p.refused.add(reason, record)
		}
	}
}

// gather takes the events into the join and the windows. A version met for the first time may bring a baseline with
// features that the decoder did not know yet: then the records, which are still there, are decoded once more.
func (p *Pipeline) gather(b source.Batch) []Finding {
	met, grown := p.windows.Meet(&p.batch)
	if grown {
		p.batch.Reset()
		for _, record := range b.Records {
			p.decoder.Decode(record, &p.batch)
		}
	}
	p.windows.Gather(&p.batch, b.FetchedAt)
	p.history.add(&p.batch)
	p.silence.add(&p.batch, p.models)
	var findings []Finding
	for _, v := range met {
		findings = append(findings, Finding{Model: p.models[v.Model], At: v.At, NewVersion: v.Name})
	}
	return findings
}

// position moves on in the log that the batch came from.
func (p *Pipeline) position(b source.Batch) {
	p.positions[b.Partition] = b.Next
	l, known := p.tails[b.Partition]
	l.ended, l.lost = b.End, l.lost || b.Lost > 0
	if !known || b.HighWatermark >= 0 { // -1 proves nothing, and what was known still holds
		l.highWatermark = b.HighWatermark
	}
	switch {
	case b.End:
		p.marks.End(b.Partition)
	case b.HighWatermark == b.Next:
		p.marks.CaughtUp(b.Partition, b.FetchedAt)
	}
	if b.HighWatermark == b.Next {
		p.witness.caughtUp(b.Partition, b.FetchedAt)
	}
	p.witness.note(sighting{at: b.FetchedAt, predictions: p.marks.Predictions(), labels: p.marks.Labels()})
	if l.lost || p.partial {
		p.windows.MarkIncomplete()
	}
	if n := len(b.Records); n > 0 {
		l.lastRecord, l.lost = b.Records[n-1].Time, false
	}
	p.tails[b.Partition] = l
}

// judge brings windows and rules up to the clocks.
func (p *Pipeline) judge() []Finding {
	predictions, labels := p.clocks()
	p.windows.Patience = p.patience()
	var findings []Finding
	for _, step := range p.windows.Advance(predictions, labels) {
		f := p.evaluate(step)
		if n := len(findings); n > 0 && findings[n-1].Model == f.Model && findings[n-1].At == f.At {
			findings[n-1].join(f)
			continue
		}
		findings = append(findings, f)
	}
	for _, model := range p.models {
		if stale := p.engines[model].Advance(predictions); len(stale) > 0 {
			findings = append(findings, Finding{Model: model, At: predictions, Transitions: stale})
		}
	}
	for _, f := range p.silence.look(predictions.Add(-p.lateness)) {
		if p.blindDefault[f.Model] {
			findings = append(findings, f)
		}
	}
	p.join.Expire(predictions, labels, p.shortestDelay)
	return findings
}

// evaluate lets the model's rules look at one step.
func (p *Pipeline) evaluate(step window.Step) Finding {
	switch {
	case step.Superseded != nil:
		s := step.Superseded
		return Finding{
			Model: s.Model, At: s.At,
			Transitions: p.engines[s.Model].Supersede(rules.Succession(*s)),
		}
	case step.Revived != nil:
		r := step.Revived
		p.engines[r.Model].Revive(r.Model, r.Version)
		return Finding{Model: r.Model, At: r.At}
	}
	r := *step.Report
	engine := p.engines[r.Key.Model]
	f := Finding{
		Model: r.Key.Model, At: r.AsOf, Reports: []detectors.Report{r},
		Transitions: engine.Evaluate(r), Contradictions: engine.Review(r),
	}
	f.BaselineID = p.windows.BaselineID(r.Key.Model, r.Key.Version)
	if r.Phase == detectors.Performance {
		f.Failing = failing(engine.States(), r.Key.Version, p.asking[r.Key.Model])
	}
	return f
}

// failing tells whether the condition of any of some rules holds for a version.
func failing(states []rules.Status, version string, of map[string]bool) bool {
	return slices.ContainsFunc(states, func(s rules.Status) bool {
		return s.Version == version && of[s.Rule] && (s.State == rules.Pending || s.State == rules.Firing)
	})
}

// join adds what another step at the same moment made known.
func (f *Finding) join(o Finding) {
	f.Reports = append(f.Reports, o.Reports...)
	f.Transitions = append(f.Transitions, o.Transitions...)
	f.Contradictions = append(f.Contradictions, o.Contradictions...)
	f.Failing = f.Failing || o.Failing
	if o.BaselineID != "" {
		f.BaselineID = o.BaselineID
	}
}

// anyDefault tells whether the default rules hold for some model.
func (p *Pipeline) anyDefault() bool {
	return slices.Contains(slices.Collect(maps.Values(p.blindDefault)), true)
}

// caughtUp tells whether everything that is known to be in the logs has been read.
func (p *Pipeline) caughtUp() bool {
	for partition, l := range p.tails {
		if l.highWatermark > p.positions[partition] {
			return false
		}
	}
	return true
}

// lag returns how old the last record read is, over all partitions that are not caught up; 0 if all are.
func (p *Pipeline) lag(now time.Time) time.Duration {
	var lag time.Duration
	for partition, l := range p.tails {
		if l.highWatermark > p.positions[partition] && !l.lastRecord.IsZero() {
			lag = max(lag, now.Sub(l.lastRecord))
		}
	}
	return lag
}

// lagging tells whether a partition has records that were not read yet, as far as is known.
func (p *Pipeline) lagging(partition source.Partition) bool {
	l, known := p.tails[partition]
	return !known || !l.ended && (l.highWatermark < 0 || l.highWatermark > p.positions[partition])
}

// own begins to follow the partitions of a new assignment; the clocks leave out all others. Positions of partitions that
// others read now are kept: they say what this state contains, should the partitions come back.
func (p *Pipeline) own(partitions []source.Partition, stream func(topic string) event.Stream) {
	for _, partition := range partitions {
		p.marks.Track(partition, stream(partition.Topic))
	}
	p.marks.Keep(partitions)
	maps.DeleteFunc(p.tails, func(partition source.Partition, _ tail) bool { return !slices.Contains(partitions, partition) })
}
