package profile

import (
	"fmt"
	"math"
	"time"
)

// Instant is a moment of event time: milliseconds since 1970-01-01T00:00:00Z. Event time decides every window, so the
// type is apart from time.Time, which in this program always means the wall clock.
type Instant int64

// Before and after every moment an event can carry: the watermark of an input that has not begun, and of one that has
// ended.
const (
	Dawn Instant = math.MinInt64
	Dusk Instant = math.MaxInt64
)

// InstantOf rounds t down to the millisecond.
func InstantOf(t time.Time) Instant {
	return Instant(t.UnixMilli())
}

// Add returns i + d, saturating at Dawn and Dusk; Dawn and Dusk themselves do not move.
func (i Instant) Add(d time.Duration) Instant {
	if i == Dawn || i == Dusk {
		return i
	}
	ms := Instant(d.Milliseconds())
	sum := i + ms
	switch {
	case ms > 0 && sum < i:
		return Dusk
	case ms < 0 && sum > i:
		return Dawn
	}
	return sum
}

// Sub returns i − j, saturating at the longest duration there is (292 years).
func (i Instant) Sub(j Instant) time.Duration {
	const longest = math.MaxInt64 / int64(time.Millisecond)
	diff := int64(i) - int64(j)
	overflow := (int64(i) >= 0) != (int64(j) >= 0) && (diff >= 0) != (int64(i) >= 0)
	switch {
	case diff > longest && !overflow, overflow && i > j:
		return time.Duration(math.MaxInt64)
	case diff < -longest && !overflow, overflow:
		return time.Duration(math.MinInt64)
	}
	return time.Duration(diff) * time.Millisecond
}

// Floor returns the last multiple of step at or before i, counted from 1970 in both directions: the start of the
// tumbling window of that size which holds i. The step must be at least a millisecond.
func (i Instant) Floor(step time.Duration) Instant {
	return Instant(i.Index(step)) * Instant(step.Milliseconds())
}

// Index returns floor(i / step): the number of the epoch-aligned window of that size which holds i, negative before
// 1970.
func (i Instant) Index(step time.Duration) int64 {
	ms := Instant(step.Milliseconds())
	index := i / ms
	if i%ms < 0 {
		index--
	}
	return int64(index)
}

// Time returns the instant as a UTC time.
func (i Instant) Time() time.Time {
	return time.UnixMilli(int64(i)).UTC()
}

// String prints RFC 3339 in UTC with as many decimals as needed; Dawn and Dusk by their names.
func (i Instant) String() string {
	switch i {
	case Dawn:
		return "dawn"
	case Dusk:
		return "dusk"
	}
	return i.Time().Format(time.RFC3339Nano)
}

// MarshalText writes what String prints. Years beyond RFC 3339 are an error.
func (i Instant) MarshalText() ([]byte, error) {
	if i == Dawn || i == Dusk {
		return []byte(i.String()), nil
	}
	return i.Time().MarshalText()
}

// UnmarshalText reads what MarshalText writes.
func (i *Instant) UnmarshalText(text []byte) error {
	switch string(text) {
	case "dawn":
		*i = Dawn
		return nil
	case "dusk":
		*i = Dusk
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("instant %q: want RFC 3339, such as 2026-11-21T07:00:00Z", text)
	}
	*i = InstantOf(t)
	return nil
}
