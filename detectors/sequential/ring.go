package sequential

// ring holds the newest values of a stream, the oldest first.
type ring struct {
	values []float64 // of fixed capacity
	first  int
}

func newRing(capacity int) ring { return ring{values: make([]float64, 0, capacity)} }

func (r *ring) full() bool { return len(r.values) == cap(r.values) }

// push adds a value, which drives the oldest out if there is no room.
func (r *ring) push(x float64) {
	if !r.full() {
		r.values = append(r.values, x)
		return
	}
	r.values[r.first] = x
	if r.first++; r.first == len(r.values) {
		r.first = 0
	}
}

// at returns the i-th oldest value.
func (r *ring) at(i int) float64 {
	if i += r.first; i >= len(r.values) {
		i -= len(r.values)
	}
	return r.values[i]
}

func (r *ring) clear() { r.values, r.first = r.values[:0], 0 }
