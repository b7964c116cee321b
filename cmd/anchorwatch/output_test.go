package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// What cannot be printed is an error, whatever prints it.
func TestNothingIsLostUnseen(t *testing.T) {
	table := write(t, "table.csv", "x\n1\n2\n")
	for _, args := range [][]string{
		{"--help"},
		{"--version"},
		{"watch", "--list"},
		{"compare", table, table},
		{"compare", "--json", table, table},
		{"watch", "--json", "--detector", "adwin", table},
	} {
		var errs bytes.Buffer
		if code := run(t.Context(), time.Now, args, fullDisk{}, &errs); code != exitError || strings.Count(errs.String(), "no space left") != 1 {
			t.Errorf("%q: exit %d, %s", args, code, errs.String())
		}
	}
}

// Colours are for terminals, and for none if NO_COLOR is set.
func TestColors(t *testing.T) {
	terminal, err := os.Open(os.DevNull) // a character device too
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }() // nothing was written
	t.Setenv("NO_COLOR", "")
	if !colors(terminal) || !colors(&output{Writer: terminal}) || colors(io.Discard) {
		t.Error("a terminal is not told from other output")
	}
	t.Setenv("NO_COLOR", "1")
	if colors(terminal) {
		t.Error("NO_COLOR is not heard")
	}
}
