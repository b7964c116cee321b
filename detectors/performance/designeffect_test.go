package performance

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// observe counts rows of a day, the first of them errors.
func (d Days) observe(day int, errors, rows int) {
	for i := range rows {
		e := 0.0
		if i < errors {
			e = 1
		}
		d.Observe(profile.Instant(day)*24*3_600_000, e)
	}
}

// On days of one size the estimator is the formula of its comment.
func TestDesignEffectOfEqualDays(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const size, n = 48, 200
	days := Days{}
	var means []float64
	wrong := 0
	for i := range n {
		p, sum := 0.1+0.3*r.Float64(), 0
		for range size {
			if r.Float64() < p {
				sum++
			}
		}
		days.observe(i, sum, size)
		means = append(means, float64(sum)/size)
		wrong += sum
	}
	p, variance := float64(wrong)/(n*size), 0.0
	for _, m := range means {
		variance += (m - p) * (m - p) / (n - 1)
	}
	want := variance / (p * (1 - p) / size)
	if got, assumed := days.DesignEffect(); assumed || !close64(got, want) || want < 2 {
		t.Errorf("got %v, assumed %v; want %v", got, assumed, want)
	}
}

func TestDesignEffectIsAssumedOrAtLeastOne(t *testing.T) {
	for _, c := range []struct {
		name    string
		days    int
		errors  func(day int) int // of four rows
		want    float64
		assumed bool
	}{
		{"none", 0, nil, 10, true},
		{"eleven", 11, func(int) int { return 1 }, 10, true},
		{"twelve", 12, func(int) int { return 1 }, 1, false}, // all alike: less than chance gives
		{"no errors", 20, func(int) int { return 0 }, 10, true},
		{"only errors", 20, func(int) int { return 4 }, 10, true},
		{"whole days right or wrong", 20, func(day int) int { return 4 * (day % 2) }, 20.0 / 19 * 4, false},
	} {
		days := Days{}
		for i := range c.days {
			days.observe(i-5, c.errors(i), 4)
		}
		if got, assumed := days.DesignEffect(); !close64(got, c.want) || assumed != c.assumed {
			t.Errorf("%s: got %v, assumed %v; want %v, %v", c.name, got, assumed, c.want, c.assumed)
		}
	}
	// The errors of a regression may be so large that their squares are beyond float64.
	huge := Days{}
	for i := range 20 {
		huge.Observe(profile.Instant(i)*24*3_600_000, 1e200*float64(i%3))
		huge.Observe(profile.Instant(i)*24*3_600_000, math.Abs(float64(i)))
	}
	if got, assumed := huge.DesignEffect(); got != AssumedDesignEffect || !assumed {
		t.Errorf("errors of 1e200: %v, assumed %v", got, assumed)
	}
}
