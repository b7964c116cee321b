package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// versionPlace stands for the model version in the path of a baseline.
const versionPlace = "{version}"

// errNoPath says that the configuration names no baseline for the model.
var errNoPath = errors.New("the configuration names no baseline")

// readBaseline reads the baseline of a version by its path template. A version whose name would lead to another folder
// has none: versions come from events. It must agree with what the configuration says of the model's answers.
func readBaseline(m *config.Model, version string) (*baseline.Baseline, error) {
	template := m.Baseline
	if template == "" {
		return nil, errNoPath
	}
	if strings.Contains(template, versionPlace) && (version == "" || version != filepath.Base(version) || strings.HasPrefix(version, ".")) {
		return nil, fmt.Errorf("version %q is no part of a file name", version)
	}
	path := strings.ReplaceAll(template, versionPlace, version)
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open baseline: %w", err)
	}
	b, err := baseline.Read(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("read baseline %s: %w", path, err)
	}
	switch s := b.Schema; {
	case s == nil:
	case m.Task != "" && s.Task.String() != m.Task:
		return nil, fmt.Errorf("baseline %s has %s answers, the configuration says %s: build it again with --task", path, s.Task, m.Task)
	case m.PositiveClass != "" && s.Task == performance.Binary && s.Positive != m.PositiveClass:
		return nil, fmt.Errorf("baseline %s speaks of the positive class %q, the configuration of %q: build it again with --positive-class", path, s.Positive, m.PositiveClass)
	}
	return b, nil
}

// comparing returns what measures a model's windows against their baseline, with what the baseline knows about its own
// blocks of time, by the measures that are always taken and those on request.
func comparing(onRequest []string) func(*baseline.Baseline, *profile.Set) []detectors.Measurement {
	return func(b *baseline.Baseline, current *profile.Set) []detectors.Measurement {
		return detectors.CompareSets(b.Set, current, detectors.Options{
			Measures: onRequest, DesignEffect: b.DesignEffect, Yardstick: b.Yardstick,
		})
	}
}

// FindBaselines lists the files that a path template matches now.
func FindBaselines(template string) ([]string, error) {
	found, err := filepath.Glob(strings.ReplaceAll(template, versionPlace, "*"))
	if err != nil {
		return nil, fmt.Errorf("baseline %q: %w", template, err)
	}
	return found, nil
}
