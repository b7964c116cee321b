package dataset

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// mostDigits is how many digits always fit into a uint64.
const mostDigits = 19

// powersOfTen holds those that fit into a uint64.
var powersOfTen = [mostDigits + 1]uint64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// parseDecimal reads what nearly every number in a table looks like, [+-]digits[.digits] of up to 19 digits, and
// rounds it as strconv.ParseFloat does, several times as fast. It is plain as parseNumber has it. False is no verdict:
// the cell may still be a number in another form.
func parseDecimal(cell []byte) (x float64, plain, ok bool) {
	digits := cell
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	mantissa, n := leadingDigits(digits, 0)
	whole, places := n, 0
	if n < len(digits) && digits[n] == '.' {
		mantissa, places = leadingDigits(digits[n+1:], mantissa)
		n += 1 + places
	}
	if n < len(digits) || whole+places == 0 || whole+places > mostDigits {
		return 0, false, false
	}
	x = quotient(mantissa, places)
	if cell[0] == '-' {
		x = -x
	}
	padded := whole > 1 && digits[0] == '0'
	return x, !padded && math.Abs(x) < 1<<53, true
}

// leadingDigits reads the decimal digits with which s begins behind those of value. More than nineteen in all overflow.
func leadingDigits(s []byte, value uint64) (_ uint64, n int) {
	for len(s)-n >= 8 {
		eight, ok := eightDigits(binary.LittleEndian.Uint64(s[n:]))
		if !ok {
			break
		}
		value, n = value*1e8+eight, n+8
	}
	for n < len(s) && s[n]-'0' <= 9 {
		value, n = value*10+uint64(s[n]-'0'), n+1
	}
	return value, n
}

// eightDigits reads eight ASCII digits, the first in the lowest byte, in three multiplications: pairs of neighbours are
// joined to two, four and eight digits; false if one of them is no digit. (The method is J. Mulder's and D. Lemire's.)
func eightDigits(chunk uint64) (uint64, bool) {
	if (chunk&0xf0f0f0f0f0f0f0f0)|((chunk+0x0606060606060606)&0xf0f0f0f0f0f0f0f0)>>4 != 0x3333333333333333 {
		return 0, false
	}
	chunk &= 0x0f0f0f0f0f0f0f0f
	chunk = chunk*10 + chunk>>8
	const mask = 0x000000ff000000ff
	return uint64(uint32(((chunk&mask)*(100+1000000<<32) + (chunk>>16&mask)*(1+10000<<32)) >> 32)), true
}

// quotient returns the float64 nearest to mantissa / 10^places, ties to even, for up to nineteen places.
//
// Up to 2^53 and 10^22 both are exact, so that one division rounds correctly (W. Clinger 1990). Beyond that the quotient
// is taken to 63 bits, a bit for the remainder is put under them, and the conversion to float64 rounds once.
func quotient(mantissa uint64, places int) float64 {
	divisor := powersOfTen[places]
	switch {
	case mantissa < 1<<53:
		return float64(int64(mantissa)) / float64(divisor) // a signed number is converted in one instruction
	case places == 0:
		return float64(mantissa)
	}
	up, by := bits.LeadingZeros64(mantissa), bits.LeadingZeros64(divisor)
	mantissa, divisor = mantissa<<up, divisor<<by // both now in [2^63, 2^64)
	q, remainder := bits.Div64(mantissa>>1, mantissa<<63, divisor)
	if remainder != 0 {
		q |= 1
	}
	scale := math.Float64frombits(uint64(1023-63-up+by) << 52) // #nosec G115 -- between 2^-84 and 2^-3
	return float64(q) * scale
}
