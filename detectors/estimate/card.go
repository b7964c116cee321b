package estimate

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// The rules of trust.
const (
	// LeastChunks are needed to judge an estimator at all, and to judge it by current chunks alone.
	LeastChunks = 6
	// leastLabels make a chunk count.
	leastLabels = 30
	// leastCoverage is the share of chunks whose estimate must agree with the truth. Bounds of three sampling errors
	// hold in far more than that if nothing is wrong.
	leastCoverage = 0.9
	// tolerableBias is what an estimate may be off on average, even if chance does not explain it.
	tolerableBias = 0.02
)

// Card is an estimator's report card: its estimates for chunks whose labels have come, beside what those labels say.
// The zero value is empty.
type Card struct {
	names              []key
	reference, current map[key]*marks
}

type key struct{ measure, class string }

// marks are one measure's chunks.
type marks struct {
	errors  []float64 // estimate − realised, by chunk
	covered int
}

// Observe adds one chunk: the state of its labelled rows by their scores, and that by their labels. Reference tells
// whether the chunk is a piece of the reference, on which the estimator was fitted: such chunks flatter it, and count
// only until there are LeastChunks others. A chunk of less than leastLabels rows counts for nothing, nor does a measure that is
// not defined on both sides.
//
// An estimate covers the truth if its bounds reach those of the realised value, which rests on few labels itself: 95 %
// bounds by the sampling error, for rows that err together √deff times as wide.
func (c *Card) Observe(byScores, byLabels *State, deff float64, reference bool) {
	if c.reference == nil {
		c.reference, c.current = make(map[key]*marks), make(map[key]*marks)
	}
	if byScores.N() < leastLabels {
		return
	}
	realised := byLabels.Estimates()
	for i, e := range byScores.Estimates() {
		if e.Status != detectors.OK || realised[i].Status != detectors.OK || e.SamplingError == nil {
			continue
		}
		k := key{e.Measure, e.Class}
		if !slices.Contains(c.names, k) {
			c.names = append(c.names, k)
			c.reference[k], c.current[k] = &marks{}, &marks{}
		}
		m := c.current[k]
		if reference {
			m = c.reference[k]
		}
		off := e.Value - realised[i].Value
		m.errors = append(m.errors, off)
		if math.Abs(off) <= (band+detectors.Normal95*math.Sqrt(performance.AtLeastOne(deff)))**e.SamplingError {
			m.covered++
		}
	}
}

// Grade is what the card says of one measure.
type Grade struct {
	// Measure and Class are those of the realised measure.
	Measure, Class string
	// Chunks were compared; Reference of them were pieces of the reference.
	Chunks, Reference int
	// Bias is the mean of estimate − realised over the chunks, Lower and Upper its 95 % bounds by Student's t, nil for a
	// single chunk.
	Bias         float64
	Lower, Upper *float64
	// Coverage is the share of chunks whose estimate covers the truth.
	Coverage float64
	// Trusted estimates cover the truth in leastCoverage of LeastChunks chunks or more, and their bias is explained by
	// chance or tolerable. Reason says in a sentence why others are not.
	Trusted bool
	Reason  string
}

// Grades returns one grade for each measure that could be compared, in the order of the estimates.
func (c *Card) Grades() []Grade {
	grades := make([]Grade, 0, len(c.names))
	for _, k := range c.names {
		grades = append(grades, grade(k, c.reference[k], c.current[k]))
	}
	return grades
}

// grade judges by the current chunks if they are enough, else by all.
func grade(k key, reference, current *marks) Grade {
	g := Grade{Measure: k.measure, Class: k.class}
	errors, covered := current.errors, current.covered
	if len(errors) < LeastChunks {
		errors = append(slices.Clone(reference.errors), errors...)
		covered += reference.covered
		g.Reference = len(reference.errors)
	}
	g.Chunks = len(errors)
	g.Coverage = float64(covered) / float64(g.Chunks)
	mean, deviation := stat.MeanStdDev(errors, nil)
	g.Bias = mean
	systematic := false
	if g.Chunks > 1 {
		half := detectors.StudentQuantile(float64(g.Chunks-1), 0.05) * deviation / math.Sqrt(float64(g.Chunks))
		g.Lower, g.Upper = new(mean-half), new(mean+half)
		systematic = math.Abs(mean) > half
	}
	switch {
	case g.Chunks < LeastChunks:
		g.Reason = fmt.Sprintf("only %d chunks with labels, %d are needed to judge it", g.Chunks, LeastChunks)
	case g.Coverage < leastCoverage:
		g.Reason = fmt.Sprintf("the truth was out of its bounds in %d of %d chunks, and it was %.2g too %s on average",
			g.Chunks-covered, g.Chunks, math.Abs(mean), direction(mean))
	case systematic && math.Abs(mean) > tolerableBias:
		g.Reason = fmt.Sprintf("it was %.2g too %s on average over %d chunks", math.Abs(mean), direction(mean), g.Chunks)
	default:
		g.Trusted = true
	}
	return g
}

func direction(bias float64) string {
	if bias < 0 {
		return "low"
	}
	return "high"
}

// Verdict says whether an estimator is trusted, which it is if every measure is, and in a sentence why not. The reason
// is that of the measure that is furthest off.
func Verdict(grades []Grade) (trusted bool, reason string) {
	var worst *Grade
	for i := range grades {
		if g := &grades[i]; !g.Trusted && (worst == nil || math.Abs(g.Bias) > math.Abs(worst.Bias)) {
			worst = g
		}
	}
	switch {
	case len(grades) == 0:
		return false, "no chunk has labels enough to set its estimates beside"
	case worst == nil:
		return true, ""
	}
	return false, fmt.Sprintf("%s%s: %s", Prefix, worst.Measure, worst.Reason)
}
