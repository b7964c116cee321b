package sequential

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Parameter describes one parameter of a detector.
type Parameter struct {
	Name    string
	Aliases []string // what other libraries call it
	Meaning string   // one line, without a full stop
	// Default is an int, a float64, a bool, a string, or nil where there is no value unless one is given.
	Default any
	// Allowed is the range of its values, for people: "(0, 1]", "1, 2, …", "up, down, both".
	Allowed string
}

// Setting is a parameter's value in force: an int, a float64, a bool, a string or a []float64.
type Setting struct {
	Name  string
	Value any
}

// parameter binds a name to a field of a detector: a pointer to an int, float64, bool, string or []float64, or to a pointer
// to an int or float64, which is nil for no value.
type parameter struct {
	name    string
	aliases []string
	meaning string
	field   any
	allowed span     // of numbers
	words   []string // of strings
}

// span is an interval of numbers.
type span struct {
	low, high         float64
	openLow, openHigh bool
}

func (s span) has(x float64) bool {
	return (x > s.low || x == s.low && !s.openLow) && (x < s.high || x == s.high && !s.openHigh)
}

func (s span) String() string {
	left, right := "[", "]"
	if s.openLow {
		left = "("
	}
	if s.openHigh {
		right = ")"
	}
	return left + bound(s.low) + ", " + bound(s.high) + right
}

func bound(x float64) string {
	switch {
	case math.IsInf(x, -1):
		return "-∞"
	case math.IsInf(x, 1):
		return "∞"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// The usual ranges.
var (
	anyNumber    = span{math.Inf(-1), math.Inf(1), true, true}
	aboveZero    = span{0, math.Inf(1), true, true}
	zeroOrMore   = span{0, math.Inf(1), false, true}
	share        = span{low: 0, high: 1}
	properShare  = span{0, 1, true, true}
	chance       = span{low: 0, high: 1, openLow: true}
	modes        = []string{"up", "down", "both"}
	countFrom0   = span{low: 0, high: maxCount}
	countFrom1   = span{low: 1, high: maxCount}
	windowLength = span{low: 1, high: maxWindow}
)

const (
	// maxCount bounds numbers of values.
	maxCount = 1 << 30
	// maxWindow bounds what a detector keeps, in values: 8 MiB.
	maxWindow = 1 << 20
)

// value returns what is in force; false if there is no value.
func (p *parameter) value() (any, bool) {
	switch f := p.field.(type) {
	case *int:
		return *f, true
	case *float64:
		return *f, true
	case *bool:
		return *f, true
	case *string:
		return *f, true
	case *[]float64:
		return slices.Clone(*f), *f != nil
	case **int:
		if *f != nil {
			return **f, true
		}
	case **float64:
		if *f != nil {
			return **f, true
		}
	}
	return nil, false
}

// set reads a value from text. "none" takes the value away from a parameter that need not have one.
func (p *parameter) set(text string) (err error) {
	text = strings.TrimSpace(text)
	switch f := p.field.(type) {
	case *int:
		*f, err = p.whole(text)
	case *float64:
		*f, err = p.number(text)
	case *bool:
		*f, err = strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return fmt.Errorf("%s: %q is neither true nor false", p.name, text)
		}
	case *string:
		if !slices.Contains(p.words, text) {
			return fmt.Errorf("%s: %q is none of %s", p.name, text, strings.Join(p.words, ", "))
		}
		*f = text
	case *[]float64:
		*f = nil
		for part := range strings.SplitSeq(text, ",") {
			x, err := p.number(strings.TrimSpace(part))
			if err != nil {
				return err
			}
			*f = append(*f, x)
		}
	case **int:
		if *f = nil; !absent(text) {
			var n int
			n, err = p.whole(text)
			*f = &n
		}
	case **float64:
		if *f = nil; !absent(text) {
			var x float64
			x, err = p.number(text)
			*f = &x
		}
	}
	return err
}

func absent(text string) bool { return strings.EqualFold(text, "none") || text == "" }

func (p *parameter) number(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%s: %q is no number", p.name, text)
	}
	if !p.allowed.has(x) {
		return 0, fmt.Errorf("%s: %s is outside %s", p.name, text, p.allowed)
	}
	return x, nil
}

func (p *parameter) whole(text string) (int, error) {
	x, err := p.number(text)
	if err == nil && x != math.Trunc(x) {
		return 0, fmt.Errorf("%s: %s is no whole number", p.name, text)
	}
	return int(x), err
}

// public describes the parameter.
func (p *parameter) public() Parameter {
	described := Parameter{Name: p.name, Aliases: p.aliases, Meaning: p.meaning, Allowed: p.allowed.String()}
	described.Default, _ = p.value()
	switch p.field.(type) {
	case *bool:
		described.Allowed = "true, false"
	case *string:
		described.Allowed = strings.Join(p.words, ", ")
	case *int, **int:
		described.Allowed = fmt.Sprintf("%s, %s, …", bound(p.allowed.low), bound(p.allowed.low+1))
	}
	return described
}
