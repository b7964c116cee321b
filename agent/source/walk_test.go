package source

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// A hand-built batch: what a test sets differs from a plain one.
type handmade struct {
	base     int64
	deltas   []int64 // of the records kept; lastDelta says where the batch ends
	last     int32
	flags    uint16
	codec    byte
	producer int64
	value    []byte
	body     []byte // instead of records made from deltas
}

func (h handmade) frame(tb testing.TB) frame {
	tb.Helper()
	body := h.body
	if body == nil {
		for _, delta := range h.deltas {
			body = append(body, record(delta, []byte("k"), h.value)...)
		}
	}
	body = compress(tb, h.codec, body)
	f := make([]byte, frameHeader, frameHeader+len(body))
	f = append(f, body...)
	binary.BigEndian.PutUint64(f, uint64(h.base))
	binary.BigEndian.PutUint32(f[8:], uint32(len(f)-framePrefix))
	f[frameMagic] = 2
	binary.BigEndian.PutUint16(f[21:], h.flags|uint16(h.codec))
	binary.BigEndian.PutUint32(f[23:], uint32(h.last))
	binary.BigEndian.PutUint64(f[27:], 1000)
	binary.BigEndian.PutUint64(f[35:], 9000)
	binary.BigEndian.PutUint64(f[43:], uint64(h.producer))
	binary.BigEndian.PutUint32(f[57:], uint32(len(h.deltas)))
	return seal(f)
}

// seal puts the right checksum in.
func seal(f frame) frame {
	binary.BigEndian.PutUint32(f[17:], crc32.Checksum(f[21:], castagnoli))
	return f
}

func record(delta int64, key, value []byte) []byte {
	inside := []byte{0}
	inside = binary.AppendVarint(inside, delta) // milliseconds since the base, the same number
	inside = binary.AppendVarint(inside, delta)
	for _, b := range [][]byte{key, value} {
		if b == nil {
			inside = binary.AppendVarint(inside, -1)
			continue
		}
		inside = append(binary.AppendVarint(inside, int64(len(b))), b...)
	}
	inside = append(inside, 2, 4, 'i', 'd', 2, '7') // one header: id=7
	return append(binary.AppendVarint(nil, int64(len(inside))), inside...)
}

func compress(tb testing.TB, codec byte, body []byte) []byte {
	tb.Helper()
	var out bytes.Buffer
	switch codec {
	case codecGzip:
		w := gzip.NewWriter(&out)
		w.Write(body)
		w.Close()
	case codecSnappy:
		return snappy.Encode(nil, body)
	case codecLZ4:
		w := lz4.NewWriter(&out)
		w.Write(body)
		w.Close()
	case codecZstd:
		w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			tb.Fatal(err)
		}
		w.Write(body)
		w.Close()
	default:
		return body
	}
	return out.Bytes()
}

// marker ends a transaction: type 0 aborts, 1 commits.
func marker(tb testing.TB, base, producer int64, kind byte) frame {
	tb.Helper()
	return handmade{
		base: base, deltas: []int64{0}, flags: control | transactional, producer: producer,
		body: record(0, []byte{0, 0, 0, kind}, []byte{0, 0, 0, 0, 0, 0}),
	}.frame(tb)
}

func offsets(records []Record) []int64 {
	var list []int64
	for _, r := range records {
		list = append(list, r.Offset)
	}
	return list
}

func TestWalkOpensEveryCodec(t *testing.T) {
	for _, codec := range []byte{codecNone, codecGzip, codecSnappy, codecLZ4, codecZstd} {
		w := newWalk(1 << 20)
		f := handmade{base: 40, deltas: []int64{0, 1, 5}, last: 9, codec: codec, value: []byte("value")}.frame(t)
		if err := w.open(Partition{Topic: "t"}, f, 41); err != nil {
			t.Fatalf("codec %d: %v", codec, err)
		}
		if got := offsets(w.records); !slices.Equal(got, []int64{41, 45}) {
			t.Errorf("codec %d: offsets %v: the wanted offset lies inside the batch", codec, got)
		}
		r := w.records[1]
		if string(r.Key) != "k" || string(r.Value) != "value" || r.Time.UnixMilli() != 1005 ||
			len(r.Headers) != 1 || r.Headers[0].Key != "id" || string(r.Headers[0].Value) != "7" {
			t.Errorf("codec %d: %+v", codec, r)
		}
		if f.end() != 50 {
			t.Errorf("the batch ends at %d, not at its last record", f.end())
		}
	}
}

