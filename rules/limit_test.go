package rules

import (
	"math"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
)

func TestLimits(t *testing.T) {
	measurement := func(name string, baseline, threshold float64) *detectors.Measurement {
		return &detectors.Measurement{Name: name, Baseline: &baseline, Threshold: &threshold}
	}
	for _, c := range []struct {
		text string
		m    *detectors.Measurement
		want float64
	}{
		{"0.25", measurement("psi", 0, 0), 0.25},
		{"-1.5e-3", measurement("mean_error", 0, 0), -0.0015},
		{"baseline", measurement("accuracy", 0.8, 0), 0.8},
		{"baseline - 0.10", measurement("accuracy", 0.8, 0), 0.7},
		{"baseline-0.10", measurement("accuracy", 0.8, 0), 0.7},
		{"0.1 + baseline", measurement("accuracy", 0.8, 0), 0.9},
		{"baseline * 2", measurement("mae", 3, 0), 6},
		{" 2 * baseline + 1 ", measurement("mae", 3, 0), 7},
		{"threshold", measurement("psi", 0, 0.13), 0.13},
		{"threshold * 1.5", measurement("psi", 0, 0.2), 0.3},
		{"max(0.2, threshold)", measurement("psi", 0, 0.13), 0.2},
		{"max(threshold, 0.2)", measurement("psi", 0, 0.31), 0.31},
		{"max(0.2, threshold)", &detectors.Measurement{Name: "psi"}, 0.2},
		{"max(0.05, 5 * baseline)", measurement("error_rate", 0.002, 0), 0.05},
		{"max(0.05, 5 * baseline)", measurement("error_rate", 0.02, 0), 0.1},
		// tolerance = max(2 points, a quarter of the error)
		{"baseline - 3*tolerance", measurement("accuracy", 0.80, 0), 0.80 - 3*0.05},
		{"baseline - 3*tolerance", measurement("accuracy", 0.96, 0), 0.96 - 3*0.02},
		{"baseline + 3*tolerance", measurement("error_rate", 0.20, 0), 0.20 + 3*0.05},
		{"baseline + 3*tolerance", measurement("mae", 12, 0), 12 + 3*3.0},
	} {
		limit, err := ParseLimit(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		got, reason := limit.Of(c.m)
		if reason != "" || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%q: got %v %q, want %v", c.text, got, reason, c.want)
		}
		if written, _ := limit.MarshalText(); string(written) != strings.TrimSpace(c.text) {
			t.Errorf("%q is written back as %q", c.text, written)
		}
	}
}

func TestLimitsThatLackTheirBase(t *testing.T) {
	m := &detectors.Measurement{Name: "accuracy", Baseline: new(math.NaN())}
	for text, want := range map[string]string{
		"baseline - 0.1": "the baseline has no accuracy",
		"threshold":      "the measurement has no threshold of its own",
	} {
		if _, reason := MustLimit(text).Of(m); reason != want {
			t.Errorf("%q: reason %q, want %q", text, reason, want)
		}
	}
	m.Baseline = new(math.MaxFloat64)
	if _, reason := MustLimit("baseline * 10").Of(m); reason != "the limit is not a finite number" {
		t.Errorf("overflow: reason %q", reason)
	}
}

func TestLimitsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "a number or a name is missing",
		"basline - 0.1":                 `unknown word "basline"`,
		"baseline - ":                   "a number or a name is missing",
		"baseline baseline":             `unexpected "baseline"`,
		"baseline * threshold":          "two names cannot be multiplied",
		"baseline + threshold":          "baseline and threshold do not go together",
		"3 * tolerance":                 "tolerance needs baseline beside it",
		"NaN":                           `unknown word "NaN"`,
		"inf":                           `unknown word "inf"`,
		"1e999":                         `unknown word "1e999"`,
		"0x10":                          `unknown word "0x10"`,
		"1_000":                         `unknown word "1_000"`,
		"10%":                           `unexpected "%"`,
		"max(0.2)":                      "max takes two parts in parentheses",
		"max(0.2, 0.3)":                 "one part of max is a number, the other names baseline or threshold",
		"max(baseline, threshold)":      "one part of max is a number, the other names baseline or threshold",
		"(baseline)":                    "a number or a name is missing",
		strings.Repeat("1+", 500) + "1": "longer than 200 characters",
	} {
		if _, err := ParseLimit(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, seed := range []string{"0.2", "baseline - 3*tolerance", "max(0.2, threshold)", "-1e-3*baseline+2", "max(,)", "1e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		limit, err := ParseLimit(text)
		if err != nil {
			return
		}
		again, err := ParseLimit(limit.String())
		m := &detectors.Measurement{Name: "accuracy", Baseline: new(0.8), Threshold: new(0.1)}
		one, oneReason := limit.Of(m)
		two, twoReason := again.Of(m)
		if err != nil || one != two || oneReason != twoReason || !finite(one) {
			t.Errorf("%q: %v %q, read back %v %q %v", text, one, oneReason, two, twoReason, err)
		}
	})
}
