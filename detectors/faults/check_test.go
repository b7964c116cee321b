package faults

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// numeric makes a column of values in the order of rows.
func numeric(values []float64) *Column {
	c := &Column{Name: "x", Rows: uint64(len(values)), Cells: Cells{Numbers: uint64(len(values))}, Numbers: slices.Clone(values)}
	slices.Sort(c.Numbers)
	for i := 0; i < len(values); {
		next := i + 1
		for next < len(values) && values[next] == values[i] {
			next++
		}
		c.Run.Stretches++
		if length := uint64(next - i); length > c.Run.Length {
			c.Run.Length, c.Run.Start, c.Run.Number = length, uint64(i), values[i]
		}
		i = next
	}
	return c
}

// categorical makes a column of names.
func categorical(names []string) *Column {
	c := &Column{Name: "x", Kind: profile.Categorical, Rows: uint64(len(names)), Cells: Cells{Texts: uint64(len(names))}, Categories: make(map[string]uint64)}
	for _, name := range names {
		c.Categories[name]++
	}
	return c
}

// sources are shapes of clean columns: continuous, skewed, heavy-tailed, whole numbers, few values, zero-inflated, rounded,
// persistent.
var sources = map[string]func(r *rand.Rand, n int) []float64{
	"normal":    each(func(r *rand.Rand) float64 { return 5 + r.NormFloat64() }),
	"lognormal": each(func(r *rand.Rand) float64 { return math.Exp(3 + 1.5*r.NormFloat64()) }),
	"cauchy":    each(func(r *rand.Rand) float64 { return r.NormFloat64() / r.NormFloat64() }),
	"pareto":    each(func(r *rand.Rand) float64 { return math.Pow(1-r.Float64(), -1/1.2) }),
	"dice":      each(func(r *rand.Rand) float64 { return float64(1 + r.IntN(6)) }),
	"flag":      each(func(r *rand.Rand) float64 { return float64(r.IntN(2)) }),
	"years":     each(func(r *rand.Rand) float64 { return float64(18 + r.IntN(60)) }),
	"zeros":     each(func(r *rand.Rand) float64 { return max(0, r.NormFloat64()) }),
	"prices":    each(func(r *rand.Rand) float64 { return math.Round(100*r.ExpFloat64()) + 0.99 }),
	"signed":    each(func(r *rand.Rand) float64 { return 1e6 * r.NormFloat64() }),
	"capped":    each(func(r *rand.Rand) float64 { return min(2, r.ExpFloat64()) }),
}

func each(draw func(r *rand.Rand) float64) func(r *rand.Rand, n int) []float64 {
	return func(r *rand.Rand, n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = draw(r)
		}
		return values
	}
}