func TestWalkOpensXerialSnappy(t *testing.T) {
	body := append(record(0, nil, bytes.Repeat([]byte("a"), 1000)), record(1, nil, []byte("b"))...)
	framed := append(slices.Clone(xerialMagic), 0, 0, 0, 1, 0, 0, 0, 1)
	for _, part := range [][]byte{body[:500], body[500:]} {
		block := snappy.Encode(nil, part)
		framed = append(binary.BigEndian.AppendUint32(framed, uint32(len(block))), block...)
	}
	f := handmade{deltas: []int64{0, 1}, last: 1, body: framed}.frame(t)
	binary.BigEndian.PutUint16(f[21:], uint16(codecSnappy))
	w := newWalk(1 << 20)
	if err := w.open(Partition{}, seal(f), 0); err != nil {
		t.Fatal(err)
	}
	if len(w.records) != 2 || len(w.records[0].Value) != 1000 || string(w.records[1].Value) != "b" || w.records[1].Key != nil {
		t.Errorf("got %+v", w.records)
	}
}

func TestWalkTakesTheBrokersTime(t *testing.T) {
	w := newWalk(1 << 20)
	if err := w.open(Partition{}, handmade{deltas: []int64{0}, flags: logAppendTime}.frame(t), 0); err != nil {
		t.Fatal(err)
	}
	if got := w.records[0].Time.UnixMilli(); got != 9000 {
		t.Errorf("time %d, want the batch's largest", got)
	}
}

func TestWalkRefusesBombs(t *testing.T) {
	for _, codec := range []byte{codecGzip, codecSnappy, codecLZ4, codecZstd} {
		w := newWalk(1 << 16)
		f := handmade{deltas: []int64{0}, codec: codec, value: make([]byte, 1<<20)}.frame(t)
		if err := w.open(Partition{}, f, 0); !errors.Is(err, errTooLarge) || len(w.records) != 0 {
			t.Errorf("codec %d: %v", codec, err)
		}
	}
}

func TestWalkRefusesMalformedRecords(t *testing.T) {
	whole := record(0, []byte("k"), []byte("v"))
	for name, h := range map[string]handmade{
		"cut off":              {deltas: []int64{0}, body: whole[:len(whole)-1]},
		"fewer than announced": {deltas: []int64{0, 1}, last: 1, body: whole},
		"beyond the batch":     {deltas: []int64{3}, last: 2},
		"negative delta":       {deltas: []int64{-1}, last: 2},
		"key too long":         {deltas: []int64{0}, body: []byte{10, 0, 0, 0, 100, 'k'}},
		"unknown codec":        {deltas: []int64{0}, codec: 7},
	} {
		w := newWalk(1 << 16)
		if err := w.open(Partition{}, h.frame(t), 0); err == nil || len(w.records) != 0 {
			t.Errorf("%s: %v, %d records", name, err, len(w.records))
		}
	}
}

func TestSurvey(t *testing.T) {
	a := handmade{base: 10, deltas: []int64{0, 1}, last: 4}.frame(t) // compaction took the end of it
	b := handmade{base: 30, deltas: []int64{0}}.frame(t)             // and a gap before it
	empty := handmade{base: 15, last: 3}.frame(t)                    // and all records of this one
	damaged := slices.Clone(b)
	damaged[len(damaged)-1] ^= 1
	old := slices.Clone(b)
	old[frameMagic] = 1
	join := func(frames ...[]byte) []byte { return slices.Concat(frames...) }

	for _, c := range []struct {
		name     string
		log      []byte
		sound    int // bytes
		next     int64
		fault    Cause
		faultEnd int64
	}{
		{name: "nothing", next: 7},
		{name: "two", log: join(a, b), sound: len(a) + len(b), next: 31},
		{name: "ends in an emptied batch", log: join(a, empty), sound: len(a) + len(empty), next: 19},
		{name: "incomplete last batch", log: join(a, b[:len(b)-1]), sound: len(a), next: 15},
		{name: "incomplete header", log: join(a, b[:9]), sound: len(a), next: 15},
		{name: "damaged at the end", log: join(a, damaged), sound: len(a), next: 15, fault: Corrupt, faultEnd: 31},
		{name: "damaged first", log: join(damaged, b), next: 7, fault: Corrupt, faultEnd: 31},
		{name: "damaged, next is known", log: join(damaged, handmade{base: 33, deltas: []int64{0}}.frame(t)), next: 7, fault: Corrupt, faultEnd: 33},
		{name: "message set", log: join(a, old), sound: len(a), next: 15, fault: OldFormat, faultEnd: 31},
	} {
		s := surveyLog(c.log, 7, 50)
		if len(s.sound) != c.sound || s.next != c.next || s.fault != c.fault || s.fault != "" && s.faultEnd != c.faultEnd {
			t.Errorf("%s: got sound %d, next %d, fault %q to %d", c.name, len(s.sound), s.next, s.fault, s.faultEnd)
		}
	}
}

