package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Files keeps checkpoints in one folder, which one process may use at a time.
type Files struct {
	folder string
	lock   *os.File
}

const (
	filePrefix = "checkpoint-"
	kept       = 2
)

// OpenFiles returns the checkpoints of a folder, making the folder if need be and taking it for this process.
func OpenFiles(folder string) (*Files, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make state folder: %w", err)
	}
	file, err := lock(folder)
	if err != nil {
		return nil, err
	}
	return &Files{folder: folder, lock: file}, nil
}

// Close lets another process have the folder.
func (f *Files) Close() error {
	if f.lock == nil {
		return nil
	}
	return f.lock.Close()
}

// Load returns the newest checkpoint that is whole. damaged lists what was wrong with newer ones. Without any file the
// error is ErrNone; if there are files and none is whole, it is the newest one's damage.
func (f *Files) Load() (state State, damaged []error, err error) {
	names, err := f.names()
	if err != nil {
		return State{}, nil, err
	}
	for _, name := range slices.Backward(names) {
		b, err := os.ReadFile(filepath.Join(f.folder, name))
		if err == nil {
			state, err = Decode(b)
		}
		if err == nil {
			return state, damaged, nil
		}
		damaged = append(damaged, fmt.Errorf("%s: %w", name, err))
	}
	if len(damaged) > 0 {
		return State{}, damaged, damaged[0]
	}
	return State{}, nil, ErrNone
}

// names returns the checkpoint files in order of their sequence, which their names carry with a fixed width.
func (f *Files) names() ([]string, error) {
	entries, err := os.ReadDir(f.folder)
	if err != nil {
		return nil, fmt.Errorf("read state folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filePrefix) && !strings.HasSuffix(e.Name(), ".tmp") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Save makes the state durable and returns its size in bytes. When it returns without error, a crash at any moment
// finds this checkpoint or a newer one.
func (f *Files) Save(s State) (int, error) {
	b := Encode(s)
	path := filepath.Join(f.folder, fmt.Sprintf("%s%020d", filePrefix, s.Sequence))
	if err := writeSynced(path+".tmp", b); err != nil {
		return 0, fmt.Errorf("write checkpoint: %w", err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		return 0, fmt.Errorf("rename checkpoint: %w", err)
	}
	if err := syncFolder(f.folder); err != nil {
		return 0, fmt.Errorf("sync state folder: %w", err)
	}
	return len(b), f.prune()
}

// prune removes all but the newest checkpoints and what a crash left half written.
func (f *Files) prune() error {
	names, err := f.names()
	if err != nil {
		return err
	}
	for _, name := range names[:max(0, len(names)-kept)] {
		if err := os.Remove(filepath.Join(f.folder, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove old checkpoint: %w", err)
		}
	}
	return nil
}

func writeSynced(path string, b []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(b); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
