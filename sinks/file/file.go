package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// ErrShorter is returned by Truncate if the file lost what the checkpoint says it held.
var ErrShorter = errors.New("the results file is shorter than its checkpoint says")

// Sink appends to one file. One goroutine uses it.
type Sink struct {
	file   *os.File
	length int64
}

var _ sinks.Sink = (*Sink)(nil)

// Open opens the file for appending and makes it if there is none, readable by its owner and group alone.
func Open(path string) (*Sink, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640) //nolint:gosec // the path is the user's own; the group may be the reader of results
	if err != nil {
		return nil, fmt.Errorf("open results file: %w", err)
	}
	length, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open results file: %w", err), f.Close())
	}
	return &Sink{file: f, length: length}, nil
}

// Write appends one line. If the line does not fit on the disk, what was written of it is taken back.
func (s *Sink) Write(ctx context.Context, report detectors.Report) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write results file: %w", err)
	}
	line, err := sinks.WindowLine(report)
	if err != nil {
		return err
	}
	return s.append(append(line, '\n'))
}

func (s *Sink) append(line []byte) error {
	if _, err := s.file.WriteAt(line, s.length); err != nil {
		return errors.Join(fmt.Errorf("write results file: %w", err), s.file.Truncate(s.length))
	}
	s.length += int64(len(line))
	return nil
}

// Length returns how many bytes the file holds: what a checkpoint keeps, after Sync.
func (s *Sink) Length() int64 { return s.length }

// Sync makes everything written durable.
func (s *Sink) Sync() error {
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("sync results file: %w", err)
	}
	return nil
}

// Truncate cuts the file to the length that a checkpoint holds. If the file is shorter it stays as it is and the error
// wraps ErrShorter: lines are missing that no replay brings back.
func (s *Sink) Truncate(length int64) error {
	if length < 0 || length > s.length {
		return fmt.Errorf("truncate results file from %d to %d bytes: %w", s.length, length, ErrShorter)
	}
	if err := s.file.Truncate(length); err != nil {
		return fmt.Errorf("truncate results file: %w", err)
	}
	s.length = length
	return nil
}

// Close closes the file.
func (s *Sink) Close() error { return s.file.Close() }
