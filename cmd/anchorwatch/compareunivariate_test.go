package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

// univariateChunk is one chunk of testdata/oracle/univariate.json.gz.
type univariateChunk struct {
	Set       string
	ChunkRows int `json:"chunk_rows"`
	Index     int
	// Columns hold statistic and, for tests, p by measure.
	Columns map[string]map[string][]float64
	// Adjusted holds the p-values of ks and chi2 over the features, by correction and column.
	Adjusted map[string]map[string]float64
}

// tested is the part of compare's JSON that says how tests came out.
type tested struct {
	Chunks []struct {
		Columns []struct {
			Name         string
			Measurements []struct {
				Name     string
				Value    float64
				P        *float64 `json:"p_value"`
				Adjusted *float64 `json:"p_adjusted"`
				Effect   *float64 `json:"effect_size"`
				Shift    *float64 `json:"detectable_shift"`
				Status   string
			}
		}
	}
	Thresholds []struct {
		Measure, Formula, Derivation string
		Lowest, Highest              float64
	}
}

func TestCompareUnivariateEqualsOracles(t *testing.T) {
	var want []univariateChunk
	readOracle(t, "univariate.json.gz", &want)
	results := make(map[string]tested)
	for _, w := range want {
		for correction, adjusted := range w.Adjusted {
			if _, ok := results[w.Set+correction]; !ok {
				results[w.Set+correction] = compareAll(t, w.Set, w.ChunkRows, correction)
			}
			checkUnivariate(t, results[w.Set+correction], &w, correction, adjusted)
		}
	}
}

func compareAll(t *testing.T, set string, rows int, correction string) tested {
	t.Helper()
	path := "testdata/oracle/" + set
	code, stdout, stderr := invoke(t, "compare", "--json", "--methods", "all", "--correction", correction, "--chunk-rows", fmt.Sprint(rows),
		path+".reference.csv.gz", path+".analysis.csv.gz")
	if code != exitOK {
		t.Fatal(stderr)
	}
	var result tested
	if err := json.Unmarshal([]byte(stdout), &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func checkUnivariate(t *testing.T, got tested, want *univariateChunk, correction string, adjusted map[string]float64) {
	t.Helper()
	where := fmt.Sprint(want.Set, ", chunk ", want.Index)
	if len(got.Thresholds) < 20 {
		t.Errorf("%s: %d thresholds are derived", where, len(got.Thresholds))
	}
	known := map[string]string{"prediction": "y_pred", "score": "y_score"}
	for name, measures := range want.Columns {
		found := 0
		for _, c := range got.Chunks[want.Index].Columns {
			if c.Name != name && c.Name != known[name] {
				continue
			}
			for _, m := range c.Measurements {
				numbers := measures[m.Name]
				if len(numbers) == 0 {
					continue
				}
				found++
				if !near(m.Value, numbers[0], m.Name) {
					t.Errorf("%s, %s of %s: got %v, want %v", where, m.Name, name, m.Value, numbers[0])
				}
				if len(numbers) == 1 {
					continue
				}
				switch {
				case m.P == nil || m.Adjusted == nil || *m.Adjusted < *m.P || m.Effect == nil || m.Shift == nil:
					t.Errorf("%s, %s of %s: incomplete %+v", where, m.Name, name, m)
				case !near(*m.P, numbers[1], " p"):
					t.Errorf("%s, p of %s of %s: got %v, want %v", where, m.Name, name, *m.P, numbers[1])
				case m.Name == "ks" || m.Name == "chi2":
					if p, ok := adjusted[name]; ok && !near(*m.Adjusted, p, " p") {
						t.Errorf("%s, %s of %s by %s: got %v, want %v", where, m.Name, name, correction, *m.Adjusted, p)
					}
				}
			}
		}
		if found != len(measures) {
			t.Errorf("%s, %s: %d measures, want %d", where, name, found, len(measures))
		}
	}
}
