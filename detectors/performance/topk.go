package performance

import "github.com/anchorwatch/anchorwatch/detectors"

// topK counts the rows whose label is among the k most probable classes.
type topK struct {
	k       int
	n, hits uint64
}

// add counts a row with the probabilities of all classes. Of equal probabilities the class of the higher index counts as
// the more probable one, as in scikit-learn's top_k_accuracy_score. A label outside the classes is never among them.
func (t *topK) add(probabilities []float64, actual int) {
	t.n++
	if actual < 0 || actual >= len(probabilities) {
		return
	}
	before := 0
	for class, p := range probabilities {
		if p > probabilities[actual] || p == probabilities[actual] && class > actual {
			before++
		}
	}
	if before < t.k {
		t.hits++
	}
}

func (t *topK) measurement(deff float64) detectors.Measurement {
	return proportion("top_k_accuracy", "", t.hits, t.n, t.n, deff)
}
