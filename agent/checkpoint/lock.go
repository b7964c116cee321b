//go:build unix

package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock takes a folder for this process, until it ends or the file is closed: two agents that write one state would lose
// both. The lock is the kernel's, so a kill leaves none behind.
func lock(folder string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock state folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close() // the lock's error says it all
		return nil, fmt.Errorf("state folder %s is in use by another agent: give each agent a folder of its own", folder)
	}
	return file, nil
}
