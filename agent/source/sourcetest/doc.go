// Package sourcetest holds what tests need of a source.Source: Memory, a scriptable source in the process, and Conform,
// the contract as a suite that every source has to pass.
//
// Reading order: memory.go, conform.go.
package sourcetest
