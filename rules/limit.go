package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors"
)

// Limit is a number, or an expression relative to the baseline or to the measurement's own threshold:
//
//	0.7                          a number
//	baseline - 0.10              ten points under the baseline's value of the same measure
//	2 * baseline                 twice the baseline's value
//	baseline - 3*tolerance       see tolerance in measure.go
//	max(0.2, threshold)          the measurement's own threshold, but at least 0.2
//
// Its value is max(AtLeast, Base·Factor + Tolerances·tolerance + Offset). The zero value is no limit.
type Limit struct {
	Set        bool
	Base       Base
	Factor     float64
	Offset     float64
	Tolerances float64
	AtLeast    *float64
	written    string
}

// Base is what a Limit is relative to.
type Base uint8

// The bases of a limit.
const (
	Absolute Base = iota
	Baseline
	Threshold
)

// maxLimitLength bounds what ParseLimit reads: the longest sensible limit has 40 characters.
const maxLimitLength = 200

// ParseLimit reads a limit as users write it. The error names the allowed forms.
func ParseLimit(text string) (Limit, error) {
	limit, err := parseLimit(text)
	if err != nil {
		shown := text
		if len(shown) > maxLimitLength {
			shown = shown[:maxLimitLength] + "…"
		}
		return Limit{}, fmt.Errorf("%q is no limit: %w: write a number, baseline, baseline - 0.1, 2 * baseline, "+
			"baseline - 3*tolerance, threshold or max(0.2, threshold)", shown, err)
	}
	limit.Set, limit.written = true, strings.TrimSpace(text)
	return limit, nil
}

// MustLimit is ParseLimit for limits that stand in code; it panics on one that is wrong.
func MustLimit(text string) Limit {
	limit, err := ParseLimit(text)
	if err != nil {
		panic(err)
	}
	return limit
}

// UnmarshalText reads what users write.
func (l *Limit) UnmarshalText(text []byte) error {
	limit, err := ParseLimit(string(text))
	if err == nil {
		*l = limit
	}
	return err
}

// MarshalText gives the limit back as it was written.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.written), nil }

// String returns the limit as it was written, empty for none.
func (l Limit) String() string { return l.written }

// Of returns the limit's value for one measurement. Where the measurement lacks what the limit is relative to, reason
// says so in words; in max(…) the part that lacks it is left out instead, so that max(0.05, 5 * baseline) is 0.05 for a
// baseline that knows no such number.
func (l Limit) Of(m *detectors.Measurement) (value float64, reason string) {
	value, reason = l.relative(m)
	if l.AtLeast != nil {
		if reason != "" {
			return *l.AtLeast, ""
		}
		value = max(value, *l.AtLeast)
	}
	if reason == "" && !finite(value) {
		return 0, "the limit is not a finite number"
	}
	return value, reason
}

func (l Limit) relative(m *detectors.Measurement) (value float64, reason string) {
	switch {
	case l.Base == Baseline && !known(m.Baseline):
		return 0, "the baseline has no " + m.Name
	case l.Base == Threshold && !known(m.Threshold):
		return 0, "the measurement has no threshold of its own"
	case l.Base == Baseline:
		return l.Factor**m.Baseline + l.Tolerances*tolerance(m.Name, *m.Baseline) + l.Offset, ""
	case l.Base == Threshold:
		return l.Factor**m.Threshold + l.Offset, ""
	}
	return l.Offset, ""
}

// inside tells whether l is nearer to the good side than other, and whether the two can be compared at all without a
// measurement: only limits with the same base and factor can.
func (l Limit) inside(other Limit, below bool) (inside, comparable bool) {
	if l.Base != other.Base || l.Factor != other.Factor || l.Tolerances != other.Tolerances ||
		l.AtLeast != nil || other.AtLeast != nil {
		return false, false
	}
	if below {
		return l.Offset >= other.Offset, true
	}
	return l.Offset <= other.Offset, true
}

