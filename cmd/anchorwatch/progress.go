package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// longInput is the size in bytes from which reading files shows its progress.
const longInput = 8 << 20

// readingBar draws how much of some files has been read, in place, on a terminal. The files may be read at once.
type readingBar struct {
	w     io.Writer
	what  string
	total int64

	mutex sync.Mutex
	done  int64
	shown int64 // percent
}

// newReadingBar is for long files if w is a terminal, else there is no bar: nil, of which all methods do nothing.
func newReadingBar(w io.Writer, files ...*os.File) *readingBar {
	p := &readingBar{w: w, shown: -1}
	var names []string
	for _, file := range files {
		info, err := file.Stat()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		p.total += info.Size()
		names = append(names, file.Name())
	}
	if p.what = strings.Join(names, ", "); p.total < longInput || !onTerminal(w) {
		return nil
	}
	return p
}

// watch passes a file through.
func (p *readingBar) watch(file *os.File) io.Reader {
	if p == nil {
		return file
	}
	return &watched{file, p}
}

// read draws a new bar at every percent.
func (p *readingBar) read(n int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.done += int64(n)
	if percent := min(100*p.done/p.total, 100); percent > p.shown {
		p.shown = percent
		fmt.Fprint(p.w, "\r", bar(p.what, percent))
	}
}

// remove takes the bar away.
func (p *readingBar) remove() {
	if p != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// watched is a file of whose reading the bar hears, whether it is read from front to end or here and there.
type watched struct {
	*os.File
	bar *readingBar
}

// Read reads on.
func (f *watched) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.bar.read(n)
	return n, err
}

// ReadAt reads at a place.
func (f *watched) ReadAt(b []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(b, offset)
	f.bar.read(n)
	return n, err
}

// bar draws a progress bar of 30 cells.
func bar(what string, percent int64) string {
	const cells = 30
	full := int(percent * cells / 100)
	return fmt.Sprintf("read %s %s%s %3d %%", what, strings.Repeat("█", full), strings.Repeat("░", cells-full), percent)
}
