package join

import (
	"encoding/binary"
	"errors"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

var errDamaged = errors.New("join: damaged state")

// AppendBinary appends the state: label texts, then every entry.
func (j *Join) AppendBinary(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(j.table.stride))
	b = binary.AppendVarint(b, int64(j.swept))
	b = binary.AppendUvarint(b, j.stats.Unlabeled)
	b = binary.AppendUvarint(b, uint64(len(j.classes)-1))
	for _, class := range j.classes[1:] {
		b = profile.AppendString(b, class)
	}
	b = binary.AppendUvarint(b, uint64(j.table.used))
	for i := range j.table.slots {
		if s := &j.table.slots[i]; s.key != (key{}) {
			b = s.append(b)
			if s.has&hasProbabilities != 0 {
				for _, p := range j.table.chances(i) {
					b = profile.AppendFloat(b, p)
				}
			}
		}
	}
	return b
}

func (s *slot) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, s.key.a)
	b = binary.LittleEndian.AppendUint64(b, s.key.b)
	b = append(b, byte(s.has))
	b = binary.AppendVarint(b, int64(s.model))
	if s.has&hasAnswer != 0 {
		b = binary.AppendVarint(b, int64(s.time))
		b = profile.AppendFloat(b, s.score)
		b = binary.AppendUvarint(b, uint64(s.version))
		b = binary.AppendUvarint(b, uint64(s.windows))
		b = binary.AppendVarint(b, int64(s.answered))
		for _, value := range s.segments {
			b = binary.AppendUvarint(b, uint64(value))
		}
	}
	if s.has&hasLabel != 0 {
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
	stride := int(r.Uvarint())
	fresh := New(j.options)
	if stride > len(b) || stride > 1<<12 {
		return errDamaged
	}
	fresh.table.stride = max(stride, j.table.stride)
	fresh.swept = profile.Instant(r.Varint())
	fresh.stats.Unlabeled = r.Uvarint()
	for range r.Len(1) {
		fresh.intern(r.String())
	}
	n := r.Len(18)
	size := firstSlots
	for n*loadDenominator >= size*loadNumerator {
		size *= 2
	}
	fresh.table.allocate(size)
	for range n {
		if err := fresh.read(r, stride); err != nil {
			return err
		}
	}
	if r.Err() != nil {
		return r.Err()
	}
	*j = *fresh
	return nil
}

func (j *Join) read(r *profile.Reader, stride int) error {
	s := slot{known: profile.Dusk}
	for i := range 16 {
		half := &s.key.a
		if i >= 8 {
			half = &s.key.b
		}
		*half |= uint64(r.Byte()) << (8 * (i % 8))
	}
	s.has = flags(r.Byte())
	s.model = int16(r.Varint())
	if s.has&hasAnswer != 0 {
		s.time, s.score = profile.Instant(r.Varint()), r.Float()
		s.version, s.windows, s.answered = uint16(r.Uvarint()), uint16(r.Uvarint()), int16(r.Varint())
		for i := range s.segments {
			s.segments[i] = uint16(r.Uvarint())
		}
	}
	if s.has&hasLabel != 0 {
		s.known, s.stamp, s.number = profile.Instant(r.Varint()), profile.Instant(r.Varint()), r.Float()
		s.class = uint32(r.Uvarint())
	}
	if r.Err() != nil {
		return r.Err()
	}
	if s.key == (key{}) || int(s.class) >= len(j.classes) || s.model < anyModel {
		return errDamaged
	}
	i := j.table.insert(s)
	if s.has&hasProbabilities != 0 {
		for c := range stride {
			j.table.chances(i)[c] = r.Float()
		}
	}
	return r.Err()
}
