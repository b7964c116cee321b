package web

import (
	"cmp"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// topColumns is how many columns a card shows: those that drifted most.
const topColumns = 6

// page is what the template shows.
type page struct {
	Style    string
	Refresh  int
	Starting bool
	At       string
	Status   admin.Status
	Cards    []card
	Firing   []admin.Rule // firing or pending
	Open     []admin.Incident
	Resolved []admin.Incident
	Retrains []admin.Retrain
}

// card is one model version.
type card struct {
	admin.Model
	Views []windowView
}

// windowView is what the windows of one name say about a model version.
type windowView struct {
	Name        string
	Newest      sinks.Window // whose distributions were judged last
	HasNewest   bool
	Age         sinks.Number // seconds of event time since it ended
	Columns     []column
	Drifted     int // columns past their threshold
	Measure     string
	Value       sinks.Number
	Lower       sinks.Number // NaN without an interval
	Upper       sinks.Number
	Baseline    sinks.Number
	JudgedUntil sinks.Moment
	Coverage    sinks.Number // in per cent
	Spark       *spark
}

// column is one bar.
type column struct {
	Name, Measure string
	Value         sinks.Number
	Threshold     sinks.Number
	Bar           *bar
}

func newPage(s *admin.Snapshot) page {
	if s == nil {
		return page{Starting: true}
	}
	p := page{At: clock(s.At), Status: s.Status, Retrains: s.Retrains, Cards: newCards(s)}
	for _, r := range s.Rules {
		if r.State == rules.Firing || r.State == rules.Pending {
			p.Firing = append(p.Firing, r)
		}
	}
	for _, i := range s.Incidents {
		if i.ResolvedAt == nil {
			p.Open = append(p.Open, i)
		} else {
			p.Resolved = append(p.Resolved, i)
		}
	}
	return p
}

// newCards orders the models by urgency: superseded versions last, then the worst state first, then by name, the newest
// version first.
func newCards(s *admin.Snapshot) []card {
	cards := make([]card, 0, len(s.Models))
	for _, m := range s.Models {
		cards = append(cards, card{m, newViews(s, m)})
	}
	slices.SortStableFunc(cards, func(a, b card) int {
		return cmp.Or(
			cmp.Compare(rank(a.Superseded), rank(b.Superseded)), cmp.Compare(urgency(b.State), urgency(a.State)),
			cmp.Compare(a.Name, b.Name), cmp.Compare(b.Version, a.Version),
		)
	})
	return cards
}

func rank(superseded bool) int {
	if superseded {
		return 1
	}
	return 0
}

func urgency(state rules.State) int {
	return slices.Index([]rules.State{rules.OK, rules.Insufficient, rules.Pending, rules.Firing}, state)
}

// newViews sorts a model version's windows by name, in the order of their first appearance.
func newViews(s *admin.Snapshot, m admin.Model) []windowView {
	var names []string
	byName := make(map[string][]sinks.Window)
	for _, w := range s.Windows {
		if w.Model != m.Name || w.Version != m.Version || len(w.Segment) > 0 {
			continue
		}
		name := w.Window.Name
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], w)
	}
	views := make([]windowView, 0, len(names))
	for _, name := range names {
		views = append(views, newView(name, byName[name], s.Status.PredictionWatermark))
	}
	return views
}

// newView reads windows of one name, oldest first.
func newView(name string, windows []sinks.Window, watermark sinks.Moment) windowView {
	nan := sinks.Number(math.NaN())
	v := windowView{Name: name, Age: nan, Value: nan, Lower: nan, Upper: nan, Baseline: nan, Coverage: nan}
	for _, w := range windows {
		if w.Closed && w.Phase != detectors.Closed {
			v.Newest, v.HasNewest = w, true
		}
	}
	if v.HasNewest {
		v.Columns, v.Drifted = topDrift(v.Newest)
		if end := v.Newest.Window.End; !watermark.IsZero() && !end.IsZero() {
			v.Age = sinks.Number(watermark.Time().Sub(end.Time()).Seconds())
		}
	}
	v.performance(windows)
	return v
}

// performance takes the headline measure from the windows that were judged with labels: accuracy, or the error of a
// regression.
func (v *windowView) performance(windows []sinks.Window) {
	var values []float64
	var baseline *float64
	for _, w := range windows {
		m := headline(w)
		if m == nil {
			continue
		}
		if m.Name != v.Measure {
			v.Measure, values = m.Name, nil
		}
		values, baseline = append(values, m.Value), m.Baseline
		v.Value, v.Lower, v.Upper, v.Baseline = sinks.Number(m.Value), optional(m.Lower), optional(m.Upper), optional(m.Baseline)
		v.JudgedUntil = w.Window.End
		if w.Samples > 0 {
			v.Coverage = sinks.Number(100 * float64(w.Labeled) / float64(w.Samples))
		}
	}
	v.Spark = newSpark(v.Measure, values, baseline)
}

func headline(w sinks.Window) *detectors.Measurement {
	if !w.Judged || w.Phase != detectors.Performance && w.Phase != detectors.Final {
		return nil
	}
	for _, name := range []string{"accuracy", "rmse", "mae"} {
		for i := range w.Measurements {
			if m := &w.Measurements[i]; m.Name == name && m.Column == "" && m.Class == "" && m.Status == detectors.OK {
				return m
			}
		}
	}
	return nil
}

// topDrift returns the columns with the largest statistic over threshold, each with its worst statistic.
func topDrift(w sinks.Window) (top []column, drifted int) {
	worst := make(map[string]column)
	ratio := make(map[string]float64)
	for _, m := range w.Measurements {
		if m.Column == "" || m.Status != detectors.OK || m.Threshold == nil || *m.Threshold <= 0 {
			continue
		}
		if r := m.Value / *m.Threshold; worst[m.Column].Name == "" || r > ratio[m.Column] {
			ratio[m.Column] = r
			worst[m.Column] = column{m.Column, m.Name, sinks.Number(m.Value), sinks.Number(*m.Threshold), newBar(m.Value, m.Threshold)}
		}
	}
	for name, c := range worst {
		top = append(top, c)
		if ratio[name] > 1 {
			drifted++
		}
	}
	slices.SortFunc(top, func(a, b column) int {
		return cmp.Or(cmp.Compare(ratio[b.Name], ratio[a.Name]), cmp.Compare(a.Name, b.Name))
	})
	return top[:min(len(top), topColumns)], drifted
}

func optional(value *float64) sinks.Number {
	if value == nil {
		return sinks.Number(math.NaN())
	}
	return sinks.Number(*value)
}
