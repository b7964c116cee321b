package profile

import "slices"

// Unseen counts categorical values that the baseline never had. It keeps the exact counts of up to unseenKept distinct
// values, those with the smallest hashes, and the sum of all others: which values are kept depends neither on the
// order of arrival nor on how panes were merged, and nobody can grow it by sending names.
type Unseen struct {
	kept  map[string]uint64
	other uint64
}

const (
	unseenKept     = 64
	unseenMaxBytes = 128
)

// Add counts n occurrences of a value. Only its first 128 bytes tell it from others.
func (u *Unseen) Add(value []byte, n uint64) {
	if len(value) > unseenMaxBytes {
		value = value[:unseenMaxBytes]
	}
	if _, ok := u.kept[string(value)]; ok {
		u.kept[string(value)] += n
		return
	}
	if len(u.kept) < unseenKept { // it never shrinks, so nothing was turned away yet
		if u.kept == nil {
			u.kept = make(map[string]uint64)
		}
		u.kept[string(value)] = n
		return
	}
	// A value among the smallest hashes of all was so from its first occurrence on, so its count is whole.
	largest, hash := u.largest()
	if hashName(value) < hash {
		u.other += u.kept[largest]
		delete(u.kept, largest)
		u.kept[string(value)] = n
		return
	}
	u.other += n
}

func (u *Unseen) largest() (name string, hash uint64) {
	for v := range u.kept {
		if h := hashName([]byte(v)); h >= hash {
			name, hash = v, h
		}
	}
	return name, hash
}

// Merge adds all that o holds.
func (u *Unseen) Merge(o *Unseen) {
	for _, name := range o.Names() {
		u.Add([]byte(name), o.kept[name])
	}
	u.other += o.other
}

// Count returns how often the value was seen, if it is among the kept ones.
func (u *Unseen) Count(name string) uint64 { return u.kept[name] }

// Other returns the occurrences of all values that are not kept one by one.
func (u *Unseen) Other() uint64 { return u.other }

// Total returns the occurrences of all values.
func (u *Unseen) Total() uint64 {
	total := u.other
	for _, n := range u.kept {
		total += n
	}
	return total
}

// Names returns the kept values, ascending.
func (u *Unseen) Names() []string {
	names := make([]string, 0, len(u.kept))
	for name := range u.kept {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// hashName is FNV-1a with a final mix. Its values are not stored, but which names are kept rests on it.
func hashName(value []byte) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, b := range value {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}
