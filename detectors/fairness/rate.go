package fairness

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// rate is hits among cases of one group.
type rate struct{ hits, cases uint64 }

// value is 0 without cases.
func (r rate) value() float64 {
	if r.cases == 0 {
		return 0
	}
	return float64(r.hits) / float64(r.cases)
}

// bounded is a rate with its bounds.
func (r rate) bounded(deff float64) bounded {
	neff := float64(r.cases) / deff
	lower, upper := detectors.Wilson(r.value()*neff, neff)
	return bounded{r.value(), lower, upper}
}

// kind is a rate that every group has.
type kind struct {
	name string
	of   func(*counts) rate
}

// The rates, by the names of fairlearn.
var (
	selectionRate     = kind{"selection_rate", func(c *counts) rate { return rate{c.truePositive + c.falsePositive, c.labelled} }}
	unlabelled        = kind{"selection_rate", func(c *counts) rate { return rate{c.selected, c.rows} }}
	accuracy          = kind{"accuracy", func(c *counts) rate { return rate{c.right, c.labelled} }}
	truePositiveRate  = kind{"true_positive_rate", func(c *counts) rate { return rate{c.truePositive, c.truePositive + c.falseNegative} }}
	falsePositiveRate = kind{"false_positive_rate", func(c *counts) rate { return rate{c.falsePositive, c.falsePositive + c.trueNegative} }}
	falseNegativeRate = kind{"false_negative_rate", func(c *counts) rate { return rate{c.falseNegative, c.truePositive + c.falseNegative} }}
	trueNegativeRate  = kind{"true_negative_rate", func(c *counts) rate { return rate{c.trueNegative, c.falsePositive + c.trueNegative} }}
	precision         = kind{"precision", func(c *counts) rate { return rate{c.truePositive, c.truePositive + c.falsePositive} }}
)

// rates are those of labelled rows.
var rates = []kind{selectionRate, accuracy, truePositiveRate, falsePositiveRate, falseNegativeRate, trueNegativeRate, precision}

// measurement names a group's rate. N is the cases that it divides by.
func (k kind) measurement(c *counts, o Options) detectors.Measurement {
	r := k.of(c)
	m := detectors.Measurement{Name: k.name, Value: r.value(), N: r.cases, Status: status(r.cases, o)}
	if r.cases > 0 {
		b := r.bounded(o.DesignEffect)
		m.Lower, m.Upper, m.NEff = new(b.lower), new(b.upper), new(float64(r.cases)/o.DesignEffect)
	}
	return m
}

func status(cases uint64, o Options) detectors.Status {
	switch {
	case cases == 0:
		return detectors.Undefined
	case cases < o.Minimum:
		return detectors.Insufficient
	}
	return detectors.OK
}

// IsRate tells whether a measurement of Overall is a rate of all rows, rather than something between groups.
func IsRate(name string) bool {
	return slices.ContainsFunc(rates, func(k kind) bool { return k.name == name })
}
