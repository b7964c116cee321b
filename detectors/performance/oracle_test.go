package performance

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// Provenance and tolerance of everything under testdata/oracle: see its README.md.
const tolerance = 1e-9

func close64(got, want float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// table reads a CSV file, gzipped or not, as one map a row.
func table(tb testing.TB, name string) []map[string]string {
	tb.Helper()
	f, err := os.Open("testdata/oracle/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	reader := csv.NewReader(f)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			tb.Fatal(err)
		}
		reader = csv.NewReader(z)
	}
	records, err := reader.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, value := range record {
			row[records[0][i]] = value
		}
		rows = append(rows, row)
	}
	return rows
}

func number(tb testing.TB, text string) float64 {
	tb.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// example reads a row of a stream as the events of it would be read.
func example(tb testing.TB, row map[string]string, schema *Schema) Example {
	tb.Helper()
	var x Example
	switch schema.Task {
	case Regression:
		x.Answer = Answer{Value: number(tb, row["y_pred"]), HasValue: true}
	case Binary:
		x.Answer = Answer{Class: []byte(row["y_pred"]), HasClass: true, Score: number(tb, row["y_score"]), HasScore: true}
	case Multiclass:
		x.Answer = Answer{Class: []byte(row["y_pred"]), HasClass: true}
		for _, class := range schema.Classes {
			x.Answer.Probabilities = append(x.Answer.Probabilities, ClassProbability{Class: []byte(class), Probability: number(tb, row["proba_"+class])})
		}
	}
	x.Truth.Number = math.NaN()
	if label := row["label"]; label != "" {
		x.Truth.Class = []byte(label)
		if value, err := strconv.ParseFloat(label, 64); err == nil {
			x.Truth.Number = value
		}
	}
	return x
}

var streams = []struct {
	name      string
	chunkRows int
	schema    *Schema
	// columns of the oracle by measure and class
	columns map[[2]string]string
}{
	{"car_loan", 5000, &Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, binaryColumns()},
	{"elec2", 1000, &Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: 0.5}, binaryColumns()},
	{"car_price", 5000, &Schema{Task: Regression}, map[[2]string]string{
		{"mae"}: "mae", {"mse"}: "mse", {"rmse"}: "rmse", {"mean_error"}: "bias_mean_error", {"r2"}: "r2",
		{"median_absolute_error"}: "medae", {"mape"}: "mape_sklearn", {"rmsle"}: "rmsle", {"smape"}: "smape_mean_2abs",
	}},
	{"cards_mc", 5000, &Schema{Task: Multiclass, Classes: []string{"highstreet_card", "prepaid_card", "upmarket_card"}}, map[[2]string]string{
		{"accuracy"}: "accuracy", {"balanced_accuracy"}: "balanced_accuracy", {"log_loss"}: "log_loss", {"brier"}: "brier_sum",
		{"mcc"}: "mcc", {"kappa"}: "kappa", {"calibration_error"}: "ece15_toplabel", {"max_calibration_error"}: "mce15_toplabel",
		{"precision", "micro"}: "precision_micro", {"recall", "micro"}: "recall_micro", {"f1", "micro"}: "f1_micro",
		{"precision", "weighted"}: "precision_weighted", {"recall", "weighted"}: "recall_weighted", {"f1", "weighted"}: "f1_weighted",
		{"precision", "macro"}: "precision_macro", {"recall", "macro"}: "recall_macro", {"f1", "macro"}: "f1_macro", {"roc_auc", "macro"}: "roc_auc_ovr_macro",
		{"roc_auc", "highstreet_card"}: "auc_ovr_highstreet_card", {"precision", "highstreet_card"}: "precision_highstreet_card", {"recall", "highstreet_card"}: "recall_highstreet_card",
		{"roc_auc", "prepaid_card"}: "auc_ovr_prepaid_card", {"precision", "prepaid_card"}: "precision_prepaid_card", {"recall", "prepaid_card"}: "recall_prepaid_card",
		{"roc_auc", "upmarket_card"}: "auc_ovr_upmarket_card", {"precision", "upmarket_card"}: "precision_upmarket_card", {"recall", "upmarket_card"}: "recall_upmarket_card",
	}},
}

