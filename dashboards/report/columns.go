package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

// How much of a wide comparison is shown: cards hold about 8 KB each, rows 200 bytes.
const (
	maxCards = 100
	maxRows  = 1000
)

// alarming returns the largest measurement past its limit among those of these names, nil if there is none.
func alarming(t *dataset.History, names ...string) *dataset.Measure {
	var worst *dataset.Measure
	for _, r := range t.Reports {
		for _, name := range names {
			if m := r.Measure(name); m != nil && m.Past() && (worst == nil || m.Value > worst.Value) {
				worst = m
			}
		}
	}
	return worst
}

// newColumns shows every column as far as there is room.
func newColumns(all []dataset.History, names []string) columnsView {
	v := columnsView{Total: len(all), Chunked: len(names) > 1}
	for i := range all {
		switch t := &all[i]; {
		case i < maxCards:
			v.Cards = append(v.Cards, newCard(t, names))
		case i < maxCards+maxRows:
			row := columnRow{Name: t.Name, Kind: t.Kind.String(), Distance: figure(t.Distance[t.Largest]), Drifted: t.Drifted > 0}
			if _, total, ok := whole(t); ok {
				row.Missing = percent(float64(total.Missing) / float64(max(total.Rows, 1)))
			}
			v.Rows = append(v.Rows, row)
		}
	}
	if rest := all[min(len(all), maxCards+maxRows):]; len(rest) > 0 {
		drifted := 0
		for _, t := range rest {
			drifted += min(t.Drifted, 1)
		}
		v.LeftOut = fmt.Sprintf("%s not shown, %s of them drifted; compare --json has them all.", plural(len(rest), "more column"), count(drifted))
	}
	return v
}

func newCard(t *dataset.History, names []string) columnCard {
	card := columnCard{
		Name: t.Name, Kind: t.Kind.String(), Role: roleNames[t.Part], Drifted: t.Drifted > 0, Summary: summary(t, names),
		Strip: newStrip(t.Name, t.Distance, t.Moved),
	}
	if d, total, ok := whole(t); ok {
		card.Facts = facts(d.Reference, total, medians(t), unseen(t))
		card.Histogram = newHistogram(t.Name, d.Axis, d.Reference, total)
		card.Categories = categories(d.Axis, d.Reference, total)
	}
	if len(t.Reports) > 1 {
		card.MeasuresOf = names[t.Largest] + ", where it was farthest"
	}
	for _, m := range t.Reports[t.Largest].Measurements {
		row := newMeasure(t, m)
		card.Tested, card.Adjusted = card.Tested || row.P != "", card.Adjusted || row.PAdjusted != ""
		card.Sized = card.Sized || row.Effect != "" || row.Shift != ""
		card.Measures = append(card.Measures, row)
	}
	return card
}

var roleNames = map[dataset.Part]string{
	dataset.Feature: "input", dataset.Prediction: "prediction", dataset.Score: "score", dataset.Probability: "probability",
}

func pastLimit(m dataset.Measure) bool {
	return detectors.Matters(m.Name) && m.Past() && m.Threshold != nil
}

// summary says which measures call the column drifted, the one farthest past its limit first.
func summary(t *dataset.History, names []string) string {
	if t.Drifted == 0 {
		for _, r := range t.Reports {
			if slices.ContainsFunc(r.Measurements, pastLimit) {
				return "Not drifted: none of the usual measures is past its limit."
			}
		}
		return "No measure is past its limit."
	}
	at := t.Largest
	if !t.Moved[at] {
		at = slices.Index(t.Moved, true)
	}
	var past []dataset.Measure
	for _, m := range t.Reports[at].Measurements {
		if pastLimit(m) {
			past = append(past, m)
		}
	}
	slices.SortStableFunc(past, func(a, b dataset.Measure) int {
		return cmp.Compare(b.Value*max(*a.Threshold, 1e-9), a.Value*max(*b.Threshold, 1e-9))
	})
	text := "Drifted"
	if len(past) > 0 {
		text = fmt.Sprintf("%s %s, limit %s", past[0].Name, figure(past[0].Value), figure(*past[0].Threshold))
		if n := len(past) - 1; n > 0 {
			text += ", and " + plural(n, "more measure") + " past the limit"
		}
	}
	if len(t.Reports) > 1 {
		text += fmt.Sprintf(" in %s; drifted in %d of %s", names[at], t.Drifted, plural(len(t.Reports), "chunk"))
	}
	return text + "."
}

