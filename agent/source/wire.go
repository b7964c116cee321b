package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// want asks for one partition's log from an offset on.
type want struct {
	partition Partition
	offset    int64
	epoch     int // of the cursor, to recognise an answer that came too late
}

// part is one partition's share of an answer. log and aborted lie in the answer's memory.
type part struct {
	want
	code          int16
	highWatermark int64
	log           []byte
	aborted       []abortedTransaction
}

// fetch is one Fetch request to one leader, and its answer. kafka-go's transport lends it the connection (it is a
// protocol.RawExchanger): the bytes of the answer go straight into a buffer that is used again.
type fetch struct {
	clientID          string
	maxWaitMillis     int
	maxBytes          int
	maxPartitionBytes int

	leader      int32
	wants       []want // partitions of one topic stand together
	correlation int32
	version     int16

	out    []byte
	answer []byte
	parts  []part
}

var (
	_ protocol.BrokerMessage = (*fetch)(nil)
	_ protocol.RawExchanger  = (*fetch)(nil)
)

// ApiKey implements protocol.Message.
func (f *fetch) ApiKey() protocol.ApiKey { return protocol.Fetch }

// Broker implements protocol.BrokerMessage.
func (f *fetch) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	broker, ok := cluster.Brokers[f.leader]
	if !ok {
		return protocol.Broker{}, kafka.BrokerNotAvailable
	}
	return broker, nil
}

// Required implements protocol.RawExchanger: it always takes the connection, and notes the version agreed on.
func (f *fetch) Required(versions map[protocol.ApiKey]int16) bool {
	f.version = versions[protocol.Fetch]
	return true
}

// minFetchVersion is the first with record batches of magic 2 and isolation levels, of Kafka 0.11.
const minFetchVersion = 4

// maxAnswer bounds the memory a broker can make us take, whatever size it announces. A single batch beyond the
// requested size comes whole, so this lies above any sane message.max.bytes.
const maxAnswer = 256 << 20

// RawExchange implements protocol.RawExchanger.
func (f *fetch) RawExchange(conn io.ReadWriter) (protocol.Message, error) {
	if f.version < minFetchVersion {
		return nil, fmt.Errorf("fetch: the broker speaks version %d, need %d or later: %w", f.version, minFetchVersion,
			kafka.UnsupportedVersion)
	}
	f.correlation++
	f.encode()
	if _, err := conn.Write(f.out); err != nil {
		return nil, fmt.Errorf("write fetch: %w", err)
	}
	if err := f.read(conn); err != nil {
		return nil, fmt.Errorf("read fetch: %w", err)
	}
	if err := f.decode(); err != nil {
		return nil, fmt.Errorf("read fetch: %w", err)
	}
	return f, nil
}

