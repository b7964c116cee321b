package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// FileOptions is what a File source is made of.
type FileOptions struct {
	// Paths are files of newline-delimited JSON, plain or gzip as their content says. Each is one partition, whose topic
	// is the path as written here.
	Paths []string
	// MaxEventBytes is the largest event that will be decoded; default 1 MiB. Of a longer line the first
	// MaxEventBytes+1 bytes are delivered, so that decoding refuses it as too large and the stream goes on.
	MaxEventBytes int
	Clock         func() time.Time // required
}

// File replays files through the contract of Source: line numbers are offsets, blank lines are numbered but bring no
// record, every record's time is when the source was made. Fetch takes the files in turn; pausing one is how a caller
// reads several in the order of their events. There is no group: Commit does nothing.
type File struct {
	options FileOptions
	started time.Time
	inputs  []*input
	paused  map[Partition]bool
	turn    int
	records []Record
	arena   []byte
	closed  atomic.Bool
}

var _ Source = (*File)(nil)

const (
	linesPerBatch = 512
	bytesPerBatch = 4 << 20
)

// NewFile looks at every path once, so that a name that cannot be read is an error here and not in the middle.
func NewFile(options FileOptions) (*File, error) {
	if options.Clock == nil {
		return nil, errors.New("file source: no clock")
	}
	options.MaxEventBytes = either(options.MaxEventBytes, 1<<20)
	f := &File{options: options, started: options.Clock()}
	for i, path := range options.Paths {
		if slices.Contains(options.Paths[:i], path) {
			return nil, fmt.Errorf("file source: %q is named twice", path)
		}
		in := &input{partition: Partition{Topic: path}}
		if err := in.open(); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		f.inputs = append(f.inputs, in)
	}
	return f, nil
}

// Assignment implements Source: all files, for ever.
func (f *File) Assignment(ctx context.Context) (Assignment, error) {
	a := Assignment{Total: len(f.inputs)}
	for _, in := range f.inputs {
		a.Owned = append(a.Owned, in.partition)
	}
	return a, f.alive(ctx)
}

// Seek implements Source: it reads each named file again up to its position. A position beyond the end of a file is one
// at its end.
func (f *File) Seek(ctx context.Context, positions Positions) error {
	if err := f.alive(ctx); err != nil {
		return err
	}
	for _, in := range f.inputs {
		next, ok := positions[in.partition]
		if !ok {
			continue
		}
		if err := in.seek(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// Pause implements Source.
func (f *File) Pause(partitions map[Partition]bool) { f.paused = maps.Clone(partitions) }

// Fetch implements Source: up to 512 lines of one file.
func (f *File) Fetch(ctx context.Context) (Batch, error) {
	if err := f.alive(ctx); err != nil {
		return Batch{}, err
	}
	var waiting *input
	for range f.inputs {
		in := f.inputs[f.turn%len(f.inputs)]
		f.turn++
		switch {
		case in.ended:
		case f.paused[in.partition]:
			waiting = in
		default:
			return f.read(in)
		}
	}
	if waiting == nil {
		return Batch{}, ErrEnd
	}
	return Batch{Partition: waiting.partition, Next: waiting.next, HighWatermark: -1, FetchedAt: f.options.Clock()}, nil
}

// read fills a batch from one file.
func (f *File) read(in *input) (Batch, error) {
	f.records, f.arena = f.records[:0], f.arena[:0]
	var err error
	for len(f.records) < linesPerBatch && len(f.arena) < bytesPerBatch && err == nil {
		start, offset := len(f.arena), in.next
		f.arena, err = in.line(f.arena, f.options.MaxEventBytes+1)
		value := bytes.TrimRight(f.arena[start:len(f.arena):len(f.arena)], "\r")
		if err == nil && len(bytes.TrimSpace(value)) > 0 {
			f.records = append(f.records, Record{Partition: in.partition, Offset: offset, Time: f.started, Value: value})
		}
	}
	if err == nil {
		err = in.more()
	}
	b := Batch{
		Partition: in.partition, Records: f.records, Next: in.next, HighWatermark: -1, FetchedAt: f.options.Clock(),
	}
	if errors.Is(err, io.EOF) {
		in.ended, err = true, nil
		b.End, b.HighWatermark = true, in.next
	}
	if err != nil && len(b.Records) == 0 { // with records before it, the next Fetch meets it again
		return Batch{}, fmt.Errorf("read %q at line %d: %w", in.partition.Topic, in.next+1, err)
	}
	return b, nil
}

// Commit implements Source; it does nothing.
func (f *File) Commit(ctx context.Context, _ Positions) error { return f.alive(ctx) }

// Close implements Source.
func (f *File) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	var errs []error
	for _, in := range f.inputs {
		errs = append(errs, in.file.Close())
	}
	return errors.Join(errs...)
}

func (f *File) alive(ctx context.Context) error {
	if f.closed.Load() {
		return ErrClosed
	}
	return ctx.Err()
}

// input is one file being read.
type input struct {
	partition Partition
	file      *os.File
	lines     *bufio.Reader
	next      int64 // number of the line to read
	ended     bool
}

var gzipMagic = []byte{0x1f, 0x8b}

// open starts at the beginning of the file.
func (in *input) open() error {
	path := in.partition.Topic
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	in.file, in.lines, in.next, in.ended = file, bufio.NewReaderSize(file, 64<<10), 0, false
	if magic, _ := in.lines.Peek(len(gzipMagic)); !bytes.Equal(magic, gzipMagic) {
		if _, err := in.lines.Peek(1); err != nil && !errors.Is(err, io.EOF) { // a directory, or a disk that fails
			return errors.Join(fmt.Errorf("open: %w", err), file.Close())
		}
		return nil
	}
	unzipped, err := gzip.NewReader(in.lines)
	if err != nil {
		return errors.Join(fmt.Errorf("open %q: %w", path, err), file.Close())
	}
	in.lines = bufio.NewReaderSize(unzipped, 64<<10)
	return nil
}

// seek reads the file again from its beginning, up to the line with the number next or its end.
func (in *input) seek(ctx context.Context, next int64) error {
	if err := in.file.Close(); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	if err := in.open(); err != nil {
		return err
	}
	for in.next < next {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := in.line(nil, 0); errors.Is(err, io.EOF) {
			return nil // the next read finds the end too, and says so
		} else if err != nil {
			return fmt.Errorf("read %q at line %d: %w", in.partition.Topic, in.next+1, err)
		}
	}
	return nil
}

// line appends the next line without its end, and at most limit bytes of it, to dst. It returns io.EOF only if there is
// no further line, not even an empty last one.
func (in *input) line(dst []byte, limit int) ([]byte, error) {
	start := len(dst)
	for first := true; ; first = false {
		piece, err := in.lines.ReadSlice('\n')
		kept := min(len(bytes.TrimSuffix(piece, []byte("\n"))), limit-(len(dst)-start))
		dst = append(dst, piece[:kept]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (!first || len(piece) > 0):
			in.next++
			return dst, nil // a last line without a line feed
		case err != nil:
			return dst, err
		}
		in.next++
		return dst, nil
	}
}

// more returns io.EOF if the file has no further line.
func (in *input) more() error {
	_, err := in.lines.Peek(1)
	return err
}
