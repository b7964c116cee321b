package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// parseDuration reads a duration as Prometheus writes it: whole numbers with units, the largest first, or 0.
func parseDuration(text string) (time.Duration, error) {
	d, err := model.ParseDuration(text)
	if err == nil {
		return time.Duration(d), nil
	}
	remedy := "write whole numbers with the units ms s m h d w y, the largest first, such as 30s, 1h30m or 14d"
	if seconds, parseErr := strconv.ParseUint(text, 10, 32); parseErr == nil {
		remedy = fmt.Sprintf("the unit is missing: write %ds, if seconds are meant", seconds)
	} else if d, parseErr := time.ParseDuration(text); parseErr == nil && d > 0 && d%time.Millisecond == 0 {
		remedy = "write " + formatDuration(d)
	} else if strings.HasPrefix(text, "-") {
		remedy = "a duration cannot be negative"
	}
	return 0, fmt.Errorf("%q is no duration: %s", text, remedy)
}

// formatDuration writes what parseDuration reads.
func formatDuration(d time.Duration) string { return model.Duration(d).String() }

var (
	sizePattern = regexp.MustCompile(`^([0-9]{1,15})(B|KiB|MiB|GiB)$`)
	sizeUnits   = []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
)

// parseBytes reads a size: a whole number with one unit.
func parseBytes(text string) (Bytes, error) {
	parts := sizePattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is no size: write a whole number with B, KiB, MiB or GiB, such as 64MiB", text)
	}
	number, err := strconv.ParseInt(parts[1], 10, 64)
	for _, unit := range sizeUnits {
		if unit.name != parts[2] {
			continue
		}
		if size := number * unit.bytes; err == nil && number < 1<<32 {
			return Bytes(size), nil
		}
	}
	return 0, fmt.Errorf("%q is too large", text)
}

// String writes the size with the largest unit that needs no fraction.
func (b Bytes) String() string {
	for _, unit := range sizeUnits {
		if size := int64(b); size%unit.bytes == 0 && size >= unit.bytes {
			return strconv.FormatInt(size/unit.bytes, 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}
