package source_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/source"
)

var started = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func newFile(t *testing.T, content []byte, maxEvent int) (*source.File, source.Partition) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.ndjson")
	write(t, path, content)
	f, err := source.NewFile(source.FileOptions{
		Paths: []string{path}, MaxEventBytes: maxEvent, Clock: func() time.Time { return started },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, source.Partition{Topic: path}
}

func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFileLines(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	for _, c := range []struct {
		name    string
		content string
		offsets []int64
		values  []string
		next    int64
	}{
		{name: "empty"},
		{"one", "a\n", []int64{0}, []string{"a"}, 1},
		{"no last line feed", "a\nb", []int64{0, 1}, []string{"a", "b"}, 2},
		{"blank lines are numbered", "\na\n  \n\r\nb\n\n", []int64{1, 4}, []string{"a", "b"}, 6},
		{"line ends of Windows", "a\r\nb\r\n", []int64{0, 1}, []string{"a", "b"}, 2},
		{"too long: cut to one beyond the bound", "a\n" + long + "\nb\n", []int64{0, 1, 2}, []string{"a", long[:11], "b"}, 3},
		{"too long at the end", long, []int64{0}, []string{long[:11]}, 1},
		{"as long as the bound", long[:10] + "\n", []int64{0}, []string{long[:10]}, 1},
	} {
		for kind, content := range map[string][]byte{"plain": []byte(c.content), "gzip": zipped(t, c.content)} {
			f, p := newFile(t, content, 10)
			var offsets []int64
			var values []string
			for end := false; !end; {
				b, err := f.Fetch(t.Context())
				if err != nil {
					t.Fatalf("%s, %s: %v", c.name, kind, err)
				}
				for _, r := range b.Records {
					if !r.Time.Equal(started) || r.Partition != p {
						t.Errorf("%s, %s: record %+v", c.name, kind, r)
					}
					offsets, values = append(offsets, r.Offset), append(values, string(r.Value))
				}
				if end = b.End; end && (b.Next != c.next || b.HighWatermark != c.next) {
					t.Errorf("%s, %s: ends at %d of %d, want %d", c.name, kind, b.Next, b.HighWatermark, c.next)
				}
			}
			if !slices.Equal(offsets, c.offsets) || !slices.Equal(values, c.values) {
				t.Errorf("%s, %s: got %v %.60q", c.name, kind, offsets, values)
			}
			if _, err := f.Fetch(t.Context()); !errors.Is(err, source.ErrEnd) {
				t.Errorf("%s, %s: after the end: %v", c.name, kind, err)
			}
		}
	}
}

func TestFileSeeksBackAndBeyondTheEnd(t *testing.T) {
	f, p := newFile(t, zipped(t, "a\nb\nc\n"), 0)
	for at, want := range []string{"a", "b", "c"} {
		if err := f.Seek(t.Context(), source.Positions{p: int64(at)}); err != nil {
			t.Fatal(err)
		}
		if b, err := f.Fetch(t.Context()); err != nil || len(b.Records) != 3-at || string(b.Records[0].Value) != want {
			t.Errorf("from %d: %+v, %v", at, b, err)
		}
	}
	if err := f.Seek(t.Context(), source.Positions{p: 99}); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Fetch(t.Context()); err != nil || !b.End || len(b.Records) != 0 || b.Next != 3 {
		t.Errorf("beyond the end: %+v, %v", b, err)
	}
}

func TestFileCutOffInTheMiddle(t *testing.T) {
	whole := zipped(t, strings.Repeat("some line\n", 2000))
	f, _ := newFile(t, whole[:len(whole)-12], 0)
	lines := 0
	for {
		b, err := f.Fetch(t.Context())
		if err != nil {
			if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "at line") {
				t.Errorf("after %d lines: %v", lines, err)
			}
			return
		}
		if b.End {
			t.Fatal("an end that is none")
		}
		lines += len(b.Records)
	}
}

func TestFileRefusesWhatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a"), nil)
	write(t, filepath.Join(folder, "broken.gz"), []byte{0x1f, 0x8b, 9, 9})
	for _, paths := range [][]string{{filepath.Join(folder, "none")}, {folder}, {filepath.Join(folder, "a"), filepath.Join(folder, "a")}, {filepath.Join(folder, "broken.gz")}} {
		if f, err := source.NewFile(source.FileOptions{Paths: paths, Clock: time.Now}); err == nil {
			_ = f.Close()
			t.Errorf("%v was accepted", paths)
		}
	}
}

func FuzzFileLines(f *testing.F) {
	f.Add([]byte("a\n\nb"), 0)
	f.Add([]byte{0x1f, 0x8b, 8, 0}, 3)
	f.Fuzz(func(t *testing.T, content []byte, at int) {
		path := filepath.Join(t.TempDir(), "f")
		write(t, path, content)
		s, err := source.NewFile(source.FileOptions{Paths: []string{path}, MaxEventBytes: 8, Clock: time.Now})
		if err != nil {
			return
		}
		defer s.Close()
		if err := s.Seek(t.Context(), source.Positions{{Topic: path}: int64(at)}); err != nil {
			return
		}
		last := int64(-1)
		for {
			b, err := s.Fetch(t.Context())
			if err != nil {
				return
			}
			for _, r := range b.Records {
				if r.Offset <= last || r.Offset >= b.Next || len(r.Value) > 9 || len(bytes.TrimSpace(r.Value)) == 0 {
					t.Fatalf("record %+v after %d", r, last)
				}
				last = r.Offset
			}
		}
	})
}
