package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/drivers"
)

// The words and shapes of an answer.
const (
	bad, uneasy, fine, unknown = "firing", "pending", "ok", "insufficient"
)

var shapes = map[string]string{bad: "▲", uneasy: "◆", fine: "●", unknown: "○"}

func answer(question, state, word, figure, evidence string) verdict {
	return verdict{question, word, state, shapes[state], figure, evidence}
}

// movement answers whether columns of some kind moved.
func movement(question, noun string, all []dataset.History, chunks int) verdict {
	var moved []string
	for _, t := range all {
		if t.Drifted > 0 {
			moved = append(moved, t.Name)
		}
	}
	switch {
	case len(all) == 0:
		return answer(question, unknown, "Not asked", "no "+noun+"s", "The files have none.")
	case !dataset.Measured(all):
		return answer(question, unknown, "Cannot be told", "too few rows", "No measure had enough values.")
	}
	figure := fmt.Sprintf("%s of %s", count(len(moved)), plural(len(all), noun))
	evidence := farthest(all[0])
	if len(moved) == 1 && moved[0] == all[0].Name {
		moved = nil // it is the farthest
	} else if len(moved) == 0 {
		return answer(question, fine, "No", figure, evidence)
	}
	if chunks > 1 {
		evidence = fmt.Sprintf("in at least one of %s. %s", plural(chunks, "chunk"), evidence)
	}
	if len(moved) > 0 {
		evidence = listing(moved) + ": " + evidence
	}
	return answer(question, uneasy, "Yes", figure, evidence)
}

// farthest says how far the column moved where it moved most.
func farthest(t dataset.History) string {
	r := t.Reports[t.Largest]
	m := r.Measure(t.Measure)
	measured := m != nil && m.Status == detectors.OK
	if !measured || m.Drifted != nil && !*m.Drifted {
		if rate := alarming(&t, "missing_rate", "mismatch_rate", "unseen_rate", "out_of_range_rate"); rate != nil && rate.Threshold != nil {
			return fmt.Sprintf("%s: %s %s (limit %s).", clip(40, t.Name), rate.Name, figure(rate.Value), figure(*rate.Threshold))
		}
	}
	if !measured {
		return clip(40, t.Name) + ": no value to compare."
	}
	text := fmt.Sprintf("%s is farthest, %s %s", clip(40, t.Name), m.Name, figure(m.Value))
	var facts []string
	if m.Threshold != nil {
		facts = append(facts, "limit "+figure(*m.Threshold))
	}
	for _, test := range []string{"ks", "chi2"} {
		if p := r.Measure(test); p != nil && p.PValue != nil && p.Status == detectors.OK {
			facts = append(facts, strings.TrimSpace("p "+equals(chance(p.PValue))+" by "+test))
		}
	}
	facts = append(facts, fmt.Sprintf("n = %s against %s", count(m.N), count(m.M)))
	return text + " (" + strings.Join(facts, ", ") + ")."
}

func equals(p string) string {
	if strings.HasPrefix(p, "<") {
		return p
	}
	return "= " + p
}

// damage answers whether the model got worse.
func damage(c *dataset.Comparison, names []string) verdict {
	o := c.Outcome()
	if o == nil || o.Reference == nil {
		return answer(damageQuestion, unknown, "Cannot be told", "no labels", "Performance needs answers and labels in both files.")
	}
	if len(c.Chunks) > 1 {
		return damageOverChunks(c, o, names)
	}
	then, now := o.Reference, o.Course[0]
	j := judge(then, now, once)
	state, word := verdictOf(c.Chunks[0].Verdict, j)
	evidence := fmt.Sprintf("now %s; reference %s.", told(now), told(then))
	switch s := c.Chunks[0].Segment; {
	case state == unknown:
	case s != nil && word != "Yes":
		state, word = bad, inPlaces
		evidence = "See " + s.Name + " below. All rows: " + evidence
	case j.worse && j.tiny:
		evidence += " The difference is real, but too small to count."
	case word == "Slightly":
		evidence += " The difference is real, but small."
	case word == "Not shown":
		evidence += " Chance alone can do that."
	}
	return answer(damageQuestion, state, word, fmt.Sprintf("%s %s → %s", then.Name, figure(then.Value), figure(now.Value)), evidence)
}

