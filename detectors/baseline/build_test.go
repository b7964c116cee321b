package baseline

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// elec2 reads the electricity market's baseline (testdata/README.md) into a builder.
func elec2(tb testing.TB) *Builder {
	tb.Helper()
	f, err := os.Open("testdata/elec2.jsonl.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	b := NewBuilder()
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var e struct {
			TS         time.Time      `json:"ts"`
			Features   map[string]any `json:"features"`
			Prediction struct{ Score float64 }
			Label      int
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			tb.Fatal(err)
		}
		at := profile.InstantOf(e.TS)
		b.Row(at)
		for name, value := range e.Features {
			switch v := value.(type) {
			case float64:
				b.Column(name).Number(v)
			case string:
				b.Column(name).Text([]byte(v))
			}
		}
		b.Answer(performance.Answer{Score: e.Prediction.Score, HasScore: true})
		b.Label(performance.Truth{Class: fmt.Append(nil, e.Label), Number: float64(e.Label)}, at.Add(24*time.Hour))
		b.Served(float64(len(lines.Bytes())), false)
	}
	return b
}

// shift compares two sets by the total variation distance of their counts, a stand-in for package detectors.
func shift(ref, cur *profile.Set) []detectors.Measurement {
	var all []detectors.Measurement
	for i, layout := range ref.Layout.Columns {
		r, c := &ref.Columns[i], &cur.Columns[i]
		d := 0.0
		for j := range r.Counts {
			d += math.Abs(float64(r.Counts[j])/float64(r.N())-float64(c.Counts[j])/float64(c.N())) / 2
		}
		all = append(all, detectors.Measurement{Name: "shift", Column: layout.Name, Value: d, N: c.N(), M: r.N(), Status: detectors.OK})
	}
	return all
}

func build(tb testing.TB, b *Builder, o Options) *Baseline {
	tb.Helper()
	out, err := b.Build(o)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestElec2(t *testing.T) {
	b := build(t, elec2(t), Options{
		Model: "elec2-price-up", Version: "1.0.0", Created: time.Unix(1e9, 0).UTC(), Source: "elec2.jsonl.gz",
		Window: 14 * 24 * time.Hour, Compare: shift,
	})
	if want := (&performance.Schema{Task: performance.Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}); !reflect.DeepEqual(b.Schema, want) {
		t.Errorf("schema is %+v, want %+v", b.Schema, want)
	}
	kinds := make(map[string]profile.Kind)
	for _, c := range b.Set.Layout.Columns {
		kinds[c.Name] = c.Kind
	}
	want := map[string]profile.Kind{
		"period": profile.Numeric, "nswprice": profile.Numeric, "nswdemand": profile.Numeric, "vicprice": profile.Numeric,
		"vicdemand": profile.Numeric, "transfer": profile.Numeric, "daypart": profile.Categorical, "weekday": profile.Categorical,
		"prediction": profile.Categorical, "score": profile.Numeric,
	}
	if !reflect.DeepEqual(kinds, want) {
		t.Errorf("kinds are %v, want %v", kinds, want)
	}
	if b.Set.Rows != 13593 || b.Performance.N() != 13593 || b.Traffic.Requests() != 13593 {
		t.Errorf("%d rows, %d with labels, %d requests; want 13593 each", b.Set.Rows, b.Performance.N(), b.Traffic.Requests())
	}
	// The errors of this stream are correlated: its design effect is known to lie between 4 and 10.
	if b.DesignEffectAssumed || b.DesignEffect < 2 || b.DesignEffect > 10 {
		t.Errorf("design effect %v, assumed %v", b.DesignEffect, b.DesignEffectAssumed)
	}
	if delay, ok := b.Delays.Quantile(0.9); !ok || delay != 24*time.Hour {
		t.Errorf("the 0.9-quantile of delays is %v", delay)
	}
	rows := uint64(0)
	largest := 0.0
	for i, w := range b.Windows {
		rows += w.Rows
		if w.Start.Floor(b.WindowSize) != w.Start || w.End.Sub(w.Start) != b.WindowSize || i > 0 && w.Start < b.Windows[i-1].End {
			t.Errorf("window %d spans %v to %v", i, w.Start, w.End)
		}
		for _, m := range w.Measurements {
			if m.Name == "shift" && m.Column == "nswprice" {
				largest = max(largest, m.Value)
				if m.N+m.M != 13593 {
					t.Errorf("window %d: %d rows against %d others, want 13593 in all", i, m.N, m.M)
				}
			}
		}
	}
	if got, ok := b.Yardstick("nswprice", "shift"); !ok || got != largest || rows != 13593 {
		t.Errorf("yardstick %v (%v), want %v; %d rows in windows", got, ok, largest, rows)
	}
	signed := &Baseline{Windows: []WindowFigures{{Measurements: []detectors.Measurement{
		{Name: "mean_shift", Column: "x", Value: -3, Status: detectors.OK}, {Name: "mean_shift", Column: "y", Value: 1, Status: detectors.OK},
	}}, {Measurements: []detectors.Measurement{{Name: "mean_shift", Column: "x", Value: 2, Status: detectors.OK}}}}}
	if far, ok := signed.Yardstick("x", "mean_shift"); !ok || far != 3 {
		t.Errorf("the yardstick of shifts by −3 and 2 is %v (%v), want 3", far, ok)
	}
	if _, ok := b.Yardstick("nswprice", "psi"); ok {
		t.Error("a yardstick nobody measured")
	}
	if len(b.Notes) > 0 {
		t.Errorf("notes %q for what is plain", b.Notes)
	}
	roundTrip(t, b)
}

// roundTrip writes, reads and compares.
func roundTrip(t *testing.T, b *Baseline) {
	t.Helper()
	var file, again bytes.Buffer
	if err := Write(&file, b); err != nil {
		t.Fatal(err)
	}
	read, err := Read(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, read); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file.Bytes(), again.Bytes()) || read.ID() != b.ID() || len(b.ID()) != 12 {
		t.Errorf("the file changes when it is read and written: %s, then %s", b.ID(), read.ID())
	}
	if !reflect.DeepEqual(read.Windows, b.Windows) || !reflect.DeepEqual(read.Notes, b.Notes) || !reflect.DeepEqual(read.Schema, b.Schema) {
		t.Error("windows, notes or schema differ")
	}
	if b.Performance != nil && !reflect.DeepEqual(read.Performance.Measurements(performance.Options{}), b.Performance.Measurements(performance.Options{})) {
		t.Error("performance differs")
	}
	later := *b
	later.Created = later.Created.Add(time.Hour)
	if later.ID() != b.ID() {
		t.Error("the same content built later has another ID")
	}
	later.Source += "!"
	if later.ID() == b.ID() {
		t.Error("other content has the same ID")
	}
}

