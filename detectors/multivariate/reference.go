package multivariate

import (
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

const (
	// leastColumns and leastRows are what a joint distribution needs before anything is said about it; fewer rows have
	// their value and no judgement.
	leastColumns = 2
	leastRows    = 50
	// mostColumns are looked at: fitting components costs O(columns³). Of more, so many are picked evenly over their order,
	// whatever is in them: a choice by what varies would depend on units, and one by what moved would find what it chose.
	mostColumns = 200
)

// The names of the measures, in the order in which Compare returns them.
const (
	ReconstructionError = "pca_reconstruction_error"
	MMD                 = "mmd"
	DomainClassifierAUC = "domain_classifier_auc"
)

// Reference is what a reference's rows teach about how its features hang together: once for all windows.
type Reference struct {
	rows    int
	known   int   // columns that have known values
	columns []int // those of them that are looked at

	reconstruction *Reconstruction
	discrepancy    *Discrepancy
	domain         *Domain
}

// Fit learns from a reference, whose columns are those that both files have. Columns without a known value are left out,
// and of more than 200 others all but 200 that are spread evenly over their order, the first among them.
// With fewer than two columns or rows it learns nothing, and Compare has no values.
//
// The cost is that of the reconstruction, O(rows·columns²), and a constant for the other two, see the package's comment.
func Fit(t Table) *Reference {
	r := &Reference{rows: t.rows()}
	var known []int
	for i := range t {
		if c := &t[i]; slices.ContainsFunc(c.Values, c.known) {
			known = append(known, i)
		}
	}
	r.known = len(known)
	var kept Table
	for i := range min(r.known, mostColumns) {
		column := known[i*r.known/min(r.known, mostColumns)]
		r.columns = append(r.columns, column)
		kept = append(kept, t[column])
	}
	if len(kept) < leastColumns || r.rows < leastColumns {
		return r
	}
	r.reconstruction = newReconstruction(kept)
	rows := spread(firstRows(r.rows), mostRows)
	cut := make([]cells, len(kept))
	for i := range kept {
		cut[i] = newCells(&kept[i], rows)
	}
	r.discrepancy = newDiscrepancy(kept, cut, rows)
	r.domain = newDomain(kept, cut, rows)
	return r
}

// Columns returns how many columns the measures look at, and how many there are with known values.
func (r *Reference) Columns() (looked, known int) { return len(r.columns), r.known }

// Compare measures some rows of a table whose columns are those that Fit saw. It returns all three measures, always:
// insufficient with value 0 where nothing could be fitted or there are no rows, insufficient with a value for fewer than
// fifty rows on a side, undefined if the reference's rows are all equal.
func (r *Reference) Compare(t Table, rows []int) []detectors.Measurement {
	var kept Table
	for _, i := range r.columns {
		kept = append(kept, t[i])
	}
	return []detectors.Measurement{r.reconstructed(kept, rows), r.discrepant(kept, rows), r.classified(kept, rows)}
}

// start begins a measurement of n rows of the window and m of the reference; false if there is nothing to measure.
func (r *Reference) start(name string, n, m int, fitted bool, least int) (detectors.Measurement, bool) {
	measurement := detectors.Measurement{Name: name, N: uint64(n), M: uint64(m), Status: detectors.OK}
	switch {
	case len(r.columns) < leastColumns || n < least || m < leastColumns:
		measurement.Status = detectors.Insufficient
		return measurement, false
	case !fitted:
		measurement.Status = detectors.Undefined
		return measurement, false
	case n < leastRows || m < leastRows:
		measurement.Status = detectors.Insufficient
	}
	return measurement, true
}

// judge sets the limit and whether it was passed, unless there were too few rows.
func judge(m *detectors.Measurement, threshold float64, drifted bool) {
	if m.Status == detectors.OK {
		m.Threshold, m.Drifted = new(threshold), new(drifted)
	}
}

func (r *Reference) reconstructed(t Table, rows []int) detectors.Measurement {
	m, ok := r.start(ReconstructionError, len(rows), r.rows, r.reconstruction != nil, 1)
	if !ok {
		return m
	}
	var sum ErrorSum
	r.reconstruction.Observe(&sum, t, rows)
	r.reconstruction.report(&m, &sum)
	return m
}

// report fills in what a state says.
func (r *Reconstruction) report(m *detectors.Measurement, sum *ErrorSum) {
	mean, std := sum.MeanStd()
	n := float64(sum.N())
	if !profile.Finite(mean) || !profile.Finite(std) {
		m.Status = detectors.Undefined
		return
	}
	m.Value = mean
	if n > 1 {
		half := detectors.Normal95 * std / math.Sqrt(n)
		m.Lower, m.Upper = new(max(0, mean-half)), new(mean+half)
	}
	if lower, upper, p, ok := r.judge(n, mean, std); ok {
		m.PValue = new(p)
		judge(m, upper, mean < lower || mean > upper)
	}
}

func (r *Reference) discrepant(t Table, rows []int) detectors.Measurement {
	rows = spread(rows, mostRows)
	m, ok := r.start(MMD, len(rows), min(r.rows, mostRows), r.discrepancy != nil, 2)
	if !ok {
		return m
	}
	var sum FeatureSum
	r.discrepancy.Observe(&sum, t, rows)
	r.discrepancy.report(&m, &sum)
	return m
}

// report fills in what a state says.
func (d *Discrepancy) report(m *detectors.Measurement, sum *FeatureSum) {
	found := d.compare(sum, alpha)
	half := detectors.Normal95 * found.std
	m.Value, m.PValue = found.value, new(found.p)
	m.Lower, m.Upper = new(found.value-half), new(found.value+half)
	judge(m, found.threshold, found.value > found.threshold)
}

func (r *Reference) classified(t Table, rows []int) detectors.Measurement {
	rows = spread(rows, mostRows)
	m, ok := r.start(DomainClassifierAUC, len(rows), min(r.rows, mostRows), r.domain != nil, 2)
	if !ok {
		return m
	}
	c := areaUnder(r.domain.Scores(t, rows))
	lower, upper := c.bounds(len(rows), r.domain.rows)
	m.Value, m.Lower, m.Upper, m.PValue = c.area, new(lower), new(upper), new(c.pValue())
	threshold := min(1, max(areaTolerance, c.chance(alpha)))
	judge(&m, threshold, c.area > threshold)
	return m
}
