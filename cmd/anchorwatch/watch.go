package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/sequential"
)

// watching is the command watch.
type watching struct {
	detector, column, path string
	assigned               []string
	json, list             bool
}

// watchCommand registers watch: one sequential detector over one column.
func watchCommand(app *kingpin.Application) (*kingpin.CmdClause, action) {
	w := &watching{}
	clause := app.Command("watch", "Watch one column of a file or of stdin with a sequential detector: a line for every alarm, as it happens.")
	clause.Flag("detector", "What watches; --list shows all.").PlaceHolder("NAME").StringVar(&w.detector)
	clause.Flag("param", "A parameter of the detector; repeatable.").PlaceHolder("KEY=VALUE").StringsVar(&w.assigned)
	clause.Flag("column", "The column to watch: its name, or its position counted from 0. Not needed if there is one.").PlaceHolder("C").StringVar(&w.column)
	clause.Flag("json", "Print one JSON object at the end (docs/json.md).").BoolVar(&w.json)
	clause.Flag("list", "Print the detectors, their parameters and defaults.").BoolVar(&w.list)
	clause.Arg("FILE", "CSV with or without a header, or JSON objects one a line; plain or gzip; - for stdin.").Default("-").StringVar(&w.path)
	clause.Validate(func(*kingpin.CmdClause) error { return w.validate() })
	return clause, w.run
}

// validate refuses what no file could make right.
func (w *watching) validate() error {
	if w.list {
		return nil
	}
	_, err := w.watcher()
	return err
}

// watcher makes the detector that the flags describe.
func (w *watching) watcher() (*sequential.Watcher, error) {
	var names []string
	for _, m := range sequential.Methods() {
		names = append(names, m.Name)
	}
	if w.detector == "" {
		return nil, fmt.Errorf("--detector is needed (allowed: %s)", strings.Join(names, ", "))
	}
	method, ok := sequential.Lookup(w.detector)
	if !ok {
		return nil, fmt.Errorf("--detector: no detector %q%s (allowed: %s)", w.detector, didYouMean(w.detector, names), strings.Join(names, ", "))
	}
	var known, listed []string
	for _, p := range method.Parameters() {
		listed = append(listed, p.Name)
		known = append(append(known, p.Name), p.Aliases...)
	}
	assigned := make(map[string]string)
	for _, assignment := range w.assigned {
		name, value, ok := strings.Cut(assignment, "=")
		if name = strings.TrimSpace(name); !ok {
			return nil, fmt.Errorf("--param: %q is no KEY=VALUE", assignment)
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--param: %s has no parameter %q%s (allowed: %s)", w.detector, name, didYouMean(name, known), strings.Join(listed, ", "))
		}
		assigned[name] = value
	}
	watcher, err := method.New(assigned)
	if err != nil {
		return nil, fmt.Errorf("--param: %s: %w", w.detector, err)
	}
	return watcher, nil
}

// alarmed is what watch prints with --json.
type alarmed struct {
	Schema   int            `json:"schema"`
	Detector string         `json:"detector"`
	Params   map[string]any `json:"params"`
	N        int            `json:"n"`                  // values that the detector saw
	Missing  int            `json:"missing,omitempty"`  // rows without a value
	Infinite int            `json:"infinite,omitempty"` // rows whose value is not finite
	Alarms   []int          `json:"alarms"`             // rows, counted from 0
	Warnings []int          `json:"warnings"`           // where they begin
}

func (w *watching) run(ctx context.Context, stdout, stderr io.Writer) error {
	if w.list {
		listDetectors(stdout)
		return nil
	}
	watcher, err := w.watcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	result := alarmed{Schema: 1, Detector: w.detector, Params: map[string]any{}, Alarms: []int{}, Warnings: []int{}}
	for _, s := range watcher.Settings() {
		result.Params[s.Name] = s.Value
	}
	alarms := stdout
	if w.json {
		alarms = io.Discard
	}
	if err := w.read(ctx, stderr, func(line int, p dataset.Point) error { return result.take(watcher, line, p, alarms) }); err != nil {
		return fmt.Errorf("watch: %w", w.explain(err))
	}
	describeWatch(stderr, watcher, &result)
	if !w.json {
		return nil
	}
	return printJSON(stdout, result)
}

