package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/anchorwatch/anchorwatch/agent/dataset"
	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// scoringFlags set what measures of performance ask for.
type scoringFlags struct {
	topK                whole
	topShare, quantile  float64
	tolerance, costList string
}

func (f *scoringFlags) register(c *kingpin.CmdClause) {
	c.Flag("top-k", "How many classes top_k_accuracy admits; default 2.").Default(strconv.Itoa(performance.DefaultTopK)).PlaceHolder("K").SetValue(&f.topK)
	c.Flag("top-share", "The share of rows with the highest scores that lift looks at; default 0.1.").Default(fmt.Sprint(performance.DefaultTopShare)).PlaceHolder("SHARE").Float64Var(&f.topShare)
	c.Flag("quantile", "The quantile that quantile_loss is for; default 0.5.").Default(fmt.Sprint(performance.DefaultQuantile)).PlaceHolder("Q").Float64Var(&f.quantile)
	c.Flag("tolerance", "How wrong a value may be for within_tolerance: a share of the label such as 10%, or a number in its unit; default 10%.").Default("10%").PlaceHolder("T").StringVar(&f.tolerance)
	c.Flag("costs", "What answers cost, to measure cost: ACTUAL:PREDICTED=COST,… or a CSV file of actual, predicted and cost. What is not named costs nothing.").PlaceHolder("COSTS").StringVar(&f.costList)
}

// validate refuses what no file could make right.
func (f *scoringFlags) validate() error {
	switch {
	case !(f.topShare > 0 && f.topShare <= 1):
		return fmt.Errorf("--top-share: %v is no share: use more than 0 and at most 1, such as 0.1", f.topShare)
	case !(f.quantile > 0 && f.quantile < 1):
		return fmt.Errorf("--quantile: %v: use a number between 0 and 1, such as 0.9", f.quantile)
	}
	if _, err := f.toleranceSize(); err != nil {
		return err
	}
	if strings.Contains(f.costList, "=") {
		if _, err := dataset.ParseCosts(f.costList); err != nil {
			return fmt.Errorf("--costs: %w", err)
		}
	}
	return nil
}

func (f *scoringFlags) toleranceSize() (performance.Tolerance, error) {
	text, relative := strings.CutSuffix(strings.TrimSpace(f.tolerance), "%")
	size, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(size >= 0) || size-size != 0 {
		return performance.Tolerance{}, fmt.Errorf("--tolerance: %q: use a share of the label such as 10%%, or a number in its unit such as 2.5", f.tolerance)
	}
	if relative {
		size /= 100
	}
	return performance.Tolerance{Size: size, Relative: relative}, nil
}

// scoring returns what was set.
func (f *scoringFlags) scoring() performance.EvaluationOptions {
	o := performance.EvaluationOptions{TopK: int(f.topK), TopShare: f.topShare, Quantile: f.quantile}
	if tolerance, err := f.toleranceSize(); err == nil {
		o.Tolerance = &tolerance
	}
	return o
}

// costs returns what answers cost, from the flag or the file it names.
func (f *scoringFlags) costs() (performance.Costs, error) {
	switch {
	case f.costList == "":
		return nil, nil
	case strings.Contains(f.costList, "="):
		return dataset.ParseCosts(f.costList)
	}
	file, err := openFile(f.costList)
	if err != nil {
		return nil, fmt.Errorf("--costs: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	costs, err := dataset.ReadCosts(file)
	if err != nil {
		return nil, fmt.Errorf("--costs: %s: %w", f.costList, err)
	}
	return costs, nil
}
