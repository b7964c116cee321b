package report

import (
	"slices"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
)

// advise says what to do first, by what was found; empty without rows. Faults come before all: what is broken on the way to the
// model can be repaired, and a model that learns from broken rows learns the fault.
func advise(c *dataset.Comparison, faults []fault, inputs []dataset.History, verdicts []verdict) string {
	if c.Current.Rows == 0 || len(c.Chunks) == 0 {
		return ""
	}
	moved := movedOf(inputs)
	harm := verdicts[2]
	worse := harm.State == bad || harm.State == uneasy
	answered := verdicts[1].State == uneasy
	switch {
	case len(faults) > 0:
		var broken []string
		for _, f := range faults {
			if f.Column != "" && !slices.Contains(broken, quoted(f.Column)) {
				broken = append(broken, quoted(f.Column))
			}
		}
		what := "the repeated rows"
		if len(broken) > 0 {
			what = listing(broken)
		}
		return "Repair " + what + " where the data come from. Do not retrain on these rows: a model would learn the fault."
	case worse && len(moved) > 0:
		return "Ask whether " + listing(moved) + " moved for good. If so, retrain on rows since then; the labels may also have changed."
	case (worse || answered) && len(moved) == 0 && apart(c):
		return "Check how the inputs are joined: each is as before, but together they are not, as if values came from other rows."
	case answered && len(moved) == 0:
		return "Check which model answers: the inputs are as before, and its answers are not."
	case worse:
		return "Check how the labels are made: the inputs are as before. If the labels are right, retrain on the newest rows."
	case harm.State == unknown && len(moved) > 0:
		return "Get labels for some of these rows: " + listing(moved) + " moved, and whether it hurts cannot be seen without."
	case harm.State == unknown:
		return "Nothing, until labels come."
	case len(moved) > 0:
		return "Nothing at once: " + listing(moved) + " moved, and no harm is shown. Watch whether it lasts."
	}
	return "Nothing."
}

// apart tells whether the inputs drifted together, in any chunk.
func apart(c *dataset.Comparison) bool {
	return slices.ContainsFunc(c.Chunks, func(k dataset.Chunk) bool {
		return slices.ContainsFunc(k.Multivariate, func(m dataset.Measure) bool { return m.Past() })
	})
}

// quoted is a name as sentences carry it, for prose.
func quoted(name string) string { return "`" + clip(38, plain(name)) + "`" }
