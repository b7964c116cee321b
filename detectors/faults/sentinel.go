package faults

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
)

// sentinels are numbers that programs write for "no value".
var sentinels = []float64{0, -1, -9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, 999999999, -2147483648, 2147483647}

// leastCode is the size from which a sentinel outside the range is nothing but a code, whatever the column does otherwise: 0 and
// −1 may be what a quiet sensor says for hours.
const leastCode = 99

// missingWords are texts that mean "no value", in lower case and without spaces around.
var missingWords = []string{
	"", "-", "--", "?", "n/a", "na", "nan", "nil", "none", "null", "(null)", "missing", "unknown", "undefined", "unspecified",
	"not available", "not set", "#n/a", "#ref!", "#value!", "inf", "error",
}

func meansMissing(text string) bool {
	return slices.Contains(missingWords, strings.ToLower(strings.TrimSpace(text)))
}

// textIsMissing tells whether most of some texts mean "no value".
func textIsMissing(counts map[string]uint64) bool {
	var missing, all uint64
	for text, n := range counts {
		all += n
		if meansMissing(text) {
			missing += n
		}
	}
	return 10*missing > 9*all
}

// numericSentinel sees a number of the list heaped outside the reference's range, all alone on that side: −999 in a column
// of prices, 0 in one that is never 0.
func numericSentinel(ref, cur *Column, o Options) *Finding {
	if len(ref.Numbers) == 0 || len(cur.Numbers) == 0 {
		return nil
	}
	low, high := ref.Numbers[0], ref.Numbers[len(ref.Numbers)-1]
	for _, v := range sentinels {
		if v >= low && v <= high {
			continue
		}
		n := countOf(cur.Numbers, v)
		beyond := uint64(sort.SearchFloat64s(cur.Numbers, low))
		if v > high {
			beyond = uint64(len(cur.Numbers) - above(cur.Numbers, high))
		}
		least := rateTolerance
		if near(ref.Numbers, v) {
			least = 5 * rateTolerance // it could be a value like any other
		}
		plain := math.Abs(v) >= leastCode && !near(ref.Numbers, v)
		if 4*(beyond-n) > n || !surge(n, cur.Rows, 0, ref.Rows, least, o) || !plain && ref.usual(share(n, cur.Rows), cur.Rows) {
			continue
		}
		return &Finding{
			Kind: Sentinel, Share: share(n, cur.Rows),
			Clause: fmt.Sprintf("is %s, which seems to stand for a missing value,", Figure(v)),
			Detail: fmt.Sprintf("before it was between %s and %s", Figure(low), Figure(high)),
			hit:    func(x Value) bool { return x.IsNumber && x.Number == v },
		}
	}
	return nil
}

// numericCode is numericSentinel for codes alone: −999 in all rows is rather that than stuck.
func numericCode(ref, cur *Column, o Options) *Finding {
	if len(cur.Numbers) == 0 || cur.Numbers[0] != cur.Numbers[len(cur.Numbers)-1] || math.Abs(cur.Numbers[0]) < leastCode {
		return nil
	}
	return numericSentinel(ref, cur, o)
}

// near tells whether a value outside a sample's range lies at its edge: nearer than a quarter of its interquartile range.
func near(sample ascending, v float64) bool {
	apart := max(sample[0]-v, v-sample[len(sample)-1])
	return apart < (sample.quantile(0.75)-sample.quantile(0.25))/4
}

// textSentinel sees a text that means "no value" in many more rows than before.
func textSentinel(ref, cur *Column, o Options) *Finding {
	counts, known := cur.Categories, ref.Categories
	if len(cur.Aliens) > 0 {
		counts, known = cur.Aliens, ref.Aliens
	}
	var n, m, most uint64
	word := ""
	for text, count := range counts {
		if meansMissing(text) {
			n += count
			m += known[text]
			if count > most || count == most && text < word {
				most, word = count, text
			}
		}
	}
	if !surge(n, cur.Rows, m, ref.Rows, rateTolerance, o) {
		return nil
	}
	return &Finding{
		Kind: Sentinel, Share: share(n, cur.Rows),
		Clause: fmt.Sprintf("is %s, which seems to stand for a missing value,", Quote(word)),
		Detail: Percent(share(m, ref.Rows)) + " before",
		hit:    func(x Value) bool { return !x.Missing && !x.IsNumber && meansMissing(x.Text) },
	}
}

// countOf returns how often a value occurs among ascending ones.
func countOf(ascending []float64, v float64) uint64 {
	return uint64(above(ascending, v) - sort.SearchFloat64s(ascending, v))
}

// above returns how many ascending values are ≤ v.
func above(ascending []float64, v float64) int {
	low, high := 0, len(ascending)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if ascending[middle] <= v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
