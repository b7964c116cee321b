package window

import (
	"cmp"
	"maps"
	"slices"

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
		w.Counts.FoldedVersions++
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
		name: name, speaking: profile.Dusk, superseded: make([]bool, len(m.options.Specs)),
		schema: m.options.Schema, prediction: -1, score: -1, series: map[seriesKey]*series{},
	}
	b, err := m.options.Baseline(name)
	if err != nil {
		w.options.NoBaseline(m.options.Name, name, err)
		return v
	}
	v.arm(b)
	for i, c := range v.layout.Columns {
		if c.Role == profile.Feature {
			v.place(w.options.Dictionary.Add(c.Name), i)
		}
	}
	return v
}

// arm gives the version its baseline.
func (v *version) arm(b *baseline.Baseline) {
	v.baseline, v.layout = b, b.Set.Layout
	if v.schema == nil {
		v.schema = b.Schema
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
