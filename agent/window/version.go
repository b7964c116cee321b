package window

import (
	"cmp"
	"slices"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// OtherVersion is the version under which all events are counted once a model has as many live versions as it may have.
const OtherVersion = "other"

// version is one version of a model, with the baseline it is compared with.
type version struct {
	name       string
	baseline   *baseline.Baseline
	baselineID string // empty without a baseline
	layout     *profile.Layout
	schema     *performance.Schema
	columns    []int // dictionary column → layout column, -1 for none
	prediction int   // layout column of the output columns, -1 for none
	score      int
	whole      []*series // the whole model's, by spec
	segments   map[seriesKey]*series
	ordered    []*series       // all of them, by id
	newest     profile.Instant // event time of the newest event
	flow       Flow
}

// seriesKey says which of a version's series it is.
type seriesKey struct {
	spec    uint8
	segment int8 // number of the segment name, -1 for the whole model
	value   uint16
}

const whole = -1

func (k seriesKey) compare(o seriesKey) int {
	return cmp.Or(cmp.Compare(k.spec, o.spec), cmp.Compare(k.segment, o.segment), cmp.Compare(k.value, o.value))
}

// version returns the number of a model's version, registering it at first sight.
func (w *Windows) version(m *model, name string) int {
	if i, ok := m.byName[name]; ok {
		return i
	}
	if name != OtherVersion && (m.live() >= m.options.MaxVersions || len(m.versions) >= mostVersions) {
		return w.version(m, OtherVersion)
	}
	v := w.newVersion(m, name)
	w.look(m, v)
	return m.register(v)
}

// mostVersions a model may have had: join.Answer tells that many apart, and OtherVersion.
const mostVersions = 1<<16 - 1

func (m *model) register(v *version) int {
	m.byName[v.name] = len(m.versions)
	m.versions = append(m.versions, v)
	i, _ := slices.BinarySearchFunc(m.sorted, v, func(a, b *version) int { return cmp.Compare(a.name, b.name) })
	m.sorted = slices.Insert(m.sorted, i, v)
	return len(m.versions) - 1
}

// live counts the versions that still answer or have windows open, OtherVersion aside.
func (m *model) live() int {
	n := 0
	for _, v := range m.versions {
		if v.name != OtherVersion && v.live() {
			n++
		}
	}
	return n
}

func (v *version) live() bool {
	return slices.ContainsFunc(v.whole, func(s *series) bool { return !s.life.superseded || len(s.windows) > 0 })
}

func (w *Windows) newVersion(m *model, name string) *version {
	v := &version{
		name: name, newest: profile.Dawn, schema: m.options.Schema, prediction: -1, score: -1, segments: map[seriesKey]*series{},
	}
	for i := range m.options.Specs {
		id := seriesKey{spec: uint8(i), segment: whole} // #nosec G115 -- see Model.Specs
		v.whole = append(v.whole, v.begin(m, id))
	}
	w.widen(v)
	return v
}

// widen makes room in the join for the probabilities of the version's classes.
func (w *Windows) widen(v *version) {
	if v.schema != nil && v.schema.Task == performance.Multiclass {
		w.join.Widen(len(v.schema.Classes))
	}
}

// look looks for the version's baseline, and says if there is none.
func (w *Windows) look(m *model, v *version) {
	if err := w.arm(m, v); err != nil {
		w.options.NoBaseline(m.options.Name, v.name, err)
	}
}

// arm reads the version's baseline, and makes room for what it brings.
func (w *Windows) arm(m *model, v *version) error {
	b, err := m.options.Baseline(v.name)
	if err != nil {
		return err
	}
	v.arm(b, m.options.Threshold)
	for i, c := range v.layout.Columns {
		if c.Role == profile.Feature {
			v.assign(w.options.Dictionary.Add(c.Name), i)
		}
	}
	for _, s := range m.slicers {
		s.learn(v.layout)
	}
	w.widen(v)
	return nil
}

// Rearm looks again for the baselines that live versions lack: a pipeline may deploy a version first and build its
// baseline then. It returns the versions that have one now. Their open panes stay without columns; what comes after is
// compared. It must not be called between Meet and Gather.
func (w *Windows) Rearm() []Version {
	var armed []Version
	for _, m := range w.models {
		for _, v := range m.versions {
			if v.baseline == nil && v.name != OtherVersion && v.live() && w.arm(m, v) == nil {
				armed = append(armed, Version{Model: m.options.Name, Version: v.name, Newest: v.newest})
			}
		}
	}
	return armed
}

// begin adds a series to the version.
func (v *version) begin(m *model, id seriesKey) *series {
	spec := m.options.Specs[id.spec]
	key := profile.Key{Model: m.options.Name, Version: v.name, Window: spec.Name}
	if id.segment != whole {
		key.Segment = m.slicers[id.segment].segment(id.value)
	}
	s := newSeries(id, key, spec, len(m.options.Horizons))
	i, _ := v.place(id)
	v.ordered = slices.Insert(v.ordered, i, s)
	return s
}

// segment returns the series of one segment, beginning it at first use.
func (v *version) segment(m *model, id seriesKey) *series {
	s, ok := v.segments[id]
	if !ok {
		s = v.begin(m, id)
		v.segments[id] = s
	}
	return s
}

// place returns where a series stands in the fixed order, or would stand.
func (v *version) place(id seriesKey) (int, bool) {
	return slices.BinarySearchFunc(v.ordered, id, func(s *series, id seriesKey) int { return s.id.compare(id) })
}

// arm gives the version its baseline.
func (v *version) arm(b *baseline.Baseline, threshold *float64) {
	v.baseline, v.baselineID, v.layout = b, b.ID(), b.Set.Layout
	if v.schema == nil && b.Schema != nil {
		schema := *b.Schema
		if threshold != nil {
			schema.Threshold = *threshold
		}
		v.schema = &schema
	}
	v.prediction, v.score = v.layout.Output(profile.PredictionColumn), v.layout.Output(profile.ScoreColumn)
}

// assign says where the values of a dictionary column go.
func (v *version) assign(column, layout int) {
	for len(v.columns) <= column {
		v.columns = append(v.columns, -1)
	}
	v.columns[column] = layout
}

// column returns the layout column of a dictionary column, -1 if the version's baseline has none.
func (v *version) column(dictionary int) int {
	if dictionary < len(v.columns) {
		return v.columns[dictionary]
	}
	return -1
}

// designEffect is how many correlated rows count as one: the baseline's, or the usual one where there is none.
func (v *version) designEffect() float64 {
	if v.baseline == nil {
		return performance.AssumedDesignEffect
	}
	return v.baseline.DesignEffect
}

// BaselineID identifies the baseline of a version, empty if it has none.
func (w *Windows) BaselineID(model, version string) string {
	if m := w.modelNamed(model); m != nil {
		if i, ok := m.byName[version]; ok {
			return m.versions[i].baselineID
		}
	}
	return ""
}

// Flow counts a version's traffic since the process began; replayed events count again.
type Flow struct {
	Predictions, Errors, Labeled, Correct uint64
}

// Version is a read-only picture of one version.
type Version struct {
	Model, Version  string
	Task            string
	Superseded      bool
	Newest          profile.Instant // its newest event
	BaselineSource  string
	BaselineCreated time.Time
	BaselineRows    uint64
	Flow            Flow
}

// Versions returns every version of every model, in the order in which they were first seen.
func (w *Windows) Versions() []Version {
	var all []Version
	for _, m := range w.models {
		for _, v := range m.versions {
			picture := Version{
				Model: m.options.Name, Version: v.name, Superseded: !slices.ContainsFunc(v.whole, func(s *series) bool { return !s.life.superseded }), Newest: v.newest, Flow: v.flow,
			}
			if v.schema != nil {
				picture.Task = v.schema.Task.String()
			}
			if b := v.baseline; b != nil {
				picture.BaselineSource, picture.BaselineCreated, picture.BaselineRows = b.Source, b.Created, b.Set.Rows
			}
			all = append(all, picture)
		}
	}
	return all
}