func binaryColumns() map[[2]string]string {
	columns := map[[2]string]string{{"calibration_error"}: "ece15", {"max_calibration_error"}: "mce15"}
	for _, name := range []string{
		"accuracy", "precision", "recall", "f1", "specificity", "balanced_accuracy", "roc_auc", "average_precision", "log_loss", "brier",
		"mcc", "kappa", "gini", "ks_separation",
	} {
		columns[[2]string{name}] = name
	}
	return columns
}

func find(all []detectors.Measurement, name, class string) *detectors.Measurement {
	return (&detectors.Report{Measurements: all}).Find(name, "", class)
}

func TestStreamsAgreeWithScikitLearn(t *testing.T) {
	for _, stream := range streams {
		t.Run(stream.name, func(t *testing.T) {
			rows := table(t, stream.name+".csv.gz")
			analysis := slices.IndexFunc(rows, func(row map[string]string) bool { return row["part"] == "a" })
			for _, want := range table(t, stream.name+".performance.csv") {
				part := rows[:analysis]
				if want["chunking"] == "count" {
					part = rows[analysis:]
				}
				first, end := int(number(t, want["row_start"])), int(number(t, want["row_end"]))
				tally, batch := New(stream.schema), NewEvaluation(stream.schema, EvaluationOptions{})
				for _, row := range part[first:end] {
					x := example(t, row, stream.schema)
					outcome, ok := stream.schema.Interpret(x.Answer, nil)
					if !ok {
						t.Fatalf("no answer in %v", row)
					}
					if stream.schema.Label(&outcome, x.Truth) {
						tally.Observe(outcome)
						batch.Observe(outcome, profile.Dawn)
					}
				}
				chunk := want["chunking"] + " " + want["chunk"]
				if got := strconv.FormatUint(tally.N(), 10); got != want["n_labelled"] {
					t.Errorf("%s: %s rows with labels, want %s", chunk, got, want["n_labelled"])
				}
				all, exact := tally.Measurements(Options{Derived: true}), batch.Measurements()
				for key, column := range stream.columns {
					m, b := find(all, key[0], key[1]), find(exact, key[0], key[1])
					if b == nil || want[column] == "" {
						t.Errorf("%s: %v is %v, want %q", chunk, key, b, want[column])
						continue
					}
					wanted := number(t, want[column])
					if !close64(b.Value, wanted) {
						t.Errorf("%s: %v of the batch is %v, want %v", chunk, key, b.Value, wanted)
					}
					if entry, _ := detectors.Lookup(key[0]); m == nil {
						if stream.schema.Task == Binary && entry.Stream != detectors.Absent {
							t.Errorf("%s: no %v in the stream", chunk, key)
						}
						continue
					}
					if key[0] == "calibration_error" && tally.rankings[0].level > 0 {
						if math.Abs(m.Value-wanted) > 0.001 {
							t.Errorf("%s: %v of the stream is %v, want about %v", chunk, key, m.Value, wanted)
						}
						continue
					}
					if m.CertifiedLower == nil && !close64(m.Value, wanted) {
						t.Errorf("%s: %v is %v, want %v", chunk, key, m.Value, wanted)
					}
					// Elec2's reference holds more than 4,096 distinct scores.
					if m.CertifiedLower != nil && (math.Abs(m.Value-wanted) > 0.001 || *m.CertifiedLower > wanted || *m.CertifiedUpper < wanted) {
						t.Errorf("%s: %v is %v in [%v, %v], want %v", chunk, key, m.Value, *m.CertifiedLower, *m.CertifiedUpper, wanted)
					}
				}
			}
		})
	}
}

