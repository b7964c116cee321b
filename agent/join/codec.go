package join

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

var errDamaged = errors.New("join: damaged state")

// AppendBinary appends the state: label texts, then every entry.
func (j *Join) AppendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(j.table.slots)))
	b = binary.AppendUvarint(b, uint64(j.table.stride))
	b = binary.AppendVarint(b, int64(j.swept))
	b = binary.AppendUvarint(b, j.expired)
	b = binary.AppendUvarint(b, uint64(len(j.classes)-1))
	for _, class := range j.classes[1:] {
		b = profile.AppendString(b, string(class))
	}
	b = binary.AppendUvarint(b, uint64(j.table.used))
	j.table.each(func(i int) {
		s := &j.table.slots[i]
		b = s.append(b)
		if s.has.is(hasProbabilities) {
			for _, p := range j.table.chances(i) {
				b = profile.AppendFloat(b, p)
			}
		}
	})
	return b
}

func (s *slot) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, s.key.a)
	b = binary.LittleEndian.AppendUint64(b, s.key.b)
	b = append(b, byte(s.has))
	b = binary.AppendVarint(b, int64(s.model))
	if s.has.is(hasAnswer) {
		b = binary.AppendVarint(b, int64(s.time))
		b = profile.AppendFloat(b, s.score)
		b = binary.AppendUvarint(b, uint64(s.version))
		b = binary.AppendUvarint(b, uint64(s.windows))
		b = binary.AppendVarint(b, int64(s.answered))
		for _, value := range s.segments {
			b = binary.AppendUvarint(b, uint64(value))
		}
	}
	if s.has.is(hasLabel) {
		b = binary.AppendVarint(b, int64(s.known))
		b = binary.AppendVarint(b, int64(s.stamp))
		b = profile.AppendFloat(b, s.number)
		b = binary.AppendUvarint(b, uint64(s.class))
	}
	return b
}

// Restore replaces the state by what AppendBinary wrote. The options stay; a smaller bound than before admits no more
// until entries expire.
func (j *Join) Restore(b []byte) error {
	r := profile.NewReader(b)
	slots, stride := r.Uvarint(), r.Uvarint()
	fresh := New(j.options)
	fresh.swept, fresh.expired = profile.Instant(r.Varint()), r.Uvarint()
	for range r.Len(1) {
		if len(fresh.classes) > maxClasses {
			return errDamaged
		}
		class := r.String()
		fresh.ids[class] = uint32(len(fresh.classes)) // #nosec G115 -- at most maxClasses
		fresh.classes = append(fresh.classes, []byte(class))
	}
	n := r.Len(leastEntry)
	if stride > performance.MaxClasses {
		return errDamaged
	}
	fresh.table.stride = max(int(stride), j.table.stride) // #nosec G115 -- checked
	if !fresh.table.prepare(n, slots, len(b)) {
		return errDamaged
	}
	for range n {
		if err := fresh.read(r, int(stride)); err != nil { // #nosec G115 -- checked
			return err
		}
	}
	if r.Err() != nil {
		return r.Err()
	}
	*j = *fresh
	return nil
}

// leastEntry is the shortest encoding of a slot: its key, flags and model.
const leastEntry = 18

// prepare allocates a table for n entries: with as many slots as there were, if the bound allows that, else with as few
// as will do. It is false if that is out of proportion to both the bound and the length of the encoding, as only damage
// can make it.
func (t *table) prepare(n int, slots uint64, length int) bool {
	size := firstSlots
	for n*loadDenominator > size*loadNumerator {
		size *= 2
	}
	if powerOfTwo := slots&(slots-1) == 0; powerOfTwo && slots <= uint64(t.bound/t.bytes(1)) { // #nosec G115 -- positive
		size = max(size, int(slots)) // #nosec G115 -- checked
	}
	if t.bytes(size) > max(t.bound, 64*length, t.bytes(firstSlots)) {
		return false
	}
	t.allocate(size)
	return true
}

func (j *Join) read(r *profile.Reader, stride int) error {
	s := slot{key: key{readWord(r), readWord(r)}, has: flags(r.Byte())}
	model := r.Varint()
	if s.has.is(hasAnswer) {
		s.time, s.score = profile.Instant(r.Varint()), r.Float()
		// #nosec G115 -- what AppendBinary wrote fits
		s.version, s.windows, s.answered = uint16(r.Uvarint()), uint16(r.Uvarint()), int16(r.Varint())
		for i := range s.segments {
			s.segments[i] = uint16(r.Uvarint()) // #nosec G115 -- as above
		}
	}
	if s.has.is(hasLabel) {
		s.known, s.stamp, s.number = profile.Instant(r.Varint()), profile.Instant(r.Varint()), r.Float()
		s.class = uint32(r.Uvarint()) // #nosec G115 -- as above
	}
	if r.Err() != nil {
		return r.Err()
	}
	if s.key == (key{}) || int(s.class) >= len(j.classes) || model < anyModel || model > math.MaxInt16 ||
		s.has&(hasAnswer|hasLabel) == 0 || s.has.is(hasAnswer) && model == anyModel {
		return errDamaged
	}
	s.model = int16(model) // #nosec G115 -- checked
	i := j.table.insert(s)
	if s.has.is(hasProbabilities) {
		for c := range stride {
			j.table.chances(i)[c] = r.Float()
		}
	}
	return r.Err()
}

func readWord(r *profile.Reader) (word uint64) {
	for shift := 0; shift < 64; shift += 8 {
		word |= uint64(r.Byte()) << shift
	}
	return word
}
