package sinks

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// The years that RFC 3339 can write.
var (
	firstMoment = profile.InstantOf(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))
	lastMoment  = profile.InstantOf(time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC))
)

// Moment is a moment of event time in public JSON: RFC 3339 in UTC. One that has no such form (profile.Dawn,
// profile.Dusk, a year past 9999) counts as absent: tag the field with omitzero.
type Moment profile.Instant

// IsZero tells whether the moment cannot be written. The first millisecond of 1970 can.
func (m Moment) IsZero() bool {
	i := profile.Instant(m)
	return i < firstMoment || i > lastMoment
}

// Time returns the moment as a UTC time.
func (m Moment) Time() time.Time { return profile.Instant(m).Time() }

// MarshalText writes RFC 3339, or nothing for a moment that has no such form.
func (m Moment) MarshalText() ([]byte, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.Time().MarshalText()
}

// UnmarshalText reads what MarshalText writes: nothing is profile.Dawn. In JSON an absent field stays what it was.
func (m *Moment) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Moment(profile.Dawn)
		return nil
	}
	var t time.Time
	if err := t.UnmarshalText(text); err != nil {
		return fmt.Errorf("read moment: %w", err)
	}
	*m = Moment(profile.InstantOf(t))
	return nil
}

// Number is a number in public JSON. NaN and the infinities count as absent: tag the field with omitzero.
type Number float64

// IsZero tells whether the number cannot be written. 0 can.
func (n Number) IsZero() bool { return !finite(float64(n)) }

// MarshalJSON writes the number, 0 for one that cannot be written.
func (n Number) MarshalJSON() ([]byte, error) {
	if n.IsZero() {
		return []byte("0"), nil
	}
	return json.Marshal(float64(n))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
