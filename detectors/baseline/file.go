package baseline

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// A baseline file is: magic, format version (varint), number of sections (varint), the sections, and a CRC-32C of all
// that in four bytes, little-endian. A section is a name and its bytes, each with its length in front. Sections of
// other names are skipped, so that a later program may add some, or leave some out, without a new version.
const (
	magic         = "anchorwatch baseline\n"
	formatVersion = 1
	// maxBytes bounds what Read takes into memory.
	maxBytes = 1 << 30
)

// header is the section for people: JSON.
type header struct {
	Model               string              `json:"model"`
	Version             string              `json:"version"`
	Created             time.Time           `json:"created"`
	Source              string              `json:"source,omitempty"`
	Schema              *performance.Schema `json:"schema,omitempty"`
	DesignEffect        float64             `json:"design_effect"`
	DesignEffectAssumed bool                `json:"design_effect_assumed"`
	WindowSize          time.Duration       `json:"window_size_ns,omitempty"`
	Notes               []string            `json:"notes,omitempty"`
}

// Write writes the baseline file. The set must have a layout.
func Write(w io.Writer, b *Baseline) error {
	encoded, err := encode(b)
	if err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if _, err := w.Write(encoded); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	return nil
}

func encode(b *Baseline) ([]byte, error) {
	if b.Set == nil || b.Set.Layout == nil {
		return nil, errors.New("it has no profile")
	}
	head, err := json.Marshal(header{
		Model: b.Model, Version: b.Version, Created: b.Created, Source: b.Source, Schema: b.Schema,
		DesignEffect: b.DesignEffect, DesignEffectAssumed: b.DesignEffectAssumed, WindowSize: b.WindowSize, Notes: b.Notes,
	})
	if err != nil {
		return nil, err
	}
	windows, err := json.Marshal(b.Windows)
	if err != nil {
		return nil, err
	}
	type section struct {
		name string
		data []byte
	}
	sections := []section{
		{"header", head},
		{"layout", b.Set.Layout.AppendBinary(nil)},
		{"profile", b.Set.AppendBinary(nil)},
		{"traffic", b.Traffic.AppendBinary(nil)},
		{"delays", b.Delays.AppendBinary(nil)},
		{"windows", windows},
	}
	if b.Performance != nil {
		sections = append(sections, section{"performance", b.Performance.AppendBinary(nil)})
	}
	out := binary.AppendUvarint([]byte(magic), formatVersion)
	out = binary.AppendUvarint(out, uint64(len(sections)))
	for _, s := range sections {
		out = profile.AppendString(out, s.name)
		out = binary.AppendUvarint(out, uint64(len(s.data)))
		out = append(out, s.data...)
	}
	return binary.LittleEndian.AppendUint32(out, checksum(out)), nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// Read reads a baseline file.
func Read(r io.Reader) (*Baseline, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	if len(file) > maxBytes {
		return nil, fmt.Errorf("read baseline: larger than %d bytes", maxBytes)
	}
	sections, err := open(file)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	b, err := decode(sections)
	if err != nil {
		return nil, fmt.Errorf("read baseline: %w", err)
	}
	return b, nil
}

// open checks the file's frame and returns its sections by name.
func open(file []byte) (map[string][]byte, error) {
	body, ok := bytes.CutPrefix(file, []byte(magic))
	if !ok {
		return nil, errors.New("not a baseline file")
	}
	version, n := binary.Uvarint(body)
	if n > 0 && version > formatVersion {
		return nil, fmt.Errorf("format %d was written by a newer program: this one reads format %d", version, formatVersion)
	}
	if n <= 0 || version != formatVersion || len(body) < n+4 {
		return nil, errors.New("the file is damaged or cut short")
	}
	end := len(file) - 4
	if binary.LittleEndian.Uint32(file[end:]) != checksum(file[:end]) {
		return nil, errors.New("the checksum does not match: the file is damaged or cut short")
	}
	reader := profile.NewReader(body[n : len(body)-4])
	sections := make(map[string][]byte)
	for range reader.Len(2) {
		name := reader.String()
		if _, twice := sections[name]; twice {
			return nil, fmt.Errorf("section %q stands there twice", name)
		}
		sections[name] = []byte(reader.String())
	}
	if reader.Err() != nil || len(reader.Rest()) > 0 {
		return nil, errors.New("the sections do not fill the file")
	}
	return sections, nil
}

func decode(sections map[string][]byte) (*Baseline, error) {
	var h header
	if err := unmarshal(sections, "header", &h); err != nil {
		return nil, err
	}
	b := &Baseline{
		Model: h.Model, Version: h.Version, Created: h.Created, Source: h.Source, Schema: h.Schema,
		DesignEffect: h.DesignEffect, DesignEffectAssumed: h.DesignEffectAssumed, WindowSize: h.WindowSize, Notes: h.Notes,
	}
	if err := unmarshal(sections, "windows", &b.Windows); err != nil {
		return nil, err
	}
	if b.Schema != nil {
		if err := b.Schema.Validate(); err != nil {
			return nil, fmt.Errorf("section %q: %w", "header", err)
		}
	}
	const required = 4 // of these steps; the last needs labels
	steps := []struct {
		section string
		read    func(*profile.Reader) error
	}{
		{"layout", func(r *profile.Reader) error {
			layout, err := profile.ReadLayout(r)
			b.Set = profile.NewSet(profile.Key{}, layout)
			return err
		}},
		{"profile", func(r *profile.Reader) (err error) {
			b.Set, err = profile.ReadSet(r, b.Set.Layout)
			return err
		}},
		{"traffic", func(r *profile.Reader) (err error) {
			b.Traffic, err = performance.ReadTraffic(r)
			return err
		}},
		{"delays", func(r *profile.Reader) (err error) {
			b.Delays, err = performance.ReadDelays(r)
			return err
		}},
		{"performance", func(r *profile.Reader) (err error) {
			if b.Schema == nil {
				return errors.New("there is no schema for it")
			}
			b.Performance, err = performance.Read(r, b.Schema)
			return err
		}},
	}
	for i, step := range steps {
		data, ok := sections[step.section]
		if !ok && i >= required {
			continue
		}
		if !ok {
			return nil, fmt.Errorf("no section %q", step.section)
		}
		r := profile.NewReader(data)
		if err := step.read(r); err != nil {
			return nil, fmt.Errorf("section %q: %w", step.section, err)
		}
		if len(r.Rest()) > 0 {
			return nil, fmt.Errorf("section %q: %d bytes too many", step.section, len(r.Rest()))
		}
	}
	return b, nil
}

func unmarshal(sections map[string][]byte, name string, into any) error {
	data, ok := sections[name]
	if !ok {
		return fmt.Errorf("no section %q", name)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("section %q: %w", name, err)
	}
	return nil
}