// newMeasure prints one measurement; over many chunks it also says in how many of them it was past its limit.
func newMeasure(t *dataset.History, m dataset.Measure) measureRow {
	r := measureRow{
		Name: m.Name, Value: figure(m.Value), Bounds: within(m.Lower, m.Upper), Threshold: optional(m.Threshold), P: chance(m.PValue),
		PAdjusted: chance(m.PAdjusted), Effect: optional(m.Effect), Shift: optional(m.Shift),
		Drifted: m.Past(),
	}
	if entry, ok := detectors.Lookup(m.Name); ok {
		r.Meaning = entry.Meaning
	}
	if m.Status != detectors.OK {
		r.Status = string(m.Status)
		if m.Status == detectors.Undefined {
			r.Value = "–"
		}
	}
	times := 0
	for _, report := range t.Reports {
		if same := report.Measure(m.Name); same != nil && same.Past() {
			times++
		}
	}
	if len(t.Reports) > 1 {
		r.In = fmt.Sprintf("%d of %d", times, len(t.Reports))
	}
	return r
}

// whole adds up the chunks' distributions; false without any.
func whole(t *dataset.History) (first *dataset.Distribution, total detectors.Histogram, ok bool) {
	for _, r := range t.Reports {
		d := r.Distribution
		if d == nil {
			return nil, total, false
		}
		if first == nil {
			first, total.Counts = d, make([]uint64, len(d.Current.Counts))
		}
		for i, n := range d.Current.Counts {
			total.Counts[i] += n
		}
		h := d.Current
		total.Below, total.Above, total.Other = total.Below+h.Below, total.Above+h.Above, total.Other+h.Other
		total.N, total.Rows, total.Missing = total.N+h.N, total.Rows+h.Rows, total.Missing+h.Missing
		total.Infinite, total.Mismatched = total.Infinite+h.Infinite, total.Mismatched+h.Mismatched
	}
	return first, total, first != nil
}

// medians are those of the chunks that have one.
func medians(t *dataset.History) (all []float64) {
	for _, r := range t.Reports {
		if m := r.Distribution.Current.Median; m != nil {
			all = append(all, *m)
		}
	}
	return all
}

func unseen(t *dataset.History) (n uint64) {
	for _, r := range t.Reports {
		if r.Unseen != nil {
			n += *r.Unseen
		}
	}
	return n
}

// facts sets plain numbers of both sides beside each other; what is nought on both is left out.
func facts(ref, cur detectors.Histogram, medians []float64, unseen uint64) []fact {
	var all []fact
	rate := func(name string, before, after uint64) {
		if before+after > 0 {
			all = append(all, fact{name, percent(float64(before) / float64(max(ref.Rows, 1))), percent(float64(after) / float64(max(cur.Rows, 1)))})
		}
	}
	all = append(all, fact{"missing", percent(float64(ref.Missing) / float64(max(ref.Rows, 1))), percent(float64(cur.Missing) / float64(max(cur.Rows, 1)))})
	if ref.Median != nil && len(medians) > 0 {
		now := short(medians[0])
		if low, high := slices.Min(medians), slices.Max(medians); low < high {
			now = short(low) + " … " + short(high)
		}
		all = append(all, fact{"median", short(*ref.Median), now})
	}
	rate("unseen categories", 0, unseen)
	rate("infinite", ref.Infinite, cur.Infinite)
	rate("of another type", ref.Mismatched, cur.Mismatched)
	return all
}
