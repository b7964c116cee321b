package faults

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Units: the factor or the line is found and said, in the words of the list where it has them.
func TestUnits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	draw := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = 20 + 5*random.NormFloat64()
		}
		return values
	}
	constant := func(n int, x float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = x
		}
		return values
	}
	ref := draw(4000)
	for _, c := range []struct {
		name   string
		change func(float64) float64
		clause string // of the sentence; empty if it is no fault
	}{
		{"thousandfold", func(x float64) float64 { return 1000 * x }, "a thousand times larger"},
		{"thousandth", func(x float64) float64 { return x / 1000 }, "a thousand times smaller"},
		{"inches", func(x float64) float64 { return 2.54 * x }, "2.54"},
		{"Fahrenheit", func(x float64) float64 { return 1.8*x + 32 }, "Fahrenheit"},
		{"a line", func(x float64) float64 { return 7.3*x + 400 }, "times the old value plus"},
		{"a line down", func(x float64) float64 { return 7.3*x - 900 }, "times the old value minus"},
		{"a factor", func(x float64) float64 { return 7.3 * x }, "multiplied by about 7."},
		{"the other sign", func(x float64) float64 { return -x }, "sign"},
		{"moved", func(x float64) float64 { return x + 60 }, ""},
		{"narrower", func(x float64) float64 { return 20 + (x-20)/2 }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cur := draw(3000)
			for i := range cur {
				cur[i] = c.change(cur[i])
			}
			f := Check(numeric(ref), numeric(cur), Options{})
			switch {
			case c.clause == "" && f != nil:
				t.Errorf("named: %s", f.Sentence(""))
			case c.clause != "" && f == nil:
				t.Error("not named")
			case c.clause == "":
			case !strings.Contains(f.Sentence(""), c.clause):
				t.Errorf("said: %s", f.Sentence(""))
			case !f.Distinct() || f.NullRate() <= 0 || f.Traceable() && !f.Hits(Value{IsNumber: true, Number: cur[0]}):
				t.Errorf("%+v", f)
			}
		})
	}
	for x, clause := range map[float64]string{5000: "a thousand times larger", 41: "Fahrenheit", 5.1: ""} {
		f := Check(numeric(constant(500, 5)), numeric(constant(400, x)), Options{})
		if clause != "" && (f == nil || !strings.Contains(f.Clause, clause)) {
			t.Errorf("5 that became %v: %+v, want %q", x, f, clause)
		}
		if clause == "" && f != nil && f.Kind == UnitChange {
			t.Errorf("5 that became %v: %+v", x, f)
		}
	}
}

// A column that is gone and a new one with its distribution are one column; without a likeness, or with two, they are not.
func TestSchema(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	column := func(name string, mean float64) *Column {
		values := make([]float64, 1000)
		for i := range values {
			values[i] = mean + random.NormFloat64()
		}
		c := numeric(values)
		c.Name = name
		return c
	}
	kinds := func(all []Finding) string {
		var told []string
		for i := range all {
			told = append(told, all[i].Column+" "+string(all[i].Kind))
		}
		return strings.Join(told, ", ")
	}
	for _, c := range []struct {
		gone, added []*Column
		want        string
	}{
		{[]*Column{column("age", 40)}, []*Column{column("years", 40)}, "age column_renamed"},
		{[]*Column{column("age", 40)}, []*Column{column("size", 170)}, "age column_missing, size column_added"},
		{[]*Column{column("age", 40)}, []*Column{column("a", 40), column("b", 40)}, "age column_missing, a column_added, b column_added"},
		{nil, []*Column{column("a", 40)}, "a column_added"},
	} {
		all := Schema(c.gone, c.added)
		if got := kinds(all); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		for i := range all {
			if f := &all[i]; f.Traceable() || f.Hits(Value{}) || f.Start() != 0 || f.Distinct() || !strings.Contains(f.Sentence(""), Quote(f.Column)) {
				t.Errorf("%+v", f)
			}
		}
	}
}

// Absolute values of an ascending list, among them none below zero, none above, and equal sizes of both signs.
func TestAbsolutes(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for n := range 60 {
		for _, offset := range []int{-20, -10, 0} {
			values := make([]float64, n)
			for i := range values {
				values[i] = float64(offset + random.IntN(21))
			}
			slices.Sort(values)
			want := make([]float64, n)
			for i, x := range values {
				want[i] = math.Abs(x)
			}
			slices.Sort(want)
			if got := absolutes(values); !slices.Equal(got, want) {
				t.Fatalf("%v: %v, want %v", values, got, want)
			}
		}
	}
}