// A window's reference is what counting all other rows would give, to the last bit.
func TestWithoutEqualsCountingTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBuilder()
		n := rapid.IntRange(1, 40).Draw(t, "rows")
		for i := range n {
			b.Row(profile.Instant(i))
			b.Column("x").Number(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1)})).Draw(t, "x"))
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				b.Column("c").Text([]byte(rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "c")))
			case 1:
				b.Column("c").Number(float64(rapid.IntRange(0, 3).Draw(t, "number")))
			case 2:
				b.Column("c").Other()
			}
			b.Answer(performance.Answer{Score: rapid.Float64Range(0, 1).Draw(t, "score"), HasScore: true})
		}
		c, _, err := b.counter(Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows := rapid.Permutation(c.all()).Draw(t, "order")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		got := without(c.sum(c.all(), profile.Key{}).set, c.sum(rows[:cut], profile.Key{}).set)
		want := c.sum(rows[cut:], profile.Key{}).set
		for i := range want.Columns {
			want.Columns[i].Min, want.Columns[i].Max = got.Columns[i].Min, got.Columns[i].Max
		}
		if a, b := got.AppendBinary(nil), want.AppendBinary(nil); !bytes.Equal(a, b) {
			t.Fatalf("subtracted %x, counted %x", a, b)
		}
	})
}

func TestKinds(t *testing.T) {
	b := NewBuilder()
	for i := range 3000 {
		b.Row(profile.Dawn)
		b.Column("number").Number(float64(i))
		b.Column("boolean").Bool(i%2 == 0)
		b.Column("category").Text(fmt.Append(nil, i%7))
		b.Column("text").Text(fmt.Append(nil, i))
		b.Column("code").Number(float64(i % 3))
		b.Column("flag").Number(float64(i % 2))
		if i%2 == 0 {
			b.Column("mixed").Number(1)
			b.Column("holes").Number(2.5)
		} else {
			b.Column("mixed").Text([]byte("one"))
		}
		b.Column("empty").Number(math.NaN())
	}
	out := build(t, b, Options{Kinds: map[string]profile.Kind{"code": profile.Categorical, "flag": profile.Boolean}, Window: time.Hour})
	want := map[string]struct {
		kind       profile.Kind
		categories string
		missing    uint64
	}{
		"number":   {profile.Numeric, "", 0},
		"boolean":  {profile.Boolean, "false true", 0},
		"category": {profile.Categorical, "0 1 2 3 4 5 6", 0},
		"text":     {profile.Text, "", 0},
		"code":     {profile.Categorical, "0 1 2", 0},
		"flag":     {profile.Boolean, "false true", 0},
		"mixed":    {profile.Categorical, "1 one", 0},
		"holes":    {profile.Numeric, "", 1500},
		"empty":    {profile.Numeric, "", 3000},
	}
	for i, layout := range out.Set.Layout.Columns {
		w := want[layout.Name]
		if got := strings.Join(layout.Categories, " "); layout.Kind != w.kind || got != w.categories || out.Set.Missing(i) != w.missing {
			t.Errorf("%s is %v %q, %d missing; want %+v", layout.Name, layout.Kind, got, out.Set.Missing(i), w)
		}
		if out.Set.Columns[i].Unseen.Total() > 0 {
			t.Errorf("%s: the baseline does not know its own values", layout.Name)
		}
	}
	if out.Schema != nil || out.Performance != nil || len(out.Windows) > 0 || !out.DesignEffectAssumed || out.DesignEffect != performance.AssumedDesignEffect {
		t.Errorf("rows without answers and times gave %+v", out)
	}
	wantNotes := []string{`column "empty": it has no value; taken as numeric`, "no row holds an answer: outputs and performance are not watched"}
	if !reflect.DeepEqual(out.Notes, wantNotes) {
		t.Errorf("notes %q, want %q", out.Notes, wantNotes)
	}
	roundTrip(t, out)
}

