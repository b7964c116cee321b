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

// amounts draws a column of log-normal values of that spread, the last of which, so many, are multiplied.
func amounts(r *rand.Rand, n int, spread float64, changed int, factor float64) *Column {
	values := make([]float64, n)
	for i := range values {
		values[i] = 30 * math.Exp(spread*r.NormFloat64())
		if i >= n-changed {
			values[i] *= factor
		}
	}
	return numeric(values)
}

// Widely spread values cannot tell 1000 from 1024, nor 10^6 from 1048576: then it is a power of ten. Where they can, the
// factor is named that it is.
func TestPowersOfTenComeFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 24))
	for _, c := range []struct {
		spread, factor float64
		rows, changed  int
		clause         string
		least          int // of 20 draws
	}{
		{1, 1000, 1600, 1000, "a thousand times larger", 20},
		{1, 1000, 5000, 5000, "a thousand times larger", 20},
		{2, 0.001, 8000, 4000, "a thousand times smaller", 20},
		{1.5, 1e6, 3000, 1500, "a million times larger", 20},
		{0.01, 1024, 5000, 5000, "1024", 15}, // where chance leaves too large a gap the factor is only known roughly
		{0.01, 1024, 5000, 2500, "1024", 15},
	} {
		named := 0
		for range 20 {
			f := Check(amounts(random, 1600, c.spread, 0, 1), amounts(random, c.rows, c.spread, c.changed, c.factor), Options{})
			if f != nil && strings.Contains(f.Clause, c.clause) {
				named++
			}
		}
		if named < c.least {
			t.Errorf("times %v in %d of %d rows, spread %v: named in %d of 20", c.factor, c.changed, c.rows, c.spread, named)
		}
	}
}

// A thousandfold in a twentieth of the rows lies outside all that the column has been, and in a third of a hundred rows too.
func TestThousandfoldInFewRows(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 1000))
	for _, rows := range [][2]int{{1000, 70}, {100, 45}} {
		for range 20 {
			f := Check(amounts(random, rows[0], 1, 0, 1), amounts(random, rows[0], 1, rows[1], 1000), Options{})
			if f == nil || !strings.Contains(f.Clause, "a thousand times larger") {
				t.Fatalf("%d of %d rows: %+v", rows[1], rows[0], f)
			}
		}
	}
}

// Amounts that all rose or fell by half, as the prices of another season do, may meet a factor between units; only values that
// have left where they were are named by it.
func TestAmountsThatRoseAreNoUnit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 6))
	for _, factor := range []float64{math.Exp(0.5), 1.609344, 1 / 1.609344, math.Exp(-0.5), 2.2, 0.45} {
		for range 20 {
			if f := Check(amounts(random, 2000, 1, 0, 1), amounts(random, 4000, 1, 4000, factor), Options{}); f != nil {
				t.Fatalf("times %v: %s", factor, f.Sentence(""))
			}
		}
	}
	if f := Check(amounts(random, 2000, 0.2, 0, 1), amounts(random, 4000, 0.2, 4000, 1.609344), Options{}); f == nil || !strings.Contains(f.Clause, "miles") {
		t.Errorf("distances of one kind, in kilometres: %+v", f)
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
		{[]*Column{column("age", 40), column("years", 40)}, []*Column{column("a", 40)}, "age column_missing, years column_missing, a column_added"},
		{nil, []*Column{column("a", 40)}, "a column_added"},
	} {
		all := Schema(c.gone, c.added)
		if got := kinds(all); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		for i := range all {
			if f := &all[i]; f.Traceable() || f.Hits(Value{}) || f.Start() != 0 || f.Distinct() || !strings.Contains(f.Sentence(""), Quote(f.Column)) || strings.Contains(f.Sentence(""), " rows") {
				t.Errorf("%+v", f)
			}
		}
	}
}

// TestSharesOfCodes lets the shares of codes drift: a factor fits the shares, but nothing lies at its products.
func TestSharesOfCodes(t *testing.T) {
	codes := func(counts ...int) *Column {
		var values []float64
		for i, n := range counts {
			for range n {
				values = append(values, float64(i+1))
			}
		}
		return numeric(values)
	}
	for _, c := range [][2]*Column{
		{codes(549, 176), codes(401, 324)},        // marital status of a register of births
		{codes(401, 31, 31), codes(261, 86, 117)}, // race in a study of weaning
		{codes(90, 0, 1), codes(0, 90, 1)},        // treatments, sorted
	} {
		if f := Check(c[0], c[1], Options{}); f != nil {
			t.Errorf("named: %s", f.Sentence(""))
		}
	}
	if f := Check(codes(549, 176), numeric(append(slices.Repeat([]float64{1000}, 400), slices.Repeat([]float64{2000}, 200)...)), Options{}); f == nil || f.Kind != UnitChange {
		t.Errorf("codes times 1000: %+v", f)
	}
}

