package source

import (
	"encoding/binary"
	"hash/crc32"
)

// A frame is one record batch as it lies in the log, compressed or not. This file reads frames from outside: where they
// begin and end, and whether they are intact. The layout is Kafka's record batch, magic 2 (KIP-98).
type frame []byte

const (
	framePrefix = 12 // base offset and length: the length counts what follows them
	frameMagic  = 16 // position of the magic byte, the same in every version of the format
	frameHeader = 61 // position of the first record
)

// The bits of a frame's attributes.
const (
	codecMask     = 0x07
	logAppendTime = 0x08
	transactional = 0x10
	control       = 0x20
)

func (f frame) baseOffset() int64    { return int64(binary.BigEndian.Uint64(f)) }
func (f frame) magic() byte          { return f[frameMagic] }
func (f frame) crc() uint32          { return binary.BigEndian.Uint32(f[17:]) }
func (f frame) attributes() uint16   { return binary.BigEndian.Uint16(f[21:]) }
func (f frame) lastDelta() int32     { return int32(binary.BigEndian.Uint32(f[23:])) }
func (f frame) baseTimestamp() int64 { return int64(binary.BigEndian.Uint64(f[27:])) }
func (f frame) maxTimestamp() int64  { return int64(binary.BigEndian.Uint64(f[35:])) }
func (f frame) producer() int64      { return int64(binary.BigEndian.Uint64(f[43:])) }
func (f frame) count() int32         { return int32(binary.BigEndian.Uint32(f[57:])) }
func (f frame) body() []byte         { return f[frameHeader:] }
func (f frame) codec() byte          { return byte(f.attributes() & codecMask) }
func (f frame) is(bit uint16) bool   { return f.attributes()&bit != 0 }

// end is the offset after the frame. It counts for every frame, also one that compaction has emptied: the records
// themselves do not tell where it ends.
func (f frame) end() int64 { return f.baseOffset() + int64(f.lastDelta()) + 1 }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// intact tells whether a frame of magic 2 can be trusted: checksum, and offsets that go forward.
func (f frame) intact() bool {
	return len(f) >= frameHeader && f.crc() == crc32.Checksum(f[21:], castagnoli) &&
		f.baseOffset() >= 0 && f.lastDelta() >= 0 && f.end() > f.baseOffset()
}

// nextFrame cuts the first frame off a log. It returns false at the end of the log, also if the last frame is incomplete,
// which is how brokers cut an answer at its size limit.
func nextFrame(log []byte) (first frame, rest []byte, ok bool) {
	if len(log) <= frameMagic {
		return nil, nil, false
	}
	length := int32(binary.BigEndian.Uint32(log[8:]))
	if length <= frameMagic-framePrefix || int64(length) > int64(len(log)-framePrefix) {
		return nil, nil, false
	}
	end := framePrefix + int(length)
	return frame(log[:end:end]), log[end:], true
}

// survey is what an answer holds, seen from outside.
type survey struct {
	sound []byte // the leading frames that are intact
	next  int64  // the offset after them; the wanted offset if there are none
	// If a frame follows that cannot be read: why, where it starts, and which offset comes after it.
	fault      Cause
	faultStart int64
	faultEnd   int64
}

// surveyLog looks over the frames of a log that was asked for from the offset wanted on, and stops at the first that is
// damaged or of a format it cannot read. highWatermark bounds how far a damaged frame may claim to reach.
func surveyLog(log []byte, wanted, highWatermark int64) survey {
	s := survey{next: wanted}
	rest := log
	for {
		f, after, ok := nextFrame(rest)
		switch {
		case !ok:
			s.sound = log[:len(log)-len(rest)]
			return s
		case f.magic() == 2 && f.intact():
			s.next = max(s.next, f.end())
			rest = after
		default:
			s.sound = log[:len(log)-len(rest)]
			s.fault, s.faultStart = Corrupt, f.baseOffset()
			if f.magic() != 2 {
				s.fault = OldFormat
			}
			s.faultEnd = faultEnd(f, after, s.next, highWatermark)
			return s
		}
	}
}

// faultEnd estimates where a frame ends whose own word cannot be trusted: where the next one starts, else where it says
// itself. It lies beyond next, so that reading goes on, and not beyond the high watermark.
func faultEnd(f frame, after []byte, next, highWatermark int64) int64 {
	end := f.baseOffset() + 1 // message sets (magic 0 and 1) carry the offset of their last message
	if follower, _, ok := nextFrame(after); ok && f.magic() == 2 && follower.baseOffset() > f.baseOffset() {
		end = follower.baseOffset()
	} else if f.magic() == 2 && len(f) >= frameHeader && f.lastDelta() >= 0 {
		end = f.end()
	}
	return max(min(end, highWatermark), next+1)
}
