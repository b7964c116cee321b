package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// baselineCommands returns the command that baselines are built and shown under.
func baselineCommands(app *kingpin.Application) *kingpin.CmdClause {
	if parent := app.GetCommand("baseline"); parent != nil {
		return parent
	}
	return app.Command("baseline", "What a model version looked like when it was good: build it from files, or show it.")
}

// building is the command baseline build.
type building struct {
	columns        columnFlags
	inputs         []string
	out            string
	force          bool
	window         time.Duration
	model, version string
	labels         string
	maxEdges       whole
	measures       []string
	now            func() time.Time
}

// baselineBuildCommand returns what registers baseline build; now dates what it builds.
func baselineBuildCommand(now func() time.Time) func(*kingpin.Application) (*kingpin.CmdClause, action) {
	return func(app *kingpin.Application) (*kingpin.CmdClause, action) {
		b := &building{now: now}
		clause := baselineCommands(app).Command("build", "Build a baseline from CSV, Parquet or native events, with or without outputs and labels.")
		clause.Flag("out", "File to write; default baseline_<model>_v<version>.awb.").Short('o').PlaceHolder("FILE").StringVar(&b.out)
		clause.Flag("force", "Replace the file if it exists.").BoolVar(&b.force)
		clause.Flag("window", "Keep the figures of the baseline's own windows of that length, such as 14d: how far weeks differ without drift.").PlaceHolder("D").SetValue((*length)(&b.window))
		clause.Flag("model", "Model name; by default the one that all events name.").PlaceHolder("NAME").StringVar(&b.model)
		clause.Flag("model-version", "Model version; by default the one that all events name.").PlaceHolder("VERSION").StringVar(&b.version)
		clause.Flag("labels", "Label events, or a table of id and label. They replace labels in the inputs.").PlaceHolder("FILE").StringVar(&b.labels)
		clause.Flag("max-edges", "Quantiles that a numeric column keeps.").Default("1024").SetValue(&b.maxEdges)
		clause.Flag("measures", "Measure the baseline's own windows by these too, such as hellinger,tvd: those that models[].measures asks for.").PlaceHolder("NAME,…").StringsVar(&b.measures)
		b.columns.register(clause)
		clause.Arg("INPUT", "Files of one model version.").Required().StringsVar(&b.inputs)
		clause.Validate(func(*kingpin.CmdClause) error { return b.validate() })
		return clause, b.run
	}
}

func (b *building) validate() error {
	allowed := detectors.StreamMethodsOnRequest()
	for _, name := range listed(b.measures) {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("--measures: no measure %q on request%s (allowed: %s)", name, didYouMean(name, allowed), strings.Join(allowed, ", "))
		}
	}
	if len(b.measures) > 0 && b.window == 0 {
		return fmt.Errorf("--measures is about the baseline's own windows: write --window too, such as --window 14d")
	}
	return b.columns.validate()
}

func (b *building) run(_ context.Context, stdout, stderr io.Writer) error {
	built, err := b.build(stderr)
	if err != nil {
		return fmt.Errorf("baseline build: %w", err)
	}
	path := b.out
	if path == "" {
		path = defaultBaselineName(built.Model, built.Version)
	}
	if err := writeBaseline(path, built, b.force); err != nil {
		return fmt.Errorf("baseline build: %w", err)
	}
	fmt.Fprintf(stdout, "wrote %s: %s %s, %s, %s, id %s\n", path, built.Model, built.Version,
		plural(built.Set.Rows, "row"), plural(len(built.Set.Columns), "column"), built.ID())
	for _, note := range built.Notes {
		fmt.Fprintln(stdout, "-", note)
	}
	return nil
}

