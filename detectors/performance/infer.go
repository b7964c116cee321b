package performance

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Example is one row of a baseline: what the model answered, and the truth if it is known.
type Example struct {
	Answer Answer
	Truth  Truth
}

// Overrides are what a user says instead of leaving it to Infer. The zero value leaves everything.
type Overrides struct {
	Task      Task
	Classes   []string
	Positive  string
	Threshold *float64
}

// ErrNoAnswers is what Infer returns for rows in which a model answered nothing.
var ErrNoAnswers = errors.New("no row holds an answer")

// Infer finds the schema behind a baseline's rows, and says in a sentence each what it had to guess.
//
// Regression: answers are bare numbers only, and labels are numbers other than 0 and 1 (without labels: some answer
// lies outside [0, 1]), unless they look like the codes of classes: labels are 2 to 20 whole numbers that come twice on
// average, and every answer is one of them. Otherwise the classes are all that labels, answers and names of probabilities mention: with two
// the model is binary, with more it is multiclass. Spellings of one value ("1", "true") are one class, by the label's
// spelling.
//
// The positive class is the given one, else "1" or "true", else the one whose rows have the higher mean score, else the
// last.
func Infer(examples []Example, want Overrides) (*Schema, []string, error) {
	e := examine(examples)
	if e.answers == 0 {
		return nil, nil, ErrNoAnswers
	}
	s := &Schema{Task: want.Task, Threshold: DefaultThreshold}
	if want.Threshold != nil {
		s.Threshold = *want.Threshold
	}
	var notes []string
	guessed := s.Task == 0 && len(want.Classes) == 0 && want.Positive == "" && e.regression()
	if guessed && !e.codes() {
		s.Task = Regression
		if e.labels == 0 {
			notes = append(notes, "task: regression, as answers are bare numbers beyond 0 to 1 and there are no labels")
		}
	}
	if s.Task == Regression {
		s.Threshold = 0
		return s, notes, s.Validate()
	}
	s.Classes = e.classes(want)
	if want.Task == 0 {
		s.Task = Binary
		if len(s.Classes) != 2 {
			s.Task = Multiclass
		}
		if guessed {
			notes = append(notes, fmt.Sprintf("task: %s, as every answer is one of the labels' %d whole numbers", s.Task, len(e.labelNumbers)))
		}
	}
	s.NumberIsClass = e.numbersAreClasses(s)
	if s.Task == Binary {
		var note string
		if s.Positive, note = positiveClass(s, examples, want.Positive); note != "" {
			notes = append(notes, note)
		}
	}
	return s, notes, s.Validate()
}

// evidence is what the rows show.
type evidence struct {
	answers, labels          int
	textual                  bool // an answer names a class, scores or probabilities
	mentioned                []string
	labelNumbers, bareValues map[float64]bool
	labelText                bool // a label is no number
}

// enough is how many distinct numbers tell all there is to tell.
const enough = MaxClasses + 1

func examine(examples []Example) evidence {
	e := evidence{labelNumbers: make(map[float64]bool), bareValues: make(map[float64]bool)}
	seen := make(map[string]bool)
	// The label's spelling comes first.
	for _, x := range examples {
		if x.Truth.Class == nil {
			continue
		}
		e.labels++
		e.mention(seen, x.Truth.Class)
		if e.labelText = e.labelText || math.IsNaN(x.Truth.Number); !e.labelText && len(e.labelNumbers) < enough {
			e.labelNumbers[x.Truth.Number] = true
		}
	}
	for _, x := range examples {
		a := x.Answer
		if a.HasClass || a.HasScore || a.HasValue || len(a.Probabilities) > 0 {
			e.answers++
		}
		if a.HasClass || a.HasScore || len(a.Probabilities) > 0 {
			e.textual = true
		}
		if a.HasClass {
			e.mention(seen, a.Class)
		}
		if a.HasValue && len(e.bareValues) < enough {
			e.bareValues[a.Value] = true
		}
		for _, p := range a.Probabilities {
			if p.Class != nil {
				e.mention(seen, p.Class)
			}
		}
	}
	return e
}

// mention notes a class name, unless another spelling of it is noted. Beyond MaxClasses it stops: that is an error
// already.
func (e *evidence) mention(seen map[string]bool, name []byte) {
	key := canonical(string(name))
	if seen[key] || len(e.mentioned) > MaxClasses {
		return
	}
	seen[key] = true
	e.mentioned = append(e.mentioned, string(name))
}

