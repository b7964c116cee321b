package sequential

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// draw is a distribution.
type draw func(r *rand.Rand) float64

func errorsAt(p float64) draw {
	return func(r *rand.Rand) float64 {
		if r.Float64() < p {
			return 1
		}
		return 0
	}
}

func normal(mean, deviation float64) draw {
	return func(r *rand.Rand) float64 { return mean + deviation*r.NormFloat64() }
}

func uniform(r *rand.Rand) float64 { return r.Float64() }

// falseAlarms watches streams of independent values and counts alarms, and values at which something could alarm.
func falseAlarms(t *testing.T, name string, params map[string]any, streams, length int, next draw) (alarms, judged int) {
	t.Helper()
	for s := range streams {
		w := newWatcher(t, name, params)
		r := rand.New(rand.NewPCG(uint64(s), 7))
		for range length {
			if !w.Learning() {
				judged++
			}
			if w.Observe(next(r)).Alarm {
				alarms++
			}
		}
	}
	return alarms, judged
}

// delays returns, sorted, the values until the first alarm after a change, over 100 streams that change after so many
// values. What did not alarm within 20,000 values has that delay.
func delays(t *testing.T, name string, params map[string]any, before int, old, changed draw) (sorted []int) {
	t.Helper()
	const patience = 20_000
	for s := range 100 {
		w := newWatcher(t, name, params)
		r := rand.New(rand.NewPCG(uint64(s), 11))
		for range before {
			w.Observe(old(r))
		}
		delay := 1
		for delay < patience && !w.Observe(changed(r)).Alarm {
			delay++
		}
		sorted = append(sorted, delay)
	}
	slices.Sort(sorted)
	return sorted
}

// The promise of an e-detector at the very edge of its tolerance, where it is hardest to keep: no more than one alarm
// in arl values (but for three standard errors of the count), whatever the distribution.
func TestRunLength(t *testing.T) {
	const arl, streams, length = 1000, 15, 20_000
	type params = map[string]any
	twoPoints := func(r *rand.Rand) float64 { return 0.9 * errorsAt(0.5)(r) } // mean 0.45
	for _, c := range []struct {
		detector string
		params   params
		draw     draw
	}{
		{"e_mean", params{"mean": 0.01}, errorsAt(0.03)},
		{"e_mean", params{"mean": 0.2}, errorsAt(0.22)},
		{"e_mean", params{"mean": 0.2}, errorsAt(0.1)},
		{"e_mean", params{"mean": 0.5}, errorsAt(0.52)},
		{"e_mean", params{"mean": 0.97}, errorsAt(0.99)},
		{"e_mean", params{"mean": 0.43}, twoPoints},
		{"e_mean", params{"mean": 0.48}, uniform},
		{"e_mean", params{"mean": 0.2, "mode": "down"}, errorsAt(0.18)},
		{"e_mean", params{"mean": 0.5, "mode": "both", "tolerance": 0}, errorsAt(0.5)},
		{"e_mean", params{"mean": 0.2, "block": 10}, errorsAt(0.22)},
		{"e_mean", params{"mean": -3, "lower": -4, "upper": 4, "tolerance": 0.16}, func(r *rand.Rand) float64 { return -4 + 8*errorsAt(0.145)(r) }},
		{"e_bins", params{"cuts": "1,2,3", "shares": "0.25,0.25,0.25,0.25", "tolerance": 0}, func(r *rand.Rand) float64 { return float64(r.IntN(4)) }},
		{"e_bins", params{"cuts": "0.5", "shares": "0.9,0.1", "tolerance": 0.05}, errorsAt(0.15)},
		{"e_bins", params{"cuts": "0.1,0.5", "shares": "0.1,0.4,0.5", "tolerance": 0.05}, func(r *rand.Rand) float64 { return max(r.Float64()-0.05, 0) }},
		{"e_mean", params{"reference": 200}, errorsAt(0.2)},
		{"e_mean", params{"reference": 200, "mode": "both"}, uniform},
		{"e_bins", params{"reference": 200}, normal(0, 1)},
		{"e_bins", params{"reference": 200, "memory": 20}, errorsAt(0.3)},
	} {
		c.params["arl"] = arl
		alarms, judged := falseAlarms(t, c.detector, c.params, streams, length, c.draw)
		allowed := float64(judged) / arl
		t.Logf("%s %v: %d alarms in %d values, %.0f allowed", c.detector, c.params, alarms, judged, allowed)
		if float64(alarms) > allowed+3*math.Sqrt(allowed) {
			t.Errorf("%s %v: %d alarms in %d values: want at most one in %d", c.detector, c.params, alarms, judged, arl)
		}
	}
}

// Planted changes are found: the median delay is within what was measured when this was written, and a little more.
func TestDelay(t *testing.T) {
	for _, c := range []struct {
		detector     string
		params       map[string]any
		before       int
		old, changed draw
		most         int
	}{
		{"e_mean", map[string]any{"mean": 0.2}, 2000, errorsAt(0.2), errorsAt(0.3), 350},
		{"e_mean", map[string]any{"mean": 0.2}, 2000, errorsAt(0.2), errorsAt(0.5), 50},
		{"e_mean", map[string]any{"mean": 0.2, "mode": "down"}, 2000, errorsAt(0.2), errorsAt(0.05), 300},
		{"e_mean", nil, 2000, errorsAt(0.2), errorsAt(0.5), 65},
		{"e_mean", nil, 2000, errorsAt(0.01), errorsAt(0.11), 180},
		{"e_bins", nil, 2000, normal(0, 1), normal(1, 1), 150},
		{"e_bins", nil, 2000, normal(0, 1), normal(0, 2), 220},
		{"e_bins", nil, 2000, normal(0, 1), normal(9, 1), 40},
		{"e_bins", map[string]any{"reference": 5000}, 6000, normal(0, 1), normal(0.5, 1), 500},
		{"e_bins", nil, 2000, func(*rand.Rand) float64 { return 7 }, func(*rand.Rand) float64 { return 7.001 }, 30},
	} {
		found := delays(t, c.detector, c.params, c.before, c.old, c.changed)
		t.Logf("%s %v: delays %d, %d, %d (10 %%, half, 90 %%)", c.detector, c.params, found[10], found[50], found[90])
		if found[50] > c.most {
			t.Errorf("%s %v: median delay %d, want %d at most", c.detector, c.params, found[50], c.most)
		}
	}
}

