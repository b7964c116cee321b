package event

import (
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// timestamp returns the event's time, rounded down to the millisecond. An event without one takes its record's, which
// untimed tells; one that has a timestamp we cannot read is refused, because in a topic of old events the record's time
// would put it years ahead of its neighbours.
func (d *Decoder) timestamp() (t profile.Instant, untimed bool, reason Reason) {
	for i := range d.paths.timestamp {
		p := &d.paths.timestamp[i]
		if p.from == fromRecord {
			return d.recordTime(false)
		}
		if v := d.follow(p); v.kind > jsonNull {
			t, ok := parseTimestamp(v)
			if !ok {
				return 0, false, BadTimestamp
			}
			return t, false, Accepted
		}
	}
	return d.recordTime(true)
}

func (d *Decoder) recordTime(untimed bool) (profile.Instant, bool, Reason) {
	if d.record.Time.IsZero() {
		return 0, false, BadTimestamp
	}
	return profile.InstantOf(d.record.Time), untimed, Accepted
}

// The years that RFC 3339 can write, in milliseconds.
var (
	firstInstant = profile.InstantOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))
	lastInstant  = profile.InstantOf(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) - 1
)

// parseTimestamp reads RFC 3339, or a number since 1970 (also as a string) whose unit its magnitude tells.
func parseTimestamp(v value) (t profile.Instant, ok bool) {
	switch {
	case v.kind == jsonNumber, v.kind == jsonText && isNumber(v.text):
		t, ok = parseEpoch(v.text)
	case v.kind == jsonText:
		t, ok = parseRFC3339(v.text)
	}
	return t, ok && t >= firstInstant && t <= lastInstant
}

// parseEpoch reads seconds below 1e11, milliseconds below 1e14, microseconds below 1e17, else nanoseconds, by absolute
// value and with decimals. So milliseconds between 1966-10-31 and 1973-03-03 are taken for seconds; write those times
// as RFC 3339. The decimal digits are used, since 1763708400.123 has no exact float64.
func parseEpoch(literal []byte) (profile.Instant, bool) {
	n := parseDecimal(literal)
	if !n.exact {
		return 0, false
	}
	milliseconds := n.exponent + 3
	for _, limit := range []int{11, 14, 17} {
		if n.below(limit) {
			return n.instant(milliseconds)
		}
		milliseconds -= 3
	}
	return n.instant(milliseconds)
}

// below tells whether the absolute value is less than 10^power.
func (n decimal) below(power int) bool {
	power -= n.exponent
	if power < 0 {
		return n.digits == 0
	}
	return power > 18 || n.digits < pow10(power)
}

// instant returns ±digits × 10^exponent rounded down; false if that is too large for any timestamp.
func (n decimal) instant(exponent int) (profile.Instant, bool) {
	whole, rest := n.digits, uint64(0)
	switch {
	case exponent < -18:
		whole, rest = 0, n.digits
	case exponent < 0:
		unit := pow10(-exponent)
		whole, rest = n.digits/unit, n.digits%unit
	case n.digits != 0:
		for ; exponent > 0; exponent-- {
			if whole > math.MaxInt64/10 {
				return 0, false
			}
			whole *= 10
		}
	}
	if whole > math.MaxInt64 {
		return 0, false
	}
	t := profile.Instant(whole)
	if n.negative {
		t = -t
		if rest != 0 {
			t--
		}
	}
	return t, true
}

// pow10 returns 10^n for n from 0 to 19.
func pow10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// parseRFC3339 reads 2026-11-21T07:00:00.123Z with any number of decimals, none included. It also takes a space for the
// T, an offset without a colon, and no offset at all, which is UTC: that is what Python's isoformat writes. A leap
// second counts as the second after it.
func parseRFC3339(s []byte) (profile.Instant, bool) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || s[13] != ':' || s[16] != ':' || s[10]|0x20 != 't' && s[10] != ' ' {
		return 0, false
	}
	year, ok0 := twoDigits(s[0:])
	century := year
	year, ok1 := twoDigits(s[2:])
	year += 100 * century
	month, ok2 := twoDigits(s[5:])
	day, ok3 := twoDigits(s[8:])
	hour, ok4 := twoDigits(s[11:])
	minute, ok5 := twoDigits(s[14:])
	second, ok6 := twoDigits(s[17:])
	if !ok0 || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return 0, false
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	milliseconds, s, ok := parseDecimals(s[19:])
	if !ok {
		return 0, false
	}
	offset, ok := parseOffset(s)
	if !ok {
		return 0, false
	}
	clock := (hour*60+minute-offset)*60 + second
	t := profile.Instant(daysSinceEpoch(year, month, day))*86_400_000 + profile.Instant(clock*1000+milliseconds)
	return t, true
}

// parseDecimals reads .123 and returns it in milliseconds, rounded down, with what follows.
func parseDecimals(s []byte) (milliseconds int, rest []byte, ok bool) {
	if at(s, 0) != '.' {
		return 0, s, true
	}
	end := skipDigits(s, 1)
	for i, unit := 1, 100; i < end && unit > 0; i, unit = i+1, unit/10 {
		milliseconds += int(s[i]-'0') * unit
	}
	return milliseconds, s[end:], end > 1
}

// parseOffset reads Z, +01:00, +0100 or nothing and returns minutes east of UTC.
func parseOffset(s []byte) (minutes int, ok bool) {
	if len(s) == 0 || len(s) == 1 && s[0]|0x20 == 'z' {
		return 0, true
	}
	if s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	if len(s) != 5 && (len(s) != 6 || s[3] != ':') {
		return 0, false
	}
	hour, ok1 := twoDigits(s[1:])
	minute, ok2 := twoDigits(s[len(s)-2:])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	minutes = hour*60 + minute
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

func twoDigits(s []byte) (int, bool) {
	tens, ones := s[0]-'0', s[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSinceEpoch counts days from 1970-01-01 in the Gregorian calendar, for years from 0 on: with the year beginning in
// March, the leap day comes last (Hinnant, "chrono-compatible low-level date algorithms").
func daysSinceEpoch(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	inYear := (153*(month-3)+2)/5 + day - 1
	year += 400 // keeps the division exact in year 0, whose January belongs to year -1
	return year*365 + year/4 - year/100 + year/400 + inYear - daysBefore1970
}

// daysBefore1970 counts from March 1 of the year -400.
const daysBefore1970 = 719_468 + 146_097
