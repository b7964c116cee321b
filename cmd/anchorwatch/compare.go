package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors"
)

// comparing is the command compare.
type comparing struct {
	columns            columnFlags
	scores             scoringFlags
	reference, current string
	labels             string
	chunkRows          whole
	chunkPeriod        time.Duration
	methods            []string
	correction         string
	multivariate       bool
	protected          []string
	minimumGroup       whole
	json               bool
	html               string
	args               []string // the command line, for the report
	now                func() time.Time
}

// compareCommand registers compare: two files, and what has changed between them. The report says when it was made and
// by which command line.
func compareCommand(now func() time.Time, args []string) func(*kingpin.Application) (*kingpin.CmdClause, action) {
	return func(app *kingpin.Application) (*kingpin.CmdClause, action) {
		return (&comparing{now: now, args: args}).command(app)
	}
}

func (c *comparing) command(app *kingpin.Application) (*kingpin.CmdClause, action) {
	clause := app.Command("compare", "Compare two files of predictions: what drifted, and how the model did. CSV, Parquet or native events; CSV and events also by gzip.")
	clause.Flag("json", "Print one JSON object (docs/json.md).").BoolVar(&c.json)
	clause.Flag("html", "Write the report with its plots into a file too: one page that needs nothing else.").PlaceHolder("FILE").StringVar(&c.html)
	clause.Flag("labels", "Labels of CUR: label events, or a table of id and label. They replace a label column.").PlaceHolder("FILE").StringVar(&c.labels)
	clause.Flag("chunk-rows", "Cut CUR into chunks of so many rows.").PlaceHolder("N").SetValue(&c.chunkRows)
	clause.Flag("chunk-period", "Cut CUR into chunks of time, counted from 1970, such as 1d or 12h.").PlaceHolder("D").SetValue((*length)(&c.chunkPeriod))
	clause.Flag("methods", "Column measures, such as psi,ks, or all; default the usual ones.").PlaceHolder("NAME,…").StringsVar(&c.methods)
	clause.Flag("correction", "How p-values of many columns are adjusted: bonferroni, holm or bh.").Default("holm").StringVar(&c.correction)
	clause.Flag("multivariate", "Measure all features together too, unless --no-multivariate is given.").Default("true").BoolVar(&c.multivariate)
	clause.Flag("protected", "Columns whose groups are to be treated alike: compares how often each is selected, and how often the model is right about it.").PlaceHolder("NAME,…").StringsVar(&c.protected)
	clause.Flag("min-group", "How many cases a group needs for its rates to say anything; default 30.").PlaceHolder("N").Default("30").SetValue(&c.minimumGroup)
	c.columns.register(clause)
	c.scores.register(clause)
	clause.Arg("REF", "The reference: what the model was trained on, or a time when all was well.").Required().StringVar(&c.reference)
	clause.Arg("CUR", "What is to be compared with it.").Required().StringVar(&c.current)
	clause.Validate(func(*kingpin.CmdClause) error { return c.validate() })
	return clause, c.run
}

// validate refuses what no file could make right.
func (c *comparing) validate() error {
	if c.chunkRows != 0 && c.chunkPeriod != 0 {
		return errors.New("--chunk-rows and --chunk-period exclude each other")
	}
	allowed := detectors.ColumnMethods()
	for _, name := range listed(c.methods) {
		if name != "all" && !slices.Contains(allowed, name) {
			return fmt.Errorf("--methods: no measure %q%s (allowed: %s)", name, didYouMean(name, allowed), strings.Join(allowed, ", "))
		}
	}
	if !slices.Contains(detectors.Corrections(), detectors.Correction(c.correction)) {
		return fmt.Errorf("--correction: no correction %q: use bonferroni, holm or bh", c.correction)
	}
	if err := c.scores.validate(); err != nil {
		return err
	}
	return c.columns.validate()
}

// wanted returns the measures asked for; none for the default.
func (c *comparing) wanted() []string {
	methods := listed(c.methods)
	if slices.Contains(methods, "all") {
		return detectors.ColumnMethods()
	}
	return methods
}

// spared is memory that is claimed but never touched, so that it costs nothing, and by which the collector sets its pace:
// it comes first when that much is really used. Most comparisons are over by then, and take a quarter less time.
const spared = 64 << 20

func (c *comparing) run(_ context.Context, stdout, stderr io.Writer) error {
	untouched := make([]byte, spared)
	defer runtime.KeepAlive(&untouched[0])
	result, err := c.compare(stderr)
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if c.html != "" {
		if err := writeReport(c.html, result, c.args, c.now()); err != nil {
			return fmt.Errorf("compare: write the report: %w", err)
		}
	}
	if !c.json {
		describeComparison(stdout, result, listed(c.methods), colors(stdout))
		return nil
	}
	for _, note := range result.Notes {
		fmt.Fprintln(stderr, note)
	}
	return printJSON(stdout, result)
}

// compare reads the files and measures.
func (c *comparing) compare(stderr io.Writer) (*dataset.Comparison, error) {
	files, err := readDatasets([]string{c.reference, c.current}, c.columns.reading(), stderr)
	if err != nil {
		return nil, err
	}
	reference, current := files[0], files[1]
	if err := c.columns.check(listed(c.protected), reference, current); err != nil {
		return nil, err
	}
	if c.labels != "" {
		labels, err := readLabels(c.labels, c.columns.reading(), stderr)
		if err != nil {
			return nil, err
		}
		current.Join(labels)
	}
	costs, err := c.scores.costs()
	if err != nil {
		return nil, err
	}
	return dataset.Compare(reference, current, dataset.CompareOptions{
		Scoring: c.scores.scoring(), Costs: costs,
		Chunking: dataset.Chunking{Rows: int(c.chunkRows), Period: c.chunkPeriod},
		Methods:  c.wanted(), Broad: c.json || c.html != "", Correction: detectors.Correction(c.correction), Kinds: c.columns.kinds(), Answers: c.columns.answers(),
		Protected: listed(c.protected), MinimumGroup: uint64(c.minimumGroup),
		NoMultivariate: !c.multivariate, Distributions: c.html != "",
	})
}