func TestTransactionsHideEachAbortedOnce(t *testing.T) {
	var tx transactions
	data := func(base, producer int64) frame {
		return handmade{base: base, deltas: []int64{0, 1}, last: 1, flags: transactional, producer: producer}.frame(t)
	}
	tx.reset([]abortedTransaction{{producer: 7, firstOffset: 20}, {producer: 7, firstOffset: 0}})
	for _, c := range []struct {
		name string
		f    frame
		want bool
	}{
		{"aborted", data(0, 7), true},
		{"another producer", data(2, 8), false},
		{"outside of transactions", handmade{base: 4, deltas: []int64{0}, producer: 7}.frame(t), false},
		{"marker", marker(t, 5, 7, 0), true},
		{"the same producer, committed", data(6, 7), false},
		{"its marker", marker(t, 8, 7, 1), true},
		{"the same producer, aborted again", data(20, 7), true},
		{"marker of another", marker(t, 22, 8, 0), true},
		{"still aborted", data(23, 7), true},
		{"marker", marker(t, 25, 7, 0), true},
		{"committed at last", data(26, 7), false},
	} {
		if got := tx.hides(c.f); got != c.want {
			t.Errorf("%s: hidden %v", c.name, got)
		}
	}
}

func TestWalkAllocatesNothingPerRecord(t *testing.T) {
	deltas := make([]int64, 500)
	for i := range deltas {
		deltas[i] = int64(i)
	}
	for _, codec := range []byte{codecNone, codecSnappy, codecZstd} {
		f := handmade{deltas: deltas, last: 499, codec: codec, value: make([]byte, 200)}.frame(t)
		w := newWalk(1 << 20)
		var tx transactions
		got := testing.AllocsPerRun(50, func() {
			w.reset()
			tx.reset(nil)
			if tx.hides(f) || w.open(Partition{Topic: "t"}, f, 0) != nil {
				t.Fatal("not opened")
			}
		})
		allowed := 0.0
		if codec == codecZstd {
			allowed = 5 // of a whole batch: its pools are emptied at random under the race detector
		}
		if got > allowed {
			t.Errorf("codec %d: %v allocations for %d records", codec, got, len(deltas))
		}
	}
}

// FuzzWalk reads arbitrary logs, with checksums put right so that the inside is reached.
func FuzzWalk(f *testing.F) {
	for codec := range codecZstd + 1 {
		f.Add([]byte(handmade{base: 5, deltas: []int64{0, 2}, last: 3, codec: codec, value: []byte("v")}.frame(f)))
	}
	f.Add([]byte(marker(f, 3, 1, 0)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, log []byte) {
		log = slices.Clone(log)
		for rest := log; ; {
			one, after, ok := nextFrame(rest)
			if !ok {
				break
			}
			if len(one) >= frameHeader {
				seal(one)
			}
			rest = after
		}
		s := surveyLog(log, 3, 1<<40)
		if s.next < 3 || s.fault != "" && s.faultEnd <= s.next {
			t.Fatalf("goes back: %+v", s)
		}
		w := newWalk(1 << 16)
		tx := transactions{}
		tx.reset([]abortedTransaction{{producer: 1}})
		for rest := s.sound; len(rest) > 0; {
			one, after, ok := nextFrame(rest)
			if !ok {
				t.Fatal("the sound part is cut off")
			}
			if rest = after; tx.hides(one) {
				continue
			}
			before := len(w.arena)
			if w.open(Partition{}, one, 3) == nil && len(w.arena)-before > 1<<16 {
				t.Fatalf("opened to %d bytes", len(w.arena))
			}
		}
		for _, r := range w.records {
			if r.Offset < 3 || r.Offset >= s.next {
				t.Fatalf("offset %d is outside of [3, %d)", r.Offset, s.next)
			}
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	deltas := make([]int64, 500)
	for i := range deltas {
		deltas[i] = int64(i)
	}
	for name, codec := range map[string]byte{"none": codecNone, "zstd": codecZstd} {
		b.Run(name+"/500x273B", func(b *testing.B) {
			f := handmade{deltas: deltas, last: 499, codec: codec, value: bytes.Repeat([]byte("feature "), 34)}.frame(b)
			w := newWalk(1 << 20)
			b.ReportAllocs()
			for b.Loop() {
				w.reset()
				if !f.intact() || w.open(Partition{Topic: "t"}, f, 0) != nil {
					b.Fatal("not opened")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/record")
		})
	}
}
