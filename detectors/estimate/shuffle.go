package estimate

import (
	"math"
	"math/bits"
	"slices"
)

// twister is the Mersenne Twister MT19937 (M. Matsumoto, T. Nishimura, ACM TOMACS 8:3–30, 1998), seeded and read as
// numpy.random.RandomState does: with scikit-learn's shuffles, whether scores get calibrated is decided on the very rows
// on which NannyML decides it.
type twister struct {
	state [624]uint32
	next  int
}

func newTwister(seed uint32) *twister {
	t := &twister{next: 624}
	t.state[0] = seed
	for i := 1; i < len(t.state); i++ {
		before := t.state[i-1]
		t.state[i] = 1812433253*(before^before>>30) + uint32(i)
	}
	return t
}

func (t *twister) uint32() uint32 {
	if t.next == len(t.state) {
		t.twist()
	}
	y := t.state[t.next]
	t.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (t *twister) twist() {
	for i := range t.state {
		after, far := i+1, i+397
		if after == len(t.state) {
			after = 0
		}
		if far >= len(t.state) {
			far -= len(t.state)
		}
		y := t.state[i]&0x80000000 | t.state[after]&0x7fffffff
		t.state[i] = t.state[far] ^ y>>1 ^ -(y&1)&0x9908b0df
	}
	t.next = 0
}

// upTo returns a number from 0 to most, all equally likely.
func (t *twister) upTo(most uint32) uint32 {
	mask := uint32(1)<<bits.Len32(most) - 1
	for {
		if x := t.uint32() & mask; x <= most {
			return x
		}
	}
}

// shuffle puts rows in random order.
func (t *twister) shuffle(rows []int32) {
	for i := len(rows) - 1; i > 0; i-- {
		j := t.upTo(uint32(i))
		rows[i], rows[j] = rows[j], rows[i]
	}
}

// skip draws the numbers of a shuffle of so many rows, for one whose order does not matter.
func (t *twister) skip(rows int) {
	for i := rows - 1; i > 0; i-- {
		t.upTo(uint32(i))
	}
}

// stratified splits rows of two classes into a tenth to test on and the rest to train on, so that both parts have the
// classes in the same proportion: one split of StratifiedShuffleSplit(test_size=0.1). It wants two rows of each class
// and eleven in all. The order of the rows to train on is not that of scikit-learn.
func (t *twister) stratified(negative, positive []int32) (train, test []int32) {
	byClass := [2][]int32{slices.Clone(negative), slices.Clone(positive)}
	rows := len(negative) + len(positive)
	tested := int(math.Ceil(0.1 * float64(rows)))
	counts := [2]int{len(byClass[0]), len(byClass[1])}
	train = make([]int32, 0, rows)
	forTraining := t.share(counts, rows-tested)
	forTest := t.share([2]int{counts[0] - forTraining[0], counts[1] - forTraining[1]}, tested)
	for class, rows := range byClass {
		t.shuffle(rows)
		m := forTraining[class]
		train, test = append(train, rows[:m]...), append(test, rows[m:m+forTest[class]]...)
	}
	t.skip(len(train))
	t.shuffle(test)
	return train, test
}

// share divides draws among two classes in proportion to their counts; what rounding leaves goes to the larger
// remainders, and among equal ones to chance.
func (t *twister) share(counts [2]int, draws int) [2]int {
	var shares [2]int
	var remainders [2]float64
	left := draws
	for i, count := range counts {
		exact := float64(count) / float64(counts[0]+counts[1]) * float64(draws)
		shares[i] = int(exact)
		remainders[i] = exact - math.Floor(exact)
		left -= shares[i]
	}
	order := []int32{0, 1}
	switch {
	case left <= 0:
		return shares
	case remainders[0] == remainders[1]:
		t.shuffle(order)
	case remainders[1] > remainders[0]:
		slices.Reverse(order)
	}
	for _, class := range order[:min(left, 2)] {
		shares[class]++
	}
	return shares
}
