package dataset

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// loans are rows of a model that knows how its outcome comes about, but for what is changed on the way to it.
type loans struct {
	rows      int
	seed      uint64
	broken    bool    // amount × 1000 in PT
	app       float64 // share of rows from the app
	flipped   float64 // share of outcomes that turned
	portugal  bool    // they turned in PT only
	unlabeled bool
}

func (l loans) csv() string {
	random := rand.New(rand.NewPCG(l.seed, 11))
	var b strings.Builder
	b.WriteString("country,amount,age,device,y_pred,y_score,label\n")
	for range l.rows {
		country := []string{"PT", "ES", "FR", "DE", "IT"}[random.IntN(5)]
		amount, age := math.Exp(4+random.NormFloat64()), 18+random.IntN(60)
		device := []string{"web", "shop"}[random.IntN(2)]
		if random.Float64() < l.app {
			device = "app"
		}
		chance := func(amount float64) float64 {
			return 1 / (1 + math.Exp(-2.5*(math.Log(amount)-4)-0.06*float64(age-47)))
		}
		truth := random.Float64() < chance(amount)
		if random.Float64() < l.flipped && (!l.portugal || country == "PT") {
			truth = !truth
		}
		if l.broken && country == "PT" {
			amount *= 1000
		}
		label := map[bool]string{true: "1", false: "0"}[truth]
		if l.unlabeled {
			label = ""
		}
		score := chance(amount)
		fmt.Fprintf(&b, "%s,%.2f,%d,%s,%d,%.6f,%s\n", country, amount, age, device, int(math.Round(score)), score, label)
	}
	return b.String()
}

// TestStories tells each of the things that can happen for what it is.
func TestStories(t *testing.T) {
	ref := loans{rows: 6000, seed: 1, app: 0.3}
	for name, c := range map[string]struct {
		cur            loans
		begin, end     string
		segment, fault string
	}{
		"broken in one country": {
			cur: loans{seed: 2, app: 0.3, broken: true}, begin: "about 1 in 4 answers wrong, was 1 in 6; all of it in country = PT; ",
			end: "`amount` looks a thousand times larger there", segment: "country = PT", fault: "unit_change",
		},
		"drift without damage": {
			cur: loans{seed: 3, app: 0.8}, begin: "the answers are as good as before (", end: "moved most: `device` (= app in 80 % of rows, was 31 %)",
		},
		"damage without drift": {
			cur: loans{seed: 4, app: 0.3, flipped: 0.25}, begin: "about 1 in 3 answers wrong, was 1 in 6; ", end: "no input moved much: the right answers may have changed",
		},
		"damage in one country": {
			cur: loans{seed: 5, app: 0.3, flipped: 0.7, portugal: true}, begin: "about 1 in 4 answers wrong, was 1 in 6; all of it in country = PT; ",
			end: "no input moved much: the right answers may have changed", segment: "country = PT",
		},
		"nothing":   {cur: loans{seed: 6, app: 0.3}, begin: "nothing moved beyond chance, and the answers are as good as before ("},
		"no labels": {cur: loans{seed: 7, app: 0.3, unlabeled: true}, begin: "nothing moved beyond chance; no labels yet to judge the answers"},
	} {
		c.cur.rows = 4000
		chunk := &compare(t, ref.csv(), c.cur.csv(), CompareOptions{}).Chunks[0]
		if !strings.HasPrefix(chunk.Story, c.begin) || !strings.HasSuffix(chunk.Story, c.end) {
			t.Errorf("%s: %s", name, chunk.Story)
		}
		if got := chunk.Segment; c.segment == "" && got != nil || c.segment != "" && (got == nil || got.Name != c.segment || got.Explained < 0.75) {
			t.Errorf("%s: segment %+v", name, got)
		}
		if c.fault == "" && len(chunk.Faults) > 0 || c.fault != "" && (len(chunk.Faults) != 1 || string(chunk.Faults[0].Fault) != c.fault || chunk.Faults[0].Segment != c.segment) {
			t.Errorf("%s: faults %+v", name, chunk.Faults)
		}
	}
}

