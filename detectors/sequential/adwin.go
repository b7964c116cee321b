package sequential

import (
	"math"
	"slices"
)

// adwin is adaptive windowing: it keeps a window of the newest values as an exponential histogram, and every clock
// values tries all cuts between buckets. If the means on both sides of a cut differ by more than chance, it alarms and
// drops the oldest bucket, until no cut is left. With lengths n₀ and n₁, W = n₀ + n₁, σ² the window's variance and L
// the least length of a side,
//
//	|μ₀ − μ₁| > √(2·m·σ²·δ') + ⅔·δ'·m,  m = 1/(n₀ − L + 1) + 1/(n₁ − L + 1),  δ' = ln(2·ln W / δ)
//
// Row i of the histogram holds up to maxBuckets buckets of 2^i values each, their total and their sum of squared deviations;
// one too many, and the two oldest become one bucket of the next row. So W values need maxBuckets·log₂(W/maxBuckets) buckets,
// and a look costs as many steps.
//
// The window with its newest part survives an alarm only in the paper: in river, and here, all is forgotten at the next
// update. Source: A. Bifet and R. Gavaldà, Learning from time-changing data with adaptive windowing, SDM 2007; the
// variance of merged buckets is Babcock et al. 2003.
type adwin struct {
	delta           float64
	clock           int
	maxBuckets      int
	minWindowLength int
	gracePeriod     int

	rows     []bucketRow // by size, the smallest first
	width    float64     // values in the window
	total    float64     // their sum
	squares  float64     // their sum of squared deviations from their mean
	tick     int
	detected bool
}

// bucketRow is the buckets of one size, the oldest first.
type bucketRow struct{ totals, squares []float64 }

func (d *adwin) parameters() []parameter {
	return []parameter{
		{name: "delta", meaning: "chance of a false alarm at one look", field: &d.delta, allowed: chance},
		{name: "clock", meaning: "values between two looks", field: &d.clock, allowed: countFrom1},
		{name: "max_buckets", meaning: "buckets of one size before two become one", field: &d.maxBuckets, allowed: span{low: 1, high: 1 << 16}},
		{name: "min_window_length", meaning: "least number of values on either side of a cut", field: &d.minWindowLength, allowed: countFrom0},
		{name: "grace_period", meaning: "values before the first look", field: &d.gracePeriod, allowed: countFrom0},
	}
}

func (d *adwin) reset() {
	d.rows = append(d.rows[:0], bucketRow{})
	d.width, d.total, d.squares, d.tick, d.detected = 0, 0, 0, 0, false
}

func (d *adwin) update(x float64) signal {
	if d.detected {
		d.reset()
	}
	d.insert(x)
	d.tick++
	if d.tick%d.clock == 0 && d.width > float64(d.gracePeriod) {
		for d.cut() {
			d.detected = true
			d.dropOldest()
		}
	}
	return signal{alarm: d.detected}
}

func (d *adwin) insert(x float64) {
	row := &d.rows[0]
	row.totals, row.squares = append(row.totals, x), append(row.squares, 0)
	if d.width++; d.width > 1 {
		off := x - d.total/(d.width-1)
		d.squares += (d.width - 1) * off * off / d.width
	}
	d.total += x
	d.merge()
}

// merge makes one bucket of the two oldest of every row that has one too many.
func (d *adwin) merge() {
	for i, size := 0, 1.0; len(d.rows[i].totals) > d.maxBuckets; i, size = i+1, 2*size {
		if i+1 == len(d.rows) {
			d.rows = append(d.rows, bucketRow{})
		}
		row, next := &d.rows[i], &d.rows[i+1]
		off := row.totals[0]/size - row.totals[1]/size
		squares := row.squares[0] + row.squares[1] + float64(size*0.5*off*off)
		next.totals = append(next.totals, row.totals[0]+row.totals[1])
		next.squares = append(next.squares, squares)
		row.drop(2)
	}
}

func (r *bucketRow) drop(n int) {
	r.totals = r.totals[:copy(r.totals, r.totals[n:])]
	r.squares = r.squares[:copy(r.squares, r.squares[n:])]
}

// cut tells whether the means on both sides of any cut differ. The oldest values come first.
func (d *adwin) cut() bool {
	least := float64(d.minWindowLength)
	spread := d.squares / d.width
	confidence := math.Log(2 * math.Log(d.width) / d.delta)
	old, recent := 0.0, d.width
	oldTotal, recentTotal := 0.0, d.total
	for i, row := range slices.Backward(d.rows) {
		size := math.Ldexp(1, i)
		for k, total := range row.totals {
			if i == 0 && k == len(row.totals)-1 {
				return false // the newest value alone is no side
			}
			old, recent = old+size, recent-size
			oldTotal, recentTotal = oldTotal+total, recentTotal-total
			if recent < least || old < least {
				continue
			}
			m := 1/(old-least+1) + 1/(recent-least+1)
			limit := math.Sqrt(2*m*spread*confidence) + float64(2.0/3.0*confidence*m)
			if math.Abs(oldTotal/old-recentTotal/recent) > limit {
				return true
			}
		}
	}
	return false
}

func (d *adwin) dropOldest() {
	last := len(d.rows) - 1
	size := math.Ldexp(1, last)
	row := &d.rows[last]
	d.width -= size
	d.total -= row.totals[0]
	off := row.totals[0]/size - d.total/d.width
	d.squares -= row.squares[0] + float64(size*d.width*off*off/(size+d.width))
	row.drop(1)
	for last > 0 && len(d.rows[last].totals) == 0 { // with one bucket a row, those below may be empty too
		last--
	}
	d.rows = d.rows[:last+1]
}
