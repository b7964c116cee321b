package dataset

import "sync"

// heaps tells how far values of some rows persist. Chunks that are measured at the same time ask for it, mostly for stretches of
// one size, so that answers are kept.
type heaps struct {
	column *Column
	rows   []int

	lock     sync.Mutex
	values   []int32 // of every row a number for its value, −1 for none; nil until it is needed
	distinct int
	known    map[int]float64 // by size of a stretch
}

// largest returns the largest share of one value in any of the stretches of so many rows, or of all, that begin at every half.
func (h *heaps) largest(size uint64) float64 {
	h.lock.Lock()
	defer h.lock.Unlock()
	wanted := int(min(size, uint64(len(h.rows)))) // #nosec G115 -- no more than there are rows
	share, ok := h.known[wanted]
	if !ok {
		if h.values == nil {
			h.number()
		}
		share = float64(h.most(wanted)) / float64(max(wanted, 1))
		h.known[wanted] = share
	}
	return share
}

// number gives every value a number.
func (h *heaps) number() {
	type cell struct {
		kind cellKind
		x    float64
		code int32
	}
	h.known, h.values = make(map[int]float64), make([]int32, len(h.rows))
	numbers := make(map[cell]int32)
	for i, row := range h.rows {
		h.values[i] = -1
		k := h.column.at(row)
		if k == missing {
			continue
		}
		key := cell{k, h.column.numbers[row], h.column.codes[row]}
		number, ok := numbers[key]
		if !ok {
			number = int32(h.distinct) // #nosec G115 -- no more than there are rows
			numbers[key] = number
			h.distinct++
		}
		h.values[i] = number
	}
}

// most returns how often one value stands in any of the stretches.
func (h *heaps) most(size int) int32 {
	var most int32
	counts := make([]int32, h.distinct)
	for from := 0; size > 0 && from+size <= len(h.values); from += max(size/2, 1) {
		stretch := h.values[from : from+size]
		for _, v := range stretch {
			if v >= 0 {
				counts[v]++
				most = max(most, counts[v])
			}
		}
		for _, v := range stretch {
			if v >= 0 {
				counts[v] = 0
			}
		}
	}
	return most
}