// build reads the inputs and builds.
func (b *building) build(stderr io.Writer) (*baseline.Baseline, error) {
	var labels *dataset.Labels
	if b.labels != "" {
		var err error
		if labels, err = readLabels(b.labels, b.columns.reading(), stderr); err != nil {
			return nil, err
		}
	}
	files, err := readDatasets(b.inputs, b.columns.reading(), stderr)
	if err != nil {
		return nil, err
	}
	if labels != nil {
		for _, d := range files {
			d.Join(labels)
		}
	}
	if err := b.columns.check(nil, files...); err != nil {
		return nil, err
	}
	name, version, err := identify(files, b.model, b.version)
	if err != nil {
		return nil, err
	}
	return assemble(files, listed(b.measures), baseline.Options{
		Model: name, Version: version, Source: strings.Join(b.inputs, ", "), Created: b.now(), Window: b.window,
		Kinds: b.columns.kinds(), MaxEdges: int(b.maxEdges), Answers: b.columns.answers(),
	})
}

// buildBaseline builds the baseline of one file whose events name model and version.
func buildBaseline(r io.Reader, source string, window time.Duration, positive string, now time.Time) (*baseline.Baseline, error) {
	d, err := dataset.Read(r, source, dataset.Options{})
	if err != nil {
		return nil, err
	}
	files := []*dataset.Dataset{d}
	name, version, err := identify(files, "", "")
	if err != nil {
		return nil, err
	}
	return assemble(files, nil, baseline.Options{
		Model: name, Version: version, Source: source, Created: now, Window: window,
		Answers: performance.Overrides{Positive: positive},
	})
}

// assemble builds a baseline of all files' rows. Its own windows are compared row by row: the thresholds of later
// windows rest on the values, not on what these comparisons call drift.
func assemble(files []*dataset.Dataset, onRequest []string, o baseline.Options) (*baseline.Baseline, error) {
	builder := baseline.NewBuilder()
	for _, d := range files {
		d.Feed(builder)
	}
	o.Compare = func(reference, current *profile.Set) []detectors.Measurement {
		return detectors.CompareSets(reference, current, detectors.Options{Measures: onRequest, DesignEffect: 1})
	}
	built, err := builder.Build(o)
	if err != nil {
		return nil, err
	}
	if positive := o.Answers.Positive; positive != "" && built.Schema != nil && built.Schema.Task != performance.Binary {
		return nil, fmt.Errorf("positive class %q: with it the model's classes are %q: a binary one has two", positive, built.Schema.Classes)
	}
	for _, d := range files {
		for _, note := range d.Notes {
			built.Notes = append(built.Notes, d.Path+": "+note)
		}
	}
	return built, nil
}

// identify returns model and version: the given ones, else those on which all files agree.
func identify(files []*dataset.Dataset, name, version string) (string, string, error) {
	var models, versions []string
	for _, d := range files {
		models, versions = append(models, d.Models...), append(versions, d.Versions...)
	}
	name, err := agreed("model", "model", name, models)
	if err != nil {
		return "", "", err
	}
	version, err = agreed("version", "model-version", version, versions)
	return name, version, err
}

func agreed(what, flag, given string, named []string) (string, error) {
	slices.Sort(named)
	named = slices.Compact(named)
	switch {
	case given != "":
		return given, nil
	case len(named) == 0:
		return "", fmt.Errorf("the input names no %s: give it by --%s", what, flag)
	case len(named) > 1:
		return "", fmt.Errorf("the input names more than one %s (%s): a baseline is of one", what, strings.Join(named, ", "))
	}
	return named[0], nil
}

// defaultBaselineName is baseline_<model>_v<version>.awb, with characters that paths give a meaning to replaced.
func defaultBaselineName(name, version string) string {
	safe := strings.NewReplacer("/", "-", "\\", "-", ":", "-", " ", "-")
	return safe.Replace("baseline_" + name + "_v" + strings.TrimPrefix(version, "v") + ".awb")
}

// writeBaseline writes the file beside its place and renames it, so that a reader never sees half of it.
func writeBaseline(path string, b *baseline.Baseline, force bool) (err error) {
	if _, err := os.Stat(path); err == nil && !force {
		return fmt.Errorf("%s exists: replace it with --force, or name another file by --out", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // half a file is of no use
		}
	}()
	err = errors.Join(baseline.Write(file, b), file.Chmod(0o644), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