func TestConfusionAgreesWithScikitLearn(t *testing.T) {
	stream := streams[3]
	tally := New(stream.schema)
	for _, row := range table(t, "cards_mc.csv.gz") {
		if row["part"] == "r" && row["label"] != "" {
			x := example(t, row, stream.schema)
			outcome, _ := stream.schema.Interpret(x.Answer, nil)
			stream.schema.Label(&outcome, x.Truth)
			tally.Observe(outcome)
		}
	}
	for _, want := range table(t, "cards_mc.confusion.csv") {
		pair := Pair{
			Actual:    int16(stream.schema.Class([]byte(want["true"]))),
			Predicted: int16(stream.schema.Class([]byte(want["pred"]))),
		}
		if got := tally.confusion[pair]; float64(got) != number(t, want["n"]) {
			t.Errorf("%s as %s: %d, want %s", want["true"], want["pred"], got, want["n"])
		}
	}
}

func TestEdgeCasesOfBinaryMeasures(t *testing.T) {
	var cases []struct {
		Name      string
		Y         []int
		Score     []float64
		Threshold float64
		Expect    map[string]any
	}
	readJSON(t, "binary_metrics.json", &cases)
	for _, c := range cases {
		schema := &Schema{Task: Binary, Classes: []string{"0", "1"}, Positive: "1", Threshold: c.Threshold}
		tally := New(schema)
		for i, y := range c.Y {
			o, _ := schema.Interpret(Answer{Score: c.Score[i], HasScore: true}, nil)
			o.Actual = y
			tally.Observe(o)
		}
		all := tally.Measurements(Options{Derived: true})
		compareExpected(t, c.Name, find(all, "calibration_error", ""), c.Expect["ece15"])
		for _, name := range []string{"accuracy", "precision", "recall", "f1", "balanced_accuracy", "roc_auc", "average_precision", "log_loss", "brier", "mcc", "kappa"} {
			compareExpected(t, c.Name, find(all, name, ""), c.Expect[name])
		}
		accuracy, wilson := find(all, "accuracy", ""), c.Expect["wilson95_accuracy"].([]any)
		if !close64(*accuracy.Lower, wilson[0].(float64)) || !close64(*accuracy.Upper, wilson[1].(float64)) {
			t.Errorf("%s: accuracy in [%v, %v], want %v", c.Name, *accuracy.Lower, *accuracy.Upper, wilson)
		}
	}
}

func TestEdgeCasesOfRegressionMeasures(t *testing.T) {
	var cases []struct {
		Name    string
		Y, Pred []float64
		Expect  map[string]any
	}
	readJSON(t, "regression_metrics.json", &cases)
	for _, c := range cases {
		e := NewEvaluation(&Schema{Task: Regression}, EvaluationOptions{Quantile: 0.9})
		for i, y := range c.Y {
			e.Observe(Outcome{Value: c.Pred[i], Truth: y}, profile.Dawn)
		}
		all := e.Measurements()
		for _, name := range []string{"mae", "mse", "rmse", "r2", "rmsle"} {
			compareExpected(t, c.Name, find(all, name, ""), c.Expect[name])
		}
		compareExpected(t, c.Name, find(all, "median_absolute_error", ""), c.Expect["medae"])
		compareExpected(t, c.Name, find(all, "mape", ""), c.Expect["mape_sklearn"])
		compareExpected(t, c.Name, find(all, "quantile_loss", ""), c.Expect["quantile_loss_0_9"])
	}
}

// compareExpected wants 0 and undefined where scikit-learn has no value.
func compareExpected(t *testing.T, name string, m *detectors.Measurement, want any) {
	t.Helper()
	value, exists := want.(float64)
	switch {
	case m == nil:
		t.Errorf("%s: no measurement, want %v", name, want)
	case !exists && (m.Value != 0 || m.Status != detectors.Undefined):
		t.Errorf("%s: %s is %v, %s; want it undefined", name, m.Name, m.Value, m.Status)
	case exists && !close64(m.Value, value):
		t.Errorf("%s: %s is %v, want %v", name, m.Name, m.Value, value)
	}
}

func readJSON(tb testing.TB, name string, into any) {
	tb.Helper()
	b, err := os.ReadFile("testdata/oracle/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		tb.Fatal(err)
	}
}
