package performance

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// byPosition and byName write probabilities as events do.
func byPosition(values ...float64) []ClassProbability {
	all := make([]ClassProbability, len(values))
	for i, p := range values {
		all[i].Probability = p
	}
	return all
}

func byName(pairs ...any) []ClassProbability {
	var all []ClassProbability
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, ClassProbability{Class: []byte(pair[0].(string)), Probability: pair[1].(float64)})
	}
	return all
}

func TestInterpret(t *testing.T) {
	var (
		digits = &Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}
		strict = &Schema{Task: Binary, Classes: []string{"good", "bad"}, Positive: "bad", Threshold: 0.3}
		hard   = &Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5, NumberIsClass: true}
		abc    = &Schema{Task: Multiclass, Classes: []string{"a", "b", "c"}}
		values = &Schema{Task: Regression}
	)
	slices.Sort(strict.Classes) // bad, good
	nothing := Outcome{Predicted: Unknown, Actual: Unknown}
	class := func(index int) Outcome { return Outcome{Predicted: index, Actual: Unknown} }
	scored := func(index int, score float64) Outcome {
		return Outcome{Predicted: index, Actual: Unknown, Score: score, HasScore: true}
	}
	multi := func(index int, p ...float64) Outcome {
		return Outcome{Predicted: index, Actual: Unknown, Probabilities: p}
	}
	for _, c := range []struct {
		name   string
		schema *Schema
		answer Answer
		want   Outcome
		ok     bool
	}{
		{"nothing", digits, Answer{}, nothing, false},
		{"class", digits, Answer{Class: []byte("1"), HasClass: true}, class(1), true},
		{"class in another spelling", digits, Answer{Class: []byte("true"), HasClass: true}, class(1), true},
		{"class beats score", digits, Answer{Class: []byte("0"), HasClass: true, Score: 0.9, HasScore: true}, scored(0, 0.9), true},
		{"class outside the schema", digits, Answer{Class: []byte("2"), HasClass: true}, class(Unknown), true},
		{"score at the threshold", digits, Answer{Score: 0.5, HasScore: true}, scored(1, 0.5), true},
		{"score below", digits, Answer{Score: 0.49, HasScore: true}, scored(0, 0.49), true},
		{"own threshold, positive class first", strict, Answer{Score: 0.3, HasScore: true}, scored(0, 0.3), true},
		{"own threshold, below", strict, Answer{Score: 0.2, HasScore: true}, scored(1, 0.2), true},
		{"NaN score", digits, Answer{Score: math.NaN(), HasScore: true}, nothing, false},
		{"NaN score beside a class", digits, Answer{Class: []byte("1"), HasClass: true, Score: math.NaN(), HasScore: true}, class(1), true},
		{"bare number is a score", digits, Answer{Value: 0.7, HasValue: true}, scored(1, 0.7), true},
		{"bare number is a class", hard, Answer{Value: 1, HasValue: true}, class(1), true},
		{"score beats a bare number", digits, Answer{Value: 0.7, HasValue: true, Score: 0.1, HasScore: true}, scored(0, 0.1), true},
		{"binary probabilities", digits, Answer{Probabilities: byPosition(0.4, 0.6)}, scored(1, 0.6), true},
		{"binary tie: the first class", digits, Answer{Probabilities: byPosition(0.5, 0.5)}, scored(0, 0.5), true},
		{"binary, one named", digits, Answer{Probabilities: byName("0", 0.25)}, scored(1, 0.75), true},
		{"binary, one alone", digits, Answer{Probabilities: byPosition(0.25)}, scored(0, 0.25), true},
		{"binary, own threshold", strict, Answer{Probabilities: byName("good", 0.6, "bad", 0.4)}, scored(0, 0.4), true},
		{"binary, three by position", digits, Answer{Probabilities: byPosition(0.2, 0.3, 0.5)}, nothing, false},
		{"most probable", abc, Answer{Probabilities: byPosition(0.2, 0.5, 0.3)}, multi(1, 0.2, 0.5, 0.3), true},
		{"first of equals, whatever the order of names", abc, Answer{Probabilities: byName("c", 0.4, "b", 0.4, "a", 0.2)}, multi(1, 0.2, 0.4, 0.4), true},
		{"class beats probabilities", abc, Answer{Class: []byte("c"), HasClass: true, Probabilities: byPosition(0.2, 0.5, 0.3)}, multi(2, 0.2, 0.5, 0.3), true},
		{"names left out", abc, Answer{Probabilities: byName("c", 1.0)}, multi(2, 0, 0, 1), true},
		{"the most probable is unknown", abc, Answer{Probabilities: byName("d", 0.9, "a", 0.1)}, multi(Unknown, 0.1, 0, 0), true},
		{"too few by position", abc, Answer{Probabilities: byPosition(0.2, 0.8)}, nothing, false},
		{"a probability is NaN", abc, Answer{Probabilities: byPosition(0.2, math.NaN(), 0.8)}, nothing, false},
		{"a multiclass score says nothing", abc, Answer{Score: 0.9, HasScore: true}, nothing, false},
		{"value", values, Answer{Value: 3.5, HasValue: true}, Outcome{Predicted: Unknown, Actual: Unknown, Value: 3.5}, true},
		{"a score as value", values, Answer{Score: 2, HasScore: true}, Outcome{Predicted: Unknown, Actual: Unknown, Value: 2}, true},
		{"a class that is a number", values, Answer{Class: []byte("17"), HasClass: true}, Outcome{Predicted: Unknown, Actual: Unknown, Value: 17}, true},
	} {
		got, ok := c.schema.Interpret(c.answer, nil)
		if ok != c.ok || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, %v; want %+v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
	for _, answer := range []Answer{{Class: []byte("many"), HasClass: true}, {Value: math.Inf(1), HasValue: true}, {}} {
		if o, ok := values.Interpret(answer, nil); ok {
			t.Errorf("%+v is no value, but gave %+v", answer, o)
		}
	}
}

