package main

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
)

// length is the value of a flag that gives a length of time.
type length time.Duration

// Set reads it.
func (l *length) Set(text string) error {
	d, err := model.ParseDuration(text)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no duration: use a number and a unit (ms, s, m, h, d, w), such as 7d", text)
	}
	*l = length(d)
	return nil
}

func (l *length) String() string { return time.Duration(*l).String() }
