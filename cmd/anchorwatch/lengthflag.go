package main

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
)

// lengthFlag reads a flag that gives a length of time; 0 if it was not given.
func lengthFlag(flag, text, example string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := model.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("--%s: %q is no duration: use a number and a unit (ms, s, m, h, d, w), such as %s", flag, text, example)
	}
	return time.Duration(d), nil
}
