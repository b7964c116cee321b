package config

import (
	"fmt"
	"io"
)

// Secret is a text that is never printed: String, JSON, YAML and logs show "<secret>".
type Secret string

const mask = "<secret>"

// String returns "<secret>", or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return mask
}

// Format hides the secret from every verb, %#v and %d included.
func (s Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, s.String()) }

// MarshalText hides the secret from JSON and loggers.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML hides the secret from YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Bytes is a size; configuration writes it as 64MiB.
type Bytes int64