// One alarm for a lasting change if the reference was learned; again and again if it was given.
func TestAfterAnAlarm(t *testing.T) {
	for params, want := range map[*map[string]any]string{{}: "once", {"mean": 0.2}: "again"} {
		w := newWatcher(t, "e_mean", *params)
		r := rand.New(rand.NewPCG(1, 1))
		alarms := 0
		for i := range 10_000 {
			p := 0.2
			if i >= 2000 {
				p = 0.5
			}
			if w.Observe(errorsAt(p)(r)).Alarm {
				alarms++
			}
		}
		if got := map[bool]string{true: "once", false: "again"}[alarms == 1]; got != want {
			t.Errorf("%v: %d alarms, want %s", *params, alarms, want)
		}
	}
}

// The margins of a learned reference are wide enough as often as they claim.
func TestMargins(t *testing.T) {
	const trials, confidence = 2000, 0.9
	r := rand.New(rand.NewPCG(3, 3))
	for _, p := range []float64{0, 0.01, 0.2, 0.5, 0.9, 1} {
		for _, n := range []int{20, 300} {
			low, far := 0, 0
			for range trials {
				hits := 0.0
				for range n {
					hits += errorsAt(p)(r)
				}
				share := hits / float64(n)
				if p > meanAbove(share, float64(n), confidence) {
					low++
				}
				if math.Abs(p-share) > distanceAbove(2, n, confidence) {
					far++
				}
			}
			if most := trials*(1-confidence) + 3*math.Sqrt(trials*confidence*(1-confidence)); float64(low) > most || float64(far) > most {
				t.Errorf("p %v, n %d: outside the margin %d and %d times of %d", p, n, low, far, trials)
			}
		}
	}
	if got := meanAbove(0, 100, 0.95); math.Abs(got-(1-math.Pow(0.05, 0.01))) > 1e-9 { // no error in 100: (1 − q)^100 = 0.05
		t.Errorf("meanAbove(0, 100, 0.95) = %v", got)
	}
	if got := meanAbove(1, 10, 0.95); got != 1 {
		t.Errorf("meanAbove(1, 10, 0.95) = %v, want 1", got)
	}
}

// A bet on the mean of a block stands for all its values: blocks of ten with an arl of 1000 are single values with one of 100.
func TestBlocksBetOnce(t *testing.T) {
	single := newWatcher(t, "e_mean", map[string]any{"mean": 0.2, "arl": 100})
	blocks := newWatcher(t, "e_mean", map[string]any{"mean": 0.2, "arl": 1000, "block": 10})
	r, alarms := newDraws(), 0
	for i := range 2000 {
		x := errorsAt(0.4)(r)
		want, got := single.Observe(x), Event{}
		for range 10 {
			got = blocks.Observe(x)
		}
		if got != want {
			t.Fatalf("value %d: %+v, want %+v", i, got, want)
		}
		if got.Alarm {
			alarms++
		}
	}
	if alarms == 0 {
		t.Error("no alarm")
	}
}

// Where both directions are watched, either margin may be wrong half as often.
func TestMarginOfBothDirections(t *testing.T) {
	both := newWatcher(t, "e_mean", map[string]any{"reference": 100, "mode": "both", "confidence": 0.9})
	up := newWatcher(t, "e_mean", map[string]any{"reference": 100, "confidence": 0.95})
	r := newDraws()
	for range 100 {
		x := errorsAt(0.2)(r)
		both.Observe(x)
		up.Observe(x)
	}
	if a, b := both.detector.(*eMean).highest, up.detector.(*eMean).highest; both.Learning() || !near(a, b) {
		t.Errorf("claims %v, want %v", a, b)
	}
}

// A bin is bet on from more than a standard error above its share.
func TestChosen(t *testing.T) {
	for n, want := range map[float64]float64{57: -1, 58: 0.5} {
		d := &eBins{counts: []float64{n, 100 - n}, expected: []float64{0.5, 0.5}, total: 100}
		if share, hit := d.chosen(0); share != want || hit != (want > 0) {
			t.Errorf("%v of 100: %v, %v, want %v", n, share, hit, want)
		}
	}
}

func TestQuantileCuts(t *testing.T) {
	above := math.Nextafter(5, 6)
	for _, c := range []struct {
		values []float64
		bins   int
		want   []float64
	}{
		{[]float64{5, 5, 5, 5}, 4, []float64{5, above}},
		{[]float64{4, 3, 2, 1}, 4, []float64{2, math.Nextafter(2, 3), 3, math.Nextafter(3, 4), 4, math.Nextafter(4, 5)}},
		{[]float64{8, 7, 6, 5, 4, 3, 2, 1}, 2, []float64{5}},
	} {
		if got := quantileCuts(c.values, c.bins); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("quantileCuts(%v, %d) = %v, want %v", c.values, c.bins, got, c.want)
		}
	}
}