// What no column or schema has a place for is counted apart: text among numbers, and an answer of another class.
func TestForeignValues(t *testing.T) {
	b := NewBuilder()
	for _, class := range []string{"a", "b", "c", "a"} {
		b.Row(profile.Dawn)
		b.Column("x").Text([]byte("7"))
		b.Answer(performance.Answer{Class: []byte(class), HasClass: true})
	}
	b.Column("x").Number(7)
	set := build(t, b, Options{
		Kinds: map[string]profile.Kind{"x": profile.Numeric}, Answers: performance.Overrides{Task: performance.Multiclass, Classes: []string{"a", "b"}},
	}).Set
	x, prediction := &set.Columns[0], &set.Columns[1]
	if x.Mismatched != 3 || x.N() != 1 || prediction.Unseen.Count("c") != 1 || prediction.Counts[0] != 2 {
		t.Errorf("%d of 3 texts, %d numbers; answers %v and %d of class c", x.Mismatched, x.N(), prediction.Counts, prediction.Unseen.Count("c"))
	}
}

func TestRegressionBaseline(t *testing.T) {
	b := NewBuilder()
	for i := range 100 {
		b.Row(profile.Instant(i) * 3_600_000)
		b.Answer(performance.Answer{Value: float64(i), HasValue: true})
		b.Label(performance.Truth{Class: fmt.Append(nil, i+1), Number: float64(i + 1)}, profile.Dawn)
	}
	out := build(t, b, Options{Window: 24 * time.Hour})
	all := out.Performance.Measurements(performance.Options{})
	if out.Schema.Task != performance.Regression || all[0].Name != "mae" || all[0].Value != 1 || len(out.Windows) != 5 || out.Windows[4].Labeled != 4 {
		t.Errorf("schema %+v, measurements %+v, %d windows", out.Schema, all, len(out.Windows))
	}
	for _, m := range build(t, b, Options{Window: 365 * 24 * time.Hour, Compare: shift}).Windows[0].Measurements {
		if m.Name == "shift" {
			t.Errorf("the only window is compared with nothing: %+v", m)
		}
	}
	if key := out.Set.Key; key.Start != 0 || key.End != 99*3_600_000+1 {
		t.Errorf("rows span %v to %v", key.Start, key.End)
	}
	if c := out.Set.Layout.Columns[out.Set.Layout.Output("prediction")]; c.Kind != profile.Numeric || c.Deciles[10] != 99 {
		t.Errorf("prediction laid out as %+v", c)
	}
	roundTrip(t, out)
}

func TestBuildRefuses(t *testing.T) {
	one := func() *Builder {
		b := NewBuilder()
		b.Row(0)
		b.Column("x").Number(1)
		return b
	}
	many := one()
	for i := range 2000 {
		many.Row(0)
		many.Label(performance.Truth{Class: fmt.Append(nil, "c", i), Number: math.NaN()}, profile.Dawn)
		many.Answer(performance.Answer{Class: fmt.Append(nil, "c", i), HasClass: true})
	}
	for _, c := range []struct {
		builder *Builder
		options Options
		want    string
	}{
		{NewBuilder(), Options{}, "build baseline: there are no rows"},
		{one(), Options{Window: time.Microsecond}, "build baseline: a window of 1µs is shorter than a millisecond"},
		{one(), Options{Kinds: map[string]profile.Kind{"y": profile.Text}}, `build baseline: no column "y" to set the kind of`},
		{many, Options{}, "build baseline: schema: 1001 classes are too many: at most 1000"},
	} {
		if _, err := c.builder.Build(c.options); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	builder := NewBuilder()
	for i := range 100_000 {
		builder.Row(profile.Instant(i) * 60_000)
		for j := range 25 {
			if c := builder.Column(fmt.Sprint("x", j)); j < 20 {
				c.Number(r.NormFloat64())
			} else {
				c.Text(fmt.Append(nil, r.IntN(10)))
			}
		}
		builder.Answer(performance.Answer{Score: r.Float64(), HasScore: true})
		builder.Label(performance.Truth{Class: fmt.Append(nil, r.IntN(2)), Number: 0}, profile.Dawn)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := builder.Build(Options{Window: 7 * 24 * time.Hour}); err != nil {
			b.Fatal(err)
		}
	}
}