// encode writes the request. kafka-go agrees on version 11 at most, so there are no compact strings and no topic ids.
func (f *fetch) encode() {
	b := append(f.out[:0], 0, 0, 0, 0) // size
	b = binary.BigEndian.AppendUint16(b, uint16(protocol.Fetch))
	b = binary.BigEndian.AppendUint16(b, uint16(f.version))
	b = appendInt32(b, int(f.correlation))
	b = appendString(b, f.clientID)
	b = appendInt32(b, -1) // replica: a consumer
	b = appendInt32(b, f.maxWaitMillis)
	b = appendInt32(b, 1) // min bytes
	b = appendInt32(b, f.maxBytes)
	b = append(b, 1) // isolation: read_committed
	if f.version >= 7 {
		b = appendInt32(b, 0)  // session: none
		b = appendInt32(b, -1) // session epoch
	}
	topics := len(b)
	b = appendInt32(b, 0)
	count := 0
	for i := 0; i < len(f.wants); count++ {
		topic := f.wants[i].partition.Topic
		j := i
		for j < len(f.wants) && f.wants[j].partition.Topic == topic {
			j++
		}
		b = appendString(b, topic)
		b = appendInt32(b, j-i)
		for ; i < j; i++ {
			b = f.appendWant(b, f.wants[i])
		}
	}
	binary.BigEndian.PutUint32(b[topics:], uint32(count))
	if f.version >= 7 {
		b = appendInt32(b, 0) // forgotten topics
	}
	if f.version >= 11 {
		b = appendString(b, "") // rack
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	f.out = b
}

func (f *fetch) appendWant(b []byte, w want) []byte {
	b = appendInt32(b, w.partition.Number)
	if f.version >= 9 {
		b = appendInt32(b, -1) // leader epoch: unknown
	}
	b = binary.BigEndian.AppendUint64(b, uint64(w.offset))
	if f.version >= 5 {
		b = binary.BigEndian.AppendUint64(b, math.MaxUint64) // log start: -1, for followers only
	}
	return appendInt32(b, f.maxPartitionBytes)
}

func appendInt32(b []byte, v int) []byte { return binary.BigEndian.AppendUint32(b, uint32(int32(v))) }

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// read takes in the whole answer. Memory grows with what arrives, not with the size announced.
func (f *fetch) read(conn io.Reader) error {
	var head [4]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return err
	}
	size := int(int32(binary.BigEndian.Uint32(head[:])))
	if size < 0 || size > maxAnswer {
		return fmt.Errorf("answer of %d bytes", size)
	}
	f.answer = f.answer[:0]
	for len(f.answer) < size {
		step := min(size-len(f.answer), max(1<<20, cap(f.answer)-len(f.answer)))
		f.answer = slices.Grow(f.answer, step)
		n, err := io.ReadFull(conn, f.answer[len(f.answer):len(f.answer)+step])
		f.answer = f.answer[:len(f.answer)+n]
		if err != nil {
			return err
		}
	}
	return nil
}

// decode splits the answer into parts.
func (f *fetch) decode() error {
	f.parts = f.parts[:0]
	d := wireReader{bytes: f.answer}
	if correlation := d.int32(); correlation != f.correlation {
		return fmt.Errorf("answer to request %d, not %d", correlation, f.correlation)
	}
	d.int32() // throttle: the broker itself delays
	if f.version >= 7 {
		if code := d.int16(); code != 0 {
			return kafka.Error(code)
		}
		d.int32() // session
	}
	for topics := d.int32(); topics > 0 && !d.failed; topics-- {
		topic := d.take(int(d.int16()))
		for partitions := d.int32(); partitions > 0 && !d.failed; partitions-- {
			f.decodePart(&d, topic)
		}
	}
	if d.failed {
		return errors.New("answer is cut off")
	}
	return nil
}

func (f *fetch) decodePart(d *wireReader, topic []byte) {
	number := d.int32()
	p := part{code: d.int16(), highWatermark: d.int64()}
	d.int64() // last stable offset
	if f.version >= 5 {
		d.int64() // log start
	}
	for aborted := d.int32(); aborted > 0 && !d.failed; aborted-- {
		p.aborted = append(p.aborted, abortedTransaction{producer: d.int64(), firstOffset: d.int64()})
	}
	if f.version >= 11 {
		d.int32() // preferred replica: without a rack there is none
	}
	p.log = d.take(int(d.int32()))
	i := slices.IndexFunc(f.wants, func(w want) bool {
		return w.partition.Topic == string(topic) && w.partition.Number == int(number)
	})
	if i < 0 || d.failed {
		return
	}
	p.want = f.wants[i]
	f.parts = append(f.parts, p)
}

// wireReader reads big-endian numbers. Once it has failed it stays failed and returns zeros.
type wireReader struct {
	bytes  []byte
	failed bool
}

// take returns the next n bytes; none if n is negative, which stands for null.
func (d *wireReader) take(n int) []byte {
	if n < 0 {
		return nil
	}
	if d.failed || n > len(d.bytes) {
		d.failed = true
		return nil
	}
	taken := d.bytes[:n:n]
	d.bytes = d.bytes[n:]
	return taken
}

func (d *wireReader) int16() int16 {
	if b := d.take(2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (d *wireReader) int32() int32 {
	if b := d.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (d *wireReader) int64() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}