func zeroOrOne(numbers map[float64]bool) bool {
	for x := range numbers {
		if x != 0 && x != 1 {
			return false
		}
	}
	return true
}

func (e *evidence) regression() bool {
	if e.textual || len(e.bareValues) == 0 || e.labelText {
		return false
	}
	if e.labels > 0 {
		return !zeroOrOne(e.labelNumbers)
	}
	for x := range e.bareValues {
		if x < 0 || x > 1 {
			return true
		}
	}
	return false
}

// mostCodes is how many whole numbers are taken for the codes of classes.
const mostCodes = 20

// codes tells whether bare numbers look like codes of classes rather than amounts: models that answer amounts are
// rarely right to the digit, and never answer but what has been a label.
func (e *evidence) codes() bool {
	if n := len(e.labelNumbers); n < 2 || n > mostCodes || e.labels < 2*n {
		return false
	}
	for x := range e.labelNumbers {
		if x != math.Trunc(x) {
			return false
		}
	}
	for x := range e.bareValues {
		if !e.labelNumbers[x] {
			return false
		}
	}
	return true
}

// classes returns the given classes, or those mentioned; with nothing but scores or one of 0 and 1, both of these.
func (e *evidence) classes(want Overrides) []string {
	classes := slices.Clone(want.Classes)
	if len(classes) == 0 {
		classes = slices.Clone(e.mentioned)
		if want.Positive != "" && !slices.ContainsFunc(classes, func(c string) bool { return canonical(c) == canonical(want.Positive) }) {
			classes = append(classes, want.Positive)
		}
	}
	switch {
	case len(classes) == 0:
		classes = []string{"0", "1"}
	case len(classes) == 1:
		if other, ok := counterpart(classes[0]); ok {
			classes = append(classes, other)
		}
	}
	slices.Sort(classes)
	return slices.Compact(classes)
}

// counterpart returns the other truth value in the same spelling.
func counterpart(name string) (string, bool) {
	pairs := [][2]string{{"0", "1"}, {"false", "true"}, {"False", "True"}, {"FALSE", "TRUE"}, {"0.0", "1.0"}}
	for _, pair := range pairs {
		if i := slices.Index(pair[:], name); i >= 0 {
			return pair[1-i], true
		}
	}
	return "", false
}

// numbersAreClasses tells whether every bare number among the answers names a class.
func (e *evidence) numbersAreClasses(s *Schema) bool {
	if len(e.bareValues) == 0 {
		return s.Task == Multiclass
	}
	for x := range e.bareValues {
		if s.classOf(x) == Unknown {
			return false
		}
	}
	return true
}

// positiveClass returns the positive class of a binary schema, and a note if it was a guess.
func positiveClass(s *Schema, examples []Example, given string) (positive, note string) {
	if given != "" {
		if i := s.Class([]byte(given)); i != Unknown {
			return s.Classes[i], ""
		}
		return given, "" // Validate says that it is none
	}
	for _, class := range s.Classes {
		if canonical(class) == "1" {
			return class, ""
		}
	}
	if len(s.Classes) != 2 {
		return "", ""
	}
	means, ok := meanScores(s, examples)
	if !ok {
		return s.Classes[1], fmt.Sprintf("positive class: %q, as the last of two; no scores tell them apart", s.Classes[1])
	}
	i := 0
	if means[1] >= means[0] {
		i = 1
	}
	return s.Classes[i], fmt.Sprintf("positive class: %q, as its rows have the higher mean score (%.4g against %.4g)",
		s.Classes[i], means[i], means[1-i])
}

// meanScores returns each class's mean score; classes are the labels', without labels the answers'. It is false unless
// both classes have scores.
func meanScores(s *Schema, examples []Example) ([2]float64, bool) {
	byLabel := slices.ContainsFunc(examples, func(x Example) bool { return x.Truth.Class != nil })
	var sums [2]mean
	for _, x := range examples {
		class := x.Truth.Class
		if !byLabel && x.Answer.HasClass {
			class = x.Answer.Class
		}
		if class == nil {
			continue
		}
		score, ok := x.Answer.score(s)
		if i := s.Class(class); i != Unknown && ok {
			sums[i].add(score)
		}
	}
	return [2]float64{sums[0].value(), sums[1].value()}, sums[0].n > 0 && sums[1].n > 0
}

// score returns a binary answer's score before the positive class is known.
func (a Answer) score(s *Schema) (float64, bool) {
	x, ok := a.Score, a.HasScore
	if !ok && a.HasValue && !s.NumberIsClass {
		x, ok = a.Value, true
	}
	return x, ok && profile.Finite(x)
}
