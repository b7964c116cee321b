package event

import (
	"regexp"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func TestParseTimestamp(t *testing.T) {
	for _, test := range []struct {
		kind       kind
		text, want string // want "" is unreadable
	}{
		{jsonText, "2026-11-21T07:00:00Z", "2026-11-21T07:00:00Z"},
		{jsonText, "2026-11-21T07:00:00.1Z", "2026-11-21T07:00:00.1Z"},
		{jsonText, "2026-11-21T07:00:00.123456789+02:00", "2026-11-21T05:00:00.123Z"},
		{jsonText, "2026-11-21T07:00:00.1239999999999-0530", "2026-11-21T12:30:00.123Z"},
		{jsonText, "2026-11-21t07:00:00z", "2026-11-21T07:00:00Z"},
		{jsonText, "2026-11-21 07:00:00.5", "2026-11-21T07:00:00.5Z"},
		{jsonText, "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
		{jsonText, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{jsonText, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
		{jsonText, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{jsonText, "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
		{jsonText, "0001-01-01T00:00:00+00:01", ""},
		{jsonText, "9999-12-31T23:59:59-00:01", ""},
		{jsonText, "0000-01-01T00:00:00Z", ""},
		{jsonText, "2026-02-29T00:00:00Z", ""},
		{jsonText, "1900-02-29T00:00:00Z", ""},
		{jsonText, "2026-13-01T00:00:00Z", ""},
		{jsonText, "2026-00-01T00:00:00Z", ""},
		{jsonText, "2026-11-31T00:00:00Z", ""},
		{jsonText, "2026-11-21T24:00:00Z", ""},
		{jsonText, "2026-11-21T07:60:00Z", ""},
		{jsonText, "2026-11-21T07:00:00.Z", ""},
		{jsonText, "2026-11-21T07:00:00Zx", ""},
		{jsonText, "2026-11-21T07:00:00+2", ""},
		{jsonText, "2026-11-21T07:00:00+24:00", ""},
		{jsonText, "2026-11-21T07:00", ""},
		{jsonText, "2026-11-21", ""},
		{jsonText, "2026-11-2lT07:00:00Z", ""},
		{jsonText, "soon", ""},
		{jsonText, "NaN", ""},
		{jsonBool, "true", ""},

		{jsonNumber, "0", "1970-01-01T00:00:00Z"},
		{jsonNumber, "1763708400", "2025-11-21T07:00:00Z"},
		{jsonNumber, "1763708400.123", "2025-11-21T07:00:00.123Z"},
		{jsonNumber, "1763708400.1239", "2025-11-21T07:00:00.123Z"},
		{jsonNumber, "1.7637084e9", "2025-11-21T07:00:00Z"},
		{jsonNumber, "1763708400123", "2025-11-21T07:00:00.123Z"},
		{jsonNumber, "1763708400123456", "2025-11-21T07:00:00.123Z"},
		{jsonNumber, "1763708400123456789", "2025-11-21T07:00:00.123Z"},
		{jsonText, "1763708400123", "2025-11-21T07:00:00.123Z"},
		{jsonNumber, "-1", "1969-12-31T23:59:59Z"},
		{jsonNumber, "-0.0001", "1969-12-31T23:59:59.999Z"},
		{jsonNumber, "-1763708400123", "1914-02-10T16:59:59.877Z"},
		{jsonNumber, "99999999999", "5138-11-16T09:46:39Z"},
		{jsonNumber, "100000000000", "1973-03-03T09:46:40Z"},
		{jsonNumber, "99999999999999", "5138-11-16T09:46:39.999Z"},
		{jsonNumber, "100000000000000", "1973-03-03T09:46:40Z"},
		{jsonNumber, "99999999999999999", "5138-11-16T09:46:39.999Z"},
		{jsonNumber, "100000000000000000", "1973-03-03T09:46:40Z"},
		{jsonNumber, "1e-300", "1970-01-01T00:00:00Z"},
		{jsonNumber, "0e300", "1970-01-01T00:00:00Z"},
		{jsonNumber, "1e300", ""},
		{jsonNumber, "1e21", ""},
		{jsonNumber, "12345678901234567890123", ""},
	} {
		got := ""
		if at, ok := parseTimestamp(value{kind: test.kind, text: []byte(test.text)}); ok {
			got = at.String()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestTimestampIsPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(int64(firstInstant)/1000+86_400, int64(lastInstant)/1000-86_400).Draw(t, "seconds")
		nanos := rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")
		zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "offset"))
		moment := time.Unix(seconds, nanos).In(zone)
		text := moment.Format(time.RFC3339Nano)
		if got, ok := parseRFC3339([]byte(text)); !ok || got != profile.InstantOf(moment) {
			t.Fatalf("%s: got %v, %v; want %v", text, got, ok, profile.InstantOf(moment))
		}
	})
}

func TestEpochIsPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ns := rapid.Int64Range(1e17, 9e18).Draw(t, "nanoseconds")
		if rapid.Bool().Draw(t, "before 1970") {
			ns = -ns
		}
		if got, ok := parseEpoch(strconv.AppendInt(nil, ns, 10)); !ok || got != profile.InstantOf(time.Unix(0, ns)) {
			t.Fatalf("%d ns: got %v, %v; want %v", ns, got, ok, profile.InstantOf(time.Unix(0, ns)))
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	f.Add("2026-11-21T07:00:00.123+01:00")
	f.Add("-1763708400.5e0")
	// time.Parse is laxer than RFC 3339: it takes a decimal comma, hours of one digit, offsets of a day or of 60 minutes.
	strict := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseTimestamp(value{kind: jsonText, text: []byte(s)})
		if ok && (got < firstInstant || got > lastInstant) {
			t.Errorf("%q: %v is out of range", s, got)
		}
		want, err := time.Parse(time.RFC3339Nano, s)
		if err != nil || !strict.MatchString(s) || want.UnixMilli() < int64(firstInstant) || want.UnixMilli() > int64(lastInstant) {
			return
		}
		if !ok || got != profile.InstantOf(want) {
			t.Errorf("%q: got %v, %v; want %v", s, got, ok, want)
		}
	})
}
