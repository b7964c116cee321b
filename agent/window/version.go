package window

import (
	"cmp"
	"maps"
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
	name string
	// speaking is when the version began to answer: its first event, or its first after it had been superseded. The
	// version that began last is the newest.
	speaking   profile.Instant
	superseded []bool // by window spec
	baseline   *baseline.Baseline
	layout     *profile.Layout
	schema     *performance.Schema
	columns    []int // dictionary column → layout column, -1 for none
	prediction int   // layout column of the output columns, -1 for none
	score      int
	series     map[seriesKey]*series
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

// version returns the number of a model's version, registering it at first sight.
func (w *Windows) version(m *model, name string, at profile.Instant) int {
	if i, ok := m.byName[name]; ok {
		v := m.versions[i]
		v.speaking = min(v.speaking, at)
		return i
	}
	if m.live() >= m.options.MaxVersions && name != OtherVersion {
		return w.version(m, OtherVersion, at)
	}
	v := w.newVersion(m, name)
	v.speaking = at
	m.versions = append(m.versions, v)
	m.byName[name] = len(m.versions) - 1
	return len(m.versions) - 1
}

// live counts the versions that still answer or have windows open.
func (m *model) live() int {
	n := 0
	for _, v := range m.versions {
		if slices.Contains(v.superseded, false) || len(v.series) > 0 {
			n++
		}
	}
	return n
}

func (w *Windows) newVersion(m *model, name string) *version {
	v := &version{
		name: name, speaking: profile.Dusk, newest: profile.Dawn, superseded: make([]bool, len(m.options.Specs)),
		schema: m.options.Schema, prediction: -1, score: -1, series: map[seriesKey]*series{},
	}
	b, err := m.options.Baseline(name)
	defer func() {
		if v.schema != nil && v.schema.Task == performance.Multiclass {
			w.join.Widen(len(v.schema.Classes))
		}
	}()
	if err != nil {
		w.options.NoBaseline(m.options.Name, name, err)
		return v
	}
	v.arm(b, m.options.Threshold)
	for i, c := range v.layout.Columns {
		if c.Role == profile.Feature {
			v.place(w.options.Dictionary.Add(c.Name), i)
		}
	}
	return v
}

// arm gives the version its baseline.
func (v *version) arm(b *baseline.Baseline, threshold *float64) {
	v.baseline, v.layout = b, b.Set.Layout
	if v.schema == nil && b.Schema != nil {
		schema := *b.Schema
		if threshold != nil {
			schema.Threshold = *threshold
		}
		v.schema = &schema
	}
	v.prediction, v.score = v.layout.Output(profile.PredictionColumn), v.layout.Output(profile.ScoreColumn)
}

func (v *version) place(column, layout int) {
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

// ordered returns the version's series in a fixed order.
func (v *version) ordered() []*series {
	return slices.SortedFunc(maps.Values(v.series), func(a, b *series) int {
		return cmp.Or(cmp.Compare(a.id.spec, b.id.spec), cmp.Compare(a.id.segment, b.id.segment), cmp.Compare(a.id.value, b.id.value))
	})
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
			return m.versions[i].baselineID()
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
				Model: m.options.Name, Version: v.name, Superseded: !slices.Contains(v.superseded, false), Newest: v.newest, Flow: v.flow,
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
