package dataset

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Point is one row of a series.
type Point struct {
	Row     int     // counted from 0, without a header
	Value   float64 // maybe infinite
	Missing bool    // the row has no value
}

// ColumnError says that a file does not have the column that was asked for, or has several and none was asked for.
type ColumnError struct {
	Column  string // empty if none was asked for
	Columns []string
}

func (e *ColumnError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("several columns (%s): say which", strings.Join(e.Columns, ", "))
	}
	return fmt.Sprintf("no column %q (there are: %s)", e.Column, strings.Join(e.Columns, ", "))
}

// ReadSeries calls each with every row's value of one column of a CSV table or of JSON objects one a line, plain or gzip, as soon as
// the row has come: the input may be a pipe that never ends. Path is only a name for messages.
//
// Column is a name, or a position counted from 0; in JSON a key, or keys joined by dots where objects are nested. It may be
// empty if there is one column. A CSV's first record is a header if the column is a name, or if the record's own value in
// that column is no number. Blank lines are no rows. Missing is what is missing elsewhere (doc.go), true and false are 1 and 0, and any other text is an error with its line.
func ReadSeries(r io.Reader, path, column string, each func(line int, p Point) error) error {
	text, _, err := decompress(r)
	if err == nil {
		err = readSeries(text, column, each)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func readSeries(text *bufio.Reader, column string, each func(line int, p Point) error) error {
	first, err := firstLine(text)
	if err != nil {
		return err
	}
	for _, f := range foreign {
		if bytes.HasPrefix(first, []byte(f.magic)) {
			return errors.New("this is " + f.what)
		}
	}
	if bytes.HasPrefix(first, []byte(parquetMagic)) {
		return errors.New("this is a Parquet file, which cannot be read row by row: write the column as CSV")
	}
	if bytes.HasPrefix(first, []byte("{")) {
		return seriesOfObjects(text, column, each)
	}
	s := series{column: column, each: each}
	return s.table(text, first)
}

// firstLine returns the first line that is not blank, without taking it away and without waiting for more than it.
func firstLine(text *bufio.Reader) ([]byte, error) {
	var err error
	for {
		start, _ := text.Peek(text.Buffered()) // never waits
		line, _, whole := bytes.Cut(bytes.TrimLeft(start, "\r\n"), []byte("\n"))
		switch {
		case whole, errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			return line, nil
		case err != nil:
			return nil, err
		}
		_, err = text.Peek(text.Buffered() + 1)
	}
}

// series reads one column of a table.
type series struct {
	column string
	each   func(line int, p Point) error
	field  int
	row    int
}

func (s *series) table(text *bufio.Reader, first []byte) error {
	records := recordsLike(text, string(first))
	for n := 0; ; n++ {
		record, err := records.read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n == 0 {
			header, err := s.find(asStrings(record))
			if err != nil {
				return err
			}
			if header {
				continue
			}
		}
		if err := s.take(records.start, string(record[s.field])); err != nil {
			return err
		}
	}
}

func asStrings(record [][]byte) []string {
	cells := make([]string, len(record))
	for i, cell := range record {
		cells[i] = string(cell)
	}
	return cells
}

// find settles which field is the column, from the first record, and whether that record is a header.
func (s *series) find(record []string) (header bool, err error) {
	names := distinctNames(record)
	position, notNumber := strconv.Atoi(s.column)
	switch {
	case s.column == "" && len(record) == 1:
	case s.column == "":
		return false, &ColumnError{Columns: s.listed(record)}
	case notNumber == nil && position >= 0 && position < len(record):
		s.field = position
	default:
		s.field = slices.Index(names, s.column)
		if s.field < 0 {
			return false, &ColumnError{Column: s.column, Columns: s.listed(record)}
		}
		return true, nil
	}
	return isName(record[s.field]) || record[s.field] == "" && len(record) > 1, nil // pandas gives its index no name
}

// isName tells whether a cell holds a text that is neither a number nor missing.
func isName(cell string) bool {
	_, _, err := parseCell(cell)
	return err != nil
}

// listed names the columns, by position if the first record is no header: if any of its fields is a number.
func (s *series) listed(record []string) []string {
	names := distinctNames(record)
	for _, cell := range record {
		if _, _, ok := parseNumber(cell); ok {
			for i := range names {
				names[i] = strconv.Itoa(i)
			}
			break
		}
	}
	return names
}

func (s *series) take(line int, cell string) error {
	x, missing, err := parseCell(cell)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	err = s.each(line, Point{Row: s.row, Value: x, Missing: missing})
	s.row++
	return err
}

// parseCell reads a cell as a number.
func parseCell(cell string) (x float64, missing bool, err error) {
	cell = strings.TrimSpace(cell)
	if isMissing(cell) {
		return 0, true, nil
	}
	if x, _, ok := parseNumber(cell); ok {
		return x, false, nil
	}
	if x := asNumber(cell); !math.IsNaN(x) {
		return x, false, nil
	}
	return 0, false, fmt.Errorf("%q is no number", cell)
}

// seriesOfObjects reads one key of JSON objects.
func seriesOfObjects(text *bufio.Reader, column string, each func(line int, p Point) error) error {
	s := series{column: column, each: each}
	return lines(text, func(n int, line []byte) error {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(line, &object); err != nil {
			return fmt.Errorf("no JSON object: %w", err)
		}
		if s.row == 0 && s.column == "" {
			if len(object) != 1 {
				return &ColumnError{Columns: slices.Sorted(maps.Keys(object))}
			}
			for key := range object {
				s.column = key
			}
		}
		value, found := lookUp(object, s.column)
		if !found && s.row == 0 {
			return &ColumnError{Column: s.column, Columns: slices.Sorted(maps.Keys(object))}
		}
		cell, err := jsonCell(value)
		if err == nil {
			var x float64
			var missing bool
			if x, missing, err = parseCell(cell); err == nil {
				err = s.each(n, Point{Row: s.row, Value: x, Missing: missing})
				s.row++
			}
		}
		return err
	})
}

// lookUp finds a key, or keys joined by dots.
func lookUp(object map[string]json.RawMessage, key string) (json.RawMessage, bool) {
	if value, ok := object[key]; ok {
		return value, true
	}
	for i := range len(key) {
		if key[i] != '.' {
			continue
		}
		var inner map[string]json.RawMessage
		if json.Unmarshal(object[key[:i]], &inner) == nil {
			if value, ok := lookUp(inner, key[i+1:]); ok {
				return value, true
			}
		}
	}
	return nil, false
}

// jsonCell returns a JSON value as a cell of a table would hold it.
func jsonCell(value json.RawMessage) (string, error) {
	if len(value) == 0 || value[0] != '"' {
		return string(value), nil
	}
	var text string
	err := json.Unmarshal(value, &text)
	return text, err
}