// TestGrowthIsNoUnit goes through prices that rise tenfold in each half: they go on where they were, unlike those that come in
// cents from one row on.
func TestGrowthIsNoUnit(t *testing.T) {
	rising := func(from, to, factor float64) *Column {
		values := make([]float64, 4000)
		for i := range values {
			values[i] = from * math.Pow(to/from, float64(i)/4000) * (1 + 0.01*math.Sin(float64(i*i))) * factor
		}
		c := numeric(values)
		c.Trend = func() float64 { return 0.9 }
		c.Ends = func() (float64, float64) { return values[15], values[len(values)-15] }
		return c
	}
	ref := rising(10, 100, 1)
	if f := Check(ref, rising(100, 1000, 1), Options{}); f != nil {
		t.Errorf("named: %s", f.Sentence(""))
	}
	if f := Check(ref, rising(12, 110, 100), Options{}); f == nil || f.Kind != UnitChange {
		t.Errorf("cents: %+v", f)
	}
}

// TestSwapped finds two columns in each other's place, and nothing where columns drift, take turns or are alike.
func TestSwapped(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 6))
	normal := func(name string, mean float64) *Column {
		values := make([]float64, 300)
		for i := range values {
			values[i] = mean + random.NormFloat64()
		}
		c := numeric(values)
		c.Name = name
		return c
	}
	named := func(name string, names ...string) *Column {
		c := categorical(pick(random, names, 300))
		c.Name = name
		return c
	}
	for name, c := range map[string]struct {
		before, now []*Column
		want        string
	}{
		"two numbers":    {[]*Column{normal("a", 0), normal("b", 500), normal("c", 3)}, []*Column{normal("a", 500), normal("b", 0), normal("c", 3)}, "a b"},
		"two categories": {[]*Column{named("a", "x", "y"), named("b", "u", "v", "w")}, []*Column{named("a", "u", "v", "w"), named("b", "x", "y")}, "a b"},
		"in a ring":      {[]*Column{normal("a", 0), normal("b", 5), normal("c", 9)}, []*Column{normal("a", 5), normal("b", 9), normal("c", 0)}, ""},
		"twins":          {[]*Column{normal("a", 0), normal("b", 5), normal("c", 5)}, []*Column{normal("a", 5), normal("b", 0), normal("c", 0)}, ""},
		"both drift":     {[]*Column{normal("a", 0), normal("b", 5)}, []*Column{normal("a", 5), normal("b", 10)}, ""},
		"nearly alike":   {[]*Column{normal("a", 0), normal("b", 0.5)}, []*Column{normal("a", 0.5), normal("b", 0)}, ""},
		"not looked at":  {[]*Column{normal("a", 0), nil}, []*Column{normal("a", 5), normal("b", 0)}, ""},
	} {
		var got []string
		for i, f := range Swapped(c.before, c.now) {
			if f == nil {
				continue
			}
			got = append(got, f.Column)
			if other := c.now[1-i].Name; !strings.Contains(f.Sentence(""), Quote(other)) || strings.Contains(f.Sentence(""), "rows") || f.NullRate() <= 0 {
				t.Errorf("%s: %s", name, f.Sentence(""))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	wrong := 0
	for range 3000 {
		var before, now []*Column
		for k := range 5 {
			before, now = append(before, normal("x", float64(k)/2)), append(now, normal("x", float64(k)/2+0.3*random.NormFloat64()))
		}
		for _, f := range Swapped(before, now) {
			if f != nil {
				wrong++
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d swaps named in 3000 chunks of drifting columns", wrong)
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

// Powers of ten are found where another factor fits by chance a little better, in flags and codes, where most values hardly
// change rank, in values that had drifted below the reference's reach, and in a stretch of a counter.
func TestPowersOfTen(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	sample := func(n int, draw func(i int) float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = draw(i)
		}
		return values
	}
	of := func(values ...float64) func(int) float64 {
		return func(int) float64 { return values[random.IntN(len(values))] }
	}
	normal := func(mean, sd float64) func(int) float64 {
		return func(int) float64 { return mean + sd*random.NormFloat64() }
	}
	times := func(factor, share float64, draw func(int) float64) func(int) float64 {
		return func(i int) float64 {
			if random.Float64() < share {
				return factor * draw(i)
			}
			return draw(i)
		}
	}
	counter := func(start float64) func(int) float64 { return func(i int) float64 { return start + 3*float64(i) } }
	for _, c := range []struct {
		name        string
		refs, rows  int
		before, now func(int) float64
		clause      string // empty if it is no fault
		moves       bool
	}{
		{"a few rows", 500, 125, normal(20, 8), times(1000, 1, normal(20, 8)), "a thousand times larger", false},
		{"a flag", 2000, 2000, of(0, 1, 1, 1, 1), times(1000, 1, of(0, 1, 1, 1, 1)), "a thousand times larger", false},
		{"a rare flag", 3000, 3000, of(0, 0, 1), times(1000, 1, of(0, 0, 1)), "a thousand times larger", false},
		{"a part of a flag", 2000, 2000, of(0, 1, 1, 1), times(1000, 0.5, of(0, 1, 1, 1)), "a thousand times larger", false},
		{"a code", 500, 500, of(1, 1, 1, 1, 1, 1, 1, 1, 1, 2), times(0.001, 1, of(1, 1, 1, 1, 1, 1, 1, 1, 1, 2)), "a thousand times smaller", false},
		{"drifted besides", 500, 500, normal(95, 3), times(1000, 0.5, normal(76, 3)), "a thousand times larger", false},
		{"a stretch of a counter", 2000, 500, counter(100000), times(0.001, 1, counter(107000)), "a thousand times smaller", true},
		{"a new code", 2000, 2000, of(0, 1), of(0, 1, 1, 7), "", false},
		{"a counter goes on", 2000, 500, counter(100000), counter(107000), "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 20 {
				ref, cur := numeric(sample(c.refs, c.before)), numeric(sample(c.rows, c.now))
				if c.moves {
					ref.Trend = func() float64 { return 1 }
				}
				f := Check(ref, cur, Options{})
				if told := f != nil && f.Kind == UnitChange; told != (c.clause != "") {
					t.Fatalf("got %+v, want %q", f, c.clause)
				}
				if c.clause != "" && !strings.Contains(f.Clause, c.clause) {
					t.Fatalf("said %q, want %q", f.Clause, c.clause)
				}
			}
		})
	}
}

// All values growing alike by any factor are no known unit in a part of the rows.
func TestScaledIsNoPart(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for _, factor := range []float64{0.55, 0.7, 1.4, 1.5, 1.8} {
		ref, cur := make([]float64, 8000), make([]float64, 5000)
		for i := range ref {
			ref[i] = math.Exp(3.5 + random.NormFloat64())
		}
		for i := range cur {
			cur[i] = factor * math.Exp(3.5+random.NormFloat64())
		}
		if f := Check(numeric(ref), numeric(cur), Options{}); f != nil && f.Share < 1 {
			t.Errorf("times %g: %s", factor, f.Sentence(""))
		}
	}
	// A part that is converted is one: all values times a factor would not look so.
	ref, cur := make([]float64, 8000), make([]float64, 5000)
	for i := range ref {
		ref[i] = 60 + 10*random.NormFloat64()
	}
	for i := range cur {
		cur[i] = 60 + 10*random.NormFloat64()
		if i%2 == 0 {
			cur[i] *= 0.45359237
		}
	}
	if f := Check(numeric(ref), numeric(cur), Options{}); f == nil || f.Kind != UnitChange || math.Abs(f.Share-0.5) > 0.05 {
		t.Errorf("half in pounds: %+v", f)
	}
}

// Values on their way through zero pass all sizes: they are not divided by ten.
func TestThroughZero(t *testing.T) {
	random := rand.New(rand.NewPCG(15, 16))
	ref, cur := make([]float64, 2000), make([]float64, 2000)
	for i := range ref {
		ref[i] = 100 - float64(i)/100 + random.NormFloat64()
	}
	for i := range cur {
		cur[i] = 80 - float64(i)/20 + random.NormFloat64()
	}
	before, now := numeric(ref), numeric(cur)
	before.Trend, now.Trend = func() float64 { return 1 }, func() float64 { return 1 }
	if f := Check(before, now, Options{}); f != nil {
		t.Errorf("%s", f.Sentence(""))
	}
}
