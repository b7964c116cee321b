package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// longInput is the size in bytes from which reading a file shows its progress: about a second's work.
const longInput = 8 << 20

// readingBar passes a file through and draws how much of it has been read, in place, on a terminal.
type readingBar struct {
	file   io.Reader
	w      io.Writer
	what   string
	total  int64
	done   int64
	shown  int64 // percent
	hidden bool
}

// watch draws the reading of a long file if w is a terminal; otherwise it returns the file as it is.
func watch(file *os.File, w io.Writer) io.Reader {
	info, err := file.Stat()
	if err != nil || info.Size() < longInput || !onTerminal(w) {
		return file
	}
	return &readingBar{file: file, w: w, what: file.Name(), total: info.Size(), shown: -1}
}

// Read draws a new bar at every percent and removes it at the end.
func (p *readingBar) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	p.done += int64(n)
	switch percent := min(100*p.done/p.total, 100); {
	case err != nil && !p.hidden:
		p.hidden = true
		fmt.Fprint(p.w, "\r\x1b[K")
	case percent > p.shown && err == nil:
		p.shown = percent
		fmt.Fprint(p.w, "\r", bar(p.what, percent))
	}
	return n, err
}

// bar draws a progress bar of 30 cells.
func bar(what string, percent int64) string {
	const cells = 30
	full := int(percent * cells / 100)
	return fmt.Sprintf("read %s %s%s %3d %%", what, strings.Repeat("█", full), strings.Repeat("░", cells-full), percent)
}

// onTerminal tells whether w is a terminal.
func onTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