func known(number *float64) bool { return number != nil && finite(*number) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// The grammar, without parentheses but those of max, so that parsing needs no recursion:
//
//	limit   = sum | "max(" sum "," sum ")"
//	sum     = [ "-" ] product { ( "+" | "-" ) product }
//	product = factor { "*" factor }
//	factor  = number | "baseline" | "threshold" | "tolerance"
func parseLimit(text string) (Limit, error) {
	if len(text) > maxLimitLength {
		return Limit{}, fmt.Errorf("longer than %d characters", maxLimitLength)
	}
	text = strings.TrimSpace(text)
	inner, isMax := strings.CutPrefix(text, "max(")
	if !isMax {
		s, err := parseSum(text)
		if err != nil {
			return Limit{}, err
		}
		return s.limit()
	}
	inner, closed := strings.CutSuffix(inner, ")")
	left, right, both := strings.Cut(inner, ",")
	if !closed || !both {
		return Limit{}, fmt.Errorf("max takes two parts in parentheses")
	}
	a, err := parseSum(left)
	if err != nil {
		return Limit{}, err
	}
	b, err := parseSum(right)
	if err != nil {
		return Limit{}, err
	}
	if b.isNumber() {
		a, b = b, a
	}
	if !a.isNumber() || b.isNumber() {
		return Limit{}, fmt.Errorf("one part of max is a number, the other names baseline or threshold")
	}
	limit, err := b.limit()
	limit.AtLeast = &a[one]
	return limit, err
}

// sum is a parsed sum: the factor of each name, and of 1.
type sum [4]float64

const (
	one = iota
	baselineName
	thresholdName
	toleranceName
)

var limitNames = map[string]int{"baseline": baselineName, "threshold": thresholdName, "tolerance": toleranceName}

func (s sum) isNumber() bool { return s == sum{one: s[one]} }

// limit checks that the names of a sum go together.
func (s sum) limit() (Limit, error) {
	limit := Limit{Offset: s[one], Tolerances: s[toleranceName]}
	switch {
	case s[baselineName] != 0 && s[thresholdName] != 0:
		return Limit{}, fmt.Errorf("baseline and threshold do not go together")
	case s[toleranceName] != 0 && s[baselineName] == 0:
		return Limit{}, fmt.Errorf("tolerance needs baseline beside it")
	case s[baselineName] != 0:
		limit.Base, limit.Factor = Baseline, s[baselineName]
	case s[thresholdName] != 0:
		limit.Base, limit.Factor = Threshold, s[thresholdName]
	}
	return limit, nil
}

func parseSum(text string) (sum, error) {
	var total sum
	rest, sign := strings.TrimSpace(text), 1.0
	if after, negative := strings.CutPrefix(rest, "-"); negative {
		rest, sign = after, -1
	}
	for {
		product, after, err := parseProduct(rest)
		if err != nil {
			return sum{}, err
		}
		for i := range total {
			total[i] += sign * product[i]
			if !finite(total[i]) {
				return sum{}, fmt.Errorf("the number is too large")
			}
		}
		switch {
		case after == "":
			return total, nil
		case after[0] == '+':
			rest, sign = after[1:], 1
		case after[0] == '-':
			rest, sign = after[1:], -1
		default:
			return sum{}, fmt.Errorf("unexpected %q", after)
		}
	}
}

func parseProduct(text string) (product sum, rest string, err error) {
	product, rest, err = parseFactor(text)
	for err == nil && strings.HasPrefix(rest, "*") {
		var factor sum
		if factor, rest, err = parseFactor(rest[1:]); err != nil {
			break
		}
		switch {
		case factor.isNumber():
			product = product.times(factor[one])
		case product.isNumber():
			product = factor.times(product[one])
		default:
			err = fmt.Errorf("two names cannot be multiplied")
		}
	}
	return product, rest, err
}

func (s sum) times(number float64) sum {
	for i := range s {
		s[i] *= number
	}
	return s
}

func parseFactor(text string) (factor sum, rest string, err error) {
	text = strings.TrimLeft(text, " ")
	end := 0
	for end < len(text) && isWordByte(text[end]) {
		end++
		if end < len(text) && (text[end] == '-' || text[end] == '+') && isExponent(text[:end]) {
			end++
		}
	}
	word, rest := text[:end], strings.TrimLeft(text[end:], " ")
	if i, ok := limitNames[word]; ok {
		factor[i] = 1
		return factor, rest, nil
	}
	if word == "" {
		return sum{}, "", fmt.Errorf("a number or a name is missing")
	}
	number, err := strconv.ParseFloat(word, 64)
	if err != nil || !finite(number) || word[0] > '9' || strings.ContainsAny(word, "_xX") {
		return sum{}, "", fmt.Errorf("unknown word %q", word)
	}
	return sum{one: number}, rest, nil
}

// isExponent tells whether a number so far ends in e, after which a sign belongs to it: 1e-3.
func isExponent(word string) bool {
	mantissa, isE := strings.CutSuffix(strings.ToLower(word), "e")
	_, err := strconv.ParseFloat(mantissa, 64)
	return isE && err == nil
}

func isWordByte(c byte) bool {
	return c == '.' || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
