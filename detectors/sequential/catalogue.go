package sequential

import (
	"fmt"
	"slices"
)

// Method is one kind of detector.
type Method struct {
	Name    string
	Summary string // one line, without a full stop
	Watches string // what streams it is meant for
	Source  string // whose results it equals, and where the definition stands
	fresh   func() detector
}

// What streams hold.
const (
	anyNumbers = "any numbers"
	errorRate  = "errors: 0 or 1"
	unitRange  = "errors, or numbers in [0, 1]"
)

// catalogue is the one list of all methods.
var catalogue = []Method{
	{
		"adwin", "a window that grows while its mean stays the same, and drops its old part when the mean differs from the new one's", anyNumbers,
		"river 0.26.1 ADWIN; Bifet and Gavaldà 2007",
		func() detector {
			return &adwin{delta: 0.002, clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10}
		},
	},
	{
		"page_hinkley", "faded sums of deviations from the mean, against their minimum and maximum", anyNumbers,
		"river 0.26.1 PageHinkley; Page 1954",
		func() detector {
			return &pageHinkley{minInstances: 30, delta: 0.005, threshold: 50, alpha: 0.9999, mode: "both"}
		},
	},
	{
		"kswin", "Kolmogorov-Smirnov test of the newest values against a sample of those before them", anyNumbers,
		"river 0.26.1 KSWIN (subsample our own); Raab et al. 2020",
		func() detector { return &kswin{alpha: 0.005, windowSize: 100, statSize: 30, seed: 1} },
	},
	{
		"ddm", "the error rate and its spread against their minimum", errorRate,
		"river 0.26.1 DDM; Gama et al. 2004",
		func() detector { return &ddm{warmStart: 30, warningThreshold: 2, driftThreshold: 3} },
	},
	{
		"eddm", "the distance between errors against its maximum", errorRate,
		"river 0.26.1 EDDM; Baena-García et al. 2006",
		func() detector { return &eddm{warmStart: 30, alpha: 0.95, beta: 0.9} },
	},
	{
		"hddm_a", "the mean against the best mean so far, by Hoeffding's inequality", unitRange,
		"river 0.26.1 HDDM_A; Frías-Blanco et al. 2014",
		func() detector { return &hddmA{driftConfidence: 0.001, warningConfidence: 0.005} },
	},
	{
		"hddm_w", "a moving average against the best one so far, by McDiarmid's inequality", unitRange,
		"river 0.26.1 HDDM_W; Frías-Blanco et al. 2014",
		func() detector { return &hddmW{driftConfidence: 0.001, warningConfidence: 0.005, lambda: 0.05} },
	},
	{
		"fhddm", "the mean of a sliding window against the greatest so far: alarms when it falls, so watch successes (1 = right)", unitRange,
		"river 0.26.1 FHDDM; Pesaranghader and Viktor 2016",
		func() detector { return &fhddm{windowSize: 100, confidence: 1e-6} },
	},
	{
		"cusum", "the sum of deviations from the mean, kept at 0 or above", anyNumbers,
		"Frouros 0.9.0 CUSUM; Page 1954",
		func() detector { return &cusum{minInstances: 30, delta: 0.005, threshold: 50, mode: "up"} },
	},
	{
		"ewma", "control chart of an exponentially weighted moving average", "errors: 0 or 1; any numbers if control_limit is given",
		"Frouros 0.9.0 ECDDWT; Ross et al. 2012; with control_limit Roberts 1959",
		func() detector {
			return &ewma{lambda: 0.2, averageRunLength: 400, warningLevel: 0.5, minInstances: 30, mode: "up"}
		},
	},
	{
		"e_mean", "e-detector: bets that the mean has left its tolerance; the run between false alarms is at least arl", "numbers in [lower, upper], such as errors",
		"Shin, Ramdas and Rinaldo, arXiv 2203.03532",
		func() detector {
			return &eMean{arl: 10_000, reference: 1000, confidence: 0.95, tolerance: 0.02, lower: 0, upper: 1, mode: "up", block: 1}
		},
	},
	{
		"e_bins", "e-detector: bets that the shares of bins have left their tolerance; the run between false alarms is at least arl", anyNumbers,
		"Shin, Ramdas and Rinaldo, arXiv 2203.03532; the bet is our own",
		func() detector {
			return &eBins{arl: 10_000, bins: 10, reference: 1000, confidence: 0.95, tolerance: 0.02, memory: 500}
		},
	},
}

// Methods returns all detectors, in printing order. The slice is the caller's.
func Methods() []Method { return slices.Clone(catalogue) }

// Lookup finds a detector by its name.
func Lookup(name string) (Method, bool) {
	for _, m := range catalogue {
		if m.Name == name {
			return m, true
		}
	}
	return Method{}, false
}

// Parameters describes the method's parameters, with their defaults.
func (m Method) Parameters() []Parameter {
	var described []Parameter
	for _, p := range m.fresh().parameters() {
		described = append(described, p.public())
	}
	return described
}

// New returns a watcher. Assigned are values by the names, or aliases, of parameters; the others have their defaults. An
// error names the parameter and what it admits.
func (m Method) New(assigned map[string]string) (*Watcher, error) {
	d := m.fresh()
	known := 0
	for _, p := range d.parameters() {
		for _, name := range append([]string{p.name}, p.aliases...) {
			text, ok := assigned[name]
			if !ok {
				continue
			}
			known++
			if err := p.set(text); err != nil {
				return nil, err
			}
		}
	}
	if known < len(assigned) {
		return nil, fmt.Errorf("%s has no such parameter", m.Name)
	}
	if c, ok := d.(checker); ok {
		if err := c.check(); err != nil {
			return nil, err
		}
	}
	d.reset()
	return &Watcher{method: m, detector: d}, nil
}
