package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// maxLine bounds one line of NDJSON and one record of a table, so that a file without line ends, or with a quote that
// is never closed, cannot fill the memory.
const maxLine = 1 << 20

// sniffed is how far into the text one looks to tell what it is.
const sniffed = 64 << 10

// Read reads a whole file: a CSV table or native events, plain or gzip, or a Parquet file, for which r must be an
// io.ReaderAt and an io.Seeker, as files are. Path is only a name for messages.
func Read(r io.Reader, path string, o Options) (*Dataset, error) {
	text, size, err := decompress(r)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	d := &Dataset{Path: path}
	switch form, formErr := formOf(text); {
	case formErr != nil:
		err = formErr
	case form == parquetForm:
		err = readParquet(r, func(p *parquetFile) error { return d.readParquet(p, o) })
	case form == eventForm:
		err = d.readEvents(text, o)
	default:
		err = d.readTable(text, size, o)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return d, nil
}

// decompress returns the text behind gzip, or the text itself, without a byte order mark, and its size if that is known.
func decompress(r io.Reader) (text *bufio.Reader, size int64, err error) {
	text = bufio.NewReaderSize(r, sniffed)
	if file, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	if magic, _ := text.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(text)
		if err != nil {
			return nil, 0, fmt.Errorf("unzip: %w", err)
		}
		size = 0
		text = bufio.NewReaderSize(unzipped, sniffed)
	}
	if mark, _ := text.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = text.Discard(3) // they were peeked
	}
	return text, size, nil
}

// errNothing is what an empty file is.
var errNothing = errors.New("the file is empty: want a CSV header or one JSON event a line")

// foreign are the beginnings of files that are taken for what they are not.
var foreign = []struct{ magic, what string }{
	{"PK\x03\x04", "a zip archive: unpack it, or use gzip"},
	{"\x28\xb5\x2f\xfd", "a zstd file: unpack it, or use gzip"},
	{"\xfd7zXZ\x00", "an xz file: unpack it, or use gzip"},
	{"BZh91AY&SY", "a bzip2 file: unpack it, or use gzip"},
	{"ARROW1\x00", "an Arrow file: write it as Parquet or CSV"},
	{"\xff\xfe", "UTF-16: write it as UTF-8"},
	{"\xfe\xff", "UTF-16: write it as UTF-8"},
	{"anchorwatch baseline\n", "a baseline file, which holds no rows: give the rows it was built from"},
}

// form is what a file's bytes are.
type form uint8

const (
	tableForm form = iota
	eventForm
	parquetForm
)

// formOf tells a Parquet file by its first bytes, and NDJSON from a table by the first character that is no space.
func formOf(text *bufio.Reader) (form, error) {
	start, err := text.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return tableForm, err
	}
	for _, f := range foreign {
		if bytes.HasPrefix(start, []byte(f.magic)) {
			return tableForm, errors.New("this is " + f.what)
		}
	}
	if bytes.HasPrefix(start, []byte(parquetMagic)) {
		return parquetForm, nil
	}
	start = bytes.TrimLeft(start, " \t\r\n")
	switch {
	case len(start) == 0:
		return tableForm, errNothing
	case start[0] == '[':
		return tableForm, errors.New("this is a JSON array: write one event a line")
	case start[0] == '{':
		return eventForm, nil
	}
	return tableForm, nil
}

// lines calls each with every line that is not blank, and its number from 1. The line is valid until it returns.
func lines(text *bufio.Reader, each func(n int, line []byte) error) error {
	var long []byte
	for n := 1; ; {
		part, err := text.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, part...); len(long) > maxLine {
				return fmt.Errorf("line %d: longer than %d bytes", n, maxLine)
			}
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", n, err)
		}
		line := part
		if len(long) > 0 {
			long = append(long, part...)
			line = long
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if err := each(n, bytes.TrimRight(line, "\r\n")); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		if err != nil {
			return nil //nolint:nilerr // the end of the file
		}
		long, n = long[:0], n+1
	}
}