// TestNullRates draws reference and current rows from one source, without any correction for the number of tests, and
// holds every fault to the rate that NullRate states: three over the tries if nothing was named.
func TestNullRates(t *testing.T) {
	tries, named := 0, make(map[Kind]int)
	random := rand.New(rand.NewPCG(1, 9))
	for _, name := range slices.Sorted(keys(sources)) {
		draw := sources[name]
		for range 140 {
			ref := numeric(draw(random, 1000+random.IntN(2000)))
			for range 20 {
				cur := numeric(draw(random, 50+random.IntN(1500)))
				tries++
				if f := Check(ref, cur, Options{}); f != nil {
					named[f.Kind]++
					t.Logf("%s: %s", name, f.Sentence(""))
				}
			}
		}
	}
	words := []string{"DE", "PT", "FR", "ES", "Genève", "unknown"}
	for range 60 {
		ref := categorical(pick(random, words, 2000))
		for range 20 {
			tries++
			if f := Check(ref, categorical(pick(random, words, 50+random.IntN(500))), Options{}); f != nil {
				named[f.Kind]++
			}
		}
	}
	for kind, n := range named {
		if upper := (float64(n) + 3) / float64(tries); upper > nullRates[kind]*1.01 {
			t.Errorf("%s: %d of %d tries, at most %g allowed", kind, n, tries, nullRates[kind])
		}
	}
	if 3/float64(tries) > perColumn {
		t.Errorf("%d tries prove no rate of %g", tries, perColumn)
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// pick draws names, the first the most often.
func pick(r *rand.Rand, names []string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = names[min(r.IntN(len(names)), r.IntN(len(names)))]
	}
	return all
}

// TestSpellings names how categories are written now, all of them or a fifth.
func TestSpellings(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for _, c := range []struct {
		names  []string
		change func(string) string
		want   Kind
	}{
		{[]string{"US", "DE", "PT"}, strings.ToLower, CaseChange},
		{[]string{"us east", "de", "pt"}, func(s string) string { return " " + s }, WhitespaceChange},
		{[]string{"Grün", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "ü", "Ã¼") }, EncodingChange},
		{[]string{"GrÃ¼n", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "Ã¼", "ü") }, EncodingChange},
		{[]string{"5 €", "9 €"}, func(s string) string { return strings.ReplaceAll(s, "€", "â‚¬") }, EncodingChange},
		{[]string{"Grün", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "ü", "u\u0308") }, EncodingChange},
		{[]string{"Grün", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "ü", "\xfc") }, EncodingChange},
		{[]string{"Grün", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "ü", "?") }, EncodingChange},
		{[]string{"Grün", "Blau"}, func(s string) string { return strings.ReplaceAll(s, "ü", "\ufffd") }, EncodingChange},
		{[]string{"cat", "dog"}, func(s string) string { return strings.ReplaceAll(s, "cat", "cot") }, NewCategory},
	} {
		for _, share := range []float64{1, 0.2} {
			ref, cur := pick(random, c.names, 1000), pick(random, c.names, 600)
			for i := range cur {
				if random.Float64() < share {
					cur[i] = c.change(cur[i])
				}
			}
			f := Check(categorical(ref), categorical(cur), Options{Tests: 10})
			if f == nil || f.Kind != c.want {
				t.Errorf("%q, %v of the rows: %+v, want %s", c.names, share, f, c.want)
			}
		}
	}
	// Two spellings that were there before are two names.
	both := []string{"US", "us", "DE"}
	if f := Check(categorical(pick(random, both, 1000)), categorical(pick(random, both, 500)), Options{}); f != nil {
		t.Errorf("both spellings as before: %+v", f)
	}
	// A second spelling beside the first, which is no rarer, is a name of its own.
	beside := append(pick(random, []string{"US"}, 600), pick(random, []string{"DE", "us"}, 400)...)
	if f := Check(categorical(pick(random, []string{"DE", "US"}, 1000)), categorical(beside), Options{}); f == nil || f.Kind != NewCategory {
		t.Errorf("a new name beside the old: %+v", f)
	}
}

// TestSpelledAsTyped names no respelling where the reference spells as freely.
func TestSpelledAsTyped(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	typed := func(n int) []string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("Town %d", int(60*math.Pow(random.Float64(), 2)))
			switch random.IntN(12) {
			case 0:
				names[i] = strings.ToUpper(names[i])
			case 1:
				names[i] = strings.ToLower(names[i])
			}
		}
		return names
	}
	for range 50 {
		if f := Check(categorical(typed(490)), categorical(typed(490)), Options{}); f != nil && f.Kind == CaseChange {
			t.Fatalf("named: %s", f.Sentence(""))
		}
	}
	now := typed(490)
	for i := range now {
		now[i] = strings.ReplaceAll(now[i], "own", "oWN")
	}
	if f := Check(categorical(typed(490)), categorical(now), Options{}); f == nil || f.Kind != CaseChange {
		t.Errorf("all respelled: %+v", f)
	}
}

// TestMostlyZero sees what happens to the tenth of the values that are not 0, as in rain or claims.
func TestMostlyZero(t *testing.T) {
	rain := func(seed uint64, change func(x float64) float64) *Column {
		random := rand.New(rand.NewPCG(9, seed))
		values := make([]float64, 4000)
		for i := range values {
			if random.IntN(10) == 0 {
				values[i] = change(math.Round(20*random.ExpFloat64()) / 10)
			}
		}
		return numeric(values)
	}
	same := func(x float64) float64 { return x }
	for _, c := range []struct {
		want   Kind
		change func(x float64) float64
	}{
		{UnitChange, func(x float64) float64 { return 1000 * x }},
		{SignFlip, func(x float64) float64 { return -x }},
		{"", func(x float64) float64 { return 1.5 * x }},
	} {
		got, portion := Kind(""), 0.0
		if f := Check(rain(9, same), rain(10, c.change), Options{}); f != nil {
			got, portion = f.Kind, f.Share
		}
		if got != c.want || c.want != "" && (portion < 0.08 || portion > 0.12) {
			t.Errorf("got %q in %v of the rows, want %q in a tenth", got, portion, c.want)
		}
	}
}

