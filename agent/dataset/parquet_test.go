package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func readFile(t *testing.T, name string) *Dataset {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "parquet", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	d, err := Read(file, "file", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestParquetEqualsCSV compares a table with another, both in every form in which we have it, and must always say the
// same; and builds the same baseline.
func TestParquetEqualsCSV(t *testing.T) {
	compared := func(ref, cur string) string {
		c, err := Compare(readFile(t, ref), readFile(t, cur), CompareOptions{Chunking: Chunking{Rows: 70}})
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := json.MarshalIndent(c, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	want := compared("ref.csv", "cur.csv")
	for _, ref := range []string{"ref.csv", "ref_pandas.parquet"} {
		for _, cur := range []string{"cur.csv", "cur_pandas.parquet", "cur_zstd.parquet", "cur_gzip.parquet", "cur_plain.parquet", "cur_spark.parquet"} {
			if got := compared(ref, cur); got != want {
				line := 0
				gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
				for line < min(len(gotLines), len(wantLines))-1 && gotLines[line] == wantLines[line] {
					line++
				}
				t.Errorf("%s and %s: line %d is %q, of the CSV %q", ref, cur, line, gotLines[line], wantLines[line])
			}
		}
	}
	built := func(name string) string {
		b := baseline.NewBuilder()
		readFile(t, name).Feed(b)
		x, err := b.Build(baseline.Options{Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		return x.ID()
	}
	if got, want := built("cur_zstd.parquet"), built("cur.csv"); got != want {
		t.Errorf("baseline %s, of the CSV %s", got, want)
	}
}

// TestParquetRows holds every cell to the CSV's, under every role.
func TestParquetRows(t *testing.T) {
	want := readFile(t, "cur.csv")
	for _, name := range []string{"cur_pandas.parquet", "cur_zstd.parquet", "cur_gzip.parquet", "cur_plain.parquet", "cur_spark.parquet"} {
		got := readFile(t, name)
		if !slices.Equal(columnNames(got), columnNames(want)) || !slices.Equal(got.Times, want.Times) || !slices.Equal(got.IDs, want.IDs) || got.Labeled() != want.Labeled() {
			t.Fatalf("%s: columns %v, times %v …, ids %v …, %d labels", name, columnNames(got), got.Times[:3], got.IDs[:3], got.Labeled())
		}
		for i, c := range want.Columns {
			for row := range want.Rows {
				a, known := got.Columns[i].spelling(row)
				b, _ := c.spelling(row)
				if known != (c.at(row) != missing) || a != b || got.Columns[i].at(row) != c.at(row) {
					t.Fatalf("%s: row %d of %s is %q, of the CSV %q", name, row, c.Name, a, b)
				}
			}
		}
	}
}

func TestParquetNested(t *testing.T) {
	d := readFile(t, "nested.parquet")
	if got := strings.Join(columnNames(d), " "); got != "place.city place.at.x x clock bytes" {
		t.Errorf("columns %s", got)
	}
	notes := strings.Join(d.Notes, "\n")
	for _, want := range []string{`"tags" is left out: it holds lists`, `"half" is left out`} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	}
	if d.Times[0] != -1 || d.Times[1] != 0 || d.Times[2] != 1_704_067_200_000 {
		t.Errorf("times %v", d.Times)
	}
	city, bytes := d.Column("place.city"), d.Column("bytes")
	if s, _ := city.spelling(0); s != "Ulm" || city.at(1) != missing || city.at(2) != missing || bytes.at(0) != other || bytes.at(1) != text {
		t.Errorf("city %q %v %v, bytes %v %v", s, city.at(1), city.at(2), bytes.at(0), bytes.at(1))
	}
	if s, _ := d.Column("clock").spelling(2); s != "01:00:00" {
		t.Errorf("clock %q", s)
	}
}

// TestParquetWithoutRows reads a table that has columns and nothing in them: a row group without pages.
func TestParquetWithoutRows(t *testing.T) {
	d := readFile(t, "none_pandas.parquet")
	if d.Rows != 0 || !slices.Equal(d.Header, []string{"x", "label"}) {
		t.Errorf("%d rows of %q", d.Rows, d.Header)
	}
	c, err := Compare(d, readFile(t, "ref.csv"), CompareOptions{})
	if err != nil || c.Reference.Rows != 0 {
		t.Errorf("%+v: %v", c.Reference, err)
	}
}

func TestParquetLabels(t *testing.T) {
	content, err := os.ReadFile("testdata/parquet/labels.parquet")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ReadLabels(bytes.NewReader(content), "labels", Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, "id,y_pred\n1,yes\n2,yes\n3,yes\n", Options{})
	d.Join(l)
	if l.Len() != 2 || string(d.Truths[0].Class) != "yes" || d.Truths[1].Class != nil || string(d.Truths[2].Class) != "no" {
		t.Errorf("%d labels, truths %v", l.Len(), d.Truths)
	}
	full, err := os.ReadFile("testdata/parquet/cur_spark.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if l, err = ReadLabels(bytes.NewReader(full), "labels", Options{}); err != nil || l.Len() == 0 || l.byID["9007199254740993"].at == profile.Dawn {
		t.Errorf("a wide table of labels: %v %+v", err, l)
	}
	full, err = os.ReadFile("testdata/parquet/nested.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = ReadLabels(bytes.NewReader(full), "labels", Options{}); err == nil || !strings.Contains(err.Error(), "want two columns") {
		t.Errorf("a table without labels: %v", err)
	}
}

// TestDamagedParquet cuts a file off, flips its bytes and claims what is not so: an error each time, or other numbers,
// but no panic and no endless memory.
func TestDamagedParquet(t *testing.T) {
	content, err := os.ReadFile("testdata/parquet/labels.parquet")
	if err != nil {
		t.Fatal(err)
	}
	for n := range content {
		if _, err := Read(bytes.NewReader(content[:n]), "file", Options{}); err == nil && n >= len(parquetMagic) {
			t.Errorf("cut after %d bytes: no error", n)
		}
		for _, x := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			damaged := bytes.Clone(content)
			damaged[n] ^= x
			_, _ = Read(bytes.NewReader(damaged), "file", Options{})
			_, _ = ReadLabels(bytes.NewReader(damaged), "file", Options{})
		}
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(content)
	_ = w.Close()
	for want, r := range map[string]io.Reader{
		"cannot be read from a pipe": io.MultiReader(bytes.NewReader(content)),
		"inside gzip":                bytes.NewReader(zipped.Bytes()),
		"cut off":                    strings.NewReader("PAR1"),
		"not written to its end":     strings.NewReader("PAR1 and so on"),
		"longer than the file":       strings.NewReader("PAR1....\xff\xff\xff\x7fPAR1"),
		"broken disk":                &brokenFile{bytes.NewReader(content)},
	} {
		if _, err := Read(r, "file", Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// brokenFile cannot be read at any place but its beginning.
type brokenFile struct{ *bytes.Reader }

func (f *brokenFile) ReadAt([]byte, int64) (int, error) { return 0, errors.New("broken disk") }

func TestParquetNumbers(t *testing.T) {
	if got := shortest(0.1); got != 0.1 {
		t.Errorf("0.1 is %v", got)
	}
	for x, want := range map[float64]string{1: "", 9007199254740992: "9007199254740992.0", -1e20: "-1e+20", math.Inf(1): ""} {
		if c := float(x); c.kind != number || string(c.text) != want {
			t.Errorf("%v: %+v, want %q", x, c, want)
		}
	}
	if c := float(math.NaN()); c.kind != missing {
		t.Errorf("NaN: %+v", c)
	}
	if c := timestamp(-62135596801, 0); c.kind != other || c.timed {
		t.Errorf("the year 0: %+v", c)
	}
}

// FuzzParquet reads damaged Parquet files: whatever the library makes of them, it must end as an error or a table.
func FuzzParquet(f *testing.F) {
	for _, name := range []string{"labels", "nested", "cur_gzip", "cur_spark", "cur_zstd"} {
		content, err := os.ReadFile(filepath.Join("testdata", "parquet", name+".parquet"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _ = ReadLabels(bytes.NewReader(content), "labels", Options{})
		if d, err := Read(bytes.NewReader(content), "file", Options{}); err == nil {
			if _, err := Compare(d, d, CompareOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
