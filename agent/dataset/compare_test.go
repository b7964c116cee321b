package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors/baseline"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

func compare(t *testing.T, ref, cur string, o CompareOptions) *Comparison {
	t.Helper()
	c, err := Compare(read(t, ref, Options{}), read(t, cur, Options{}), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestChunksOfTimeOutOfOrder counts rows by time wherever they stand; bounds are those of the rows in the file.
func TestChunksOfTimeOutOfOrder(t *testing.T) {
	cur := "ts,x\n1970-01-01,1\n1969-12-31,2\n1970-01-01,3\n,4\n1970-01-05,5\n"
	c := compare(t, "x\n1\n", cur, CompareOptions{Chunking: Chunking{Period: 24 * time.Hour}})
	var got []string
	for _, chunk := range c.Chunks {
		got = append(got, fmt.Sprintf("%d: %d to %d, %d rows, %s", chunk.Index, chunk.StartRow, chunk.EndRow, chunk.Rows, chunk.Start[:10]))
	}
	want := "-1: 1 to 2, 1 rows, 1969-12-31\n0: 0 to 3, 2 rows, 1970-01-01\n4: 4 to 5, 1 rows, 1970-01-05"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
	if !strings.Contains(strings.Join(c.Notes, "\n"), "1 rows have no time") {
		t.Errorf("notes %q", c.Notes)
	}
}

func TestChunksOfRows(t *testing.T) {
	c := compare(t, "x\n1\n", "x\n1\n2\n3\n", CompareOptions{Chunking: Chunking{Rows: 2}})
	if len(c.Chunks) != 2 || c.Chunks[1].StartRow != 2 || c.Chunks[1].EndRow != 3 || c.Chunks[1].Start != "" {
		t.Errorf("got %+v", c.Chunks)
	}
	if c = compare(t, "x\n1\n", "x\n", CompareOptions{Chunking: Chunking{Rows: 2}}); len(c.Chunks) != 0 {
		t.Errorf("an empty file has %d chunks", len(c.Chunks))
	}
}

// TestColumnOfOneFile is compared with nothing: its rows are missing on the other side.
func TestColumnOfOneFile(t *testing.T) {
	c := compare(t, "old,both\n1,1\n2,1\n", "both,new\n1,red\n", CompareOptions{})
	columns := c.Chunks[0].Columns
	if len(columns) != 3 || columns[0].Name != "old" || columns[0].N != 0 || columns[0].Missing != 1 || columns[2].Name != "new" || columns[2].N != 1 {
		t.Fatalf("got %+v", columns)
	}
	if m := columns[0].Measure("psi"); m.Status != "insufficient" || m.Drifted != nil && *m.Drifted {
		t.Errorf("psi of a column that is gone: %+v", m)
	}
	if m := columns[0].Measure("missing_rate"); m.Value != 1 {
		t.Errorf("missing rate of a column that is gone: %+v", m)
	}
	if u := columns[2].Unseen; u == nil || *u != 1 {
		t.Errorf("unseen of a new column: %v", u)
	}
}

// TestOutputsMeet compares outputs by what they are, under the reference's names.
func TestOutputsMeet(t *testing.T) {
	c := compare(t, "y_pred,y_score\n1,0.9\n0,0.2\n", `{"id":"1","ts":5,"prediction":{"label":1,"score":0.9}}`, CompareOptions{})
	columns := c.Chunks[0].Columns
	if len(columns) != 2 || columns[0].Name != "y_pred" || columns[0].Kind != profile.Categorical || *columns[0].Unseen != 0 || columns[1].N != 1 {
		t.Errorf("got %+v", columns)
	}
}

func TestMismatchesAreSaid(t *testing.T) {
	c := compare(t, "x\n1\n2\n", "x\n1\nmany\n", CompareOptions{})
	if m := c.Chunks[0].Columns[0].Measure("mismatch_rate"); m == nil || m.Value != 0.5 {
		t.Errorf("got %+v", m)
	}
	if !strings.Contains(strings.Join(c.Notes, "\n"), "mismatched") {
		t.Errorf("notes %q", c.Notes)
	}
}

// TestPositiveClassIsStated reads the classes from the reference, and says which one it took for positive.
func TestPositiveClassIsStated(t *testing.T) {
	rows := "y_score,label\n0.9,good\n0.8,good\n0.3,bad\n0.1,bad\n"
	c := compare(t, rows, rows, CompareOptions{})
	if !strings.Contains(strings.Join(c.Notes, "\n"), `positive class "good"`) {
		t.Errorf("notes %q", c.Notes)
	}
	o := CompareOptions{}
	o.Answers.Positive = "great"
	if _, err := Compare(read(t, rows, Options{}), read(t, rows, Options{}), o); err == nil {
		t.Error("a positive class that nobody names is taken")
	}
}

// Probabilities are outputs: compared under their names, and no feature of a baseline.
// TestCodesOfClassesAreNoAmounts: a model that answers 0, 1 and 2 is scored as a classifier, and the guess is said.
func TestCodesOfClassesAreNoAmounts(t *testing.T) {
	table := "label,prediction\n0,0\n1,2\n2,2\n0,1\n1,1\n2,0\n"
	c := compare(t, table, table, CompareOptions{})
	if p := c.Chunks[0].Performance; len(p) == 0 || p[0].Name != "accuracy" || p[0].Value != 0.5 {
		t.Errorf("got %+v", p)
	}
	notes := strings.Join(c.Notes, "\n")
	for _, want := range []string{"multiclass model of 3 classes", "every answer is one of the labels' 3 whole numbers"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q do not say %q", notes, want)
		}
	}
}

func TestProbabilitiesAreOutputs(t *testing.T) {
	const rows = "y_pred,proba_a,proba_b,x\na,0.9,0.1,1\nb,0.2,0.8,2\n"
	d, err := Read(strings.NewReader(rows), "rows.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(d, d, CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, column := range c.Chunks[0].Columns {
		names = append(names, column.Name)
	}
	if want := []string{"y_pred", "proba_a", "proba_b", "x"}; !slices.Equal(names, want) {
		t.Errorf("columns %v, want %v", names, want)
	}
	b := baseline.NewBuilder()
	d.Feed(b)
	built, err := b.Build(baseline.Options{Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	for _, column := range built.Set.Layout.Columns {
		if column.Role == profile.Feature && column.Name != "x" {
			t.Errorf("feature %q", column.Name)
		}
	}
}