// TestCodes tells −999 for a missing value also in a column that keeps its values for long, in all rows and in a part.
func TestCodes(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 10))
	ref, cur := make([]float64, 3000), make([]float64, 3000)
	for i := range ref {
		ref[i], cur[i] = max(0, random.NormFloat64()-2), max(0, random.NormFloat64()-2) // nearly always 0
		if i%3 == 0 {
			cur[i] = -999
		}
	}
	quiet := numeric(ref)
	quiet.Heaped = func(uint64) float64 { return 0.99 }
	all := make([]float64, 100)
	for i := range all {
		all[i] = -999
	}
	for _, column := range []*Column{numeric(cur), numeric(all)} {
		if f := Check(quiet, column, Options{}); f == nil || f.Kind != Sentinel {
			t.Errorf("%d rows: %+v", column.Rows, f)
		}
	}
}

// TestTextForMissing tells a word for a missing value from another type.
func TestTextForMissing(t *testing.T) {
	for word, want := range map[string]Kind{"n/a": Sentinel, "seven": TypeFlip} {
		values := each(func(r *rand.Rand) float64 { return r.NormFloat64() })(rand.New(rand.NewPCG(11, 11)), 1300)
		ref, cur := numeric(values[:1000]), numeric(values[1000:])
		cur.Aliens = map[string]uint64{word: 200}
		cur.Rows, cur.Cells.Texts = 500, 200
		if f := Check(ref, cur, Options{}); f == nil || f.Kind != want {
			t.Errorf("%q: %+v, want %s", word, f, want)
		}
	}
}

// TestFrozen sees a sensor that hangs for a part of the rows, and not one that was always slow.
func TestFrozen(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	slow := func(n int) []float64 { // keeps each value for a while
		values := make([]float64, n)
		for i := range values {
			if i == 0 || random.IntN(10) == 0 {
				values[i] = float64(random.IntN(5))
				continue
			}
			values[i] = values[i-1]
		}
		return values
	}
	ref := numeric(slow(5000))
	for range 50 {
		if f := Check(ref, numeric(slow(1000)), Options{}); f != nil {
			t.Fatalf("slow as before: %+v", f)
		}
	}
	cur := slow(1000)
	for i := 600; i < 1000; i++ {
		cur[i] = 3
	}
	if f := Check(ref, numeric(cur), Options{}); f == nil || f.Kind != Stuck || f.Clause != "is stuck at 3" {
		t.Errorf("hanging: %+v", f)
	}
	slices.Sort(cur)
	if f := Check(numeric(each(func(r *rand.Rand) float64 { return float64(r.IntN(5)) })(random, 2000)), numeric(cur), Options{}); f != nil && f.Kind == Stuck {
		t.Errorf("sorted rows: %+v", f)
	}
}

// TestClipped sees an end of the distribution heaped on one value.
func TestClipped(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 20 {
		ref, cur := sources["lognormal"](random, 3000), sources["lognormal"](random, 2000)
		for i := range cur {
			cur[i] = min(cur[i], 60)
		}
		if f := Check(numeric(ref), numeric(cur), Options{}); f == nil || f.Kind != Clipped || f.Clause != "is cut off at 60" {
			t.Errorf("%+v", f)
		}
	}
}

// TestCleanIsCheap does not read the reference's rows again for a column of few values in which nothing has happened.
func TestCleanIsCheap(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	few := each(func(r *rand.Rand) float64 { return float64(r.IntN(4)) })
	ref, cur := numeric(few(random, 3000)), numeric(few(random, 500))
	ref.Heaped = func(uint64) float64 {
		t.Error("asked how heaped the reference is")
		return 1
	}
	if f := Check(ref, cur, Options{}); f != nil {
		t.Errorf("%+v", f)
	}
}

// TestWhateverComes finds no input that panics, or gives a number that is none or a sentence without bounds.
func TestWhateverComes(t *testing.T) {
	value := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, -1, 5e-324, 1e300, -1e300, 999}))
	column := rapid.Custom(func(t *rapid.T) *Column {
		values := rapid.SliceOfN(value, 0, 200).Draw(t, "values")
		if rapid.Bool().Draw(t, "repeated") {
			for range 4 {
				values = append(values, values...)
			}
		}
		values = slices.DeleteFunc(values, func(x float64) bool { return x-x != 0 })
		c := numeric(values)
		c.Categories = rapid.MapOf(rapid.String(), rapid.Uint64Range(0, 1000)).Draw(t, "categories")
		c.Aliens = rapid.MapOf(rapid.String(), rapid.Uint64Range(0, 9)).Draw(t, "aliens")
		c.Kind = profile.Kind(rapid.IntRange(0, 3).Draw(t, "kind"))
		c.Missing = rapid.Uint64Range(0, 3000).Draw(t, "missing")
		c.Rows += rapid.Uint64Range(0, 3000).Draw(t, "rows")
		c.Cells.Texts = rapid.Uint64Range(0, 3000).Draw(t, "texts")
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		ref, cur := column.Draw(t, "ref"), column.Draw(t, "cur")
		cur.Kind = ref.Kind
		found := Schema([]*Column{ref}, []*Column{cur})
		if f := Check(ref, cur, Options{}); f != nil {
			found = append(found, *f)
		}
		for i := range found {
			f := &found[i]
			sentence := f.Sentence("")
			if !(f.Share >= 0 && f.Share <= 1) || strings.Contains(sentence, "NaN") || strings.Contains(sentence, "Inf") || len(sentence) > 500 || !utf8.ValidString(sentence) {
				t.Fatalf("%v %q", f.Share, sentence)
			}
			if _, known := nullRates[f.Kind]; !known {
				t.Fatalf("kind %q", f.Kind)
			}
		}
	})
}

