package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// magic begins every checkpoint file; its last byte is the version of the format around the sections.
const magic = "anchorwatch checkpoint\x01"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode returns the state as bytes: magic, sequence, last act, sections, and the CRC-32C of all that.
func Encode(s State) []byte {
	size := len(magic) + 64
	for _, section := range s.Sections {
		size += len(section.Name) + len(section.Data) + 24
	}
	b := append(make([]byte, 0, size), magic...)
	b = binary.AppendUvarint(b, s.Sequence)
	b = binary.AppendUvarint(b, s.LastAct)
	b = binary.AppendUvarint(b, uint64(len(s.Sections)))
	for _, section := range s.Sections {
		b = binary.AppendUvarint(b, uint64(len(section.Name)))
		b = append(b, section.Name...)
		b = binary.AppendUvarint(b, uint64(section.Version))
		b = binary.AppendUvarint(b, uint64(len(section.Data)))
		b = append(b, section.Data...)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

var errDamaged = errors.New("damaged checkpoint")

// Decode reads what Encode wrote. The sections point into b. Any damage is an error.
func Decode(b []byte) (State, error) {
	if len(b) < len(magic)+4 || string(b[:len(magic)]) != magic {
		return State{}, fmt.Errorf("%w: not an anchorwatch checkpoint of this version", errDamaged)
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return State{}, fmt.Errorf("%w: wrong checksum", errDamaged)
	}
	r := reader{rest: body[len(magic):]}
	s := State{Sequence: r.uvarint(), LastAct: r.uvarint()}
	for range r.uvarint() {
		section := Section{Name: string(r.bytes()), Version: uint32(r.uvarint()), Data: r.bytes()}
		if r.failed {
			break
		}
		s.Sections = append(s.Sections, section)
	}
	if r.failed || len(r.rest) > 0 {
		return State{}, errDamaged
	}
	return s, nil
}

// reader takes values off the front of bytes whose checksum was right.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) uvarint() uint64 {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}
