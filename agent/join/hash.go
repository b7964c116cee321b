package join

import (
	"encoding/binary"
	"math/bits"
)

// key is a 128-bit hash of an id. Ids themselves are not kept: at ten million waiting predictions the chance that any
// two share a hash is below 1e-24. The hash is stored in checkpoints, so it never changes.
type key struct{ a, b uint64 }

const (
	salt0 = 0xa0761d6478bd642f
	salt1 = 0xe7037ed1a0b428db
	salt2 = 0x8ebc6af09c88c6e3
	salt3 = 0x589965cc75374cc3
)

// hash mixes eight bytes at a time into two lanes by folded 128-bit multiplication.
func hash(id []byte) key {
	a, b := uint64(len(id))^salt0, uint64(len(id))^salt1
	for len(id) >= 8 {
		word := binary.LittleEndian.Uint64(id)
		a, b = fold(a^word, salt2), fold(b^word, salt3)+a
		id = id[8:]
	}
	var tail [8]byte
	copy(tail[:], id)
	word := binary.LittleEndian.Uint64(tail[:])
	a, b = fold(a^word, salt1), fold(b^word, salt0)+a
	a, b = fold(a^b, salt3), fold(b^bits.RotateLeft64(a, 32), salt2)
	return key{a, b | 1} // never zero, which marks an empty slot
}

func fold(x, y uint64) uint64 {
	high, low := bits.Mul64(x, y)
	return high ^ low
}
