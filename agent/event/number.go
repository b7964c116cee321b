package event

import (
	"math"
	"strconv"
)

// powersOfTen holds those that a float64 represents exactly.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// decimal is a number literal taken apart: ±digits × 10^exponent. It is not exact if it has more than 19 digits.
type decimal struct {
	negative bool
	digits   uint64
	exponent int
	exact    bool
}

// parseDecimal reads a literal that has passed isNumber or the scanner.
func parseDecimal(literal []byte) decimal {
	d := decimal{exact: true}
	i := 0
	if literal[0] == '-' {
		d.negative, i = true, 1
	}
	point := false
	for ; i < len(literal); i++ {
		c := literal[i]
		if c == '.' {
			point = true
			continue
		}
		if c-'0' > 9 {
			break
		}
		if d.digits >= 1e18 {
			d.exact = false
			return d
		}
		d.digits = d.digits*10 + uint64(c-'0')
		if point {
			d.exponent--
		}
	}
	if i < len(literal) {
		exponent, err := strconv.Atoi(string(literal[i+1:]))
		if err != nil || exponent > 1e6 || exponent < -1e6 {
			d.exact = false
			return d
		}
		d.exponent += exponent
	}
	return d
}

// parseNumber returns the float64 nearest to a JSON number; beyond the largest it is ±Inf.
//
// A mantissa below 2^53 and a power of ten up to 22 are both exact, so that one multiplication or division rounds
// correctly (Clinger 1990, the fast path of strconv too). Everything else is left to strconv.
func parseNumber(literal []byte) float64 {
	d := parseDecimal(literal)
	if d.exact && d.digits < 1<<53 && d.exponent >= -22 && d.exponent <= 22 {
		x := float64(d.digits)
		if d.exponent < 0 {
			x /= powersOfTen[-d.exponent]
		} else {
			x *= powersOfTen[d.exponent]
		}
		if d.negative {
			x = -x
		}
		return x
	}
	x, _ := strconv.ParseFloat(string(literal), 64) // of the errors only overflow is left, and its value is ±Inf
	return x
}

// isNumber tells whether all of s is a JSON number.
func isNumber(s []byte) bool {
	return numberEnd(s, 0) == len(s)
}

// numberEnd returns the position behind the number that begins at pos, -1 if none does. The grammar is RFC 8259's:
// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func numberEnd(data []byte, pos int) int {
	if at(data, pos) == '-' {
		pos++
	}
	whole := pos
	pos = skipDigits(data, pos)
	if pos == whole || data[whole] == '0' && pos > whole+1 {
		return -1
	}
	if at(data, pos) == '.' {
		fraction := pos + 1
		if pos = skipDigits(data, fraction); pos == fraction {
			return -1
		}
	}
	if at(data, pos)|0x20 == 'e' {
		pos++
		if c := at(data, pos); c == '+' || c == '-' {
			pos++
		}
		exponent := pos
		if pos = skipDigits(data, exponent); pos == exponent {
			return -1
		}
	}
	return pos
}

// nonFinite reads the spellings of NaN and the infinities that producers put into strings because JSON has no literals
// for them: NaN, Infinity and inf, in any case, with a sign.
func nonFinite(s []byte) (float64, bool) {
	if len(s) < 3 || len(s) > len("-Infinity") {
		return 0, false
	}
	sign := 1
	word := s
	switch s[0] {
	case '-':
		sign, word = -1, s[1:]
	case '+':
		word = s[1:]
	}
	switch {
	case equalFold(word, "nan"):
		return math.NaN(), true
	case equalFold(word, "inf"), equalFold(word, "infinity"):
		return math.Inf(sign), true
	}
	return 0, false
}

// equalFold compares with a word of lower-case ASCII letters.
func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, c := range s {
		if c|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// canonical returns a number as a name: whole numbers without a point ("1" for 1, 1.0 and 1e0; "0" for -0), others in
// the shortest form that reads back. Digits of an integer literal are kept however many there are, because ids of 20
// digits exist and a float64 would merge them. An infinite number has no name.
func canonical(literal []byte, arena *[]byte) ([]byte, bool) {
	x := parseNumber(literal)
	start := len(*arena)
	switch {
	case math.IsInf(x, 0):
		return nil, false
	case x != 0 && isInteger(literal):
		return literal, true
	case math.Abs(x) < 1e21:
		*arena = strconv.AppendFloat(*arena, x+0, 'f', -1, 64) // + 0 turns -0 into 0
	default:
		*arena = strconv.AppendFloat(*arena, x, 'e', -1, 64)
	}
	return (*arena)[start:len(*arena):len(*arena)], true
}

// isInteger tells whether a number literal has neither point nor exponent.
func isInteger(literal []byte) bool {
	for _, c := range literal[1:] {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}
