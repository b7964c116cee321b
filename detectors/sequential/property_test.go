package sequential

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever values come, nothing panics, settings stay finite, and equal streams give equal events.
func TestAnyStream(t *testing.T) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 5e-324, 1e-300, 1e300, -1e300, math.MaxFloat64, -math.MaxFloat64, math.NaN(), math.Inf(1), math.Inf(-1)}
	for _, m := range Methods() {
		t.Run(m.Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				short := map[string]string{"kswin": "stat_size=3,window_size=7", "e_mean": "reference=5", "e_bins": "bins=2,reference=20", "fhddm": "sliding_window_size=5,short_window_size=2"}
				assigned := assignments(short[m.Name])
				values := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(special), rapid.Float64(), rapid.Float64Range(0, 1), rapid.Map(rapid.IntRange(0, 1), func(i int) float64 { return float64(i) })), 0, 300).Draw(t, "values")
				var events [2][]Event
				for i := range events {
					w, err := m.New(assigned)
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range values {
						events[i] = append(events[i], w.Observe(x))
					}
				}
				if !slices.Equal(events[0], events[1]) {
					t.Fatal("two runs differ")
				}
			})
		})
	}
}

// assignments reads "a=1,b=2".
func assignments(text string) map[string]string {
	assigned := make(map[string]string)
	for part := range strings.SplitSeq(text, ",") {
		if name, value, ok := strings.Cut(part, "="); ok {
			assigned[name] = value
		}
	}
	return assigned
}

// Values outside the domain leave no trace.
func TestForeignValuesLeaveNoTrace(t *testing.T) {
	for _, m := range Methods() {
		plain, mixed := newWatcher(t, m.Name, nil), newWatcher(t, m.Name, nil)
		r := newDraws()
		for i := range 5000 {
			x := errorsAt(0.1 + 0.4*float64(i/2500))(r)
			want := plain.Observe(x)
			for _, foreign := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				if e := mixed.Observe(foreign); e != (Event{}) {
					t.Fatalf("%s: %v brought %+v", m.Name, foreign, e)
				}
			}
			if got := mixed.Observe(x); got != want {
				t.Fatalf("%s: value %d: %+v, want %+v", m.Name, i, got, want)
			}
		}
	}
}

// After an alarm a detector is as new: what follows is what a fresh one says of the rest.
func TestAlarmForgets(t *testing.T) {
	for _, m := range Methods() {
		w, r := newWatcher(t, m.Name, nil), newDraws()
		var fresh *Watcher
		compared := 0
		for i := range 40_000 {
			x := errorsAt([]float64{0.1, 0.6}[i/4000%2])(r)
			got := w.Observe(x)
			if fresh != nil {
				if want := fresh.Observe(x); got.Alarm != want.Alarm {
					t.Fatalf("%s: value %d: %+v, want %+v", m.Name, i, got, want)
				}
				compared++
			}
			if got.Alarm {
				fresh = newWatcher(t, m.Name, nil)
			}
		}
		if compared == 0 {
			t.Errorf("%s never alarmed", m.Name)
		}
	}
}

// The exact p-value against the sum it stands for, by counting paths.
func TestGapProbability(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for h := 1; h <= n; h++ {
			all, inside := binomial(2*n, n), pathsInside(n, h)
			want := 1 - inside/all
			if got := gapProbability(n, h); math.Abs(got-want) > 1e-12 {
				t.Errorf("n %d, gap %d: %v, want %v", n, h, got, want)
			}
		}
	}
	// scipy 1.17.1: ks_2samp of 30 values each, D = 15/30 and 26/30, method="exact"
	for h, want := range map[int]float64{15: 0.0008995776840176799, 26: 8.246509538996e-12} {
		if got := gapProbability(30, h); math.Abs(got/want-1) > 1e-6 {
			t.Errorf("gap %d of 30: %v, want %v", h, got, want)
		}
	}
}

func binomial(n, k int) float64 {
	c := 1.0
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return c
}

// pathsInside counts the orders of n values each whose gap stays below h.
func pathsInside(n, h int) float64 {
	ways := make([][]float64, n+1)
	for i := range ways {
		ways[i] = make([]float64, n+1)
		for j := range ways[i] {
			switch {
			case i-j >= h || j-i >= h:
			case i == 0 && j == 0:
				ways[i][j] = 1
			default:
				if i > 0 {
					ways[i][j] += ways[i-1][j]
				}
				if j > 0 {
					ways[i][j] += ways[i][j-1]
				}
			}
		}
	}
	return ways[n][n]
}

