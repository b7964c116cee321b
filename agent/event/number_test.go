package event

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestParseNumberIsStrconv(t *testing.T) {
	check := func(t rapid.TB, literal string) {
		want, _ := strconv.ParseFloat(literal, 64)
		if got := parseNumber([]byte(literal)); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("parseNumber(%s) = %x, want %x", literal, got, want)
		}
	}
	// Halfway cases, the limits of the fast path, subnormals and overflow.
	for _, literal := range []string{
		"0", "-0", "-0.0", "0e99999999999999999999", "1", "-1", "0.1", "1e22", "1e23", "1e-22", "1e-23",
		"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740993e-5", "9007199254740991e22",
		"1.7976931348623157e308", "1.7976931348623159e308", "1e309", "-1e309", "5e-324", "2e-324", "2.2250738585072011e-308",
		"0.000000000000000000000000000000000000001", "123456789012345678901234567890", "1.00000000000000000000000000000001",
		"18446744073709551615", "18446744073709551616", "9999999999999999999", "1e1000000000000000000000", "1e-1000000000000000000000",
	} {
		check(t, literal)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?`).Draw(t, "literal"))
		check(t, strconv.FormatFloat(rapid.Float64().Filter(isFinite).Draw(t, "x"), 'g', -1, 64))
	})
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func TestCanonical(t *testing.T) {
	for literal, want := range map[string]string{
		"1": "1", "1.0": "1", "1e0": "1", "10e-1": "1", "-1.0": "-1", "0": "0", "-0": "0", "-0.0": "0", "0.50": "0.5", "1e3": "1000",
		"12345678901234567891": "12345678901234567891", "1e20": "100000000000000000000", "1e21": "1e+21", "1.5e-7": "0.00000015",
	} {
		var arena []byte
		if got, ok := canonical([]byte(literal), &arena); !ok || string(got) != want {
			t.Errorf("canonical(%s) = %q, %v; want %q", literal, got, ok, want)
		}
	}
	if _, ok := canonical([]byte("1e999"), new([]byte)); ok {
		t.Error("an infinite number has a name")
	}
}

func TestNonFinite(t *testing.T) {
	for s, want := range map[string]float64{
		"Infinity": math.Inf(1), "-Infinity": math.Inf(-1), "+Infinity": math.Inf(1), "INF": math.Inf(1), "-inf": math.Inf(-1),
	} {
		if got, ok := nonFinite([]byte(s)); !ok || got != want {
			t.Errorf("nonFinite(%q) = %v, %v; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"NaN", "nan", "NAN", "-nan"} {
		if got, ok := nonFinite([]byte(s)); !ok || !math.IsNaN(got) {
			t.Errorf("nonFinite(%q) = %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "na", "nana", "info", "--inf", "infinites", "-Infinityy", "n/a", "1", "\x0e\x01\x0e"} {
		if got, ok := nonFinite([]byte(s)); ok {
			t.Errorf("nonFinite(%q) = %v, want none", s, got)
		}
	}
}
