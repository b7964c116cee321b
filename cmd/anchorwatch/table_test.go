package main

import (
	"bytes"
	"testing"
)

func TestFigure(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0.000", 0.25: "0.250", -0.25: "-0.250", 12.34: "12.3", 1234.5: "1,234", -1234567: "-1,234,567", 1e-5: "1e-05", 9999999: "9,999,999", 1e7: "1e+07", 123456789: "1.23e+08",
	} {
		if got := figure(x); got != want {
			t.Errorf("%v: got %s, want %s", x, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 1000: "1,000 rows"} {
		if got := plural(n, "row"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestSparkline(t *testing.T) {
	if got := sparkline([]float64{0, 1, 2, 4, 8}, 0); got != "▁▂▃▅█" {
		t.Errorf("got %s", got)
	}
	long := make([]float64, 1000)
	long[999] = 1
	if got := []rune(sparkline(long, 0)); len(got) != sparkLength || got[sparkLength-1] != '█' {
		t.Errorf("got %s", string(got))
	}
	if got := sparkline(nil, 0); got != "" {
		t.Errorf("got %s", got)
	}
}

func TestTableAlignsWhatIsColored(t *testing.T) {
	table := &table{left: 1}
	table.add(cell{"ä", bold}, cell{text: "1"})
	table.add(cell{text: "bcd"}, cell{"10", alarm})
	var got bytes.Buffer
	table.write(&got, true)
	if want := "  \x1b[1mä\x1b[0m     1\n  bcd  \x1b[31m10\x1b[0m\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestBar(t *testing.T) {
	if got, want := bar("x", 50), "read x ███████████████░░░░░░░░░░░░░░░  50 %"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
