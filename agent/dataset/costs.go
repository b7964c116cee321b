package dataset

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// ReadCosts reads a table of label, prediction and cost, a line for each pair, with or without a header of
// "actual,predicted,cost". Pairs that are left out cost nothing.
func ReadCosts(r io.Reader) (performance.Costs, error) {
	reader := csv.NewReader(r)
	reader.FieldsPerRecord = 3
	reader.TrimLeadingSpace = true
	records, err := reader.ReadAll()
	if err != nil {
		return nil, err
	}
	var costs performance.Costs
	for i, record := range records {
		if i == 0 {
			record[0] = strings.TrimPrefix(record[0], "\ufeff")
			if strings.EqualFold(strings.Join(record, ","), "actual,predicted,cost") {
				continue
			}
		}
		cost, err := costOf(record[0], record[1], record[2])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		costs = append(costs, cost)
	}
	if len(costs) == 0 {
		return nil, fmt.Errorf("no costs: write a line for each pair, such as %q", "actual,predicted,cost")
	}
	return costs, nil
}

// ParseCosts reads what a flag says: ACTUAL:PREDICTED=COST, several with commas in between.
func ParseCosts(text string) (performance.Costs, error) {
	var costs performance.Costs
	for part := range strings.SplitSeq(text, ",") {
		pair, number, ok := strings.Cut(part, "=")
		actual, predicted, both := strings.Cut(pair, ":")
		if !ok || !both {
			return nil, fmt.Errorf("%q: write ACTUAL:PREDICTED=COST, such as 1:0=5", part)
		}
		cost, err := costOf(strings.TrimSpace(actual), strings.TrimSpace(predicted), strings.TrimSpace(number))
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
	}
	return costs, nil
}

func costOf(actual, predicted, number string) (performance.Cost, error) {
	cost, err := strconv.ParseFloat(number, 64)
	if err != nil || !profile.Finite(cost) {
		return performance.Cost{}, fmt.Errorf("cost %q of %s:%s: write a finite number", number, actual, predicted)
	}
	return performance.Cost{Actual: actual, Predicted: predicted, Cost: cost}, nil
}
