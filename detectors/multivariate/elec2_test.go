package multivariate

import (
	"encoding/csv"
	"math"
	"strconv"
	"testing"
)

// TestDomainClassifierNearNannyML compares with the boosted trees of NannyML 0.13.1 on chunks of Elec2 whose single
// columns moved. (On the first chunk of all, where only their interplay did, trees reach 0.80 and we 0.70.)
func TestDomainClassifierNearNannyML(t *testing.T) {
	records, err := csv.NewReader(openOracle(t, "elec2.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string][][]any) // by part and column
	for _, record := range records[1:] {
		columns := parts[record[0]]
		if columns == nil {
			columns = make([][]any, len(record)-1)
			parts[record[0]] = columns
		}
		for i, cell := range record[1:] {
			var value any = cell
			if number, err := strconv.ParseFloat(cell, 64); err == nil {
				value = number
			}
			columns[i] = append(columns[i], value)
		}
	}
	for part, want := range map[string]float64{"1": 0.7716, "2": 0.7641, "3": 0.8508, "4": 0.9975, "8": 1, "20": 1} {
		var ref, cur Table
		for i, values := range parts[part] {
			a, b := columnsOf(parts["reference"][i], values)
			ref, cur = append(ref, a), append(cur, b)
		}
		got := Fit(ref).Compare(cur, firstRows(1000))[2]
		if math.Abs(got.Value-want) > 0.05 || !*got.Drifted || *got.Lower > got.Value || *got.Upper < got.Value {
			t.Errorf("chunk %s: %+v, want %v", part, got, want)
		}
	}
}
