package multivariate

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"testing"
)

// openOracle opens a compressed file of testdata/oracle.
func openOracle(t *testing.T, name string) io.Reader {
	t.Helper()
	file, err := os.Open("testdata/oracle/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // nothing was written
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return unzipped
}

// TestReconstructionEqualsNannyML compares with testdata/oracle/nannyml.json.gz, see GENERATE.md there.
func TestReconstructionEqualsNannyML(t *testing.T) {
	var oracle struct {
		Cases []struct {
			Name    string
			Chunk   int
			Columns []struct{ Reference, Current []any }
			Values  []float64
			Errors  []float64 `json:"sampling_errors"`
		}
	}
	if err := json.NewDecoder(openOracle(t, "nannyml.json.gz")).Decode(&oracle); err != nil {
		t.Fatal(err)
	}
	for _, c := range oracle.Cases {
		t.Run(c.Name, func(t *testing.T) {
			var ref, cur Table
			for _, column := range c.Columns {
				a, b := columnsOf(column.Reference, column.Current)
				ref, cur = append(ref, a), append(cur, b)
			}
			tolerance := 1e-9
			if c.Name == "offset" {
				tolerance = 1e-6
			}
			r := newReconstruction(ref)
			for i, want := range c.Values {
				var sum ErrorSum
				r.Observe(&sum, cur, firstRows(cur.rows())[i*c.Chunk:(i+1)*c.Chunk])
				mean, std := sum.MeanStd()
				if math.Abs(mean-want) > tolerance*want {
					t.Errorf("chunk %d: mean error %v, want %v", i, mean, want)
				}
				if got := std / math.Sqrt(float64(c.Chunk)); math.Abs(got-c.Errors[i]) > tolerance*c.Errors[i] {
					t.Errorf("chunk %d: sampling error %v, want %v", i, got, c.Errors[i])
				}
			}
		})
	}
}

// columnsOf reads a column of JSON values: numbers, or texts and booleans as categories, null where missing.
func columnsOf(ref, cur []any) (a, b Column) {
	var names []string
	for _, v := range ref {
		if name, ok := nameOf(v); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	read := func(values []any) Column {
		c := Column{Categorical: len(names) > 0, Levels: len(names)}
		for _, v := range values {
			x := math.NaN()
			if name, ok := nameOf(v); ok {
				x = Unseen(name)
				if at, found := slices.BinarySearch(names, name); found {
					x = float64(at)
				}
			} else if number, ok := v.(float64); ok {
				x = number
			}
			c.Values = append(c.Values, x)
		}
		return c
	}
	return read(ref), read(cur)
}

func nameOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return map[bool]string{false: "False", true: "True"}[v], true
	}
	return "", false
}
