package file_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/sinks"
	"github.com/anchorwatch/anchorwatch/sinks/file"
	"github.com/anchorwatch/anchorwatch/sinks/sinktest"
)

func open(t *testing.T, path string) *file.Sink {
	t.Helper()
	sink, err := file.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	return sink
}

func write(t *testing.T, sink *file.Sink, phase detectors.Phase) {
	t.Helper()
	if err := sink.Write(t.Context(), sinktest.Report(phase)); err != nil {
		t.Fatal(err)
	}
}

func TestSuite(t *testing.T) {
	sinktest.Suite(t, func(t *testing.T) sinks.Sink {
		t.Helper()
		return open(t, filepath.Join(t.TempDir(), "results.ndjson"))
	})
}

// TestRestart plays a crash between two checkpoints: the file goes back to the checkpointed length, the windows that
// followed are written again, and the file equals that of an undisturbed run.
func TestRestart(t *testing.T) {
	undisturbed := filepath.Join(t.TempDir(), "undisturbed.ndjson")
	straight := open(t, undisturbed)
	for _, phase := range []detectors.Phase{detectors.Closed, detectors.Drift, detectors.Final} {
		write(t, straight, phase)
	}

	crashed := filepath.Join(t.TempDir(), "crashed.ndjson")
	before := open(t, crashed)
	write(t, before, detectors.Closed)
	if err := before.Sync(); err != nil {
		t.Fatal(err)
	}
	checkpoint := before.Length()
	write(t, before, detectors.Drift)

	after := open(t, crashed)
	if err := after.Truncate(checkpoint); err != nil {
		t.Fatal(err)
	}
	write(t, after, detectors.Drift)
	write(t, after, detectors.Final)

	got, want := read(t, crashed), read(t, undisturbed)
	if !bytes.Equal(got, want) {
		t.Errorf("after the crash:\n%s\nundisturbed:\n%s", got, want)
	}
	lines := bytes.Split(bytes.TrimSuffix(got, []byte("\n")), []byte("\n"))
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3", len(lines))
	}
	for _, line := range lines {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestTruncateNeverExtends(t *testing.T) {
	sink := open(t, filepath.Join(t.TempDir(), "results.ndjson"))
	write(t, sink, detectors.Drift)
	length := sink.Length()
	for _, n := range []int64{length + 1, -1} {
		if err := sink.Truncate(n); !errors.Is(err, file.ErrShorter) {
			t.Errorf("Truncate(%d) = %v, want ErrShorter", n, err)
		}
	}
	if sink.Length() != length {
		t.Errorf("length is %d after refused truncations, was %d", sink.Length(), length)
	}
}

func TestOpenSaysWhichFile(t *testing.T) {
	_, err := file.Open(filepath.Join(t.TempDir(), "no", "folder"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open in a missing folder: %v", err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
