package fairness

import "math"

// bounded is a value between its 95 % bounds.
type bounded struct{ value, lower, upper float64 }

// minus returns the bounds of a difference of two independent proportions from the Wilson bounds of each (R. G.
// Newcombe, Statistics in Medicine 17:873–890, 1998, method 10). The lower bound of a difference of the highest and the
// lowest rate may be below 0: then chance could have turned them round.
func (a bounded) minus(b bounded) bounded {
	d := a.value - b.value
	return bounded{d, d - math.Hypot(a.value-a.lower, b.upper-b.value), d + math.Hypot(a.upper-a.value, b.value-b.lower)}
}

// over returns the bounds of a ratio of two independent proportions from the bounds of each (MOVER-R: A. Donner, G. Y.
// Zou, Statistical Methods in Medical Research 21:347–359, 2012). If the lower bound of b is 0 there is no upper one:
// +Inf. The value of b must not be 0.
func (a bounded) over(b bounded) bounded {
	product := a.value * b.value
	r := bounded{value: a.value / b.value, upper: math.Inf(1)}
	least, most := a.lower*(2*a.value-a.lower), b.upper*(2*b.value-b.upper)
	if least > 0 {
		r.lower = least / (product + root(product*product-least*most)) // the usual form, freed of a difference
	}
	most, least = a.upper*(2*a.value-a.upper), b.lower*(2*b.value-b.lower)
	if least > 0 {
		r.upper = (product + root(product*product-least*most)) / least
	}
	return r
}

func root(x float64) float64 { return math.Sqrt(max(x, 0)) }

// halfway returns the mean of two independent values, by the same construction.
func halfway(a, b bounded) bounded {
	mean := (a.value + b.value) / 2
	return bounded{
		mean, mean - math.Hypot(a.value-a.lower, b.value-b.lower)/2, mean + math.Hypot(a.upper-a.value, b.upper-b.value)/2,
	}
}
