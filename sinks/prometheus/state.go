package prometheus

import (
	"strconv"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Model is one monitored model version.
type Model struct {
	Name, Version string
	Task          string // binary, multiclass, regression
	Rules         int    // rules that watch the model
	// BaselineCreated and BaselineSamples describe its baseline; zero if it has none.
	BaselineCreated time.Time
	BaselineSamples uint64
}

func (out *emitter) models(models []Model) {
	out.gauge("models", float64(len(models)))
	ruled := make(map[string]bool)
	for _, m := range models {
		if !out.names.admitVersion(m.Name, m.Version) {
			continue
		}
		out.gauge("model_info", 1, m.Name, m.Version, m.Task)
		if !ruled[m.Name] { // the versions of a model have the same rules
			ruled[m.Name] = true
			out.gauge("rules", float64(m.Rules), m.Name)
		}
		if !m.BaselineCreated.IsZero() {
			out.gauge("baseline_created_timestamp_seconds", float64(m.BaselineCreated.UnixMilli())/1000, m.Name, m.Version)
			out.gauge("baseline_samples", float64(m.BaselineSamples), m.Name, m.Version)
		}
	}
}

// RuleState is where a rule stands for one subject.
type RuleState struct {
	Model, Rule      string
	State            rules.State
	Value, Threshold float64
	// Evaluated is the event time of its newest judgement; profile.Dawn if there was none.
	Evaluated profile.Instant
}

// ruleStates orders the states from best to worst.
var ruleStates = []rules.State{rules.OK, rules.Insufficient, rules.Pending, rules.Firing}

func badness(state rules.State) int {
	for i, s := range ruleStates {
		if s == state {
			return i
		}
	}
	return 0
}

// rules folds the subjects of every rule into one: columns, versions, segments and classes are for the pages. The first
// of the worst speaks for all.
func (out *emitter) rules(states []RuleState) {
	type key struct{ model, rule string }
	worst, evaluated := make(map[key]RuleState), make(map[key]profile.Instant)
	for _, s := range states {
		k := key{s.Model, s.Rule}
		if old, ok := worst[k]; !ok || badness(s.State) > badness(old.State) {
			worst[k] = s
		}
		if old, ok := evaluated[k]; !ok || s.Evaluated > old {
			evaluated[k] = s.Evaluated
		}
	}
	for k, s := range worst {
		if !out.names.admitModel(k.model) {
			continue
		}
		for _, state := range ruleStates {
			out.gauge("rule_state", flag(badness(state) == badness(s.State)), k.model, k.rule, string(state))
		}
		out.instant("rule_last_evaluation_timestamp_seconds", evaluated[k], k.model, k.rule)
		if s.State != rules.Insufficient && evaluated[k] != profile.Dawn {
			out.gauge("rule_value", s.Value, k.model, k.rule)
			out.gauge("rule_threshold", s.Threshold, k.model, k.rule)
		}
	}
}

// RetrainState is the newest retrain request of one model.
type RetrainState struct {
	Model string
	State string // the state the request is in, from the closed set of package alerts/retrain
	// Requested is the event time of the request, Eligible that from which another is allowed; profile.Dawn if unknown.
	Requested, Eligible profile.Instant
}

func (out *emitter) retrains(states []RetrainState) {
	seen := make(map[string]bool)
	for _, s := range states {
		if seen[s.Model] || !out.names.admitModel(s.Model) {
			continue
		}
		seen[s.Model] = true
		out.gauge("retrain_state", 1, s.Model, s.State)
		out.instant("retrain_last_request_timestamp_seconds", s.Requested, s.Model)
		out.instant("retrain_eligible_timestamp_seconds", s.Eligible, s.Model)
	}
}

// Incident is one open incident.
type Incident struct {
	Model    string
	Severity rules.Severity
}

// incidents emits a 0 for a severity without incidents, so that a comparison always has something to compare.
func (out *emitter) incidents(open []Incident) {
	for _, severity := range []rules.Severity{rules.Info, rules.Warning, rules.Page} {
		count := 0.0
		for _, i := range open {
			count += flag(i.Severity == severity)
		}
		out.gauge("incidents", count, "active", string(severity))
	}
}

// Positions is how far the agent has read.
type Positions struct {
	Generation int
	Partitions []Partition
}

// Partition is the position in one owned partition.
type Partition struct {
	Topic  string
	Number int
	Next   int64 // the offset to read next
	// HighWatermark is the offset after the last record; −1 if unknown.
	HighWatermark int64
	// Lag is the age of the last record read, 0 at the high watermark.
	Lag time.Duration
	// Watermark is the partition's event time; profile.Dawn before its first event.
	Watermark profile.Instant
}

func (out *emitter) positions(positions Positions) {
	type topic struct {
		lag       time.Duration
		watermark profile.Instant
		owned     float64
	}
	topics := make(map[string]topic)
	for _, p := range positions.Partitions {
		t, ok := topics[p.Topic]
		if !ok {
			t.watermark = profile.Dusk
		}
		t.lag, t.owned = max(t.lag, p.Lag), t.owned+1
		if p.Watermark != profile.Dawn { // one that never had an event holds nobody back
			t.watermark = min(t.watermark, p.Watermark)
		}
		topics[p.Topic] = t
		number := strconv.Itoa(p.Number)
		out.gauge("kafka_consumer_offset", float64(p.Next), p.Topic, number)
		if p.HighWatermark >= 0 {
			out.gauge("kafka_high_watermark_offset", float64(p.HighWatermark), p.Topic, number)
			out.gauge("kafka_consumer_lag_messages", float64(max(0, p.HighWatermark-p.Next)), p.Topic, number)
		}
	}
	for name, t := range topics {
		out.gauge("kafka_consumer_lag_seconds", t.lag.Seconds(), name)
		out.gauge("kafka_partitions_assigned", t.owned, name)
		out.instant("watermark_timestamp_seconds", t.watermark, name)
	}
	out.gauge("kafka_group_generation", float64(positions.Generation))
}