const damageQuestion = "Did the model get worse?"

// Answers that the headline puts into words of its own.
const (
	tooFew   = "Too few labels"
	inPlaces = "Yes, in places"
)

// verdictOf puts the story's verdict into a word, and says how much it matters.
func verdictOf(v drivers.Verdict, j judgement) (state, word string) {
	switch {
	case v <= drivers.TooFewLabels:
		return unknown, tooFew
	case v == drivers.Worse && j.matters:
		return bad, "Yes"
	case v == drivers.Worse:
		return uneasy, "Slightly"
	case v == drivers.Better:
		return fine, "No, better"
	case j.lost && !j.tiny:
		return fine, "Not shown"
	}
	return fine, "No"
}

// damageOverChunks looks at every chunk: a model that is well today may have been ill for a month. One chunk in ten may
// be worse without alarm, because chance alone makes some so; chunks with too few labels are not judged.
func damageOverChunks(c *dataset.Comparison, o *dataset.Outcome, names []string) verdict {
	then, last := o.Reference, o.Course[o.Last]
	at, ill, known := worstOf(o.Course), 0, 0
	worst := o.Course[at]
	state, word := unknown, tooFew
	var place *dataset.Segment
	for i, p := range o.Course {
		if p == nil || c.Chunks[i].Verdict <= drivers.TooFewLabels {
			continue
		}
		known++
		j := judge(then, p, once)
		if j.worse && j.matters {
			ill++
		}
		state, word = verdictOf(c.Chunks[i].Verdict, j)
		place = c.Chunks[i].Segment
	}
	newest := "in the last chunk"
	if o.Last < len(o.Course)-1 {
		newest += " with labels"
	}
	course := fmt.Sprintf("%s %s → %s at worst, %s %s", then.Name, figure(then.Value), figure(worst.Value), figure(last.Value), newest)
	if at == o.Last {
		course = fmt.Sprintf("%s %s → %s %s, the worst", then.Name, figure(then.Value), figure(last.Value), newest)
	}
	evidence := fmt.Sprintf("Worst in %s: %s. Last: %s. Reference: %s.", names[at], brief(worst), brief(last), brief(then))
	if ill > 0 {
		evidence = fmt.Sprintf("By more than chance, and enough to matter, in %d of %s. ", ill, plural(known, "chunk")) + evidence
	}
	switch {
	case word == "Yes":
	case ill > max(1, known/10):
		state, word = bad, fmt.Sprintf("Yes, in %d of %d chunks", ill, known)
	case place != nil:
		state, word = bad, inPlaces
		evidence = "See " + place.Name + " below. " + evidence
	case ill > 0:
		state, word = uneasy, fmt.Sprintf("In %d of %d chunks", ill, known)
	}
	return answer(damageQuestion, state, word, course, evidence)
}

// told prints a measure with its interval and size.
func told(p *dataset.Performance) string {
	facts := []string{plural(p.N, "label")}
	if bounds := within(p.Lower, p.Upper); bounds != "" {
		facts = append([]string{"95 % between " + bounds}, facts...)
	}
	if p.NEff != nil && *p.NEff < 0.99*float64(p.N) {
		facts = append(facts, "worth "+count(int64(*p.NEff))+" independent ones")
	}
	return fmt.Sprintf("%s (%s)", figure(p.Value), strings.Join(facts, ", "))
}

