package fairness

import (
	"maps"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// Overall is the group under which all groups together stand, with their differences and ratios.
const Overall = "overall"

// DefaultMinimum is the least number of cases of a rate that says anything.
const DefaultMinimum = 30

// Options say how sure rows make a rate.
type Options struct {
	// DesignEffect divides n: rows close in time err together. Below 1, or not known, it counts as 1.
	DesignEffect float64
	// Minimum is how many cases a rate needs not to be insufficient.
	Minimum uint64
}

// Group is what is known about one group.
type Group struct {
	Name         string
	Measurements []detectors.Measurement
}

// Report returns the groups by name, and last Overall; nothing without rows. The N of a rate is the cases that it
// divides by, that of a difference or ratio all rows.
//
//	demographic_parity_difference, _ratio   of the selection rate
//	disparate_impact                        the same as demographic_parity_ratio: below 0.8 it fails the four-fifths rule
//	equalized_odds_difference, _ratio       the worse of true and false positive rate
//	average_odds_difference                 the mean of their differences (fairlearn: equalized odds with agg="mean")
//	equal_opportunity_difference, _ratio    of the true positive rate
//	predictive_parity_difference, _ratio    of the precision
//	accuracy_difference                     of the accuracy
//
// O(groups log groups).
func (t *Tally) Report(o Options) []Group {
	if len(t.groups) == 0 {
		return nil
	}
	o.DesignEffect = performance.AtLeastOne(o.DesignEffect)
	var report []Group
	var present []*counts
	var whole counts
	for _, name := range slices.Sorted(maps.Keys(t.groups)) {
		c := t.groups[name]
		if t.labelled > 0 && c.labelled == 0 {
			continue // known to no label: fairlearn has no such group
		}
		present = append(present, c)
		whole.add(c)
		report = append(report, Group{name, t.rates(c, o)})
	}
	return append(report, Group{Overall, append(t.rates(&whole, o), t.between(present, &whole, o)...)})
}

// rates are those that the tally can tell.
func (t *Tally) rates(c *counts, o Options) []detectors.Measurement {
	kinds := rates
	switch {
	case t.positive == performance.Unknown && t.labelled == 0:
		kinds = nil
	case t.positive == performance.Unknown:
		kinds = []kind{accuracy}
	case t.labelled == 0:
		kinds = []kind{unlabelled}
	}
	all := make([]detectors.Measurement, 0, len(kinds))
	for _, k := range kinds {
		all = append(all, k.measurement(c, o))
	}
	return all
}

// between are the differences and ratios of the groups.
func (t *Tally) between(groups []*counts, whole *counts, o Options) []detectors.Measurement {
	of := func(k kind) gap { return gapOf(k, groups, o.DesignEffect) }
	var all []detectors.Measurement
	if t.positive != performance.Unknown {
		n, selection := whole.labelled, selectionRate
		if t.labelled == 0 {
			n, selection = whole.rows, unlabelled
		}
		parity := of(selection)
		all = append(all,
			parity.measurement("demographic_parity_difference", parity.difference, n, o),
			parity.ratioMeasurement("demographic_parity_ratio", n, o),
			parity.ratioMeasurement("disparate_impact", n, o),
		)
	}
	if t.positive != performance.Unknown && t.labelled > 0 {
		n, opportunity, alarm, predictive := whole.labelled, of(truePositiveRate), of(falsePositiveRate), of(precision)
		odds := worse(opportunity, alarm)
		all = append(all,
			odds.measurement("equalized_odds_difference", odds.difference, n, o),
			odds.ratioMeasurement("equalized_odds_ratio", n, o),
			odds.measurement("average_odds_difference", halfway(opportunity.difference, alarm.difference), n, o),
			opportunity.measurement("equal_opportunity_difference", opportunity.difference, n, o),
			opportunity.ratioMeasurement("equal_opportunity_ratio", n, o),
			predictive.measurement("predictive_parity_difference", predictive.difference, n, o),
			predictive.ratioMeasurement("predictive_parity_ratio", n, o),
		)
	}
	if t.labelled > 0 {
		right := of(accuracy)
		all = append(all, right.measurement("accuracy_difference", right.difference, whole.labelled, o))
	}
	return all
}
