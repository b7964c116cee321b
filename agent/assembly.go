package agent

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/agent/window"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/rules"
)

// Forever is a delay without end.
const Forever = time.Duration(math.MaxInt64)

// PipelineOptions are what a pipeline is given by code.
type PipelineOptions struct {
	// Streams says what a topic carries.
	Streams func(topic string) event.Stream
	// Labels tells whether any topic carries labels: without, no rule waits for them.
	Labels bool
	// LabelDelay is how long labels are awaited if the configuration does not say.
	LabelDelay time.Duration
	Log        zerolog.Logger
}

// NewPipeline assembles the stages for a configuration.
func NewPipeline(c *config.Config, o PipelineOptions) (*Pipeline, error) {
	p := &Pipeline{
		engines: map[string]*rules.Engine{}, ruleCounts: map[string]int{}, asking: map[string]map[string]bool{}, positions: source.Positions{}, tails: map[source.Partition]tail{},
		refused: newRefusals(), history: history{}, silence: silence{}, witness: witness{last: map[source.Partition]sighting{}},
		blindDefault: map[string]bool{}, lateness: c.Time.AllowedLateness, shortestDelay: Forever,
	}
	clock := window.Clock{
		OutOfOrderness: c.Time.OutOfOrderness, AllowedLateness: c.Time.AllowedLateness,
		FutureSkew: c.Time.FutureSkew, MaxEventAge: c.Time.MaxEventAge,
	}
	dictionary := &event.Dictionary{}
	options := window.Options{
		Clock: clock, Dictionary: dictionary,
		NoBaseline: func(model, version string, err error) {
			o.Log.Warn().Str("model", model).Str("version", version).Err(err).Msg("no baseline: windows are only counted")
		},
	}
	var segments [][]string
	for i := range c.Models {
		m := &c.Models[i]
		engine, err := newEngine(m, o.Labels)
		if err != nil {
			return nil, err
		}
		p.models = append(p.models, m.Name)
		p.engines[m.Name], p.ruleCounts[m.Name] = engine, len(m.RulesInForce())
		p.asking[m.Name] = map[string]bool{}
		for _, rule := range m.RulesInForce() {
			p.asking[m.Name][rule.Name] = rule.Retrain
		}
		p.blindDefault[m.Name] = len(m.Rules) == 0 || m.Defaults
		delay := c.LabelDelayOf(m, o.LabelDelay)
		p.shortestDelay = min(p.shortestDelay, delay)
		stage, err := windowModel(m, engine, delay, c.Limits.MaxVersions)
		if err != nil {
			return nil, err
		}
		options.Models = append(options.Models, stage)
		for _, spec := range stage.Specs {
			p.longestPane = max(p.longestPane, spec.Slide)
		}
		names := []string{}
		for _, s := range m.Segments {
			names = append(names, s.Name)
		}
		segments = append(segments, names)
	}
	p.marks = window.NewWatermarks(clock)
	p.join = join.New(join.Options{
		MaxBytes: int(c.Join.MaxPending), Lateness: clock.AllowedLateness, Pane: p.longestPane,
		MaxDelay: func(model int) time.Duration { return options.Models[model].MaxDelay },
	})
	p.windows = window.New(options, p.marks, p.join)
	var err error
	p.decoder, err = event.NewDecoder(event.Options{
		Models: p.models, Segments: segments, Streams: o.Streams, Mapping: event.Mapping(c.Mapping), Dictionary: dictionary,
		MaxBytes: int(c.Limits.MaxEvent),
	})
	if err != nil {
		return nil, fmt.Errorf("assemble decoder: %w", err)
	}
	return p, nil
}

// newEngine compiles a model's rules.
func newEngine(m *config.Model, labels bool) (*rules.Engine, error) {
	list := m.RulesInForce()
	if !labels {
		measures := rules.Measures()
		list = slices.DeleteFunc(slices.Clone(list), func(r rules.Rule) bool { return measures[r.Measure] == detectors.Performance })
	}
	engine, problems := rules.Compile(list)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rules of model %q: %v", m.Name, problems)
	}
	return engine, nil
}

func windowModel(m *config.Model, engine *rules.Engine, delay time.Duration, versions int) (window.Model, error) {
	stage := window.Model{
		Name: m.Name, MaxDelay: delay, MaxVersions: versions, Compare: comparing(m.MeasuresInForce()),
		Baseline: func(version string) (*baseline.Baseline, error) {
			return readBaseline(m, version)
		},
	}
	for _, w := range m.Windows {
		stage.Specs = append(stage.Specs, window.Spec{Name: w.Name, Size: w.Size, Slide: w.Slide})
	}
	for _, h := range engine.Horizons() {
		stage.Horizons = append(stage.Horizons, window.Horizon(h))
	}
	for _, s := range m.Segments {
		stage.Segments = append(stage.Segments, window.SegmentSpec{Name: s.Name, Values: s.Values, Max: s.Max})
	}
	stage.Threshold = m.Threshold
	if m.Task == "" || m.Task != performance.Regression.String() && len(m.Classes) == 0 {
		return stage, nil // the baselines say what the answers are
	}
	schema := &performance.Schema{Classes: slices.Sorted(slices.Values(m.Classes)), Positive: m.PositiveClass, Threshold: performance.DefaultThreshold}
	if m.Threshold != nil {
		schema.Threshold = *m.Threshold
	}
	err := schema.Task.UnmarshalText([]byte(m.Task))
	if err == nil && schema.Task == performance.Binary && schema.Positive == "" {
		schema.Positive = config.UsualPositive(schema.Classes)
	}
	if err = errors.Join(err, schema.Validate()); err != nil {
		return window.Model{}, fmt.Errorf("model %q: %w", m.Name, err)
	}
	stage.Schema = schema
	return stage, nil
}
