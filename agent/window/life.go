package window

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// life is how a version stands among the others in the windows of one spec. It is decided at the end of each window, by
// the predictions that were on time: those are complete at that moment, whatever the order in which partitions were
// read.
type life struct {
	// began is the time of the first such prediction; for a version that came back, the start of the window in which it
	// did. Dusk before. The version that began last is the newest.
	began      profile.Instant
	superseded bool
	// back is the window in which the version came back: before it, silence is not reported.
	back int64
	// turns are what happened on the predictions' clock and has not yet come to pass on the labels'.
	turns []turn
}

// turn is the moment at which a version was superseded, or, without a successor, came back.
type turn struct {
	at        profile.Instant
	successor string
}

// Supersession says that a version was silent for a whole window while a newer one answered. It comes twice: on the
// predictions' clock for the rules about distributions, and when the labels' clock has got there too for the rules
// about performance. So each kind of rule sees it at the same place in its own order, however far apart the clocks are.
type Supersession struct {
	Model, Old, New string
	Window          string
	Phase           detectors.Phase // Drift or Performance
	At              profile.Instant // the window's end
}

// Revival says that a version which had been superseded answered again in a window. It comes twice, as Supersession
// does.
type Revival struct {
	Model, Version string
	Window         string
	Phase          detectors.Phase // Drift or Performance
	At             profile.Instant // the window's end
}

// listen notices, at the end of one of the whole model's windows, a version that has fallen silent or answers again.
func (s *series) listen(m *model, v *version, w *window) []Step {
	spoken := s.spokenIn(w.index)
	if spoken {
		s.gap = 0
	} else {
		s.gap++
	}
	t := turn{at: s.end(w.index)}
	switch {
	case spoken && s.life.superseded:
		s.life.superseded, s.life.began, s.life.back = false, s.start(w.index), w.index
	case !spoken && !s.life.superseded && s.life.began < s.start(w.index):
		newer := m.spokeIn(v, s.id.spec, w.index)
		if newer == nil {
			return nil
		}
		s.life.superseded, t.successor = true, newer.name
	default:
		return nil
	}
	s.life.turns = append(s.life.turns, t)
	return []Step{s.step(t, detectors.Drift)}
}

// spokeIn returns a newer version than v that answered in the window with that index, nil if there is none: of several,
// the newest.
func (m *model) spokeIn(v *version, spec uint8, index int64) *version {
	var newest *version
	for _, other := range m.sorted {
		began := other.whole[spec].life.began
		if began <= v.whole[spec].life.began || newest != nil && began <= newest.whole[spec].life.began {
			continue
		}
		if other.whole[spec].spokenIn(index) {
			newest = other
		}
	}
	return newest
}

// step tells of a turn on one of the two clocks.
func (s *series) step(t turn, phase detectors.Phase) Step {
	if t.successor == "" {
		return Step{Revived: &Revival{Model: s.key.Model, Version: s.key.Version, Window: s.key.Window, Phase: phase, At: t.at}}
	}
	return Step{Superseded: &Supersession{
		Model: s.key.Model, Old: s.key.Version, New: t.successor, Window: s.key.Window, Phase: phase, At: t.at,
	}}
}