// Of 100 rows 25 where 10 are usual could be chance, by half a row; 26 could not. Four are an accident.
func TestSurge(t *testing.T) {
	for _, c := range []struct {
		hits, n, refHits, m uint64
		want                bool
	}{{25, 100, 100, 1000, false}, {26, 100, 100, 1000, true}, {4, 50, 0, 10000, false}, {0, 0, 0, 10, false}, {5, 5, 0, 0, false}} {
		if got := surge(c.hits, c.n, c.refHits, c.m, 0.01, Options{}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Percent(0.333), "33 %"},
		{Percent(0.0141), "1.4 %"},
		{Percent(0), "0 %"},
		{Percent(1e-9), "less than 0.001 %"},
		{Percent(0.0996), "10 %"},
		{Figure(1234.5), "1234"},
		{Figure(0.0697), "0.0697"},
		{Figure(1e9), "1e+09"},
		{Figure(math.NaN()), "?"},
		{Figure(math.Copysign(0, -1)), "0"},
		{Figure(2.54), "2.54"},
		{times(3), "a thousand times larger"},
		{times(-7), "10^7 times smaller"},
		{Quote("a`b\nc"), "`a·b·c`"},
		{Quote(strings.Repeat("ü", 40)), "`" + strings.Repeat("ü", 31) + "…`"},
		{Portion(1), "all"},
		{Portion(0.98), "nearly all"},
		{Portion(0.5), "50 % of the"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestDuplicated(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	rows := func(n, different int) []uint64 {
		all := make([]uint64, n)
		for i := range all {
			all[i] = uint64(random.IntN(different))
		}
		return all
	}
	duplicated := func(ref, cur []uint64) *Finding {
		return Duplicated(func() []uint64 { return ref }, cur, Options{})
	}
	if f := duplicated(rows(1000, 1e9), rows(1000, 1000)); f == nil || f.Kind != DuplicatedRows || f.Share < 0.3 || f.Share > 0.45 {
		t.Errorf("got %+v", f)
	}
	natural := func(n, of int) []uint64 { // one row in so many repeats the one before
		all := rows(n, 1e9)
		for i := of; i < n; i += of {
			all[i] = all[i-1]
		}
		return all
	}
	if f := duplicated(natural(1000, 14), natural(1000, 2)); f == nil || f.Kind != DuplicatedRows {
		t.Errorf("seven times as many as by nature: %+v", f)
	}
	if f := duplicated(natural(1000, 14), natural(1000, 5)); f != nil {
		t.Errorf("some by nature, some more: %+v", f)
	}
	for _, c := range [][2][]uint64{{rows(1000, 50), rows(1000, 10)}, {rows(1000, 1e9), rows(1000, 1e9)}, {rows(1000, 20000), rows(4000, 20000)}, {nil, rows(99, 2)}} {
		if f := duplicated(c[0], c[1]); f != nil {
			t.Errorf("got %+v", f)
		}
	}
	if n := repeats([]uint64{0, 1, 0, 1, 0, 7}); n != 3 {
		t.Errorf("repeats %d", n)
	}
}

func TestOnset(t *testing.T) {
	for _, c := range []struct {
		first, hits, n int
		want           bool
	}{{0, 10, 100, false}, {50, 50, 100, true}, {1, 99, 100, true}, {5, 20, 100, false}, {60, 8, 100, true}, {-1, 0, 100, false}, {3, 9, 5, false}} {
		if got := Onset(c.first, c.hits, c.n); got != c.want {
			t.Errorf("Onset%v = %v", fmt.Sprint(c.first, c.hits, c.n), got)
		}
	}
}
