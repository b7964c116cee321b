package agent

import (
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// recent keeps the newest windows for the API and the pages, each in its newest revision.
type recent struct {
	order   []profile.Key
	windows map[profile.Key]detectors.Report
}

const maxRecent = 400

func newRecent() recent { return recent{windows: map[profile.Key]detectors.Report{}} }

// add takes in a report. Reports about performance carry no distributions and the other way round: what only the
// earlier one had is kept.
func (r *recent) add(report detectors.Report) {
	old, known := r.windows[report.Key]
	if !known {
		if len(r.order) >= maxRecent {
			delete(r.windows, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, report.Key)
	}
	for _, m := range old.Measurements {
		if report.Find(m.Name, m.Column, m.Class) == nil {
			report.Measurements = append(report.Measurements, m)
		}
	}
	r.windows[report.Key] = report
}

// list returns the windows, oldest first.
func (r *recent) list() []sinks.Window {
	all := make([]sinks.Window, 0, len(r.order))
	for _, key := range r.order {
		all = append(all, sinks.NewWindow(r.windows[key]))
	}
	return all
}
