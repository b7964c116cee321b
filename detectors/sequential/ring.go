package sequential

// ring holds the newest values of a stream, the oldest first.
type ring struct {
	values []float64 // of fixed capacity
	first  int
}

func newRing(capacity int) ring { return ring{values: make([]float64, 0, capacity)} }

func (r *ring) full() bool { return len(r.values) == cap(r.values) }

// push adds a value and returns the one that it drives out, 0 if there was room.
func (r *ring) push(x float64) (out float64) {
	if !r.full() {
		r.values = append(r.values, x)
		return 0
	}
	out = r.values[r.first]
	r.values[r.first] = x
	if r.first++; r.first == len(r.values) {
		r.first = 0
	}
	return out
}

// at returns the i-th oldest value.
func (r *ring) at(i int) float64 {
	if i += r.first; i >= len(r.values) {
		i -= len(r.values)
	}
	return r.values[i]
}

func (r *ring) clear() { r.values, r.first = r.values[:0], 0 }
