package rules

// Limit is a number, or an expression relative to the baseline or to the measurement's own threshold.
type Limit struct {
	Set     bool
	Base    Base
	Factor  float64 // Base · Factor + Offset
	Offset  float64
	written string
}

// Base is what a Limit is relative to.
type Base uint8

// The bases of a limit.
const (
	Absolute Base = iota
	Baseline
	Threshold
)
