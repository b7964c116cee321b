package estimate

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// realRow is a row of a real data set; labelled is false if its label never came.
type realRow struct {
	outcome  performance.Outcome
	labelled bool
}

// realData is the reference and the analysis part of a data set.
func realData(tb testing.TB, name string) (schema *performance.Schema, reference, analysis []realRow) {
	tb.Helper()
	f, err := os.Open("../performance/testdata/oracle/" + name + ".csv.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	schema = schemaOf([]string{"0", "1"}, "1")
	if name == "cards_mc" {
		schema = schemaOf([]string{"highstreet_card", "prepaid_card", "upmarket_card"}, "")
	}
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			tb.Fatal(err)
		}
		return x
	}
	records := csv.NewReader(unzipped)
	if _, err := records.Read(); err != nil {
		tb.Fatal(err)
	}
	for {
		record, err := records.Read()
		if err == io.EOF {
			return schema, reference, analysis
		}
		if err != nil {
			tb.Fatal(err)
		}
		label := record[len(record)-1]
		row := realRow{performance.Outcome{Predicted: schema.Class([]byte(record[1])), Actual: performance.Unknown}, label != ""}
		if row.labelled {
			row.outcome.Actual = schema.Class([]byte(label))
		}
		if schema.Task == performance.Binary {
			row.outcome.Score, row.outcome.HasScore = number(record[2]), true
		} else {
			row.outcome.Probabilities = []float64{number(record[2]), number(record[3]), number(record[4])}
		}
		if record[0] == "r" {
			reference = append(reference, row)
		} else {
			analysis = append(analysis, row)
		}
	}
}

func labelled(rows []realRow) []performance.Outcome {
	var all []performance.Outcome
	for _, r := range rows {
		if r.labelled {
			all = append(all, r.outcome)
		}
	}
	return all
}

// TestCBPEEqualsNannyMLOnRealData: NannyML was fitted on two per cent more labels.
func TestCBPEEqualsNannyMLOnRealData(t *testing.T) {
	f, err := os.Open("testdata/oracle/real.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][2]string)
	for _, r := range records {
		want[r[0]+" "+r[1]+" "+r[2]] = [2]string{r[3], r[4]}
	}
	for name, size := range map[string]int{"car_loan": 5000, "elec2": 1000, "cards_mc": 5000} {
		schema, reference, analysis := realData(t, name)
		e := fit(t, schema, labelled(reference))
		index := 0
		for chunk := range slices.Chunk(analysis, size) {
			state := e.NewState()
			for _, row := range chunk {
				state.Observe(row.outcome)
			}
			for _, got := range state.Estimates() {
				expected, known := want[name+" "+strconv.Itoa(index)+" "+got.Measure]
				if !known {
					continue // average precision of several classes
				}
				value, _ := strconv.ParseFloat(expected[0], 64)
				deviation, _ := strconv.ParseFloat(expected[1], 64)
				if math.Abs(got.Value-value) > 0.003 || math.Abs(*got.SamplingError-deviation) > 0.1*deviation {
					t.Errorf("%s, chunk %d, %s: got %v ± %v, want %v ± %v", name, index, got.Measure, got.Value, *got.SamplingError, value, deviation)
				}
			}
			index++
		}
	}
}

// cards observes chunks of so many rows of the reference and the first of the analysis: one card for each count of these.
func cards(tb testing.TB, name string, size int, counts ...int) [][]Grade {
	tb.Helper()
	schema, reference, analysis := realData(tb, name)
	e := fit(tb, schema, labelled(reference))
	all := make([]Card, len(counts))
	observe := func(part []realRow, wanted func(chunk, count int) bool, isReference bool) {
		index := 0
		for chunk := range slices.Chunk(part, size) {
			rows := labelled(chunk)
			byScores, byLabels := e.of(rows), e.NewState()
			for _, o := range rows {
				byLabels.ObserveTruth(o)
			}
			for i, count := range counts {
				if wanted(index, count) {
					all[i].Observe(byScores, byLabels, 8, isReference)
				}
			}
			index++
		}
	}
	observe(reference, func(int, int) bool { return true }, true)
	observe(analysis, func(chunk, count int) bool { return chunk < count }, false)
	grades := make([][]Grade, len(counts))
	for i := range all {
		grades[i] = all[i].Grades()
	}
	return grades
}

// TestCardCatchesLies: on the electricity market's stream the estimated ROC AUC is 0.91 to 0.997 where the labels say
// 0.60 to 0.94. Two chunks are enough to distrust the whole, and then it takes the current ones alone.
func TestCardCatchesLies(t *testing.T) {
	counts := []int{2, 8, 32}
	for i, grades := range cards(t, "elec2", 1000, counts...) {
		if trusted, reason := Verdict(grades); trusted || reason == "" {
			t.Errorf("%d chunks: trusted, %q", counts[i], reason)
		}
		g := grades[slices.IndexFunc(grades, func(g Grade) bool { return g.Measure == "roc_auc" })]
		if counts[i] >= LeastChunks && (g.Trusted || g.Bias < 0.05 || g.Coverage > 0.5 || g.Reference != 0 || g.Chunks != counts[i]) {
			t.Errorf("%d chunks: %+v", counts[i], g)
		}
	}
}

// TestCardTrustsTheHonest: scores that mean what they say are trusted, through a covariate shift too.
func TestCardTrustsTheHonest(t *testing.T) {
	for _, name := range []string{"car_loan", "cards_mc"} {
		counts := []int{0, 3, 5}
		for i, grades := range cards(t, name, 5000, counts...) {
			if trusted, reason := Verdict(grades); !trusted {
				t.Errorf("%s, %d chunks: %s", name, counts[i], reason)
			}
		}
	}
}
