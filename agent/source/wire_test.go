package source

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// script is a connection that has its answer ready.
type script struct {
	bytes.Buffer // what is written
	answer       bytes.Reader
}

func (s *script) Read(b []byte) (int, error) { return s.answer.Read(b) }

// fetchAnswer is an answer of one partition in the layout of a version.
func fetchAnswer(version int16, correlation int32, log []byte) []byte {
	b := appendInt32(nil, 0)
	b = appendInt32(b, int(correlation))
	b = appendInt32(b, 0) // throttle
	if version >= 7 {
		b = binary.BigEndian.AppendUint16(b, 0) // error
		b = appendInt32(b, 0)                   // session
	}
	b = appendInt32(b, 1)
	b = appendString(b, "topic")
	b = appendInt32(b, 1)
	b = appendInt32(b, 3)                    // partition
	b = binary.BigEndian.AppendUint16(b, 0)  // error
	b = binary.BigEndian.AppendUint64(b, 99) // high watermark
	b = binary.BigEndian.AppendUint64(b, 98) // last stable offset
	if version >= 5 {
		b = binary.BigEndian.AppendUint64(b, 1) // log start
	}
	b = appendInt32(b, 1)
	b = binary.BigEndian.AppendUint64(b, 7)  // aborted: producer
	b = binary.BigEndian.AppendUint64(b, 42) // its first offset
	if version >= 11 {
		b = appendInt32(b, -1) // preferred replica
	}
	b = append(appendInt32(b, len(log)), log...)
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

func newFetch(version int16) *fetch {
	return &fetch{
		clientID: "id", maxWaitMillis: 500, maxBytes: 1000, maxPartitionBytes: 100, version: version, correlation: 4,
		wants: []want{{partition: Partition{"topic", 3}, offset: 40}, {partition: Partition{"topic", 4}, offset: 50}},
	}
}

func TestFetchSpeaksVersions4To11(t *testing.T) {
	// Request bytes without size, key, version, correlation and client id: by the table of the protocol guide.
	sizes := map[int16]int{4: 0, 5: 16, 6: 16, 7: 16 + 12, 8: 16 + 12, 9: 16 + 12 + 8, 10: 16 + 12 + 8, 11: 16 + 12 + 8 + 2}
	for version := int16(4); version <= 11; version++ {
		s := &script{}
		s.answer.Reset(fetchAnswer(version, 5, []byte("log")))
		f := newFetch(version)
		if _, err := f.RawExchange(s); err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if len(f.parts) != 1 {
			t.Fatalf("version %d: %d parts", version, len(f.parts))
		}
		p := f.parts[0]
		if p.partition != (Partition{"topic", 3}) || p.offset != 40 || p.highWatermark != 99 || string(p.log) != "log" ||
			len(p.aborted) != 1 || p.aborted[0] != (abortedTransaction{producer: 7, firstOffset: 42}) {
			t.Errorf("version %d: %+v", version, p)
		}
		out := s.Bytes()
		const plain = 4 + 2 + 2 + 4 + 4 + 17 + 4 + (2 + 5) + 4 + 2*16 // two partitions of id, offset, max bytes
		if got, want := len(out), plain+sizes[version]; got != want || int(binary.BigEndian.Uint32(out)) != got-4 {
			t.Errorf("version %d: request of %d bytes, want %d", version, got, want)
		}
	}
}

func TestFetchRefusesBadAnswers(t *testing.T) {
	good := fetchAnswer(11, 5, []byte("log"))
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge, maxAnswer+1)
	for name, answer := range map[string][]byte{
		"cut off": good[:len(good)-1], "of another request": fetchAnswer(11, 6, nil), "huge": huge, "nothing": nil,
	} {
		s := &script{}
		s.answer.Reset(answer)
		if _, err := newFetch(11).RawExchange(s); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := newFetch(3).RawExchange(&script{}); err == nil {
		t.Error("spoke version 3")
	}
}

// FuzzFetchAnswer checks that no answer makes us panic or read outside of it.
func FuzzFetchAnswer(f *testing.F) {
	for version := int16(4); version <= 11; version++ {
		f.Add(version, fetchAnswer(version, 4, []byte("log"))[4:])
	}
	f.Fuzz(func(t *testing.T, version int16, answer []byte) {
		one := newFetch(version)
		one.answer = answer
		if one.decode() != nil {
			return
		}
		for _, p := range one.parts {
			if len(p.log) > len(answer) || len(p.aborted) > len(answer)/16 {
				t.Fatalf("part %+v of %d bytes", p, len(answer))
			}
		}
	})
}
