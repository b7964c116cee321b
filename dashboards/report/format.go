package report

import (
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

var formats = template.FuncMap{"clip": clip, "scores": scores, "prose": prose, "plain": plain}

// scores is what the template of that name takes.
func scores(rows []score, chunked bool) scoreTable { return scoreTable{rows, chunked} }

// figure prints a number with as many digits as a person reads; a dash for what is no number.
func figure(x float64) string {
	switch size := math.Abs(x); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "–"
	case size >= 1e7 || size > 0 && size < 5e-4:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case size >= 1000:
		return grouped(strconv.FormatFloat(x, 'f', 0, 64))
	case size >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// short prints a tick of an axis, or a value, with at most five digits that count and none that say nothing.
func short(x float64) string {
	if x == 0 {
		return "0"
	}
	if size := math.Abs(x); size >= 1e6 || size < 1e-4 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(x, 'f', max(0, 4-int(math.Floor(math.Log10(math.Abs(x))))), 64)
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	if math.Abs(x) < 1e4 {
		return digits
	}
	whole, decimals, _ := strings.Cut(digits, ".")
	return grouped(whole) + strings.TrimSuffix("."+decimals, ".")
}

func count[T int | int64 | uint64](n T) string { return grouped(strconv.FormatInt(int64(n), 10)) }

// grouped sets digits in threes, held together by narrow no-break spaces.
func grouped(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202F" + digits[i:]
	}
	return digits
}

// percent prints a share; never 0 % for something, nor 100 % for not all.
func percent(share float64) string {
	switch p := 100 * share; {
	case math.IsNaN(p) || math.IsInf(p, 0):
		return "–"
	case p > 0 && p < 0.05:
		return "< 0.1 %"
	case p < 100 && p > 99.95:
		return "> 99.9 %"
	case p == 0 || p == 100 || p >= 10 && p < 99:
		return strconv.FormatFloat(p, 'f', 0, 64) + " %"
	default:
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
}

// chance prints a p-value: below one in ten thousand its size says no more.
func chance(p *float64) string {
	switch {
	case p == nil:
		return ""
	case *p < 1e-4:
		return "< 0.0001"
	}
	return strconv.FormatFloat(*p, 'f', 4, 64)
}

// within prints bounds; empty without.
func within(lower, upper *float64) string {
	if lower == nil || upper == nil {
		return ""
	}
	return figure(*lower) + " – " + figure(*upper)
}

func optional(x *float64) string {
	if x == nil {
		return ""
	}
	return figure(*x)
}

// plural puts a number before a noun.
func plural[T int | uint64](n T, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// moment shortens RFC 3339 to what a person reads: a date if it is midnight, else to the minute.
func moment(rfc string) string {
	if day, ok := strings.CutSuffix(rfc, "T00:00:00Z"); ok {
		return day
	}
	day, clock, ok := strings.Cut(rfc, "T")
	if !ok || len(clock) < 5 {
		return rfc
	}
	return day + " " + clock[:5]
}

// clip shortens a name to at most length characters.
func clip(length int, name string) string {
	if utf8.RuneCountInString(name) <= length {
		return name
	}
	return string([]rune(name)[:length-1]) + "…"
}

// listing joins names as a sentence does, those beyond the third as a number.
func listing(names []string) string {
	const most = 3
	for i := range names {
		names[i] = clip(40, names[i])
	}
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return names[0]
	case n <= most:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return strings.Join(names[:most], ", ") + " and " + count(n-most) + " more"
	}
}
