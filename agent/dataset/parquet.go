package dataset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// parquetMagic begins and ends a Parquet file.
const parquetMagic = "PAR1"

// parquetFile is a Parquet file whose directory has been read. Its columns are the leaves of its schema, called by their
// path with dots: fields of structs are columns of their own.
type parquetFile struct {
	file    *parquet.File
	content io.ReaderAt
	size    int64
	rows    int
	names   []string
	leaves  []*parquet.Column
	notes   []string
}

// readParquet opens what r reads as a Parquet file and hands it to use. The library was written for files that their
// writer has not damaged: it panics at some others, and that ends here as an error.
func readParquet(r io.Reader, use func(*parquetFile) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // it reads memory past Go's checks
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("damaged Parquet file: %v", what)
		}
	}()
	file, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	var size int64
	if ok {
		size, err = file.Seek(0, io.SeekEnd)
	}
	if !ok || err != nil {
		return errors.New("a Parquet file cannot be read from a pipe, because its directory stands at its end: give a file")
	}
	p, err := openParquet(file, size)
	if err == nil {
		err = use(p)
	}
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	return nil
}

// openParquet reads the directory and refuses what cannot be true before memory is made for it.
func openParquet(content io.ReaderAt, size int64) (*parquetFile, error) {
	head, tail := make([]byte, len(parquetMagic)), make([]byte, 4+len(parquetMagic))
	if size < int64(len(head)+len(tail)) {
		return nil, errors.New("the file is cut off")
	}
	_, err := content.ReadAt(head, 0)
	if _, atEnd := content.ReadAt(tail, size-int64(len(tail))); err == nil && atEnd != nil && !errors.Is(atEnd, io.EOF) {
		err = atEnd
	}
	switch {
	case err != nil:
		return nil, err
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return nil, errors.New("it is inside gzip: unpack it, it is compressed in itself")
	case string(tail[4:]) != parquetMagic:
		return nil, errors.New("the file is cut off, or not written to its end")
	case int64(binary.LittleEndian.Uint32(tail)) > size-int64(len(head)+len(tail)):
		return nil, errors.New("damaged: its directory is longer than the file")
	}
	file, err := parquet.OpenFile(content, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, err
	}
	p := &parquetFile{file: file, content: content, size: size}
	p.walk(file.Root(), "")
	p.names = distinctNames(p.names)
	return p, p.count()
}

// walk collects the leaves that hold one value a row.
func (p *parquetFile) walk(c *parquet.Column, path string) {
	for _, child := range c.Columns() {
		name := child.Name()
		if path != "" {
			name = path + "." + name
		}
		switch {
		case child.MaxRepetitionLevel() > 0, len(child.Columns()) == 1 && child.Columns()[0].Repeated():
			p.notes = append(p.notes, fmt.Sprintf("column %q is left out: it holds lists", name))
		case !child.Leaf():
			p.walk(child, name)
		case strings.HasPrefix(name, "__index_level_"):
			p.notes = append(p.notes, fmt.Sprintf("column %q is left out: it is the index of a pandas table", name))
		case decoderOf(child) == nil:
			p.notes = append(p.notes, fmt.Sprintf("column %q is left out: it holds %v, which is read neither as numbers nor as text", name, child.Type()))
		default:
			p.names, p.leaves = append(p.names, name), append(p.leaves, child)
		}
	}
}

const (
	// A file of so many bytes holds at most so many rows and cells, beyond what any file may: a few bytes can claim
	// billions of rows that are all alike.
	rowsPerByte, rowsAnyway   = 64, 1 << 18
	cellsPerByte, cellsAnyway = 256, 1 << 24
)

// count sums up the rows of all row groups.
func (p *parquetFile) count() error {
	var rows int64
	for _, group := range p.file.RowGroups() {
		n := group.NumRows()
		if n < 0 || n > math.MaxInt64-rows {
			return errors.New("damaged: its directory says that there are less than no rows")
		}
		rows += n
	}
	switch {
	case rows != p.file.NumRows():
		return fmt.Errorf("damaged: its directory speaks of %d rows and of %d", p.file.NumRows(), rows)
	case rows > rowsPerByte*p.size+rowsAnyway, rows*int64(len(p.leaves)+1) > cellsPerByte*p.size+cellsAnyway:
		return fmt.Errorf("%d rows of %d columns in %d bytes: that is no table of values", rows, len(p.leaves), p.size)
	}
	p.rows = int(rows)
	return nil
}

