package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// The codecs of a frame's attributes.
const (
	codecNone byte = iota
	codecGzip
	codecSnappy
	codecLZ4
	codecZstd
)

var errTooLarge = errors.New("batch decompresses to more than the bound")

// arenaTarget is how many decompressed bytes make a batch full; a body is opened behind fewer than that.
const arenaTarget = 4 << 20

// decompressor opens the bodies of frames. It keeps its decoders, and with them their memory, from one to the next.
type decompressor struct {
	limit int // bytes one body may open to
	input bytes.Reader
	gzip  *gzip.Reader
	lz4   *lz4.Reader
	zstd  *zstd.Decoder
}

// appendTo appends the opened body to dst and returns it.
func (d *decompressor) appendTo(dst []byte, codec byte, body []byte) ([]byte, error) {
	switch codec {
	case codecGzip:
		return d.appendGzip(dst, body)
	case codecSnappy:
		return d.appendSnappy(dst, body)
	case codecLZ4:
		return d.appendLZ4(dst, body)
	case codecZstd:
		return d.appendZstd(dst, body)
	default:
		return dst, fmt.Errorf("unknown codec %d", codec)
	}
}

func (d *decompressor) appendGzip(dst, body []byte) ([]byte, error) {
	d.input.Reset(body)
	if d.gzip == nil {
		d.gzip = new(gzip.Reader)
	}
	if err := d.gzip.Reset(&d.input); err != nil {
		return dst, fmt.Errorf("gzip: %w", err)
	}
	return d.appendStream(dst, "gzip", d.gzip)
}

func (d *decompressor) appendLZ4(dst, body []byte) ([]byte, error) {
	d.input.Reset(body)
	if d.lz4 == nil {
		d.lz4 = lz4.NewReader(nil)
	}
	d.lz4.Reset(&d.input)
	return d.appendStream(dst, "lz4", d.lz4)
}

// appendStream reads to the end of the stream, or to one byte beyond the limit.
func (d *decompressor) appendStream(dst []byte, name string, stream io.Reader) ([]byte, error) {
	start := len(dst)
	for len(dst)-start <= d.limit {
		dst = slices.Grow(dst, 4096)
		n, err := stream.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if errors.Is(err, io.EOF) && len(dst)-start <= d.limit {
			return dst, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return dst, fmt.Errorf("%s: %w", name, err)
		}
	}
	return dst, errTooLarge
}

// xerialMagic begins the framing that the Java client puts around snappy blocks: magic, two version numbers, then blocks
// each led by its length. Other clients write one bare block.
var xerialMagic = []byte("\x82SNAPPY\x00")

const xerialHeader = 16

func (d *decompressor) appendSnappy(dst, body []byte) ([]byte, error) {
	limit := len(dst) + d.limit
	if len(body) < xerialHeader || !bytes.HasPrefix(body, xerialMagic) {
		return appendSnappyBlock(dst, body, limit)
	}
	var err error
	for rest := body[xerialHeader:]; len(rest) > 0; {
		if len(rest) < 4 {
			return dst, errors.New("snappy: block length is cut off")
		}
		size := int64(binary.BigEndian.Uint32(rest))
		if size > int64(len(rest)-4) {
			return dst, errors.New("snappy: block is cut off")
		}
		if dst, err = appendSnappyBlock(dst, rest[4:4+size], limit); err != nil {
			return dst, err
		}
		rest = rest[4+size:]
	}
	return dst, nil
}

// snappyRatio is more than a snappy block can gain: a copy of at most 64 bytes takes at least 2.
const snappyRatio = 64

// appendSnappyBlock believes the length that a block states only within limit and what its size can hold.
func appendSnappyBlock(dst, block []byte, limit int) ([]byte, error) {
	size, err := snappy.DecodedLen(block)
	if err != nil {
		return dst, err
	}
	if size > limit-len(dst) {
		return dst, errTooLarge
	}
	if size > snappyRatio*len(block) {
		return dst, snappy.ErrCorrupt
	}
	dst = slices.Grow(dst, size)
	if _, err := snappy.Decode(dst[len(dst):len(dst)+size], block); err != nil {
		return dst, err
	}
	return dst[:len(dst)+size], nil
}

// minZstdMemory is the window that every decoder should support (RFC 8878, 3.1.1.1.2). The decoder refuses windows beyond
// its bound, and streaming writers state the window of their level however little follows.
const minZstdMemory = 8 << 20

func (d *decompressor) appendZstd(dst, body []byte) ([]byte, error) {
	if d.zstd == nil {
		decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(uint64(max(d.limit, minZstdMemory))))
		if err != nil {
			return dst, fmt.Errorf("zstd: %w", err)
		}
		d.zstd = decoder
	}
	opened, err := d.zstd.DecodeAll(body, dst)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded),
		err == nil && len(opened)-len(dst) > d.limit:
		return dst, errTooLarge
	case err != nil:
		return dst, fmt.Errorf("zstd: %w", err)
	}
	return opened, nil
}