func TestInterpretDoesNotAllocate(t *testing.T) {
	abc := &Schema{Task: Multiclass, Classes: []string{"a", "b", "c"}}
	answer := Answer{Class: []byte("b"), HasClass: true, Probabilities: byName("a", 0.1, "b", 0.7, "c", 0.2)}
	truth := Truth{Class: []byte("c")}
	scratch := make([]float64, 3)
	tally := New(abc)
	observe := func() {
		o, _ := abc.Interpret(answer, scratch)
		abc.Label(&o, truth)
		tally.Observe(o)
	}
	observe()
	if n := testing.AllocsPerRun(100, observe); n > 0 {
		t.Errorf("%v allocations a row", n)
	}
}

func TestClass(t *testing.T) {
	for _, c := range []struct {
		classes, name string
		want          int
	}{
		{"0 1", "1", 1},
		{"0 1", "1.0", 1},
		{"0 1", "true", 1},
		{"0 1", "False", 0},
		{"0 1", "yes", Unknown},
		{"0 1", "", Unknown},
		{"false true", "1", 1},
		{"False True", "true", 1},
		{"0.0 1.0 2.0", "2", 2},
		{"0 1 true", "true", 2},
		{"0 1 true", "1.0", Unknown}, // either
		{"a b c", "b", 1},
		{"a.0 b", "a", Unknown}, // no number
	} {
		s := &Schema{Classes: strings.Fields(c.classes)}
		if got := s.Class([]byte(c.name)); got != c.want {
			t.Errorf("%q among %q is %d, want %d", c.name, c.classes, got, c.want)
		}
	}
}

func TestLabel(t *testing.T) {
	binary, values := binarySchema(), &Schema{Task: Regression}
	for _, c := range []struct {
		schema *Schema
		truth  Truth
		want   Outcome
		ok     bool
	}{
		{binary, Truth{Class: []byte("yes"), Number: math.NaN()}, Outcome{Actual: 1}, true},
		{binary, Truth{Class: []byte("maybe"), Number: math.NaN()}, Outcome{Actual: Unknown}, true},
		{binary, Truth{}, Outcome{}, false},
		{values, Truth{Class: []byte("2.5"), Number: 2.5}, Outcome{Truth: 2.5}, true},
		{values, Truth{Class: []byte("x"), Number: math.NaN()}, Outcome{}, false},
		{values, Truth{Number: math.Inf(1)}, Outcome{}, false},
	} {
		var got Outcome
		if ok := c.schema.Label(&got, c.truth); ok != c.ok || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %+v, %v; want %+v, %v", c.truth, got, ok, c.want, c.ok)
		}
	}
}