// each calls take with every cell of column i in the order of rows; its text is good until take returns.
func (p *parquetFile) each(i int, take func(row int, cell parquetCell) error) error {
	decode := decoderOf(p.leaves[i])
	values := make([]parquet.Value, 512)
	row := 0
	for g, group := range p.file.RowGroups() {
		end := row + int(group.NumRows())
		if end == row {
			continue // pandas writes a table without rows as a row group without pages
		}
		if err := p.checkPages(g, p.leaves[i].Index(), group.NumRows()); err != nil {
			return fmt.Errorf("column %q: %w", p.names[i], err)
		}
		pages := group.ColumnChunks()[p.leaves[i].Index()].Pages()
		err := eachValue(pages, values, func(v parquet.Value) error {
			if row == end {
				return errors.New("damaged: it has more values than rows")
			}
			row++
			return take(row-1, decode(v))
		})
		if err = errors.Join(err, pages.Close()); err == nil && row < end {
			err = errors.New("damaged: it has fewer values than rows")
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", p.names[i], err)
		}
	}
	return nil
}

func eachValue(pages parquet.Pages, buffer []parquet.Value, take func(parquet.Value) error) error {
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values := page.Values()
		for err == nil {
			var n int
			n, err = values.ReadValues(buffer)
			for _, v := range buffer[:n] {
				if err := take(v); err != nil {
					return err
				}
			}
			if n == 0 && err == nil {
				return io.ErrNoProgress
			}
		}
		parquet.Release(page)
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
}

// readParquet reads a Parquet file as a table: its columns have their roles by their names, and their types by its schema.
func (d *Dataset) readParquet(p *parquetFile, o Options) error {
	d.Header, d.Rows = p.names, p.rows
	t := &table{Dataset: d, required: o.Timestamp != ""}
	var note string
	t.roles, t.prefix, note = o.roles(t.Header)
	d.Notes = append(append(d.Notes, p.notes...), note)
	t.lay()
	t.IDs, t.Served = make([]string, p.rows), slices.Repeat([]Served{{LatencyMS: math.NaN()}}, p.rows)
	t.Times, t.Arrived = slices.Repeat([]profile.Instant{profile.Dawn}, p.rows), slices.Repeat([]profile.Instant{profile.Dawn}, p.rows)
	for i, r := range t.roles {
		if r == ignored {
			continue
		}
		if err := p.each(i, func(row int, cell parquetCell) error { return t.cell(i, row, cell) }); err != nil {
			return err
		}
	}
	t.finish()
	return nil
}

// cell takes one cell as row does the cells of a record.
func (t *table) cell(i, row int, cell parquetCell) error {
	if cell.kind == missing {
		return nil
	}
	switch r := t.roles[i]; r {
	case identity:
		t.IDs[row] = cell.spelled()
		return nil
	case moment, arrival:
		at, ok := cell.moment(unit(t.Header[i]))
		switch {
		case r == arrival:
			if ok {
				t.Arrived[row] = at
			}
			return nil
		case ok:
			t.Times[row] = at
		case t.required:
			return fmt.Errorf("row %d: column %q: %q is no time: want a timestamp, a date, RFC 3339, or a number since 1970", row, t.Header[i], cell.spelled())
		default:
			t.timeless++
		}
		if t.required {
			return nil
		}
	case feature, prediction, score, label, probability, ignored:
	}
	t.columns[i].set(row, cell.kind, cell.number, cell.text)
	return nil
}

// readParquet reads a table of labels: the columns named for id and label, or the only two.
func (l *Labels) readParquet(p *parquetFile, o Options) error {
	id, truth, at, _ := o.labelColumns(p.names)
	if id < 0 || truth < 0 {
		return fmt.Errorf("columns %q: want two columns, id and label, or names for both among them", p.names)
	}
	ids, labels := make([]string, p.rows), make([]labeled, p.rows)
	present := make([]bool, p.rows)
	err := p.each(id, func(row int, cell parquetCell) error {
		ids[row] = cell.spelled()
		return nil
	})
	if err == nil {
		err = p.each(truth, func(row int, cell parquetCell) error {
			spelling := cell.spelled()
			present[row] = cell.kind != missing && cell.kind != other
			labels[row] = labeled{class: string(className(spelling)), number: asNumber(spelling), at: profile.Dawn}
			return nil
		})
	}
	if err == nil && at >= 0 {
		err = p.each(at, func(row int, cell parquetCell) error {
			if moment, ok := cell.moment(unit(p.names[at])); ok {
				labels[row].at = moment
			}
			return nil
		})
	}
	if err != nil {
		return err
	}
	for row, id := range ids {
		if present[row] {
			l.put(id, labels[row])
		}
	}
	return nil
}
