package performance

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// The names under which averages over the classes stand, as in scikit-learn: the unweighted mean, the mean weighted by
// how often each class is the label, and the measure of all classes' hits and errors added up.
const (
	Macro    = "macro"
	Weighted = "weighted"
	Micro    = "micro"
)

// classMeans gathers the measures of each class. As scikit-learn has it, precision, recall, F and specificity count
// every class that occurs in labels or predictions, with 0 for a zero denominator; ROC AUC and average precision count
// the classes that have them.
type classMeans struct {
	names []string
	sums  map[string]*classSum
}

// classSum is Σ w·x and Σ w, for the weights 1 and the number of labels.
type classSum struct {
	value, weighted, weight float64
	certified               bool
	lower, upper            float64 // certified
	weightedLower           float64
	weightedUpper           float64
	classes                 int
	n                       uint64
}

// add takes the measures of a class that so many rows are labelled as.
func (m *classMeans) add(class []detectors.Measurement, labels uint64) {
	for _, c := range class {
		if !slices.Contains(m.names, c.Name) {
			m.names = append(m.names, c.Name)
		}
		if m.sums == nil {
			m.sums = make(map[string]*classSum)
		}
		if m.sums[c.Name] == nil {
			m.sums[c.Name] = &classSum{}
		}
		m.sums[c.Name].add(c, float64(labels))
	}
}

func (s *classSum) add(c detectors.Measurement, weight float64) {
	lower, upper := c.Value, c.Value
	if c.CertifiedLower != nil {
		s.certified = true
		lower, upper = *c.CertifiedLower, *c.CertifiedUpper
	}
	s.value += c.Value
	s.lower += lower
	s.upper += upper
	s.weighted += weight * c.Value
	s.weightedLower += weight * lower
	s.weightedUpper += weight * upper
	s.weight += weight
	s.classes++
	s.n = c.N
}

// macro are the unweighted means. They have no bounds: the classes' errors are not independent.
func (m *classMeans) macro(deff float64) []detectors.Measurement {
	all := make([]detectors.Measurement, 0, len(m.names))
	for _, name := range m.names {
		s, k := m.sums[name], float64(m.sums[name].classes)
		all = append(all, s.mean(name, Macro, s.value/k, s.lower/k, s.upper/k, deff))
	}
	return all
}

// weighted are the means by number of labels, undefined if no label is of any class.
func (m *classMeans) weighted(deff float64) []detectors.Measurement {
	all := make([]detectors.Measurement, 0, len(m.names))
	for _, name := range m.names {
		s := m.sums[name]
		if s.weight == 0 {
			all = append(all, undefined(name, Weighted, s.n))
			continue
		}
		all = append(all, s.mean(name, Weighted, s.weighted/s.weight, s.weightedLower/s.weight, s.weightedUpper/s.weight, deff))
	}
	return all
}

func (s *classSum) mean(name, class string, value, lower, upper, deff float64) detectors.Measurement {
	out := measured(name, class, value, s.n, float64(s.n)/deff)
	if s.certified {
		out.CertifiedLower, out.CertifiedUpper = new(lower), new(upper)
	}
	return out
}

// micro adds the classes' confusions up. What a row counts for in several classes is not independent, so the bounds of
// specificity, which counts each row once for every other class, are left out.
func micro(classes []versus, n uint64, deff float64) []detectors.Measurement {
	var sum versus
	for _, v := range classes {
		sum.truePositive += v.truePositive
		sum.falsePositive += v.falsePositive
		sum.falseNegative += v.falseNegative
		sum.trueNegative += v.trueNegative
	}
	all := sum.measurements(Micro, n, deff, complete)
	for i := range all {
		if all[i].Name == "specificity" {
			all[i].Lower, all[i].Upper = nil, nil
			if all[i].Status == detectors.OK {
				all[i].NEff = new(float64(n) / deff)
			}
		}
	}
	return all
}

// defined returns the measurements that have a value.
func defined(all []detectors.Measurement) []detectors.Measurement {
	var ok []detectors.Measurement
	for _, m := range all {
		if m.Status == detectors.OK {
			ok = append(ok, m)
		}
	}
	return ok
}
