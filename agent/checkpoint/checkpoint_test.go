package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func state(sequence uint64) State {
	return State{Sequence: sequence, LastAct: 7, Sections: []Section{
		{Name: "join", Version: 1, Data: []byte(strings.Repeat("j", 300))},
		{Name: "window", Version: 3, Data: []byte{0, 1, 2}},
	}}
}

func TestLoadReturnsWhatWasSaved(t *testing.T) {
	files, err := OpenFiles(filepath.Join(t.TempDir(), "new", "folder"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := files.Load(); !errors.Is(err, ErrNone) {
		t.Fatalf("empty folder: %v, want ErrNone", err)
	}
	for sequence := range uint64(4) {
		if _, err := files.Save(state(sequence)); err != nil {
			t.Fatal(err)
		}
	}
	got, damaged, err := files.Load()
	if err != nil || len(damaged) > 0 || !reflect.DeepEqual(got, state(3)) {
		t.Fatalf("got %+v, damaged %v, error %v", got, damaged, err)
	}
	if names, _ := files.names(); len(names) != kept {
		t.Errorf("kept %v, want %d files", names, kept)
	}
}

// Any flipped bit, and any cut, in the newest file falls back to the one before.
func TestDamageFallsBack(t *testing.T) {
	folder := t.TempDir()
	files, err := OpenFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	for sequence := uint64(1); sequence <= 2; sequence++ {
		if _, err := files.Save(state(sequence)); err != nil {
			t.Fatal(err)
		}
	}
	names, _ := files.names()
	newest := filepath.Join(folder, names[1])
	whole, _ := os.ReadFile(newest)
	check := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(newest, b, 0o600); err != nil {
			t.Fatal(err)
		}
		got, damaged, err := files.Load()
		if err != nil || got.Sequence != 1 || len(damaged) != 1 {
			t.Fatalf("%s: sequence %d, damaged %v, error %v", what, got.Sequence, damaged, err)
		}
	}
	for i := range whole {
		broken := append([]byte(nil), whole...)
		broken[i] ^= 1 << (i % 8)
		check("flipped", broken)
		check("cut", whole[:i])
	}
}

func TestActsSurviveATornLine(t *testing.T) {
	folder := t.TempDir()
	acts, before, err := OpenActs(folder)
	if err != nil || len(before) != 0 {
		t.Fatal(before, err)
	}
	for i := range 3 {
		if n, err := acts.Append("sent", i); err != nil || n != uint64(i+1) {
			t.Fatal(n, err)
		}
	}
	if err := acts.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, actsFile)
	whole, _ := os.ReadFile(path)
	for cut := len(whole); cut >= 0; cut-- {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		acts, got, err := OpenActs(folder)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(string(whole[:cut]), "\n")
		if len(got) != lines {
			t.Fatalf("cut at %d: %d acts, want %d", cut, len(got), lines)
		}
		if n, err := acts.Append("next", nil); err != nil || n != uint64(lines+1) {
			t.Fatalf("cut at %d: next act is %d, %v", cut, n, err)
		}
		if err := acts.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrimKeepsWhatCheckpointsLack(t *testing.T) {
	folder := t.TempDir()
	acts, _, err := OpenActs(folder)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", trimAbove/4)
	for range 5 {
		if _, err := acts.Append("sent", long); err != nil {
			t.Fatal(err)
		}
	}
	if err := acts.Trim(3); err != nil {
		t.Fatal(err)
	}
	if n, err := acts.Append("sent", "last"); err != nil || n != 6 {
		t.Fatal(n, err)
	}
	if err := acts.Close(); err != nil {
		t.Fatal(err)
	}
	_, got, err := OpenActs(folder)
	if err != nil || len(got) != 3 || got[0].Number != 4 || got[2].Number != 6 {
		t.Fatalf("%d acts, error %v", len(got), err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(state(1)))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err == nil && string(Encode(s)) != string(b) {
			// Varints may be written longer than needed; what they say must be the same.
			if again, err := Decode(Encode(s)); err != nil || !reflect.DeepEqual(again, s) {
				t.Fatalf("%+v read back as %+v, %v", s, again, err)
			}
		}
		decodeActs(b)
	})
}

func TestOneAgentAFolder(t *testing.T) {
	folder := t.TempDir()
	files, err := OpenFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFiles(folder); err == nil || !strings.Contains(err.Error(), "another agent") {
		t.Errorf("the second agent got %v", err)
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if again, err := OpenFiles(folder); err != nil {
		t.Error(err)
	} else if err := again.Close(); err != nil {
		t.Error(err)
	}
}
