package window

import (
	"time"

	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/join"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Options configure Windows.
type Options struct {
	Clock      Clock
	Models     []Model // as the decoder's
	Dictionary *event.Dictionary
	// NoBaseline is told when a version's baseline could not be had: its windows are only counted.
	NoBaseline func(model, version string, err error)
}

// Model says how one model's windows are made and judged.
type Model struct {
	Name     string
	Specs    []Spec // at most 16, of different names
	Horizons []Horizon
	Segments []SegmentSpec // at most join.MaxSegments
	// MaxDelay is how long labels are awaited; the longest duration there is means for ever.
	MaxDelay time.Duration
	// MaxVersions bounds the versions that are live at once; further ones are counted as OtherVersion.
	MaxVersions int
	// Schema overrides the baseline's; nil: the baseline decides. Threshold overrides the threshold of either.
	Schema    *performance.Schema
	Threshold *float64
	// Baseline looks up a version's baseline, once, at first sight.
	Baseline func(version string) (*baseline.Baseline, error)
	// Compare measures a window against its baseline.
	Compare func(b *baseline.Baseline, current *profile.Set) []detectors.Measurement
}

// Windows is every window of every model. One goroutine owns it.
type Windows struct {
	// Patience is how far P may give up labels: beyond, labels may wait that nobody has read. New sets it to Dusk.
	Patience profile.Instant

	options Options
	marks   *Watermarks
	join    *join.Join
	models  []*model
	delays  []Delay  // of the batch gathered last
	counts  []Counts // by model; the last is of labels without one

	rows    []span // of the batch being gathered: each prediction's targets
	targets []target

	// Scratch, reused for every event.
	named    []performance.ClassProbability
	chances  []float64
	category []byte
}

type model struct {
	options  Model
	slicers  []*slicer
	versions []*version // by number: in the order in which they were first seen
	sorted   []*version // by name
	byName   map[string]int
}

// Met is a version seen for the first time.
type Met struct {
	Model int
	Name  string
	At    profile.Instant // the timestamp of its first event, as written
}

// Meet registers the versions of a decoded batch that were never seen before, with their baselines. grown tells that
// these brought features that the decoder did not know when it decoded the batch.
func (w *Windows) Meet(b *event.Batch) (met []Met, grown bool) {
	known := w.options.Dictionary.Len()
	for i := range b.Predictions {
		p := &b.Predictions[i]
		m := w.models[p.Model]
		if _, ok := m.byName[p.Version]; ok {
			continue
		}
		before := len(m.versions)
		w.version(m, p.Version)
		if len(m.versions) > before {
			met = append(met, Met{Model: p.Model, Name: m.versions[before].name, At: p.Time})
		}
	}
	return met, w.options.Dictionary.Len() > known
}

// span is a range of Windows.targets.
type span struct{ first, end int }

// target is one profile that a prediction's columns are counted in.
type target struct {
	set     *profile.Set
	version *version
}

// New returns windows without any event.
func New(o Options, marks *Watermarks, j *join.Join) *Windows {
	w := &Windows{options: o, marks: marks, join: j, Patience: profile.Dusk, counts: make([]Counts, len(o.Models)+1)}
	for _, m := range o.Models {
		added := &model{options: m, byName: map[string]int{}}
		for _, s := range m.Segments {
			added.slicers = append(added.slicers, newSlicer(s, o.Dictionary))
		}
		w.models = append(w.models, added)
	}
	return w
}
