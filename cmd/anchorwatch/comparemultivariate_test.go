package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// TestCompareReconstructionEqualsNannyML compares with testdata/oracle/multivariate.json, see README.md there.
func TestCompareReconstructionEqualsNannyML(t *testing.T) {
	encoded, err := os.ReadFile("testdata/oracle/multivariate.json")
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		Sets []struct {
			Name   string
			Rows   int `json:"chunk_rows"`
			Values []float64
			Errors []float64 `json:"sampling_errors"`
		}
	}
	if err := json.Unmarshal(encoded, &oracle); err != nil {
		t.Fatal(err)
	}
	for _, set := range oracle.Sets {
		for _, format := range []string{"csv", "jsonl"} {
			t.Run(set.Name+" "+format, func(t *testing.T) {
				path := "testdata/oracle/" + set.Name
				code, stdout, stderr := invoke(t, "compare", "--json", "--chunk-rows", fmt.Sprint(set.Rows),
					path+".reference."+format+".gz", path+".analysis."+format+".gz")
				if code != exitOK {
					t.Fatal(stderr)
				}
				var got struct {
					Chunks []struct {
						Multivariate []struct {
							Name                string
							Value, Lower, Upper float64
							Status              string
						}
					}
				}
				if err := json.Unmarshal([]byte(stdout), &got); err != nil {
					t.Fatal(err)
				}
				if len(got.Chunks) != len(set.Values) {
					t.Fatalf("%d chunks, want %d", len(got.Chunks), len(set.Values))
				}
				for i, chunk := range got.Chunks {
					m := chunk.Multivariate[0]
					if m.Name != "pca_reconstruction_error" || m.Status != "ok" || math.Abs(m.Value-set.Values[i]) > formula*set.Values[i] {
						t.Errorf("chunk %d: %+v, want %v", i, m, set.Values[i])
					}
					const z = 1.959963984540054
					if got := (m.Upper - m.Value) / z; math.Abs(got-set.Errors[i]) > formula*set.Errors[i] {
						t.Errorf("chunk %d: sampling error %v, want %v", i, got, set.Errors[i])
					}
				}
			})
		}
	}
}
