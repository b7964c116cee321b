package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/faults"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// stream reads one of the real streams that the command's tests keep: the reference and the rows after it.
func stream(t *testing.T, name string) (ref, cur *Dataset) {
	t.Helper()
	return stored(t, name+".reference.csv.gz"), stored(t, name+".analysis.csv.gz")
}

func stored(t *testing.T, name string) *Dataset {
	t.Helper()
	f, err := os.Open("../../cmd/anchorwatch/testdata/oracle/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := Read(f, name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// named lists the faults of a comparison, "column: fault" in the order told, each once.
func named(t *testing.T, ref, cur *Dataset, o CompareOptions) []string {
	t.Helper()
	o.Methods = []string{"psi"}
	c, err := Compare(ref, cur, o)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	known := make(map[string]bool)
	for i := range c.Chunks {
		for _, f := range c.Chunks[i].Faults {
			if text := f.Column + ": " + string(f.Fault); !known[text] {
				known[text] = true
				all = append(all, text)
			}
			if !strings.HasPrefix(f.Sentence, faults.Quote(f.Column)) && f.Column != "" || len(f.Sentence) > 400 {
				t.Errorf("sentence %q", f.Sentence)
			}
		}
	}
	return all
}

// TestNoFaultWithoutFault names no fault on streams that have none, drift or not, in chunks of any size: the rows after a
// reference and the reference's own. The set with planted faults of quality has exactly those.
func TestNoFaultWithoutFault(t *testing.T) {
	for name, want := range map[string]string{
		"elec2": "", "car_price": "", "cards_mc": "",
		"car_loan_dq": "driver_tenure: missing_surge, salary_range: missing_surge, size_of_downpayment: new_category",
	} {
		ref, cur := stream(t, name)
		cells := 0
		for _, size := range []int{0, 1000, 250, 100} {
			for _, d := range []*Dataset{ref, cur} {
				got := strings.Join(named(t, ref, d, CompareOptions{Chunking: Chunking{Rows: size}}), ", ")
				cells += len(ref.Columns) * max(1, d.Rows/max(size, 1))
				if d == ref && got != "" || d == cur && got != want && (size != 100 || want == "") {
					t.Errorf("%s in chunks of %d: %q, want %q", name, size, got, want)
				}
			}
		}
		t.Logf("%s: %d columns of chunks", name, cells)
	}
}

// plant changes a share of a column's rows, spread over all of them.
func plant(d *Dataset, column string, share float64, change func(c *Column, row int)) {
	random := rand.New(rand.NewPCG(1, 2))
	c := d.Column(column)
	for row := range d.Rows {
		if random.Float64() < share {
			change(c, row)
		}
	}
}

// TestPlantedFaults names each planted fault as what it is, and nothing else: in all rows and in a fifth of them.
func TestPlantedFaults(t *testing.T) {
	times := func(factor float64) func(*Column, int) {
		return func(c *Column, row int) {
			if c.at(row) == number {
				c.set(row, number, c.numbers[row]*factor, nil)
			}
		}
	}
	null := func(c *Column, row int) {
		if row < len(c.kinds) { // else it is missing already
			c.kinds[row] = missing
		}
	}
	stuck := func(x float64) func(*Column, int) {
		return func(c *Column, row int) { c.set(row, number, x, nil) }
	}
	respell := func(f func(string) string) func(*Column, int) {
		return func(c *Column, row int) {
			if v, ok := c.spelling(row); ok {
				c.set(row, text, 0, []byte(f(v)))
			}
		}
	}
	asText := func(c *Column, row int) {
		v, _ := c.spelling(row)
		c.set(row, text, 0, []byte(v+" EUR"))
	}
	mojibake := func(s string) string {
		var b strings.Builder
		for _, x := range []byte(s) {
			b.WriteRune(rune(x))
		}
		return b.String()
	}
	before := make(map[string]string) // by stream: what is named in it as it is
	for _, p := range []struct {
		stream, column string
		change         func(*Column, int)
		want           faults.Kind
	}{
		{"car_price", "km_driven", times(1000), faults.UnitChange},
		{"car_price", "km_driven", times(0.01), faults.UnitChange},
		{"car_price", "price_new", times(10), faults.UnitChange},
		{"car_price", "door_count", times(1000), faults.UnitChange},
		{"cards_mc", "app_behavioral_score", times(1000), faults.UnitChange},
		{"cards_mc", "stated_income", times(0.001), faults.UnitChange},
		{"car_loan_dq", "driver_tenure", times(1000), faults.UnitChange},
		{"elec2", "nswprice", times(1000), faults.UnitChange},
		{"elec2", "nswdemand", times(100), faults.UnitChange},
		{"elec2", "nswdemand", times(-1), faults.SignFlip},
		{"car_price", "km_driven", null, faults.MissingSurge},
		{"elec2", "weekday", null, faults.MissingSurge},
		{"car_loan_dq", "salary_range", null, faults.MissingSurge},
		{"car_price", "km_driven", stuck(100000), faults.Stuck},
		{"elec2", "nswprice", stuck(0.07), faults.Stuck},
		{"cards_mc", "credit_bureau_score", stuck(500), faults.Stuck},
		{"car_price", "price_new", stuck(-999), faults.Sentinel},
		{"car_price", "km_driven", stuck(0), faults.Sentinel},
		{"cards_mc", "acq_channel", respell(strings.ToUpper), faults.CaseChange},
		{"elec2", "weekday", respell(strings.ToLower), faults.CaseChange},
		{"car_price", "fuel", respell(func(s string) string { return s + " " }), faults.WhitespaceChange},
		{"car_loan_dq", "salary_range", respell(mojibake), faults.EncodingChange},
		{"car_price", "fuel", respell(func(string) string { return "unknown" }), faults.Sentinel},
		{"car_price", "fuel", respell(func(string) string { return "hydrogen" }), faults.NewCategory},
		{"car_price", "price_new", asText, faults.TypeFlip},
	} {
		for _, share := range []float64{1, 0.2} {
			ref, cur := stream(t, p.stream)
			if _, known := before[p.stream]; !known {
				before[p.stream] = strings.Join(named(t, ref, cur, CompareOptions{}), "|")
			}
			plant(cur, p.column, share, p.change)
			want := p.want
			if share == 1 && (want == faults.NewCategory || want == faults.Sentinel && p.column == "km_driven") {
				want = faults.Stuck // at one value, whatever it is
			}
			var got []string
			for _, f := range named(t, ref, cur, CompareOptions{}) {
				if !strings.Contains(before[p.stream], f) || strings.HasPrefix(f, p.column) {
					got = append(got, f)
				}
			}
			if text := fmt.Sprintf("%s: %s", p.column, want); len(got) != 1 || got[0] != text {
				t.Errorf("%s, %v of the rows: %v, want %s", p.stream, share, got, text)
			}
		}
	}
}

// TestUnits names factors between units, on all rows or a part.
func TestUnits(t *testing.T) {
	for _, u := range []struct {
		change func(float64) float64
		want   string
	}{
		{func(x float64) float64 { return 2.54 * x }, "2.54 (inches to centimetres?)"},
		{func(x float64) float64 { return x / 2.54 }, "0.394 (centimetres to inches?)"},
		{func(x float64) float64 { return 1.609344 * x }, "1.61 (miles to kilometres?)"},
		{func(x float64) float64 { return 0.45359237 * x }, "0.454 (pounds to kilograms?)"},
		{func(x float64) float64 { return 1.8*x + 32 }, "Celsius turned into Fahrenheit"},
		{func(x float64) float64 { return (x - 32) / 1.8 }, "Fahrenheit turned into Celsius"},
		{func(x float64) float64 { return x * 1e6 }, "a million times larger"},
		{func(x float64) float64 { return 17*x + 400 }, "times the old value plus"},
	} {
		for _, share := range []float64{1, 0.35} {
			if share < 1 && strings.Contains(u.want, "old value") {
				continue // a line of no name is told only if all values moved
			}
			random := rand.New(rand.NewPCG(7, 7))
			var ref, cur strings.Builder
			ref.WriteString("x\n")
			cur.WriteString("x\n")
			for range 5000 {
				fmt.Fprintln(&ref, 15+6*random.NormFloat64()+4*random.ExpFloat64())
				x := 15 + 6*random.NormFloat64() + 4*random.ExpFloat64()
				if random.Float64() < share {
					x = u.change(x)
				}
				fmt.Fprintln(&cur, x)
			}
			c := compare(t, ref.String(), cur.String(), CompareOptions{})
			f := c.Chunks[0].Faults
			if len(f) != 1 || !strings.Contains(f[0].Sentence, u.want) || math.Abs(f[0].Share-share) > 0.05 {
				t.Errorf("%v of the rows: %+v, want %q", share, f, u.want)
			}
		}
	}
}

// TestDriftIsNoFault moves, widens and reshapes columns: none of that is broken input.
func TestDriftIsNoFault(t *testing.T) {
	for name, change := range map[string]func(r *rand.Rand, x float64) float64{
		"nothing":  func(_ *rand.Rand, x float64) float64 { return x },
		"shift":    func(_ *rand.Rand, x float64) float64 { return x + 5 },
		"far":      func(_ *rand.Rand, x float64) float64 { return x + 500 },
		"growth":   func(_ *rand.Rand, x float64) float64 { return 1.3 * x },
		"narrower": func(_ *rand.Rand, x float64) float64 { return 20 + (x-20)/2 },
		"wider":    func(r *rand.Rand, x float64) float64 { return x + 20*r.NormFloat64() },
		"some":     func(r *rand.Rand, x float64) float64 { return x + 40*float64(r.IntN(2)) },
		"tail":     func(r *rand.Rand, x float64) float64 { return x * math.Exp(0.7*r.NormFloat64()) },
	} {
		for seed := range uint64(20) {
			random := rand.New(rand.NewPCG(seed, 5))
			var ref, cur strings.Builder
			ref.WriteString("x,k\n")
			cur.WriteString("x,k\n")
			for range 2000 {
				fmt.Fprintf(&ref, "%v,c%d\n", 15+6*random.NormFloat64()+4*random.ExpFloat64(), random.IntN(5))
				k := random.IntN(5)
				if name == "some" && random.IntN(3) == 0 {
					k = 2
				}
				fmt.Fprintf(&cur, "%v,c%d\n", change(random, 15+6*random.NormFloat64()+4*random.ExpFloat64()), k)
			}
			c := compare(t, ref.String(), cur.String(), CompareOptions{})
			for _, f := range c.Chunks[0].Faults {
				t.Errorf("%s, seed %d: %s", name, seed, f.Sentence)
			}
		}
	}
}

// TestShapesWithoutFault names nothing on shapes of clean data on which faults have been named: a counter, rows sorted by
// another column, groups of unlike size, answers of a survey, few rows of a set with some repetitions.
func TestShapesWithoutFault(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	rows := func(from, to int, row func(i int) string) string {
		var b strings.Builder
		b.WriteString("x,y\n")
		for i := from; i < to; i++ {
			b.WriteString(row(i) + "\n")
		}
		return b.String()
	}
	counter := func(i int) string { return fmt.Sprintf("%d,%d", 1000000+i, random.IntN(50)) }
	// Sorted by something the second column follows: a long run of zeros, but hardly more of them than before.
	zeros := func(run int, share float64) func(i int) string {
		return func(i int) string {
			y := 1 + random.IntN(16)
			if i < run || random.Float64() < share {
				y = 0
			}
			return fmt.Sprintf("%v,%d", random.Float64(), y)
		}
	}
	groups := func(sizes ...float64) func(i int) string { // of 20 rows, some ten times as large as others
		return func(i int) string {
			return fmt.Sprintf("%v,%d", sizes[i/20]*math.Exp(random.NormFloat64()/2), i)
		}
	}
	again := "" // every eleventh row repeats one, of which a tenth of the rows sees nearly nothing
	repeating := func(until int) func(i int) string {
		return func(i int) string {
			if i%11 != 0 || i >= until {
				again = fmt.Sprintf("%v,%d", random.Float64(), random.IntN(2000))
			}
			return again
		}
	}
	survey := func(answers int) func(int) string {
		return func(int) string { return fmt.Sprintf("%d,%d", random.IntN(answers), random.IntN(answers)) }
	}
	for name, c := range map[string]struct {
		ref, cur string
		chunk    int
	}{
		"counter":        {rows(0, 10000, counter), rows(10000, 20000, counter), 2000},
		"sorted":         {rows(0, 900, zeros(0, 0.4)), rows(0, 900, zeros(100, 0.4)), 0},
		"groups":         {rows(0, 100, groups(400, 250, 80, 60, 300)), rows(0, 100, groups(90, 7, 60, 8, 50)), 0},
		"survey":         {rows(0, 3000, survey(170)), rows(0, 3000, survey(85)), 0},
		"few to compare": {rows(1, 230, repeating(12)), rows(1, 2000, repeating(2000)), 0},
	} {
		if got := named(t, read(t, c.ref, Options{}), read(t, c.cur, Options{}), CompareOptions{Chunking: Chunking{Rows: c.chunk}}); len(got) > 0 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestSchemaAndRows sees columns that went, came and changed their names, rows that came twice, and since when.
func TestSchemaAndRows(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	var ref, cur strings.Builder
	ref.WriteString("ts,price,gone,kept\n")
	cur.WriteString("ts,cost,fresh,kept\n")
	var last string
	for i := range 2000 {
		fmt.Fprintf(&ref, "%d,%v,%v,%v\n", i, random.ExpFloat64(), random.NormFloat64(), random.Float64())
		row := fmt.Sprintf("%v,%d,%v\n", random.ExpFloat64(), random.IntN(9), random.Float64())
		if i > 1000 && i%3 == 0 {
			row = last
		}
		fmt.Fprintf(&cur, "%d,%s", 86400*365*50+i, row)
		last = row
	}
	got := strings.Join(named(t, read(t, ref.String(), Options{}), read(t, cur.String(), Options{}), CompareOptions{}), ", ")
	if want := "price: column_renamed, gone: column_missing, fresh: column_added, : duplicated_rows"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ref.Reset()
	cur.Reset()
	ref.WriteString("ts,x\n")
	cur.WriteString("ts,x\n")
	for i := range 2000 {
		fmt.Fprintf(&ref, "%d,%v\n", i, random.ExpFloat64())
		x := random.ExpFloat64()
		if i >= 1200 {
			x *= 1000
		}
		fmt.Fprintf(&cur, "%d,%v\n", 86400*365*50+i*3600, x)
	}
	for _, rows := range []int{0, 500, 300} {
		c := compare(t, ref.String(), cur.String(), CompareOptions{Chunking: Chunking{Rows: rows}})
		f := c.Chunks[len(c.Chunks)-1].Faults
		if len(f) != 1 || f[0].SinceRow == nil || *f[0].SinceRow < 1199 || *f[0].SinceRow > 1203 || !strings.Contains(f[0].Sentence, "since 2020-02-08T") {
			t.Errorf("chunks of %d: %+v", rows, f)
		}
	}
}

// TestPlaces says in which rows a fault of a part of them is, and nothing where it is all over.
func TestPlaces(t *testing.T) {
	rows := func(seed uint64, broken func(depot string, row int) bool) string {
		random := rand.New(rand.NewPCG(seed, 4))
		var b strings.Builder
		b.WriteString("depot,cold,x\n")
		for row := range 3000 {
			depot := []string{"north", "south", "west", "east"}[random.IntN(4)]
			x := fmt.Sprintf("%.2f", math.Exp(3+random.NormFloat64()))
			if broken(depot, row) {
				x = ""
			}
			fmt.Fprintf(&b, "%s,%t,%s\n", depot, random.IntN(2) == 0, x)
		}
		return b.String()
	}
	ref := rows(1, func(string, int) bool { return false })
	for name, c := range map[string]struct {
		broken          func(depot string, row int) bool
		segment, clause string
		least, most     float64
	}{
		"one depot":      {func(depot string, _ int) bool { return depot == "north" }, "depot = north", "`x` is missing in depot = north", 1, 1},
		"most of it":     {func(depot string, row int) bool { return depot == "north" && row%8 > 0 }, "depot = north", "`x` is missing in depot = north", 0.8, 0.95},
		"a little of it": {func(depot string, row int) bool { return depot == "north" && row%2 > 0 }, "", "`x` is missing in", 0.05, 0.2},
		"anywhere":       {func(_ string, row int) bool { return row%3 == 0 }, "", "`x` is missing in 33 % of the rows", 0.3, 0.4},
	} {
		chunk := compare(t, ref, rows(2, c.broken), CompareOptions{}).Chunks[0]
		if f := chunk.Faults; len(f) != 1 || f[0].Segment != c.segment || f[0].Share < c.least || f[0].Share > c.most || !strings.Contains(f[0].Sentence, c.segment) || !strings.Contains(chunk.Story, c.clause) {
			t.Errorf("%s: %s %+v", name, chunk.Story, f)
		}
	}
}

// TestSwappedColumns names two columns that changed places as that, whatever each looks like alone.
func TestSwappedColumns(t *testing.T) {
	rows := func(seed uint64, swapped bool) string {
		random := rand.New(rand.NewPCG(seed, 6))
		var b strings.Builder
		b.WriteString("age,income,kept\n")
		for range 2000 {
			age, income := 40+8*random.NormFloat64(), 40000+8000*random.NormFloat64()
			if swapped {
				age, income = income, age
			}
			fmt.Fprintf(&b, "%.1f,%.1f,%.3f\n", age, income, random.NormFloat64())
		}
		return b.String()
	}
	if got := strings.Join(named(t, read(t, rows(1, false), Options{}), read(t, rows(2, true), Options{}), CompareOptions{}), ", "); got != "age: columns_swapped, income: columns_swapped" {
		t.Error(got)
	}
	if got := named(t, read(t, rows(1, false), Options{}), read(t, rows(2, false), Options{}), CompareOptions{}); len(got) > 0 {
		t.Error(got)
	}
}

// TestStuckSince dates a sensor that hangs, though its last value has come before.
func TestStuckSince(t *testing.T) {
	rows := func(hangs int) string {
		random := rand.New(rand.NewPCG(7, 7))
		var b strings.Builder
		b.WriteString("ts,x\n")
		for i := range 1000 {
			x := random.IntN(200)
			if i >= hangs {
				x = 7
			}
			fmt.Fprintf(&b, "%d,%d\n", 1700000000+i*3600, x)
		}
		return b.String()
	}
	c := compare(t, rows(1000), rows(700), CompareOptions{}).Chunks[0]
	if len(c.Faults) != 1 || c.Faults[0].Fault != faults.Stuck || c.Faults[0].SinceRow == nil || *c.Faults[0].SinceRow != 700 || !strings.Contains(c.Story, "since 2023-12-14") {
		t.Errorf("%q %+v", c.Story, c.Faults)
	}
}

// TestFlips reads one column as another type.
func TestFlips(t *testing.T) {
	rows := func(value func(i int) string) string {
		var b strings.Builder
		b.WriteString("x\n")
		for i := range 500 {
			b.WriteString(value(i*7919%500) + "\n")
		}
		return b.String()
	}
	for _, c := range []struct {
		name     string
		ref, cur func(i int) string
		want     string
	}{
		{"numbers as text", func(i int) string { return fmt.Sprint(i) }, func(i int) string { return fmt.Sprintf("\"%d,5 €\"", i) }, "comes as numbers written as text in all rows"},
		{"text in numbers", func(i int) string { return fmt.Sprint(i) }, func(i int) string { return []string{"many", "7"}[i%2] }, "comes as text instead of numbers in 50 % of the rows"},
		{"0 and 1", func(i int) string { return []string{"true", "false"}[i%2] }, func(i int) string { return fmt.Sprint(i % 2) }, "comes as numbers instead of true and false"},
		{"true and false", func(i int) string { return fmt.Sprint(i % 2) }, func(i int) string { return []string{"true", "false"}[i%2] }, "comes as true and false instead of numbers"},
		{"codes", func(i int) string { return []string{"DE", "PT"}[i%2] }, func(i int) string { return []string{"49", "351"}[i%2] }, "comes as numbers instead of text"},
		{"words for nothing", func(i int) string { return fmt.Sprint(i) }, func(i int) string { return []string{"unknown", "7", "9"}[i%3] }, "`unknown`, which seems to stand for a missing value, in 33 % of the rows"},
	} {
		f := compare(t, rows(c.ref), rows(c.cur), CompareOptions{}).Chunks[0].Faults
		if len(f) != 1 || !strings.Contains(f[0].Sentence, c.want) {
			t.Errorf("%s: %+v, want %q", c.name, f, c.want)
		}
	}
	if f := compare(t, rows(func(i int) string { return fmt.Sprint(i % 7) }), rows(func(i int) string { return fmt.Sprint(i % 7) }), CompareOptions{Kinds: map[string]profile.Kind{"x": profile.Categorical}}).Chunks[0].Faults; len(f) != 0 {
		t.Errorf("codes that stay: %+v", f)
	}
}

// TestThroughZero lets values wander below zero, as balances and temperatures do: they come there in small steps. Those whose
// sign or size changes from one row to the next are told.
func TestThroughZero(t *testing.T) {
	table := func(values []float64) *Dataset {
		var text strings.Builder
		text.WriteString("x\n")
		for _, x := range values {
			fmt.Fprintln(&text, x)
		}
		return read(t, text.String(), Options{})
	}
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(17, seed))
		ref, cur := make([]float64, 4000), make([]float64, 6000)
		for i := range ref {
			ref[i] = 90 + 25*math.Sin(float64(i)/300) + random.NormFloat64()
		}
		for i := range cur {
			cur[i] = max(90-float64(i)/(8+float64(seed)), -90+25*math.Sin(float64(i)/300)) + random.NormFloat64()
		}
		if got := named(t, table(ref), table(cur), CompareOptions{}); len(got) > 0 {
			t.Errorf("slope 1/%d: %s", 8+seed, got)
		}
	}
	for factor, want := range map[float64]string{-1: "x: sign_flip", 0.01: "x: unit_change", 1000: "x: unit_change"} {
		random := rand.New(rand.NewPCG(19, 19))
		ref, cur := make([]float64, 2000), make([]float64, 2000)
		for i := range ref {
			ref[i] = 90 + 25*math.Sin(float64(i)/300) + random.NormFloat64()
			cur[i] = 90 + 25*math.Sin(float64(i)/300) + random.NormFloat64()
			if i >= 700 {
				cur[i] *= factor
			}
		}
		if got := strings.Join(named(t, table(ref), table(cur), CompareOptions{}), ", "); got != want {
			t.Errorf("times %v from a row on: %s, want %s", factor, got, want)
		}
	}
}
