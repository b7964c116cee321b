// Package checkpoint makes state durable: whole, as a checkpoint every so often, and act by act, in a log beside it.
//
// A checkpoint is a list of named, versioned sections, each encoded by the component it belongs to; this package knows
// nothing of their content. It is written to a temporary file, synced, renamed, and its folder is synced; the two
// newest are kept, so a damaged one falls back to the one before. The position in the input is a section like any
// other: state and position cannot come apart.
//
// The acts log holds what must be durable at once and is too small for a checkpoint: that a notice was sent, that a
// pipeline called back. Each act has a number, a checkpoint knows the number of the last act it contains, and a start
// applies those after it.
//
// Reading order: checkpoint.go (what is saved), codec.go (bytes), file.go (files), acts.go (the log), lock.go
// (one process at a time; lock_other.go where the system cannot).
package checkpoint
