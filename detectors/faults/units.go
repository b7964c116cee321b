package faults

import (
	"fmt"
	"math"
)

// change is one way in which a unit changes: every value x becomes factor·x + offset.
type change struct {
	factor, offset float64
	kind           Kind
	clause         string
	power          bool // of ten: nothing in nature multiplies by it, so a rougher fit will do
}

// known are factors between units, and what they are called. Each is looked for in both directions.
var known = []struct {
	factor     float64
	there, and string
}{
	{2.54, "inches to centimetres?", "centimetres to inches?"},
	{25.4, "inches to millimetres?", "millimetres to inches?"},
	{3.280839895, "metres to feet?", "feet to metres?"},
	{1.609344, "miles to kilometres?", "kilometres to miles?"},
	{0.45359237, "pounds to kilograms?", "kilograms to pounds?"},
	{28.349523125, "ounces to grams?", "grams to ounces?"},
	{3.785411784, "gallons to litres?", "litres to gallons?"},
	{3.6, "m/s to km/h?", "km/h to m/s?"},
	{60, "minutes to seconds, or hours to minutes?", "seconds to minutes, or minutes to hours?"},
	{3600, "hours to seconds?", "seconds to hours?"},
	{24, "days to hours?", "hours to days?"},
	{86400, "days to seconds?", "seconds to days?"},
	{7, "weeks to days?", "days to weeks?"},
	{12, "years to months?", "months to years?"},
	{1024, "KiB to bytes, or MiB to KiB?", "bytes to KiB, or KiB to MiB?"},
	{1048576, "MiB to bytes?", "bytes to MiB?"},
	{180 / math.Pi, "radians to degrees?", "degrees to radians?"},
	{4.184, "calories to joules?", "joules to calories?"},
}

// powers of ten that are looked for, the commonest first.
var powers = []int{3, -3, 2, -2, 1, -1, 6, -6, 4, -4, 5, -5, 9, -9}

// changes is the list of what is looked for, powers of ten first: of two that fit alike the first is named.
var changes = listChanges()

func listChanges() []change {
	var all []change
	for _, p := range powers {
		all = append(all, powerOfTen(p))
	}
	all = append(all,
		change{factor: -1, kind: SignFlip, clause: "has the opposite sign"},
		change{factor: 1.8, offset: 32, kind: UnitChange, clause: "looks like Celsius turned into Fahrenheit"},
		change{factor: 1 / 1.8, offset: -32 / 1.8, kind: UnitChange, clause: "looks like Fahrenheit turned into Celsius"},
		change{factor: 1, offset: 273.15, kind: UnitChange, clause: "looks like Celsius turned into kelvins"},
		change{factor: 1, offset: -273.15, kind: UnitChange, clause: "looks like kelvins turned into Celsius"},
	)
	for _, k := range known {
		all = append(all, multiplied(k.factor, k.there), multiplied(1/k.factor, k.and))
	}
	return all
}

func powerOfTen(p int) change {
	return change{factor: math.Pow10(p), kind: UnitChange, clause: "looks " + times(p), power: true}
}

func multiplied(factor float64, question string) change {
	return change{factor: factor, kind: UnitChange, clause: fmt.Sprintf("looks multiplied by about %s (%s)", Figure(factor), question)}
}
