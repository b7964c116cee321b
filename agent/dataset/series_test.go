package dataset

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

func readAll(text, column string) (string, error) {
	var points []string
	err := ReadSeries(strings.NewReader(text), "f", column, func(line int, p Point) error {
		switch {
		case p.Missing:
			points = append(points, fmt.Sprintf("%d@%d:-", p.Row, line))
		default:
			points = append(points, fmt.Sprintf("%d@%d:%v", p.Row, line, p.Value))
		}
		return nil
	})
	return strings.Join(points, " "), err
}

func TestReadSeries(t *testing.T) {
	for _, c := range []struct{ text, column, want, problem string }{
		{"1\n2\r\n\n3", "", "0@1:1 1@2:2 2@4:3", ""},
		{"\ufeffx\n1\n", "", "0@2:1", ""},
		{"x\n1\n", "0", "0@2:1", ""},
		{"nan\n1\n", "", "0@1:- 1@2:1", ""},
		{"-1e400\n+.5\n 7 \n", "", "0@1:-Inf 1@2:0.5 2@3:7", ""},
		{",x\n0,1\n1,\n", "1", "0@2:1 1@3:-", ""},
		{"x,x\n0,1\n", "x.1", "0@2:1", ""},
		{"2026,2027\na,1\n", "2027", "0@2:1", ""},
		{"a\tb\n1\t2\n", "b", "0@2:2", ""},
		{"\"a,b\",c\n1,2\n", "a,b", "0@2:1", ""},
		{"a,b\n1,2\n3\n", "b", "0@2:2", "read f: record on line 3: wrong number of fields"},
		{"0x10\n0x11\n", "", "", `read f: line 2: "0x11" is no number`},
		{"a,b\n1,2\n", "", "", "read f: several columns (a, b): say which"},
		{"a,b\n1,2\n", "-1", "", `read f: no column "-1" (there are: a, b)`},
		{`{"a":1}` + "\n\n" + `{"a":null}` + "\n{}\n" + `{"a":"2"}`, "a", "0@1:1 1@3:- 2@4:- 3@5:2", ""},
		{`{"a":1}` + "\n", "", "0@1:1", ""},
		{`{"a.b":{"c":3}}`, "a.b.c", "0@1:3", ""},
		{`{"a":[1]}`, "a", "", `read f: line 1: "[1]" is no number`},
		{`{"a":1}` + "\n[1]\n", "a", "0@1:1", "read f: line 2: no JSON object: json: cannot unmarshal array into Go value of type map[string]json.RawMessage"},
		{"", "", "", ""},
		{"", "x", "", ""},
		{"\xff\xfe1", "", "", "read f: this is UTF-16: write it as UTF-8"},
		{"\x1f\x8bno", "", "", "read f: unzip: unexpected EOF"},
		{"\"" + strings.Repeat("1", 2<<20), "", "", "a record is longer than 1048576 bytes: is a quote not closed?"},
	} {
		got, err := readAll(c.text, c.column)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if got != c.want || !strings.HasSuffix(problem, c.problem) || (problem == "") != (c.problem == "") {
			t.Errorf("%.40q column %q:\n%s, %s\n%s, %s", c.text, c.column, got, problem, c.want, c.problem)
		}
	}
}

// A row is handed over before the next one has come.
func TestReadSeriesDoesNotWait(t *testing.T) {
	in, out := io.Pipe()
	rows := make(chan int)
	go func() {
		defer close(rows)
		_ = ReadSeries(in, "pipe", "", func(_ int, p Point) error { rows <- p.Row; return nil })
	}()
	for i, line := range []string{"12\n", "34\n", "56\n"} {
		if _, err := out.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if row := <-rows; row != i {
			t.Fatalf("row %d, want %d", row, i)
		}
	}
	out.Close()
	if _, more := <-rows; more {
		t.Fatal("a row too many")
	}
}

// Whatever the bytes are, rows are counted up, values are numbers, and nothing panics.
func FuzzReadSeries(f *testing.F) {
	for _, seed := range []string{"", "1\n2\n", "x\n1\nNA\n", "a,b\n1,2\n", "a;b\n1;2", "\x1f\x8b\x08", `{"a":{"b":1}}`, "\"1\n", "\xef\xbb\xbf1"} {
		for _, column := range []string{"", "0", "a", "a.b"} {
			f.Add([]byte(seed), column)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, column string) {
		row := 0
		_ = ReadSeries(strings.NewReader(string(data)), "f", column, func(line int, p Point) error {
			if p.Row != row || line < 1 || math.IsNaN(p.Value) {
				t.Errorf("row %d, line %d: %+v", row, line, p)
			}
			row++
			return nil
		})
	})
}
