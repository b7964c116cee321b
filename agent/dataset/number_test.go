package dataset

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sameAsParseNumber holds the fast reading of a number to the general one, bit by bit.
func sameAsParseNumber(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, cell string,
) {
	t.Helper()
	x, plain, ok := parseDecimal([]byte(cell))
	if !ok {
		return
	}
	want, wantPlain, wantOK := parseNumber(cell)
	if !wantOK || math.Float64bits(x) != math.Float64bits(want) || plain != wantPlain {
		t.Fatalf("%q: got %v, plain %t, want %v, plain %t, %t", cell, x, plain, want, wantPlain, wantOK)
	}
}

func TestDecimals(t *testing.T) {
	for _, cell := range []string{
		"0", "-0", "+0", "00", "0.0", "-0.00", "1", "-1", "01", "00.5", ".5", "5.", "-.5", "9007199254740991", "9007199254740992",
		"9007199254740993", "9007199254740995", "0.3", "0.1234567890123456789"[:20], "1234567890123456789", "9999999999999999999", "99999999.99999999",
		"4503599627370496.5", "4503599627370497.5", "45035996273704985", "0.0000000000000000001"[:20], "18014398509481985", "18014398509481983",
	} {
		if _, _, ok := parseDecimal([]byte(cell)); !ok {
			t.Errorf("%q is left to the general form", cell)
		}
		sameAsParseNumber(t, cell)
	}
	for _, cell := range []string{"", "-", ".", "+.", "1e5", "1 ", " 1", "--1", "1.2.3", "1,5", "0x1", "1_0", "inf", "12345678901234567890", "1234567a", "12345678:"} {
		if x, _, ok := parseDecimal([]byte(cell)); ok {
			t.Errorf("%q is read as %v", cell, x)
		}
	}
}

func TestRandomDecimalsEqualStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Halfway cases among them: a float64, and the middle between it and the next one, cut to few digits.
		digits := strconv.FormatUint(rapid.Uint64().Draw(t, "digits"), 10)
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			x := rapid.Float64Range(1e-3, 1e15).Draw(t, "x")
			digits = strconv.FormatFloat(x, 'f', rapid.IntRange(0, 17).Draw(t, "places"), 64)
		case 1:
			digits = strconv.FormatUint(1<<53+2*rapid.Uint64Range(0, 1<<53).Draw(t, "middle")+1, 10)
		}
		digits = strings.Replace(digits, ".", "", 1)
		digits = digits[:min(len(digits), 20)]
		point := rapid.IntRange(0, len(digits)).Draw(t, "point")
		sameAsParseNumber(t, rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign")+digits[:point]+"."+digits[point:])
		sameAsParseNumber(t, digits)
		sameAsParseNumber(t, rapid.StringMatching(`[-+]?[0-9.e]{0,21}`).Draw(t, "any"))
	})
}

// TestManyDecimals is for what is rare: one in a thousand quotients ends so that only its remainder tells which way to
// round.
func TestManyDecimals(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		digits := strconv.FormatUint(r.Uint64()>>r.IntN(12), 10)
		digits = digits[:min(len(digits), mostDigits)]
		point := r.IntN(len(digits))
		sameAsParseNumber(t, digits[:point]+"."+digits[point:])
	}
}

func BenchmarkDecimal(b *testing.B) {
	for _, cell := range []string{"13", "20.85", "0.345584192064786", "203.65209970827155"} {
		text := []byte(cell)
		b.Run(cell, func(b *testing.B) {
			for b.Loop() {
				_, _, _ = parseDecimal(text)
			}
		})
		b.Run(cell+"/strconv", func(b *testing.B) {
			for b.Loop() {
				_, _, _ = parseNumber(string(text))
			}
		})
	}
}
