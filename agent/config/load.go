package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The limits of a configuration file. maxNodes bounds what aliases can unfold to.
const (
	maxFileSize   = 1 << 20
	maxSecretSize = 64 << 10
	maxNodes      = 50_000
)

// Load reads a configuration file, with the files and environment variables it refers to. The error is Problems, unless
// the file itself cannot be read.
func Load(path string) (*Config, error) {
	data, err := readLimited(path, maxFileSize)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return Parse(path, data)
}

// LoadForReplay reads a configuration for a backtest, which connects nowhere: what is about Kafka, Slack and sinks, and
// the addresses and secrets of retraining, is left out unread, so that no secret need be at hand.
func LoadForReplay(path string) (*Config, error) {
	data, err := readLimited(path, maxFileSize)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return parse(path, data, forReplay)
}

// Parse reads a configuration from memory; name stands in the problems, and relative paths start from its folder.
// Defaults are filled in. The error is Problems: every one, not the first.
func Parse(name string, data []byte) (*Config, error) {
	return parse(name, data, func(*yaml.Node) {})
}

func parse(name string, data []byte, prune func(root *yaml.Node)) (*Config, error) {
	root, problem := parseYAML(name, data)
	if problem != nil {
		return nil, Problems{*problem}
	}
	prune(root)
	d := newDecoder(name)
	config := new(Config)
	d.document(root, config)
	if !d.refused[""] { // else there is no configuration to make sense of
		config.nameWindows(d.written)
		for _, p := range config.problems() {
			d.reportFinding(p)
		}
	}
	if len(d.problems) > 0 {
		d.problems.sort()
		return nil, d.problems
	}
	return config, nil
}

// forReplay takes out of a file what a replay does not use. Requests for retraining are only said, as in a dry run.
func forReplay(root *yaml.Node) {
	without(root, "kafka", "slack", "sinks")
	for i := 0; root.Kind == yaml.MappingNode && i+1 < len(root.Content); i += 2 {
		if section := root.Content[i+1]; root.Content[i].Value == "retrain" && section.Kind == yaml.MappingNode {
			without(section, "url", "url_file", "secret", "secret_file", "callback_listen", "callback_url", "dry_run")
			section.Content = append(section.Content,
				&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "dry_run"}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
		}
	}
}

// without removes keys of a section.
func without(section *yaml.Node, keys ...string) {
	if section.Kind != yaml.MappingNode {
		return
	}
	var kept []*yaml.Node
	for i := 0; i+1 < len(section.Content); i += 2 {
		if !slices.Contains(keys, section.Content[i].Value) {
			kept = append(kept, section.Content[i], section.Content[i+1])
		}
	}
	section.Content = kept
}

// parseYAML returns the one document of a file.
func parseYAML(name string, data []byte) (*yaml.Node, *Problem) {
	problem := func(line int, format string, args ...any) (*yaml.Node, *Problem) {
		return nil, &Problem{File: name, Line: line, Col: min(line, 1), Message: fmt.Sprintf(format, args...)}
	}
	if len(data) > maxFileSize {
		return problem(0, "larger than %v", Bytes(maxFileSize))
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, more yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF):
		return problem(0, "empty: at least models is required")
	case err != nil:
		return problem(syntaxError(err))
	}
	switch err := decoder.Decode(&more); {
	case err == nil:
		return problem(more.Line, "a second document: write one document in a file")
	case !errors.Is(err, io.EOF):
		return problem(syntaxError(err))
	}
	return root.Content[0], nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

// syntaxError takes the line out of yaml's error.
func syntaxError(err error) (line int, format, message string) {
	text := err.Error()
	if match := yamlLine.FindStringSubmatch(text); match != nil {
		line, _ = strconv.Atoi(match[1])
		text = text[len(match[0]):]
	}
	return line, "not YAML: %s", text
}

// readLimited reads a regular file, and refuses a larger one.
func readLimited(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", path)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s: larger than %v", path, Bytes(limit))
	}
	return os.ReadFile(path)
}

// readSecret returns a file's text without the newline that editors put at its end.
func readSecret(path string) (string, error) {
	data, err := readLimited(path, maxSecretSize)
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(data), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s: empty", path)
	}
	return secret, nil
}

// nameWindows fills in what depends on other keys: a window's slide, and its name as the size was written.
func (c *Config) nameWindows(written map[string]string) {
	for i := range c.Models {
		for j := range c.Models[i].Windows {
			w := &c.Models[i].Windows[j]
			if w.Name == "" {
				w.Name = written[fmt.Sprintf("models[%d].windows[%d].size", i, j)]
			}
			if w.Slide == 0 {
				w.Slide = w.Size
			}
		}
	}
}

// within makes a path of the configuration relative to the file's folder.
func within(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
