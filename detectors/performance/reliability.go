package performance

// Reliability is how often the probabilities given came true.
type Reliability struct {
	// Class the probabilities are of; empty for the positive class of a binary model, and for a multiclass model's most
	// probable class, whichever that is.
	Class string           `json:"class,omitempty"`
	Bins  []ReliabilityBin `json:"bins"`
}

// ReliabilityBin is one bin that has rows: those given a probability of From or more, and less than To.
type ReliabilityBin struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	N         uint64  `json:"n"`
	MeanScore float64 `json:"mean_score"`
	// Observed is the share that came true, Lower and Upper are Wilson's bounds of it on n/deff rows.
	Observed float64 `json:"observed"`
	Lower    float64 `json:"lower"`
	Upper    float64 `json:"upper"`
}

// reliability tells the bins that have rows.
func (c *calibration) reliability(class string, deff float64) Reliability {
	r := Reliability{Class: class, Bins: []ReliabilityBin{}}
	for i := range c {
		b := &c[i]
		if b.n == 0 {
			continue
		}
		bin := ReliabilityBin{
			From: float64(i) / calibrationBins, To: float64(i+1) / calibrationBins,
			N: uint64(b.n), MeanScore: b.sum / b.n, Observed: b.hits / b.n,
		}
		bin.Lower, bin.Upper = wilson(bin.Observed, b.n/deff)
		r.Bins = append(r.Bins, bin)
	}
	return r
}

// Reliability returns how often the probabilities given came true: those of the positive class; of a multiclass model
// those of the most probable class, whose errors calibration_error sums up, then those of each class if there are no
// more than mostRankedClasses. There is nothing without probabilities.
func (e *Evaluation) Reliability() []Reliability {
	if e.schema.Task == Regression || !e.tally.proper() {
		return nil
	}
	ofClass := func(i int, class string) Reliability {
		return e.tally.rankings[i].ascending().calibration().reliability(class, e.options.DesignEffect)
	}
	if e.schema.Task == Binary {
		return []Reliability{ofClass(0, "")}
	}
	all := []Reliability{e.probable.reliability("", e.options.DesignEffect)}
	if len(e.schema.Classes) <= mostRankedClasses {
		for i, class := range e.schema.Classes {
			all = append(all, ofClass(i, class))
		}
	}
	return all
}
