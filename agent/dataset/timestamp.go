package dataset

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The years that RFC 3339 can write.
var (
	firstInstant = profile.InstantOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	lastInstant  = profile.InstantOf(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) - 1
)

// layouts of times in text; without an offset they are UTC. Go's parser takes decimals of a second wherever a layout
// has seconds.
var layouts = []string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z0700", "2006-01-02",
}

// unit is how many of a column's numbers make a second: by its name if that ends in _s, _ms, _us or _ns, else 0, and
// each number's magnitude decides.
func unit(column string) int64 {
	switch {
	case strings.HasSuffix(column, "_ms"):
		return 1e3
	case strings.HasSuffix(column, "_us"):
		return 1e6
	case strings.HasSuffix(column, "_ns"):
		return 1e9
	case strings.HasSuffix(column, "_s"):
		return 1
	}
	return 0
}

// parseTime reads a moment: a number since 1970 in the given unit, or a text in one of the layouts. With unit 0 a number
// below 1e11 is in seconds, below 1e14 in milliseconds, below 1e17 in microseconds, else in nanoseconds, by absolute
// value, as in events. It is rounded down to the millisecond.
func parseTime(s string, perSecond int64) (profile.Instant, bool) {
	s = strings.TrimSpace(s)
	var t profile.Instant
	ok := false
	if !beginsDate(s) {
		t, ok = parseEpoch(s, perSecond)
	}
	for i := 0; !ok && i < len(layouts); i++ {
		if parsed, err := time.Parse(layouts[i], s); err == nil {
			t, ok = profile.InstantOf(parsed), true
		}
	}
	return t, ok && t >= firstInstant && t <= lastInstant
}

// beginsDate tells whether a text begins with a year and a dash, as no number does.
func beginsDate(s string) bool {
	return len(s) > 4 && s[4] == '-' && strings.Trim(s[:4], "0123456789") == ""
}

func parseEpoch(s string, perSecond int64) (profile.Instant, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0123456789") != "" {
		return parseScientific(s, perSecond)
	}
	if perSecond == 0 {
		perSecond = magnitude(math.Abs(float64(n)))
	}
	negative := strings.HasPrefix(s, "-")
	if perSecond == 1 {
		if n > int64(lastInstant)/1000 || n < int64(firstInstant)/1000 {
			return 0, false
		}
		thousandths, _ := strconv.ParseInt((fraction + "000")[:3], 10, 64)
		n *= 1000
		if negative {
			thousandths = -thousandths
		}
		n, fraction = n+thousandths, fraction[min(3, len(fraction)):]
		perSecond = 1000
	}
	divisor := perSecond / 1000
	t := n / divisor
	if negative && (n%divisor != 0 || strings.Trim(fraction, "0") != "") {
		t--
	}
	return profile.Instant(t), true
}

// parseScientific reads numbers such as 1.5e9.
func parseScientific(s string, perSecond int64) (profile.Instant, bool) {
	x, _, ok := parseNumber(s)
	if !ok || math.IsInf(x, 0) {
		return 0, false
	}
	if perSecond == 0 {
		perSecond = magnitude(math.Abs(x))
	}
	ms := math.Floor(x / float64(perSecond) * 1000)
	if !(math.Abs(ms) < 1e15) {
		return 0, false
	}
	return profile.Instant(ms), true
}

func magnitude(x float64) int64 {
	switch {
	case x < 1e11:
		return 1
	case x < 1e14:
		return 1e3
	case x < 1e17:
		return 1e6
	}
	return 1e9
}
