package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// Act is one small thing that was done and must not be forgotten, nor done again.
type Act struct {
	Number uint64          `json:"n"`
	Kind   string          `json:"kind"`
	Data   json.RawMessage `json:"data"`
}

// Acts is the log of acts: one line each, a checksum and the act as JSON. Its methods may be called by several
// goroutines, because whoever delivers a notice records it.
type Acts struct {
	mu   sync.Mutex
	path string
	file *os.File
	last uint64
	size int64
}

const actsFile = "acts.log"

// trimAbove is the size from which the log is worth rewriting without the acts that checkpoints contain.
const trimAbove = 1 << 20

// OpenActs opens the log of a folder and returns the acts it holds, oldest first. A line that a crash left half written
// ends the log and is cut off: nothing after it was ever confirmed.
func OpenActs(folder string) (*Acts, []Act, error) {
	path := filepath.Join(folder, actsFile)
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("read %s: %w", actsFile, err)
	}
	acts, whole := decodeActs(b)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", actsFile, err)
	}
	if err = file.Truncate(int64(whole)); err == nil {
		_, err = file.Seek(int64(whole), 0)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s: %w", actsFile, err), file.Close())
	}
	a := &Acts{path: path, file: file, size: int64(whole)}
	if len(acts) > 0 {
		a.last = acts[len(acts)-1].Number
	}
	return a, acts, nil
}

// decodeActs reads lines up to the first damaged one and returns how many bytes they take.
func decodeActs(b []byte) (acts []Act, whole int) {
	for {
		line, _, found := bytes.Cut(b[whole:], []byte("\n"))
		if !found {
			return acts, whole
		}
		sum, body, _ := bytes.Cut(line, []byte(" "))
		want, err := strconv.ParseUint(string(sum), 16, 32)
		var act Act
		if err != nil || crc32.Checksum(body, castagnoli) != uint32(want) || json.Unmarshal(body, &act) != nil {
			return acts, whole
		}
		acts = append(acts, act)
		whole += len(line) + 1
	}
}

func appendAct(b []byte, act Act) ([]byte, error) {
	body, err := json.Marshal(act)
	if err != nil {
		return nil, err
	}
	b = fmt.Appendf(b, "%08x ", crc32.Checksum(body, castagnoli))
	return append(append(b, body...), '\n'), nil
}

// Append makes an act durable and returns its number. After an error the act may or may not be found again.
func (a *Acts) Append(kind string, data any) (uint64, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return 0, fmt.Errorf("encode act %s: %w", kind, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	line, err := appendAct(nil, Act{Number: a.last + 1, Kind: kind, Data: raw})
	if err != nil {
		return 0, fmt.Errorf("encode act %s: %w", kind, err)
	}
	if _, err := a.file.Write(line); err != nil {
		return 0, errors.Join(fmt.Errorf("append to %s: %w", actsFile, err), a.file.Truncate(a.size))
	}
	if err := a.file.Sync(); err != nil {
		return 0, fmt.Errorf("sync %s: %w", actsFile, err)
	}
	a.size += int64(len(line))
	a.last++
	return a.last, nil
}

// Last returns the number of the newest act, 0 if there never was one.
func (a *Acts) Last() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Raise makes the next number greater than floor: after the log was lost, numbers go on from the last one that a
// checkpoint knows.
func (a *Acts) Raise(floor uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = max(a.last, floor)
}

// Trim forgets acts up to number through, once the log is large enough to be worth it. Only acts that the older of the
// kept checkpoints contains may be forgotten.
func (a *Acts) Trim(through uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.size < trimAbove {
		return nil
	}
	b, err := os.ReadFile(a.path)
	if err != nil {
		return fmt.Errorf("trim %s: %w", actsFile, err)
	}
	acts, _ := decodeActs(b)
	var rest []byte
	for _, act := range acts {
		if act.Number > through {
			if rest, err = appendAct(rest, act); err != nil {
				return fmt.Errorf("trim %s: %w", actsFile, err)
			}
		}
	}
	return a.replace(rest)
}

func (a *Acts) replace(b []byte) error {
	temporary := a.path + ".tmp"
	if err := writeSynced(temporary, b); err != nil {
		return fmt.Errorf("trim %s: %w", actsFile, err)
	}
	if err := os.Rename(temporary, a.path); err != nil {
		return fmt.Errorf("trim %s: %w", actsFile, err)
	}
	file, err := os.OpenFile(a.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("trim %s: %w", actsFile, err)
	}
	old := a.file
	a.file, a.size = file, int64(len(b))
	return errors.Join(old.Close(), syncFolder(filepath.Dir(a.path)))
}

// Close releases the file.
func (a *Acts) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.file.Close()
}
