package window

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// report says all that is known about a window with the labels known by a moment.
func (w *Windows) report(a *action, phase detectors.Phase, asOf profile.Instant) *detectors.Report {
	s, win := a.series, a.window
	r := &detectors.Report{Key: s.keyOf(win), Phase: phase, AsOf: asOf, Complete: true}
	r.Revision = s.revision(phase, a.horizon)
	if a.version.baseline == nil {
		r.Status = detectors.NoBaseline
	}
	traffic := s.total(win, r)
	switch {
	case phase == detectors.Performance:
	case len(win.drift) > 0:
		r.Measurements = slices.Clone(win.drift)
	default:
		r.Measurements = s.compare(win, a.version, a.model.options)
		r.Measurements = append(r.Measurements, traffic.Measurements(s.spec.Size, a.version.designEffect())...)
	}
	if phase != detectors.Drift {
		r.Measurements = append(r.Measurements, s.score(win, a.version, asOf, r)...)
	}
	return r
}

// revision numbers the reports about a window by what they are for: whether a clock or another was faster must not show.
func (s *series) revision(phase detectors.Phase, horizon int) int {
	switch phase {
	case detectors.Drift:
		return 1
	case detectors.Performance:
		return 2 + horizon
	case detectors.Final:
		return 2 + len(s.judged)
	case detectors.Closed, Open:
	}
	return 0
}

func (s *series) keyOf(w *window) profile.Key {
	key := s.key
	key.Start, key.End = s.start(w.index), s.end(w.index)
	return key
}

// total sums what the panes count of the window's predictions.
func (s *series) total(w *window, r *detectors.Report) performance.Traffic {
	var traffic performance.Traffic
	r.Complete = r.Complete && w.index > s.lacking
	s.covered(w, func(p *pane) {
		r.Samples += p.rows
		r.Complete = r.Complete && p.unjoined == 0
		traffic.Merge(&p.traffic)
	})
	return traffic
}

// compare measures the window's distributions against the version's baseline.
func (s *series) compare(w *window, v *version, o Model) []detectors.Measurement {
	if v.baseline == nil || s.id.segment != whole {
		return nil
	}
	if w.index < s.settled {
		return nil // judged, and its measurements were not kept
	}
	set := s.profile(w, v.layout)
	if set == nil || set.Rows == 0 {
		return nil // it began before the version had its baseline, or is empty
	}
	if w.compared != nil && w.compared.rows == set.Rows && w.compared.baseline == v.baseline {
		return slices.Clone(w.compared.measurements)
	}
	measurements := o.Compare(v.baseline, set)
	if w.closed {
		w.compared = &compared{v.baseline, set.Rows, slices.Clone(measurements)}
	}
	return measurements
}

// compared keeps the measurements of a closed window until its distributions are settled: most often nothing comes in
// between, and panes only grow, so as many rows are the same rows.
type compared struct {
	baseline     *baseline.Baseline
	rows         uint64
	measurements []detectors.Measurement
}

// profile merges the columns of a window's panes; nil if one of them has another layout. It is only to be read: of a
// single pane it is that pane's own.
func (s *series) profile(w *window, layout *profile.Layout) *profile.Set {
	var panes []*profile.Set
	older := false
	s.covered(w, func(p *pane) {
		panes = append(panes, p.set)
		older = older || p.set.Layout != layout
	})
	switch {
	case older:
		return nil
	case len(panes) == 1:
		return panes[0]
	}
	set := profile.NewSet(s.keyOf(w), layout)
	for _, p := range panes {
		set.Merge(p)
	}
	return set
}

// score measures the window's performance with the labels known by a moment.
func (s *series) score(w *window, v *version, asOf profile.Instant, r *detectors.Report) []detectors.Measurement {
	var delays performance.Delays
	tally := s.tally(w, v, asOf, &delays)
	r.Labeled = delays.N()
	var out []detectors.Measurement
	if tally != nil && tally.N() > 0 {
		options := performance.Options{DesignEffect: v.designEffect(), Derived: true}
		if v.baseline != nil {
			options.Baseline, options.BaselineDesignEffect = v.baseline.Performance, v.baseline.DesignEffect
		}
		out = tally.Measurements(options)
	}
	if r.Samples > 0 {
		coverage := float64(r.Labeled) / float64(r.Samples)
		out = append(out, detectors.Measurement{Name: "label_coverage", Value: coverage, N: r.Samples, Status: detectors.OK})
	}
	return append(out, delays.Measurements()...)
}

// tally merges the window's tallies of labels known by a moment; nil if its answers cannot be scored.
func (s *series) tally(w *window, v *version, asOf profile.Instant, delays *performance.Delays) *performance.Tally {
	if v.schema == nil {
		return nil
	}
	tally := performance.New(v.schema)
	s.covered(w, func(p *pane) {
		for _, step := range p.steps() {
			if s.known(step) <= asOf {
				tally.Merge(p.labels[step].tally)
				delays.Merge(&p.labels[step].delays)
			}
		}
	})
	return tally
}

// insufficient marks measurements that rest on too few labels; the coverage itself is known well enough.
func insufficient(measurements []detectors.Measurement) {
	for i := range measurements {
		if m := &measurements[i]; m.Name != "label_coverage" {
			m.Status = detectors.Insufficient
		}
	}
}

// Open reports every window that is not closed yet, as far as it is known.
func (w *Windows) Open() []detectors.Report {
	var reports []detectors.Report
	for _, m := range w.models {
		for _, v := range m.versions {
			for _, s := range v.ordered {
				for _, win := range s.windows {
					if win.closed {
						continue
					}
					r := w.report(&action{model: m, version: v, series: s, window: win}, Open, max(s.end(win.index), s.lastKnown(win, profile.Dusk)))
					reports = append(reports, *r)
				}
			}
		}
	}
	return reports
}

// Open is the phase of a window whose time is not over.
const Open detectors.Phase = "open"

// MarkIncomplete says that input of a time not known is missing: every window up to the newest event is incomplete, even
// one that has no event at all, unless it is final already.
func (w *Windows) MarkIncomplete() {
	for _, m := range w.models {
		for _, v := range m.versions {
			for _, s := range v.ordered {
				for index := range s.panes {
					s.lacking = max(s.lacking, index)
				}
			}
		}
	}
}