// trust answers whether the inputs can be relied on.
func trust(rows int, faults []fault, all []dataset.History) verdict {
	const question = "Can the inputs be trusted?"
	if len(faults) > 0 {
		evidence := faults[0].Sentence
		if more := len(faults) - 1; more > 0 {
			evidence += " And " + plural(more, "more fault") + ": see below."
		}
		return answer(question, bad, "No", plural(len(faults), "fault"), evidence)
	}
	var doubtful []string
	var worst string
	for _, t := range all {
		if m := alarming(&t, "mismatch_rate", "missing_rate", "unseen_rate", "out_of_range_rate"); m != nil {
			doubtful = append(doubtful, t.Name)
			if worst == "" {
				worst = fmt.Sprintf("%s of %s is %s (limit %s, n = %s).", m.Name, clip(40, t.Name), percent(m.Value), percent(*m.Threshold), count(m.N))
			}
		}
	}
	if len(doubtful) > 0 {
		return answer(question, uneasy, "Look first", plural(len(doubtful), "column"), "Values that are missing, new or out of range: "+listing(doubtful)+". "+worst)
	}
	if rows == 0 {
		return answer(question, unknown, "Cannot be told", "no rows", "No input came.")
	}
	if len(all) > 0 && !dataset.Measured(all) {
		return answer(question, unknown, "Cannot be told", "too few rows", "No measure had enough values.")
	}
	return answer(question, fine, "Yes", "no fault", fmt.Sprintf("No fault in %s, and no surge of missing, new, mistyped or out-of-range values.", plural(len(all), "column")))
}

// brief prints a measure with its interval and rows alone.
func brief(p *dataset.Performance) string {
	text := figure(p.Value)
	if bounds := within(p.Lower, p.Upper); bounds != "" {
		text += " (" + bounds + ")"
	}
	return text + ", n = " + count(p.N)
}

// judgement is how a measure compares with the reference's own.
type judgement struct {
	lost          bool // the value went the wrong way
	worse, better bool // by more than both intervals explain
	matters       bool // and by enough to matter
	tiny          bool // or by less than a story tells: one point, and a twentieth of the reference's error
}

// lowerIsBetter are measures of error.
var lowerIsBetter = []string{
	"log_loss", "brier", "mae", "mse", "rmse", "median_absolute_error", "mape", "smape", "rmsle", "quantile_loss", "calibration_error",
	"max_calibration_error", "cost",
}

// How many times their joint 95 % interval two values must lie apart to be told apart: once in a hundred pairs by chance, as in
// the story, and, for a table of twenty measures, one in about 600.
const (
	once   = 1.31
	twenty = 1.6
)

// judge compares two values of one measure. Without an interval on either side nothing is said to be real. A loss matters
// beyond two points or a quarter of the reference's error, whichever is more; for errors beyond a quarter of it.
func judge(then, now *dataset.Performance, sure float64) judgement {
	if then == nil || now == nil || then.Status != "" || now.Status != "" {
		return judgement{}
	}
	loss, tolerance, least := lossOf(then, now), max(0.02, (1-then.Value)/4), max(0.01, (1-then.Value)/20)
	switch {
	case then.Name == "mean_error":
		tolerance, least = 0, 0
	case slices.Contains(lowerIsBetter, then.Name):
		tolerance, least = math.Abs(then.Value)/4, math.Abs(then.Value)/20
	}
	noise := sure * math.Hypot(half(then), half(now))
	real := noise > 0 && math.Abs(loss) > noise
	return judgement{lost: loss > 0, worse: real && loss > 0, better: real && loss < 0, matters: math.Abs(loss) > tolerance, tiny: math.Abs(loss) <= least}
}

// lossOf is how much worse a value is, in the measure's own unit: below 0 it is better.
func lossOf(then, now *dataset.Performance) float64 {
	switch {
	case then.Name == "mean_error":
		return math.Abs(now.Value) - math.Abs(then.Value)
	case slices.Contains(lowerIsBetter, then.Name):
		return now.Value - then.Value
	}
	return then.Value - now.Value
}

// worstOf returns the place of the worst value, the newest among equals; -1 if none is known.
func worstOf(course []*dataset.Performance) int {
	worst := -1
	for i, p := range course {
		if p != nil && (worst < 0 || lossOf(course[worst], p) >= 0) {
			worst = i
		}
	}
	return worst
}

func half(p *dataset.Performance) float64 {
	if p.Lower == nil || p.Upper == nil {
		return 0
	}
	return (*p.Upper - *p.Lower) / 2
}
