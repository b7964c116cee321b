package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tolerances of testdata/oracle/README.md, relative.
const (
	formula     = 1e-9
	probability = 1e-6
)

// oracle is testdata/oracle/expected.json.gz.
type oracle struct {
	Sets []struct {
		Name                 string             `json:"name"`
		ChunkRows            int                `json:"chunk_rows"`
		ChunkSeconds         int                `json:"chunk_seconds"`
		ReferencePerformance map[string]float64 `json:"reference_performance"`
		ByRows               []oracleChunk      `json:"by_rows"`
		ByTime               []oracleChunk      `json:"by_time"`
	} `json:"sets"`
}

type oracleChunk struct {
	Index       int64                         `json:"index"`
	StartRow    int                           `json:"start_row"`
	EndRow      int                           `json:"end_row"`
	Performance map[string]float64            `json:"performance"`
	Columns     map[string]map[string]float64 `json:"columns"`
}

// printed is the public JSON object, read as a stranger would read it.
type printed struct {
	Schema    int `json:"schema"`
	Reference struct {
		Path string
		Rows int
	}
	ReferencePerformance []printedScore `json:"reference_performance"`
	Chunks               []struct {
		Index    int64
		StartRow int `json:"start_row"`
		EndRow   int `json:"end_row"`
		Rows     int
		Start    string
		End      string
		Columns  []struct {
			Name, Kind   string
			N, Missing   uint64
			Unseen       *uint64
			Measurements []struct {
				Name      string
				Value     float64
				PValue    *float64 `json:"p_value"`
				Threshold *float64
				Drifted   *bool
				N, M      uint64
				Status    string
			}
		}
		Performance []printedScore
	}
}

type printedScore struct {
	Name, Class  string
	Value        float64
	Lower, Upper *float64
	N            uint64
	NEff         *float64 `json:"n_eff"`
	Status       string
}

// readOracle decodes a file of testdata/oracle.
func readOracle(t *testing.T, name string, into any) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata/oracle", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(unzipped).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// compareJSON runs compare --json.
func compareJSON(t *testing.T, args ...string) printed {
	t.Helper()
	code, stdout, stderr := invoke(t, append([]string{"compare", "--json"}, args...)...)
	if code != exitOK {
		t.Fatal(stderr)
	}
	var p printed
	if err := json.Unmarshal([]byte(stdout), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCompareEqualsOracles(t *testing.T) {
	methods := "psi,psi@deciles,psi@inner,ks,chi2,jensen_shannon,wasserstein,wasserstein_normalized,missing_rate,unseen_rate,out_of_range_rate"
	var want oracle
	readOracle(t, "expected.json.gz", &want)
	for _, set := range want.Sets {
		for _, format := range []string{"csv", "jsonl"} {
			for _, cut := range []struct {
				flag, value string
				want        []oracleChunk
			}{
				{"--chunk-rows", fmt.Sprint(set.ChunkRows), set.ByRows},
				{"--chunk-period", fmt.Sprintf("%ds", set.ChunkSeconds), set.ByTime},
			} {
				t.Run(set.Name+" "+format+" "+cut.flag, func(t *testing.T) {
					path := "testdata/oracle/" + set.Name
					got := compareJSON(t, cut.flag, cut.value, "--methods", methods, "--labels", path+".labels.jsonl.gz",
						path+".reference."+format+".gz", path+".analysis."+format+".gz")
					checkScores(t, "reference", got.ReferencePerformance, set.ReferencePerformance)
					if len(got.Chunks) != len(cut.want) {
						t.Fatalf("%d chunks, want %d", len(got.Chunks), len(cut.want))
					}
					for i := range cut.want {
						checkChunk(t, got, i, &cut.want[i])
					}
				})
			}
		}
	}
}

func checkChunk(t *testing.T, got printed, i int, want *oracleChunk) {
	t.Helper()
	chunk := &got.Chunks[i]
	if chunk.Index != want.Index || chunk.StartRow != want.StartRow || chunk.EndRow != want.EndRow || chunk.Rows != want.EndRow-want.StartRow {
		t.Errorf("chunk %d: rows %d to %d (%d), want chunk %d: %d to %d", chunk.Index, chunk.StartRow, chunk.EndRow, chunk.Rows, want.Index, want.StartRow, want.EndRow)
	}
	checkScores(t, fmt.Sprint("chunk ", chunk.Index), chunk.Performance, want.Performance)
	values := make(map[string]map[string]float64)
	for _, c := range chunk.Columns {
		v := map[string]float64{"n": float64(c.N), "missing": float64(c.Missing)}
		if c.Unseen != nil {
			v["unseen"] = float64(*c.Unseen)
		}
		for _, m := range c.Measurements {
			if m.Status == "undefined" {
				continue
			}
			v[m.Name] = m.Value
			if m.PValue != nil {
				v[m.Name+" p"] = *m.PValue
			}
		}
		values[c.Name] = v
	}
	for name, measures := range want.Columns {
		column, ok := values[name]
		if !ok {
			column = values[map[string]string{"y_pred": "prediction", "y_score": "score"}[name]]
		}
		for measure, expected := range measures {
			value, ok := column[measure]
			if !ok || !near(value, expected, measure) {
				t.Errorf("chunk %d, %s of %s: got %v (%v), want %v", chunk.Index, measure, name, value, ok, expected)
			}
		}
	}
}

func checkScores(t *testing.T, where string, got []printedScore, want map[string]float64) {
	t.Helper()
	values := make(map[string]float64)
	for _, p := range got {
		values[strings.TrimSpace(p.Name+" "+p.Class)] = p.Value
		if p.Name == "accuracy" || p.Name == "mae" {
			values["n"] = float64(p.N)
		}
	}
	for measure, expected := range want {
		if value, ok := values[measure]; !ok || !near(value, expected, measure) {
			t.Errorf("%s, %s: got %v (%v), want %v", where, measure, value, ok, expected)
		}
	}
}

func near(got, want float64, measure string) bool {
	tolerance := formula
	if strings.HasSuffix(measure, " p") {
		tolerance = probability
	}
	return math.Abs(got-want) <= tolerance*math.Abs(want)+1e-12
}
