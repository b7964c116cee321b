package sequential

// stakes are the shares of its wealth that a gambler puts on the next value, one gambler each: the small ones win slowly
// from small changes, the large ones at once from large changes.
var stakes = [...]float64{0.9, 0.45, 0.225, 0.1125, 0.05625, 0.028125, 0.0140625, 0.00703125}

// wager is a Shiryaev–Roberts e-detector. It bets against the claim that values r ≥ 0 have, given what came before, a mean of
// at most 1. A gambler with the stake c turns wealth R into
//
//	R = (R + 1)·(1 − c + c·r),  R = 0 at the start
//
// the +1 being a new gambler who comes in at every value, since a change may begin at any. Under the claim the mean
// wealth grows by at most 1 a value, and so does the mean over the stakes, M; hence the time until M ≥ a is at least a
// on average, whatever the distribution, and whatever is chosen from the past (J. Shin, A. Ramdas and A. Rinaldo,
// E-detectors, arXiv 2203.03532, 2022, with c = λ·μ₀).
//
// M alarms at a, so no gambler has had more than len(stakes)·a before; a product beyond float64 is +∞, which is an alarm
// like any other, and none falls below 1 − c. So there is no need of logarithms.
type wager struct{ wealth [len(stakes)]float64 }

// bet takes the next value and returns M.
func (w *wager) bet(r float64) float64 {
	total := 0.0
	for i, c := range stakes {
		w.wealth[i] = float64((w.wealth[i] + 1) * (1 - c + float64(c*r)))
		total += w.wealth[i]
	}
	return total / float64(len(stakes))
}