// read leads the column's values past each, until the input ends or the context does.
func (w *watching) read(ctx context.Context, stderr io.Writer, each func(int, dataset.Point) error) error {
	file, err := openFile(w.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written
	progress := newReadingBar(stderr, file)
	defer progress.remove()
	return dataset.ReadSeries(&untilDone{ctx: ctx, r: progress.watch(file)}, file.Name(), w.column, each)
}

// explain adds what the flag could have been to a column that there is not.
func (w *watching) explain(err error) error {
	var missing *dataset.ColumnError
	switch {
	case !errors.As(err, &missing):
		return err
	case missing.Column == "":
		return fmt.Errorf("%w by --column", err)
	}
	return fmt.Errorf("--column: %w%s", err, didYouMean(missing.Column, missing.Columns))
}

// take leads one row past the detector, and prints what it says at once.
func (r *alarmed) take(watcher *sequential.Watcher, line int, p dataset.Point, alarms io.Writer) error {
	low, high := watcher.Domain()
	switch x := p.Value; {
	case p.Missing:
		r.Missing++
		return nil
	case math.IsInf(x, 0):
		r.Infinite++
		return nil
	case x < low || x > high:
		return fmt.Errorf("line %d: %v is outside [%v, %v], which %s watches", line, x, low, high, r.Detector)
	}
	r.N++
	event := watcher.Observe(p.Value)
	if event.Warning {
		r.Warnings = append(r.Warnings, p.Row)
		if !event.Alarm {
			if _, err := fmt.Fprintf(alarms, "%d\twarning\t%v\n", p.Row, p.Value); err != nil {
				return err
			}
		}
	}
	if event.Alarm {
		r.Alarms = append(r.Alarms, p.Row)
		if _, err := fmt.Fprintf(alarms, "%d\talarm\t%v\n", p.Row, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// describeWatch sums up for people.
func describeWatch(w io.Writer, watcher *sequential.Watcher, r *alarmed) {
	var settings []string
	for _, s := range watcher.Settings() {
		settings = append(settings, fmt.Sprintf("%s=%v", s.Name, s.Value))
	}
	fmt.Fprintf(w, "%s %s: alarms %d, warnings %d, values %d\n", r.Detector, strings.Join(settings, " "), len(r.Alarms), len(r.Warnings), r.N)
	if r.Missing+r.Infinite > 0 {
		fmt.Fprintf(w, "left out: %s without a value, %d infinite\n", plural(r.Missing, "row"), r.Infinite)
	}
	if watcher.Learning() {
		fmt.Fprintln(w, "the reference was still being learned at the end: since the last alarm, or the start, nothing could alarm")
	}
}

// listDetectors prints the catalogue.
func listDetectors(w io.Writer) {
	for i, m := range sequential.Methods() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s\n  watches %s\n  as %s\n", m.Name, m.Summary, m.Watches, m.Source)
		t := table{left: 4}
		for _, p := range m.Parameters() {
			t.add(cell{text: "  " + p.Name}, cell{text: spelled(p.Default)}, cell{text: p.Allowed, style: faint}, cell{text: p.Meaning})
		}
		t.write(w, colors(w))
	}
}

// spelled returns a default as one would write it.
func spelled(value any) string {
	switch v := value.(type) {
	case nil:
		return "none"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

// untilDone reads until the context is done, and then says that the input has ended: a stream that is interrupted is summed up
// like one that is over. A read that hangs is left behind with its buffer.
type untilDone struct {
	ctx    context.Context //nolint:containedctx // a Read has no other way to get it
	r      io.Reader
	buffer []byte
}

type readResult struct {
	n   int
	err error
}

func (u *untilDone) Read(p []byte) (int, error) {
	if u.buffer == nil {
		u.buffer = make([]byte, 64<<10)
	}
	b := u.buffer[:min(len(p), len(u.buffer))]
	done := make(chan readResult, 1)
	go func() {
		n, err := u.r.Read(b)
		done <- readResult{n, err}
	}()
	select {
	case r := <-done:
		return copy(p, b[:r.n]), r.err
	case <-u.ctx.Done():
		u.buffer = nil
		return 0, io.EOF
	}
}