// Unreasonable parameters are refused, and the error names them.
func TestParametersRefused(t *testing.T) {
	for _, c := range []struct{ detector, params, want string }{
		{"adwin", "delta=0", "delta: 0 is outside (0, 1]"},
		{"adwin", "delta=NaN", `delta: "NaN" is no number`},
		{"adwin", "clock=0", "clock: 0 is outside [1, 1.073741824e+09]"},
		{"adwin", "clock=1.5", "clock: 1.5 is no whole number"},
		{"adwin", "klock=2", "adwin has no such parameter"},
		{"page_hinkley", "delta=inf", `delta: "inf" is no number`},
		{"page_hinkley", "mode=sideways", `mode: "sideways" is none of up, down, both`},
		{"kswin", "stat_size=60", "window_size: 100 is too few: use twice stat_size, 120, or more"},
		{"eddm", "alpha=0.5", "alpha: 0.5 is less than beta, 0.9: it must warn before it alarms"},
		{"hddm_a", "two_sided_test=maybe", `two_sided_test: "maybe" is neither true nor false`},
		{"fhddm", "short_window_size=200", "short_window_size: 200 is more than sliding_window_size, 100"},
		{"ewma", "average_run_length=500", "average_run_length: 500 is none of 100, 400, 1000: for others give control_limit"},
		{"e_mean", "lower=1", "upper: 1 is not above lower, 1, by a finite width"},
		{"e_mean", "mean=2", "mean: 2 is outside [lower, upper], [0, 1]"},
		{"e_mean", "arl=10,block=20", "arl: less than one block: no bet could be made"},
		{"e_mean", "mean=1", "tolerance: 0.02 around the mean 1: no value beyond is in [lower, upper], or the claim is 0: nothing could alarm"},
		{"e_bins", "reference=50", "reference: 50 is too few: use 10 a bin, 100, or more"},
		{"e_bins", "tolerance=1", "tolerance: no distance is more than 1: nothing could alarm"},
	} {
		m, _ := Lookup(c.detector)
		if _, err := m.New(assignments(c.params)); err == nil || err.Error() != c.want {
			t.Errorf("%s %s:\n%v\n%s", c.detector, c.params, err, c.want)
		}
	}
	bins, _ := Lookup("e_bins")
	for _, c := range []struct{ cuts, shares, want string }{
		{"1,1", "0.3,0.3,0.4", "cuts: 1 after 1: they must rise"},
		{"1", "0.3,0.3", "shares: their sum is 0.6, want 1"},
		{"1", "0.3,0.3,0.4", "shares: 3 for 1 cuts: want 2, one for each bin"},
	} {
		if _, err := bins.New(map[string]string{"cuts": c.cuts, "shares": c.shares}); err == nil || err.Error() != c.want {
			t.Errorf("cuts %s, shares %s: %v, want %s", c.cuts, c.shares, err, c.want)
		}
	}
	if _, err := bins.New(map[string]string{"shares": "1"}); err != nil {
		t.Errorf("one bin: %v", err)
	}
}

// Parameters have their defaults, take their aliases, and say what is in force.
func TestSettings(t *testing.T) {
	for _, c := range []struct{ detector, params, want string }{
		{"adwin", "", "[{delta 0.002} {clock 32} {max_buckets 5} {min_window_length 5} {grace_period 10}]"},
		{"cusum", "lambda_=9,min_num_instances=3,mode=both", "[{min_instances 3} {delta 0.005} {threshold 9} {mode both}]"},
		{"fhddm", "short_window_size=none", "[{sliding_window_size 100} {confidence_level 1e-06}]"},
		{"fhddm", "short_window_size=20", "[{sliding_window_size 100} {confidence_level 1e-06} {short_window_size 20}]"},
		{"hddm_a", "two_sided_test=True", "[{drift_confidence 0.001} {warning_confidence 0.005} {two_sided_test true}]"},
		{"ewma", "control_limit=3", "[{lambda_val 0.2} {average_run_length 400} {warning_level 0.5} {min_instances 30} {control_limit 3} {mode up}]"},
	} {
		m, _ := Lookup(c.detector)
		w, err := m.New(assignments(c.params))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(w.Settings()); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.detector, c.params, got, c.want)
		}
	}
	if _, ok := Lookup("adwinn"); ok {
		t.Error("a detector that does not exist was found")
	}
}

// The first look comes after more values than grace_period: the alarms of river 0.26.1.
func TestGracePeriod(t *testing.T) {
	values := append(make([]float64, 10), slices.Repeat([]float64{1}, 30)...)
	for _, grace := range []int{19, 20} {
		w := newWatcher(t, "adwin", map[string]any{"delta": 0.9, "clock": 1, "grace_period": grace, "min_window_length": 2})
		if alarms, _ := watch(w, values, nil); !slices.Equal(alarms, []int{grace}) {
			t.Errorf("a grace of %d: alarms %v", grace, alarms)
		}
	}
}

// The charts in both directions, and for any numbers.
func TestDirections(t *testing.T) {
	for _, c := range []struct {
		detector string
		params   map[string]any
	}{
		{"page_hinkley", map[string]any{"threshold": 20}},
		{"cusum", map[string]any{"threshold": 20}},
		{"ewma", map[string]any{"control_limit": 5}},
		{"e_mean", map[string]any{"lower": -10, "upper": 10}},
	} {
		for _, mode := range []string{"up", "down", "both"} {
			for shift, sees := range map[float64]bool{5: mode != "down", -5: mode != "up"} {
				c.params["mode"] = mode
				w, r := newWatcher(t, c.detector, c.params), newDraws()
				alarmed := false
				for i := range 2500 {
					x := r.NormFloat64()
					if i >= 2000 {
						x += shift
					}
					alarmed = w.Observe(x).Alarm && i >= 2000 || alarmed
				}
				if alarmed != sees {
					t.Errorf("%s %s: a shift by %v: alarm %t, want %t", c.detector, mode, shift, alarmed, sees)
				}
			}
		}
	}
}