// TestStoryDoesNotDependOnMeasures tells the same of thirty rows whatever else is measured: a bin that thirty rows leave empty is
// far for kl.
func TestStoryDoesNotDependOnMeasures(t *testing.T) {
	ref := loans{rows: 6000, seed: 1, app: 0.3}
	for seed := range uint64(40) {
		cur := loans{rows: 30, seed: 50 + seed, app: 0.3}
		usual := compare(t, ref.csv(), cur.csv(), CompareOptions{}).Chunks[0].Story
		if broad := compare(t, ref.csv(), cur.csv(), CompareOptions{Broad: true}).Chunks[0].Story; broad != usual {
			t.Errorf("seed %d: %s; with more measures: %s", seed, usual, broad)
		}
	}
}

// TestStoriesWithoutAMovedInput tells the model from the labels, and both from inputs that lost their rows.
func TestStoriesWithoutAMovedInput(t *testing.T) {
	csv := func(seed uint64, scale float64, shuffled bool) string {
		random := rand.New(rand.NewPCG(seed, 5))
		var b strings.Builder
		b.WriteString("a,b,prediction,label\n")
		for range 4000 {
			x := random.NormFloat64()
			y := x + 0.2*random.NormFloat64()
			truth := 10 + x + y
			if shuffled {
				y = 1.02 * random.NormFloat64()
			}
			fmt.Fprintf(&b, "%.3f,%.3f,%.3f,%.3f\n", x, y, scale*(10+x+y), truth+0.3*random.NormFloat64())
		}
		return b.String()
	}
	for name, c := range map[string]struct{ cur, end string }{
		"another model": {csv(2, 1.35, false), "; `prediction` moved though no input did: the model may be another"},
		"mixed up":      {csv(3, 1, true), "; each input is as before, but together they are not: some may be mixed up between rows"},
	} {
		if got := compare(t, csv(1, 1, false), c.cur, CompareOptions{}).Chunks[0].Story; !strings.HasPrefix(got, "typical error ") || !strings.HasSuffix(got, c.end) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestGradual tells a column that moves bit by bit from one that moved at once.
func TestGradual(t *testing.T) {
	csv := func(shift func(row int) float64) string {
		random := rand.New(rand.NewPCG(3, 8))
		var b strings.Builder
		b.WriteString("x\n")
		for row := range 2000 {
			fmt.Fprintf(&b, "%.3f\n", random.NormFloat64()+shift(row))
		}
		return b.String()
	}
	ref := csv(func(int) float64 { return 0 })
	for name, c := range map[string]struct {
		shift   func(row int) float64
		gradual bool
	}{
		"at once":    {func(int) float64 { return 1 }, false},
		"bit by bit": {func(row int) float64 { return float64(row) / 1000 }, true},
	} {
		if got := compare(t, ref, csv(c.shift), CompareOptions{}).Chunks[0].Story; strings.HasSuffix(got, ", more and more)") != c.gradual {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestOneMondayIsNoSegment tells no segment of fewer than five days, however many rows they have, where the rows span more.
func TestOneMondayIsNoSegment(t *testing.T) {
	rows := func(seed uint64, days int, wrong func(day, group int) float64) string {
		random := rand.New(rand.NewPCG(seed, 3))
		var b strings.Builder
		b.WriteString("ts,weekday,group,y_pred,label\n")
		for day := range days {
			for range 100 {
				group, label := random.IntN(4), 0
				if random.Float64() < wrong(day, group) {
					label = 1
				}
				fmt.Fprintf(&b, "2024-01-%02dT%02d:00:00Z,day%d,g%d,0,%d\n", day+1, random.IntN(24), day%7, group, label)
			}
		}
		return b.String()
	}
	ref := rows(1, 28, func(int, int) float64 { return 0.1 })
	for name, c := range map[string]struct {
		days  int
		wrong func(day, group int) float64
		want  string
	}{
		"two Mondays":          {14, func(day, _ int) float64 { return 0.1 + 0.6*float64(min(day%7, 1)^1) }, ""},
		"a group, every day":   {14, func(_, group int) float64 { return 0.1 + 0.6*float64(min(group, 1)^1) }, "group = g0"},
		"a day of four in all": {4, func(day, _ int) float64 { return 0.1 + 0.6*float64(min(day, 1)^1) }, "weekday = day0"},
	} {
		got := ""
		if s := compare(t, ref, rows(2, c.days, c.wrong), CompareOptions{}).Chunks[0].Segment; s != nil {
			got = s.Name
		}
		if got != c.want {
			t.Errorf("%s: segment %q, want %q", name, got, c.want)
		}
	}
}

// TestTypicalError speaks of a regression's error in its own unit.
func TestTypicalError(t *testing.T) {
	rows := func(seed uint64, noise float64) string {
		random := rand.New(rand.NewPCG(seed, 12))
		var b strings.Builder
		b.WriteString("x,prediction,label\n")
		for range 3000 {
			x := 1000 * random.Float64()
			fmt.Fprintf(&b, "%.3f,%.3f,%.3f\n", x, 2*x, 2*x+noise*random.NormFloat64())
		}
		return b.String()
	}
	story := compare(t, rows(1, 100), rows(2, 150), CompareOptions{}).Chunks[0].Story
	if !strings.HasPrefix(story, "typical error 1") || !strings.Contains(story, ", was 8") && !strings.Contains(story, ", was 7") {
		t.Error(story)
	}
}

// TestPerformanceCorrelation is told from five chunks on: the feature that moves when performance falls has the highest.
func TestPerformanceCorrelation(t *testing.T) {
	var cur strings.Builder
	for i, flipped := range []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5} {
		part := loans{rows: 1000, seed: uint64(20 + i), app: 0.3 + flipped, flipped: flipped}.csv()
		if i > 0 {
			_, part, _ = strings.Cut(part, "\n")
		}
		cur.WriteString(part)
	}
	ref := loans{rows: 3000, seed: 1, app: 0.3}.csv()
	c := compare(t, ref, cur.String(), CompareOptions{Chunking: Chunking{Rows: 1000}})
	for _, chunk := range c.Chunks {
		for _, d := range chunk.Drivers {
			if d.PerformanceCorrelation == nil || d.Column == "device" && *d.PerformanceCorrelation < 0.9 {
				t.Errorf("chunk %d: %+v", chunk.Index, d)
			}
		}
	}
	if c = compare(t, ref, cur.String(), CompareOptions{Chunking: Chunking{Rows: 2000}}); c.Chunks[0].Drivers[0].PerformanceCorrelation != nil {
		t.Error("a correlation over three chunks")
	}
	if encoded, err := json.Marshal(c); err != nil || strings.Contains(string(encoded), ":null") {
		t.Errorf("%v: %s", err, encoded)
	}
}

// TestDriversAddUp holds the distance and the bins of a driver to the measures of those names.
func TestDriversAddUp(t *testing.T) {
	for _, name := range []string{"elec2", "car_price", "cards_mc"} {
		ref, cur := stream(t, name)
		c, err := Compare(ref, cur, CompareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range c.Chunks[0].Drivers {
			for i := range c.Chunks[0].Columns {
				r := &c.Chunks[0].Columns[i]
				if r.Name != d.Column {
					continue
				}
				var sum float64
				for _, b := range d.Bins {
					sum += b.Contribution
				}
				if psi := r.Measure("psi").Value; d.JensenShannon != r.Measure("jensen_shannon").Value || sum > psi+1e-12 || sum < psi/3 {
					t.Errorf("%s %s: %+v, psi %v, jensen_shannon %v", name, d.Column, d, psi, r.Measure("jensen_shannon").Value)
				}
			}
		}
	}
}
