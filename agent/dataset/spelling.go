package dataset

import (
	"math"
	"strconv"
	"strings"
)

// isMissing tells whether a cell of a table holds no value: it is empty, or one of the spellings that pandas.read_csv
// reads as missing by default (pandas 3, na_values). A category that happens to be called so is lost, as it is there.
func isMissing(s string) bool {
	switch s {
	case "", "NaN", "nan", "-NaN", "-nan", "NA", "<NA>", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA",
		"NULL", "null", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN":
		return true
	}
	return false
}

// parseNumber reads a decimal number or an infinity, with spaces around it. It is plain if the value says all: not if
// there are zeros in front, as in a postal code, or more digits than a float64 tells apart, as in an account number.
// What is beyond float64 is infinite.
func parseNumber(s string) (x float64, plain, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s, "xX_pP") { // Go's hexadecimal and grouped literals
		return 0, false, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, false, false
	}
	digits := strings.TrimLeft(s, "+-")
	zeros := len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
	return x, !zeros && (math.Abs(x) < 1<<53 || math.IsInf(x, 0)), true
}

// beginsWord tells whether a cell begins as no number does: with a letter, except that of infinity.
func beginsWord(cell []byte) bool {
	first := cell[0] | 0x20
	return first >= 'a' && first <= 'z' && first != 'i'
}

// parseTruth reads a boolean.
func parseTruth(s string) (yes, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

// className returns the text by which a class is known, wherever it was read: whole numbers have no point ("1" for
// 1.0), booleans are "true" and "false", everything else stays as it is.
func className(s string) []byte {
	if yes, ok := parseTruth(s); ok {
		return strconv.AppendBool(nil, yes)
	}
	if x, plain, ok := parseNumber(s); ok && plain && !math.IsInf(x, 0) {
		return strconv.AppendFloat(nil, x+0, 'f', -1, 64)
	}
	return []byte(s)
}

// asNumber returns a label as a number: 1 and 0 for booleans, NaN if it is none.
func asNumber(s string) float64 {
	if yes, ok := parseTruth(s); ok {
		if yes {
			return 1
		}
		return 0
	}
	if x, _, ok := parseNumber(s); ok {
		return x
	}
	return math.NaN()
}
