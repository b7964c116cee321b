package faults

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// longest is how many characters of a name or value are shown.
const longest = 32

// Quote returns a column's name or a value as it is shown to people: between back quotes, on one line, and cut after 32
// characters.
func Quote(s string) string { return "`" + shown(s) + "`" }

// shown drops what would break a line or a quotation, and cuts.
func shown(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == longest-1 && utf8.RuneCountInString(s) > longest {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) || r == '`' {
			r = '·'
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// Portion says a share of rows in words or percent: "all", "about half of the", "3.5 % of the".
func Portion(share float64) string {
	switch {
	case share >= 0.9995:
		return "all"
	case share >= 0.97:
		return "nearly all"
	}
	return Percent(share) + " of the"
}

// Percent writes a share as a percentage with two digits or so: "33 %", "1.4 %", "0.03 %".
func Percent(share float64) string {
	p := 100 * share
	switch {
	case !(p > 0):
		return "0 %"
	case math.IsInf(p, 1):
		return "?"
	case p >= 10 || p > 9.95:
		return strconv.FormatFloat(p, 'f', 0, 64) + " %"
	case p < 0.001:
		return "less than 0.001 %"
	}
	return strconv.FormatFloat(p, 'g', 2, 64) + " %"
}

// Figure writes a number with three or so digits, as people would.
func Figure(x float64) string {
	switch a := math.Abs(x); {
	case !profile.Finite(x):
		return "?"
	case x == math.Trunc(x) && a < 1e7:
		return strconv.FormatFloat(x+0, 'f', 0, 64)
	case a >= 1000 && a < 1e7:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case a >= 1e7 || a < 1e-4:
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	return trimZeros(strconv.FormatFloat(x, 'f', max(0, 2-int(math.Floor(math.Log10(math.Abs(x))))), 64))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// powerWords are the names of powers of ten.
var powerWords = map[int]string{1: "ten", 2: "a hundred", 3: "a thousand", 4: "ten thousand", 5: "a hundred thousand", 6: "a million", 9: "a billion"}

// times says a power of ten as a comparison: "a thousand times larger".
func times(power int) string {
	direction := "larger"
	if power < 0 {
		power, direction = -power, "smaller"
	}
	if word, ok := powerWords[power]; ok {
		return word + " times " + direction
	}
	return fmt.Sprintf("10^%d times %s", power, direction)
}
