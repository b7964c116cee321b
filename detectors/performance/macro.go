package performance

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Macro is the class under which the unweighted means over the classes stand.
const Macro = "macro"

// macroMeans gathers the measures of each class. As scikit-learn has it, precision, recall, F1 and specificity count
// every class that occurs in labels or predictions, with 0 for a zero denominator; ROC AUC and average precision count
// the classes that have them.
type macroMeans struct {
	names []string
	sums  map[string]*macroSum
}

type macroSum struct {
	value                float64
	certified            bool
	certLower, certUpper float64
	classes              int
	n                    uint64
}

func (m *macroMeans) add(class []detectors.Measurement) {
	for _, c := range class {
		if !slices.Contains(m.names, c.Name) {
			m.names = append(m.names, c.Name)
		}
		if m.sums == nil {
			m.sums = make(map[string]*macroSum)
		}
		if m.sums[c.Name] == nil {
			m.sums[c.Name] = &macroSum{}
		}
		m.sums[c.Name].add(c)
	}
}

func (s *macroSum) add(c detectors.Measurement) {
	s.value += c.Value
	s.classes++
	s.n = c.N
	if c.CertifiedLower != nil {
		s.certified = true
		s.certLower += *c.CertifiedLower
		s.certUpper += *c.CertifiedUpper
		return
	}
	s.certLower += c.Value
	s.certUpper += c.Value
}

// measurements have no bounds: the classes' errors are not independent.
func (m *macroMeans) measurements(deff float64) []detectors.Measurement {
	all := make([]detectors.Measurement, 0, len(m.names))
	for _, name := range m.names {
		s, k := m.sums[name], float64(m.sums[name].classes)
		out := measured(name, Macro, s.value/k, s.n, float64(s.n)/deff)
		if s.certified {
			out.CertifiedLower, out.CertifiedUpper = new(s.certLower/k), new(s.certUpper/k)
		}
		all = append(all, out)
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
