package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

var errMalformed = errors.New("malformed record")

// walk opens frames and collects their records. All its memory is used again after reset, so that a record costs no
// allocation; the records point into the frames and into arena.
type walk struct {
	records      []Record
	headers      []Header // all records' headers, one after the other
	arena        []byte   // what had to be decompressed
	names        map[string]string
	decompressor decompressor
}

// maxNames bounds how many header names are remembered; producers use a handful.
const maxNames = 1024

func newWalk(maxBatchBytes int) *walk {
	return &walk{names: map[string]string{}, decompressor: decompressor{limit: maxBatchBytes}}
}

// reset gives up all records collected so far.
func (w *walk) reset() {
	w.records, w.headers, w.arena = w.records[:0], w.headers[:0], w.arena[:0]
}

// open collects the records of an intact frame from the offset wanted on: the first frame of an answer may start
// earlier. On an error nothing of the frame is kept.
func (w *walk) open(partition Partition, f frame, wanted int64) error {
	before := len(w.records)
	body := f.body()
	if codec := f.codec(); codec != codecNone {
		start := len(w.arena)
		opened, err := w.decompressor.appendTo(w.arena, codec, body)
		if err != nil {
			return fmt.Errorf("open batch: %w", err)
		}
		w.arena, body = opened, opened[start:]
	}
	for range f.count() {
		rest, err := w.record(partition, f, wanted, body)
		if err != nil {
			w.records = w.records[:before]
			return fmt.Errorf("open batch: %w", err)
		}
		body = rest
	}
	return nil
}

// record reads the first record of a body and returns what follows it.
func (w *walk) record(partition Partition, f frame, wanted int64, body []byte) ([]byte, error) {
	length, n := binary.Varint(body)
	if n <= 0 || length < 0 || length > int64(len(body)-n) {
		return nil, errMalformed
	}
	d := varints{bytes: body[n : n+int(length)]}
	rest := body[n+int(length):]
	d.skip(1) // attributes, unused
	sinceBase := d.varint()
	delta := d.varint()
	key := d.field()
	value := d.field()
	headers := w.recordHeaders(&d)
	if d.failed || delta < 0 || delta > int64(f.lastDelta()) {
		return nil, errMalformed
	}
	if offset := f.baseOffset() + delta; offset >= wanted {
		w.records = append(w.records, Record{
			Partition: partition, Offset: offset, Time: recordTime(f, sinceBase), Key: key, Value: value, Headers: headers,
		})
	}
	return rest, nil
}

// recordHeaders reads a record's headers; nil if it has none.
func (w *walk) recordHeaders(d *varints) []Header {
	count := d.varint()
	if count < 0 {
		d.failed = true
	}
	start := len(w.headers)
	for i := int64(0); i < count && !d.failed; i++ {
		name := d.field()
		w.headers = append(w.headers, Header{Key: w.name(name), Value: d.field()})
	}
	if len(w.headers) == start {
		return nil
	}
	return w.headers[start:len(w.headers):len(w.headers)]
}

// name returns a header's name as a string that equal names share.
func (w *walk) name(b []byte) string {
	if known, ok := w.names[string(b)]; ok {
		return known
	}
	name := string(b)
	if len(w.names) < maxNames {
		w.names[name] = name
	}
	return name
}

// recordTime is the record's timestamp: the broker's if the topic says so, else the producer's; zero if it gave none.
func recordTime(f frame, sinceBase int64) time.Time {
	ms := f.baseTimestamp() + sinceBase
	if f.is(logAppendTime) {
		ms = f.maxTimestamp()
	}
	if ms < 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// varints reads the inside of one record. Once it has failed it stays failed and returns zeros.
type varints struct {
	bytes  []byte
	failed bool
}

func (d *varints) varint() int64 {
	v, n := binary.Varint(d.bytes)
	if d.failed || n <= 0 {
		d.failed = true
		return 0
	}
	d.bytes = d.bytes[n:]
	return v
}

// field reads a byte string that its length precedes; nil if the length is -1.
func (d *varints) field() []byte {
	length := d.varint()
	if length < 0 {
		return nil
	}
	if d.failed || length > int64(len(d.bytes)) {
		d.failed = true
		return nil
	}
	field := d.bytes[:length:length]
	d.bytes = d.bytes[length:]
	return field
}

func (d *varints) skip(n int) {
	if d.failed || n > len(d.bytes) {
		d.failed = true
		return
	}
	d.bytes = d.bytes[n:]
}
