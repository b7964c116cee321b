package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sameAsStandard reads a text by our records and by encoding/csv, which must agree in every cell, in the line of every
// record and in the words of every error.
func sameAsStandard(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, text string, comma byte,
) {
	t.Helper()
	standard := csv.NewReader(strings.NewReader(text))
	standard.Comma = rune(comma)
	ours := newRecords(bufio.NewReaderSize(strings.NewReader(text), 16)) // lines longer than the buffer occur
	ours.comma = comma
	for {
		want, wantErr := standard.Read()
		cells, err := ours.read()
		if err != nil || wantErr != nil {
			if err == nil || wantErr == nil || err.Error() != wantErr.Error() || errors.Is(err, io.EOF) != errors.Is(wantErr, io.EOF) {
				t.Fatalf("%q: error %v, want %v", text, err, wantErr)
			}
			return
		}
		got := make([]string, len(cells))
		for i, cell := range cells {
			got[i] = string(cell)
		}
		if line, _ := standard.FieldPos(0); !slices.Equal(got, want) || ours.start != line {
			t.Fatalf("%q: line %d %q, want line %d %q", text, ours.start, got, line, want)
		}
	}
}

func TestRecordsEqualStandard(t *testing.T) {
	for _, text := range []string{
		"", "\n", "\r\n", "\r", "a", "a\r", "a,b\r\n\r\nc,d", "a,b\n\n\n c , d \n", "\"a\"", "\"a\"\r", "\"a,b\",c\n\"\"\"\",\n",
		"\"a\nb\r\nc\",d\ne,\"f\"", "a\"b\n", "a,b\"c,d\n", "\"a\"b\n", "\"a\n\nb", "a,b\nc\n", "a\nb,c\n", "\"a\"\"", "\"\n\"x", "\"a\",\"b\nc\",d\"e\n",
		"a,\"b\nc\" ,d\n", "\"", "a\n\"\n\n\n", strings.Repeat("long,", 20) + "\n" + strings.Repeat("\"lo\"\"ng\",", 20),
	} {
		sameAsStandard(t, text, ',')
		sameAsStandard(t, strings.ReplaceAll(text, ",", ";"), ';')
	}
}

func TestRandomRecordsEqualStandard(t *testing.T) {
	piece := rapid.SampledFrom([]string{",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"", "\"\"", "a", "bc", " ", "é", "0123456789abcdef"})
	rapid.Check(t, func(t *rapid.T) {
		sameAsStandard(t, strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), ""), ',')
	})
}

// FuzzRecords holds our records to encoding/csv on any text.
func FuzzRecords(f *testing.F) {
	f.Add("a,b\n1,\"x\"\"\ny\"\r\n\n", false)
	f.Add("a\tb\n\"1\t2\n", true)
	f.Fuzz(func(t *testing.T, text string, tabs bool) {
		comma := byte(',')
		if tabs {
			comma = '\t'
		}
		sameAsStandard(t, text, comma)
	})
}
