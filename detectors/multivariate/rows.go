package multivariate

import (
	"math/rand/v2"
	"slices"
)

// mostRows is how many rows of either side, at most, mmd and the classifier look at. The bound is also what keeps trifles
// quiet: with a million rows everything is significant.
const mostRows = 1000

// spread picks at most limit of the given rows: one at random out of each of limit equal stretches, so that the whole
// time is covered evenly and no period of the data beats with a fixed stride. The generator is seeded by a constant: the
// same rows give the same choice. It returns the rows themselves if there are no more than limit.
func spread(rows []int, limit int) []int {
	if len(rows) <= limit {
		return rows
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(rows)))) // #nosec G404 -- a sample, not a secret
	picked := make([]int, limit)
	for i := range picked {
		from, to := i*len(rows)/limit, (i+1)*len(rows)/limit
		picked[i] = rows[from+random.IntN(to-from)]
	}
	return picked
}

// shuffled returns rows in a random order that depends on their number alone.
func shuffled(rows []int) []int {
	mixed := slices.Clone(rows)
	random := rand.New(rand.NewPCG(seed, uint64(len(rows)))) // #nosec G404 -- an order, not a secret
	random.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

// seed starts every generator of the package: "anchor" in ASCII.
const seed = 0x616e63686f72

// firstRows returns 0 … n−1.
func firstRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
