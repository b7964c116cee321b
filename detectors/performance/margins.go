package performance

import (
	"math"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// margins are what a confusion matrix says of each class: rows labelled as it, rows predicted as it, and rows that are
// both. All measures of agreement follow from them. Counts are float64, because a resampled matrix adds up many.
type margins struct {
	n, right                    float64
	labels, predictions, hits   []float64 // by class
	otherLabel, otherPrediction float64   // rows outside the classes; no two of those agree
}

func newMargins(classes int) *margins {
	all := make([]float64, 3*classes)
	return &margins{labels: all[:classes:classes], predictions: all[classes : 2*classes : 2*classes], hits: all[2*classes:]}
}

// add counts so many rows of one pair.
func (m *margins) add(pair Pair, rows float64) {
	m.n += rows
	if pair.Actual == Unknown {
		m.otherLabel += rows
	} else {
		m.labels[pair.Actual] += rows
	}
	if pair.Predicted == Unknown {
		m.otherPrediction += rows
		return
	}
	m.predictions[pair.Predicted] += rows
	if pair.Actual == pair.Predicted {
		m.hits[pair.Actual] += rows
		m.right += rows
	}
}

// margins sums the matrix up.
func (c confusion) margins(classes int) *margins {
	m := newMargins(classes)
	for pair, rows := range c {
		m.add(pair, float64(rows))
	}
	return m
}

// covariances of labels and predictions as 0/1 vectors over the classes, times n². Each is a sum of small parts rather
// than a small difference of n² and another: n² − Σt² = Σ t(n − t).
func (m *margins) covariances() (both, labels, predictions, chance float64) {
	for k, t := range m.labels {
		p := m.predictions[k]
		both += m.hits[k]*m.n - t*p
		labels += t * (m.n - t)
		predictions += p * (m.n - p)
		chance += t * (m.n - p)
	}
	labels += m.otherLabel * (m.n - m.otherLabel)
	predictions += m.otherPrediction * (m.n - m.otherPrediction)
	return both, labels, predictions, chance + m.otherLabel*m.n
}

// mcc is Matthews's correlation coefficient of labels and predictions, for any number of classes (J. Gorodkin,
// Computational Biology and Chemistry 28:367–374, 2004), from −1 to 1. It is not there if labels or predictions are all
// of one class.
func (m *margins) mcc() (value float64, ok bool) {
	both, labels, predictions, _ := m.covariances()
	if labels == 0 || predictions == 0 {
		return 0, false
	}
	return min(max(both/(math.Sqrt(labels)*math.Sqrt(predictions)), -1), 1), true
}

// kappa is Cohen's: agreement beyond what the shares of the classes alone would give, over the most that is possible
// (Educational and Psychological Measurement 20:37–46, 1960). It is not there if labels and predictions are all of one
// and the same class.
func (m *margins) kappa() (value float64, ok bool) {
	both, _, _, chance := m.covariances()
	if chance == 0 {
		return 0, false
	}
	return min(max(both/chance, -1), 1), true
}

// meanRecall is balanced accuracy: the mean recall over the classes that occur in the labels. It is not there without
// any.
func (m *margins) meanRecall() (value float64, ok bool) {
	sum, present := 0.0, 0.0
	for k, labels := range m.labels {
		if labels > 0 {
			sum += m.hits[k] / labels
			present++
		}
	}
	return sum / present, present > 0
}

// measurement names one of the figures above.
func (m *margins) measurement(name string, of func() (float64, bool), deff float64) detectors.Measurement {
	value, ok := of()
	if !ok {
		return undefined(name, "", uint64(m.n))
	}
	return measured(name, "", value, uint64(m.n), m.n/deff)
}

// agreement measures mcc and kappa.
func (m *margins) agreement(deff float64) []detectors.Measurement {
	return []detectors.Measurement{m.measurement("mcc", m.mcc, deff), m.measurement("kappa", m.kappa, deff)}
}

// accuracy is the share of right predictions.
func (m *margins) accuracy(deff float64) detectors.Measurement {
	return proportion("accuracy", "", uint64(m.right), uint64(m.n), uint64(m.n), deff)
}

// against returns every class's confusion against all others. A label Unknown to the schema is one of the others.
func (m *margins) against() []versus {
	all := make([]versus, len(m.labels))
	for k, hits := range m.hits {
		wrong, missed := m.predictions[k]-hits, m.labels[k]-hits
		all[k] = versus{uint64(hits), uint64(wrong), uint64(missed), uint64(m.n - hits - wrong - missed)}
	}
	return all
}

// fScores are the weights of recall in the F measures, by name: F2 counts recall four times as much as precision, F0.5
// a quarter.
var fScores = [...]struct {
	name string
	beta float64
}{{"f1", 1}, {"f2", 2}, {"f0.5", 0.5}}

// fBeta is (1 + β²)·TP / ((1 + β²)·TP + β²·FN + FP), for rows hit, labelled and predicted; 0 and false without any.
func fBeta(beta, hits, labels, predictions float64) (value float64, ok bool) {
	b := beta * beta
	if labels+predictions == 0 {
		return 0, false
	}
	return (1 + b) * hits / (b*labels + predictions), true
}
