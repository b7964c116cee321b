package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// records reads a CSV table record by record as encoding/csv does (RFC 4180; the tests hold the two together), but
// makes no string of a cell: a line without a quote is cut where it lies, and that is nearly every line there is.
type records struct {
	text   *bufio.Reader
	comma  byte
	fields int // of every record, as many as the first has; 0 before that
	line   int // of text read so far
	start  int // line of the record read last
	cells  [][]byte

	long     []byte // a line that is longer than the reader's buffer
	unquoted []byte // the cells of a record with quotes
	ends     []int  // where each of them ends in unquoted
	rest     []byte // of a line with quotes
	column   int    // where rest begins, from 1
	length   int    // of the record so far
}

// newRecords reads records by commas unless the first line has none but semicolons or tabs.
func newRecords(text *bufio.Reader) *records {
	start, _ := text.Peek(sniffed)
	first, _, _ := strings.Cut(string(start), "\n")
	return recordsLike(text, first)
}

// recordsLike does the same for a caller who has seen the first line.
func recordsLike(text *bufio.Reader, first string) *records {
	r := &records{text: text, comma: ','}
	switch {
	case strings.Contains(first, ","):
	case strings.Contains(first, ";"):
		r.comma = ';'
	case strings.Contains(first, "\t"):
		r.comma = '\t'
	}
	return r
}

// read returns the next record's cells, valid until the next call; io.EOF after the last one. Empty lines are skipped.
func (r *records) read() ([][]byte, error) {
	line, err := r.readLine(0)
	for err == nil && isLineEnd(line) {
		line, err = r.readLine(0)
	}
	if err != nil {
		return nil, err
	}
	r.start, r.cells = r.line, r.cells[:0]
	if bytes.IndexByte(line, '"') >= 0 {
		err = r.unquote(line)
	} else {
		r.cut(line)
	}
	if err != nil {
		return nil, err
	}
	if r.fields == 0 {
		r.fields = len(r.cells)
	}
	if len(r.cells) != r.fields {
		return nil, &csv.ParseError{StartLine: r.start, Line: r.start, Column: 1, Err: csv.ErrFieldCount}
	}
	return r.cells, nil
}

// cut splits a line that has no quotes.
func (r *records) cut(line []byte) {
	line = bytes.TrimSuffix(line, []byte{'\n'})
	for {
		i := bytes.IndexByte(line, r.comma)
		if i < 0 {
			r.cells = append(r.cells, line)
			return
		}
		r.cells = append(r.cells, line[:i])
		line = line[i+1:]
	}
}

// readLine returns the next line, which ends in \n unless the file does, with \r\n turned into \n. So many bytes of the
// record came before it.
func (r *records) readLine(before int) ([]byte, error) {
	line, err := r.text.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		r.long = append(r.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) && before+len(r.long) <= maxLine {
			line, err = r.text.ReadSlice('\n')
			r.long = append(r.long, line...)
		}
		line = r.long
	}
	if before+len(line) > maxLine {
		return nil, fmt.Errorf("a record is longer than %d bytes: is a quote not closed?", maxLine)
	}
	if len(line) > 0 && errors.Is(err, io.EOF) {
		err = nil
		line = bytes.TrimSuffix(line, []byte{'\r'})
	}
	r.line++
	if n := len(line); n >= 2 && line[n-2] == '\r' && line[n-1] == '\n' {
		line[n-2] = '\n'
		line = line[:n-1]
	}
	return line, err
}

// unquote takes a record apart whose first line has quotes somewhere. Cells are copied, because a quoted one may go on
// over several lines.
func (r *records) unquote(line []byte) error {
	r.unquoted, r.ends = r.unquoted[:0], r.ends[:0]
	r.rest, r.column, r.length = line, 1, len(line)
	for more := true; more; {
		var err error
		if len(r.rest) > 0 && r.rest[0] == '"' {
			more, err = r.quoted()
		} else {
			more, err = r.bare()
		}
		if err != nil {
			return err
		}
		r.ends = append(r.ends, len(r.unquoted))
	}
	from := 0
	for _, end := range r.ends {
		r.cells = append(r.cells, r.unquoted[from:end])
		from = end
	}
	return nil
}

// skip passes over n bytes of the line.
func (r *records) skip(n int) { r.rest, r.column = r.rest[n:], r.column+n }

// bare copies a cell that does not begin with a quote; then it must not have any. There are more cells if a comma
// follows.
func (r *records) bare() (more bool, err error) {
	cell, _, more := bytes.Cut(r.rest, []byte{r.comma})
	if !more {
		cell = bytes.TrimSuffix(cell, []byte{'\n'})
	}
	if j := bytes.IndexByte(cell, '"'); j >= 0 {
		return false, r.wrong(r.line, r.column+j, csv.ErrBareQuote)
	}
	r.unquoted = append(r.unquoted, cell...)
	if more {
		r.skip(len(cell) + 1)
	}
	return more, nil
}

// quoted copies a cell in quotes, where two of them stand for one. It may go on over further lines.
func (r *records) quoted() (more bool, err error) {
	r.skip(1)
	line := r.line
	for {
		i := bytes.IndexByte(r.rest, '"')
		if i < 0 && len(r.rest) == 0 {
			return false, r.wrong(line, r.column, csv.ErrQuote) // the file is over
		}
		if i < 0 {
			r.unquoted = append(r.unquoted, r.rest...)
			r.skip(len(r.rest))
			next, err := r.readLine(r.length)
			if err != nil && !errors.Is(err, io.EOF) {
				return false, err
			}
			if len(next) > 0 {
				r.rest, r.column, r.length = next, 1, r.length+len(next)
				line++
			}
			continue
		}
		r.unquoted = append(r.unquoted, r.rest[:i]...)
		r.skip(i + 1)
		switch {
		case len(r.rest) > 0 && r.rest[0] == '"':
			r.unquoted = append(r.unquoted, '"')
			r.skip(1)
		case len(r.rest) > 0 && r.rest[0] == r.comma:
			r.skip(1)
			return true, nil
		case isLineEnd(r.rest):
			return false, nil
		default:
			return false, r.wrong(r.line, r.column-1, csv.ErrQuote)
		}
	}
}

func (r *records) wrong(line, column int, what error) error {
	return &csv.ParseError{StartLine: r.start, Line: line, Column: column, Err: what}
}

// isLineEnd tells whether nothing is left of a line.
func isLineEnd(line []byte) bool { return len(line) == 0 || len(line) == 1 && line[0] == '\n' }