func TestUnknownClassesAreWrong(t *testing.T) {
	tally := New(binarySchema())
	for _, o := range []Outcome{{Predicted: 1, Actual: 1}, {Predicted: Unknown, Actual: 1}, {Predicted: Unknown, Actual: Unknown}, {Predicted: 99, Actual: 0}} {
		tally.Observe(o)
	}
	all := tally.Measurements(Options{})
	for name, want := range map[string]float64{"accuracy": 0.25, "recall": 0.5, "precision": 1, "specificity": 1, "balanced_accuracy": 0.25} {
		if got := find(all, name, "").Value; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	want := confusion{{1, 1}: 1, {1, Unknown}: 1, {Unknown, Unknown}: 1, {0, Unknown}: 1}
	if got := tally.confusion; !reflect.DeepEqual(got, want) {
		t.Errorf("confusion %v, want %v", got, want)
	}
}

func TestInfer(t *testing.T) {
	label := func(text string, number float64) Truth { return Truth{Class: []byte(text), Number: number} }
	digit := func(x float64) Truth { return label(string('0'+byte(x)), x) }
	score := func(x float64) Answer { return Answer{Score: x, HasScore: true} }
	bare := func(x float64) Answer { return Answer{Value: x, HasValue: true} }
	class := func(name string) Answer { return Answer{Class: []byte(name), HasClass: true} }
	codes := func(numbers ...float64) []Example { // each twice: as an answer that is right, and as one that is wrong
		var all []Example
		for i, x := range numbers {
			truth := func(x float64) Truth { return label(strconv.Itoa(int(x)), x) }
			all = append(all, Example{bare(x), truth(x)}, Example{bare(numbers[(i+1)%len(numbers)]), truth(x)})
		}
		return all
	}
	threshold := 0.2
	for _, c := range []struct {
		name     string
		examples []Example
		want     Overrides
		schema   Schema
		note     string
	}{
		{"digits and scores", []Example{{score(0.3), digit(0)}, {score(0.8), digit(1)}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, ""},
		{"booleans beside digits", []Example{{class("true"), digit(0)}, {class("1"), digit(1)}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, ""},
		{"only ones so far", []Example{{score(0.3), digit(1)}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, ""},
		{"names, scores tell", []Example{{score(0.3), label("ham", math.NaN())}, {score(0.8), label("spam", math.NaN())}, {score(0.1), label("ham", math.NaN())}}, Overrides{}, Schema{Task: Binary, Classes: []string{"ham", "spam"}, Positive: "spam", Threshold: 0.5}, `positive class: "spam", as its rows have the higher mean score (0.8 against 0.2)`},
		{"names, the first has the higher scores", []Example{{score(0.9), label("bad", math.NaN())}, {score(0.1), label("good", math.NaN())}}, Overrides{}, Schema{Task: Binary, Classes: []string{"bad", "good"}, Positive: "bad", Threshold: 0.5}, `positive class: "bad", as its rows have the higher mean score (0.9 against 0.1)`},
		{"names without scores", []Example{{class("no"), label("yes", math.NaN())}}, Overrides{}, Schema{Task: Binary, Classes: []string{"no", "yes"}, Positive: "yes", Threshold: 0.5}, `positive class: "yes", as the last of two; no scores tell them apart`},
		{"given", []Example{{score(0.3), label("ham", math.NaN())}, {score(0.8), label("spam", math.NaN())}}, Overrides{Positive: "ham", Threshold: &threshold}, Schema{Task: Binary, Classes: []string{"ham", "spam"}, Positive: "ham", Threshold: 0.2}, ""},
		{"scores alone", []Example{{score(0.3), Truth{}}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, ""},
		{"bare scores", []Example{{bare(0.3), digit(0)}, {bare(0.8), digit(1)}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, ""},
		{"bare classes", []Example{{bare(0), digit(0)}, {bare(1), digit(1)}}, Overrides{}, Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5, NumberIsClass: true}, ""},
		{"three classes", []Example{{class("a"), label("b", math.NaN())}, {class("c"), label("b", math.NaN())}}, Overrides{}, Schema{Task: Multiclass, Classes: []string{"a", "b", "c"}, Threshold: 0.5, NumberIsClass: true}, ""},
		{"classes among the probabilities", []Example{{Answer{Probabilities: byName("a", 0.1, "b", 0.2, "c", 0.7)}, label("b", math.NaN())}}, Overrides{}, Schema{Task: Multiclass, Classes: []string{"a", "b", "c"}, Threshold: 0.5, NumberIsClass: true}, ""},
		{"whole numbers that come again", codes(0, 1, 2), Overrides{}, Schema{Task: Multiclass, Classes: []string{"0", "1", "2"}, Threshold: 0.5, NumberIsClass: true}, "task: multiclass, as every answer is one of the labels' 3 whole numbers"},
		{"minus one and one", codes(-1, 1), Overrides{}, Schema{Task: Binary, Classes: []string{"-1", "1"}, Positive: "1", Threshold: 0.5, NumberIsClass: true}, "task: binary, as every answer is one of the labels' 2 whole numbers"},
		{"whole numbers, but said to be amounts", codes(0, 1, 2), Overrides{Task: Regression}, Schema{Task: Regression}, ""},
		{"an answer that is no label", append(codes(0, 1, 2), Example{bare(3), digit(2)}), Overrides{}, Schema{Task: Regression}, ""},
		{"a label that is not whole", append(codes(0, 1, 2), Example{bare(1), label("1.5", 1.5)}), Overrides{}, Schema{Task: Regression}, ""},
		{"whole numbers that do not come again", []Example{{bare(3), digit(4)}, {bare(4), digit(3)}, {bare(5), digit(5)}}, Overrides{}, Schema{Task: Regression}, ""},
		{"one value", codes(3), Overrides{}, Schema{Task: Regression}, ""},
		{"too many whole numbers", codes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20), Overrides{}, Schema{Task: Regression}, ""},
		{"regression", []Example{{bare(3), label("7.5", 7.5)}, {bare(4), label("8", 8)}}, Overrides{}, Schema{Task: Regression}, ""},
		{"regression without labels", []Example{{bare(3), Truth{}}}, Overrides{}, Schema{Task: Regression}, "task: regression, as answers are bare numbers beyond 0 to 1 and there are no labels"},
		{"numbers that are classes, as told", []Example{{bare(3), digit(3)}, {bare(4), digit(5)}}, Overrides{Task: Multiclass, Classes: []string{"3", "4", "5"}}, Schema{Task: Multiclass, Classes: []string{"3", "4", "5"}, Threshold: 0.5, NumberIsClass: true}, ""},
	} {
		got, notes, err := Infer(c.examples, c.want)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !reflect.DeepEqual(*got, c.schema) || strings.Join(notes, "; ") != c.note {
			t.Errorf("%s: got %+v, notes %q; want %+v, %q", c.name, *got, notes, c.schema, c.note)
		}
	}
	for _, c := range []struct {
		examples []Example
		want     Overrides
		err      string
	}{
		{nil, Overrides{}, "no row holds an answer"},
		{[]Example{{Answer{}, digit(1)}}, Overrides{}, "no row holds an answer"},
		{[]Example{{class("a"), label("b", math.NaN())}}, Overrides{Positive: "c", Classes: []string{"a", "b"}}, `schema: the positive class "c" is none of ["a" "b"]`},
		{[]Example{{class("a"), label("b", math.NaN())}, {class("c"), Truth{}}}, Overrides{Task: Binary}, "schema: a binary model has two classes, not 3"},
	} {
		if _, _, err := Infer(c.examples, c.want); err == nil || err.Error() != c.err {
			t.Errorf("got %v, want %s", err, c.err)
		}
	}
}
