package web

import (
	"html/template"
	"math"
	"strconv"
	"time"

	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

var formats = template.FuncMap{
	"moment": moment, "clock": clock, "span": span, "count": count, "bytes": size, "number": number, "mark": mark,
}

// moment prints event time, an en dash for one that does not exist.
func moment(m sinks.Moment) string {
	if m.IsZero() {
		return "–"
	}
	return m.Time().Format("2006-01-02 15:04")
}

// clock prints wall time.
func clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// span prints seconds in the two largest units that say something.
func span(seconds sinks.Number) string {
	s := float64(seconds)
	switch {
	case seconds.IsZero():
		return "–"
	case s < 0:
		return "0 s"
	case s < 60:
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	case s < 3600:
		return strconv.FormatFloat(math.Floor(s/60), 'f', 0, 64) + " min"
	case s < 86400:
		return two(s, 3600, "h", 60, "min")
	}
	return two(s, 86400, "d", 3600, "h")
}

func two(s, large float64, largeUnit string, small float64, smallUnit string) string {
	text := strconv.FormatFloat(math.Floor(s/large), 'f', 0, 64) + " " + largeUnit
	if rest := math.Floor(math.Mod(s, large) / small); rest > 0 {
		text += " " + strconv.FormatFloat(rest, 'f', 0, 64) + " " + smallUnit
	}
	return text
}

// count prints a whole number in groups of three, held together by narrow no-break spaces.
func count(n any) string {
	var digits string
	switch n := n.(type) {
	case uint64:
		digits = strconv.FormatUint(n, 10)
	case int64:
		digits = strconv.FormatInt(n, 10)
	case int:
		digits = strconv.Itoa(n)
	}
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202F" + digits[i:]
	}
	return digits
}

func size(n int64) string {
	units, value := []string{"B", "KiB", "MiB", "GiB"}, float64(n)
	unit := 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	return strconv.FormatFloat(value, 'f', min(unit, 1), 64) + " " + units[unit]
}

// number prints three decimals where they say something, four digits of what is large or small.
func number(x sinks.Number) string {
	v := float64(x)
	switch abs := math.Abs(v); {
	case x.IsZero():
		return "–"
	case abs == 0 || abs >= 0.001 && abs < 1000:
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// mark is a state's shape, so that colour is not the only sign.
func mark(state rules.State) string {
	switch state {
	case rules.Firing:
		return "▲"
	case rules.Pending:
		return "◆"
	case rules.OK:
		return "●"
	case rules.Insufficient:
		return "○"
	}
	return "○"
}
