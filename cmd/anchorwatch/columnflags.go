package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// columnFlags are the flags by which compare and baseline build say what a file's columns are.
type columnFlags struct {
	options              dataset.Options
	ignore               []string
	numeric, categorical []string
	task, positive       string
}

func (f *columnFlags) register(c *kingpin.CmdClause) {
	c.Flag("id-column", "Column that labels are joined by; default id, request_id or prediction_id.").PlaceHolder("NAME").StringVar(&f.options.ID)
	c.Flag("timestamp-column", "Column with the time: RFC 3339, a date, or a number since 1970 whose unit a suffix (_s, _ms, _us, _ns) or else its magnitude tells; default ts, ts_ms, timestamp, timestamp_ms, time or event_time.").PlaceHolder("NAME").StringVar(&f.options.Timestamp)
	c.Flag("prediction-column", "Column with the class or value that the model answered; default prediction or y_pred.").PlaceHolder("NAME").StringVar(&f.options.Prediction)
	c.Flag("score-column", "Column with the score of the positive class; default score, y_score, y_proba, y_pred_proba or probability.").PlaceHolder("NAME").StringVar(&f.options.Score)
	c.Flag("label-column", "Column with the truth; default label, y_true or target.").PlaceHolder("NAME").StringVar(&f.options.Label)
	c.Flag("probability-prefix", "What stands before the class in the names of columns with probabilities; default proba_, probability_ or prob_.").PlaceHolder("PREFIX").StringVar(&f.options.ProbabilityPrefix)
	c.Flag("ignore", "Columns to leave out; repeatable, or a list with commas.").PlaceHolder("NAME,…").StringsVar(&f.ignore)
	c.Flag("numeric", "Columns to read as numbers, whatever their values look like.").PlaceHolder("NAME,…").StringsVar(&f.numeric)
	c.Flag("categorical", "Columns to read as categories, such as codes that look like numbers.").PlaceHolder("NAME,…").StringsVar(&f.categorical)
	c.Flag("task", "What the model does: binary, multiclass or regression; inferred by default.").PlaceHolder("TASK").EnumVar(&f.task, "binary", "multiclass", "regression")
	c.Flag("positive-class", "The class that precision, recall and scores speak of; by default 1 or true, else inferred and stated.").PlaceHolder("CLASS").StringVar(&f.positive)
}

// listed splits the values of a repeatable flag at their commas.
func listed(values []string) []string {
	var all []string
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// reading returns how files are to be read.
func (f *columnFlags) reading() dataset.Options {
	o := f.options
	o.Ignore = listed(f.ignore)
	return o
}

// kinds returns the kinds that were given.
func (f *columnFlags) kinds() map[string]profile.Kind {
	kinds := make(map[string]profile.Kind)
	for _, name := range listed(f.numeric) {
		kinds[name] = profile.Numeric
	}
	for _, name := range listed(f.categorical) {
		kinds[name] = profile.Categorical
	}
	return kinds
}

// validate refuses columns that are given two kinds.
func (f *columnFlags) validate() error {
	for _, name := range listed(f.numeric) {
		if slices.Contains(listed(f.categorical), name) {
			return fmt.Errorf("column %q is both --numeric and --categorical", name)
		}
	}
	return nil
}

// answers returns what was said about the model's answers.
func (f *columnFlags) answers() performance.Overrides {
	o := performance.Overrides{Positive: f.positive}
	if f.task != "" {
		_ = o.Task.UnmarshalText([]byte(f.task)) // the flag admits the three names only
	}
	return o
}

// check refuses names of columns that no file has, those of a command's own flag protected included. Native events have no header to
// check against.
func (f *columnFlags) check(protected []string, files ...*dataset.Dataset) error {
	var header []string
	for _, d := range files {
		if d.Header == nil {
			return nil
		}
		header = append(header, d.Header...)
	}
	o := f.reading()
	flags := []struct {
		name  string
		given []string
	}{
		{"id-column", []string{o.ID}},
		{"timestamp-column", []string{o.Timestamp}},
		{"prediction-column", []string{o.Prediction}},
		{"score-column", []string{o.Score}},
		{"label-column", []string{o.Label}},
		{"ignore", o.Ignore},
		{"numeric", listed(f.numeric)},
		{"categorical", listed(f.categorical)},
		{"protected", protected},
	}
	for _, flag := range flags {
		for _, name := range flag.given {
			if name != "" && !slices.Contains(header, name) {
				return fmt.Errorf("--%s: no column %q%s", flag.name, name, didYouMean(name, header))
			}
		}
	}
	return nil
}

// didYouMean proposes the word that was probably meant; empty if none is near.
func didYouMean(word string, words []string) string {
	best := config.Closest(word, words)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", best)
}
