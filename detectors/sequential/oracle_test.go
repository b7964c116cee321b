package sequential

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// oracle is a file of testdata: streams, and what another library says about them (testdata/GENERATE.md).
type oracle struct {
	Streams map[string]json.RawMessage // numbers, or bits in a string
	Cases   []oracleCase
}

type oracleCase struct {
	Detector         string
	Params           map[string]any
	Stream           string
	N                int
	Alarms, Warnings []int        // differences of indices
	Checkpoints      [][4]float64 // index, and adwin's width, mean and sum of squares behind it
}

func readOracle(t *testing.T, path string) oracle {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.NewDecoder(text).Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *oracle) stream(t *testing.T, name string) (values []float64) {
	t.Helper()
	var bits string
	if json.Unmarshal(o.Streams[name], &bits) == nil {
		for _, b := range bits {
			values = append(values, float64(b-'0'))
		}
		return values
	}
	if err := json.Unmarshal(o.Streams[name], &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// indices adds the differences up.
func indices(differences []int) []int {
	sums, sum := make([]int, len(differences)), 0
	for i, d := range differences {
		sum += d
		sums[i] = sum
	}
	return sums
}

// watch leads a stream past a detector, and calls look after each value.
func watch(w *Watcher, values []float64, look func(i int)) (alarms, warnings []int) {
	alarms, warnings = []int{}, []int{}
	for i, x := range values {
		e := w.Observe(x)
		if e.Alarm {
			alarms = append(alarms, i)
		}
		if e.Warning {
			warnings = append(warnings, i)
		}
		if look != nil {
			look(i)
		}
	}
	return alarms, warnings
}

func newWatcher(tb testing.TB, name string, params map[string]any) *Watcher {
	tb.Helper()
	m, ok := Lookup(name)
	if !ok {
		tb.Fatalf("no detector %q", name)
	}
	assigned := map[string]string{}
	for k, v := range params {
		assigned[k] = fmt.Sprint(v)
	}
	w, err := m.New(assigned)
	if err != nil {
		tb.Fatalf("%s %v: %v", name, params, err)
	}
	return w
}

// Alarms and warnings are those of river 0.26.1 and Frouros 0.9.0, and the state of adwin agrees to 1e-9.
func TestOracles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json.gz")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	files = append(files, filepath.SplitList(os.Getenv("SEQUENTIAL_ORACLES"))...) // larger ones, made by the same script
	for _, path := range files {
		o := readOracle(t, path)
		seen := map[string]int{}
		for _, c := range o.Cases {
			name := fmt.Sprintf("%s: %s %v on %s", filepath.Base(path), c.Detector, c.Params, c.Stream)
			w := newWatcher(t, c.Detector, c.Params)
			checkpoints := c.Checkpoints
			alarms, warnings := watch(w, o.stream(t, c.Stream)[:c.N], func(i int) {
				if len(checkpoints) == 0 || i != int(checkpoints[0][0]) {
					return
				}
				d, ok := w.detector.(*adwin)
				if want := checkpoints[0]; !ok || !near(d.width, want[1]) || !near(d.total/d.width, want[2]) || !near(d.squares, want[3]) {
					t.Errorf("%s: state %+v, want %v", name, d, want)
				}
				checkpoints = checkpoints[1:]
			})
			if want := indices(c.Alarms); !slices.Equal(alarms, want) {
				t.Errorf("%s:\nalarms %v\nwant   %v", name, alarms, want)
			}
			if want := indices(c.Warnings); !slices.Equal(warnings, want) {
				t.Errorf("%s:\nwarnings %v\nwant     %v", name, warnings, want)
			}
			seen[c.Detector] += len(alarms)
		}
		t.Log(path, len(o.Cases), "cases; alarms:", seen)
	}
}

func near(got, want float64) bool {
	return math.Abs(got-want) <= 1e-9*max(math.Abs(want), 1e-3)
}

// The stream of the linear congruential generator that statistics pages use: alarms and warnings of river 0.26.1 and Frouros.
func TestCongruentialStream(t *testing.T) {
	errors, values := make([]float64, 2000), make([]float64, 2000)
	x := uint32(42)
	for i := range errors {
		x = 1664525*x + 1013904223
		u := float64(x) / (1 << 32)
		p, shift := 0.2, 0.0
		if i >= 1000 {
			p, shift = 0.5, 0.4
		}
		if u < p {
			errors[i] = 1
		}
		values[i] = u + shift
	}
	for _, c := range []struct {
		detector      string
		params        map[string]any
		values        []float64
		alarms        []int
		firstWarnings []int
	}{
		{"adwin", nil, errors, []int{1087}, nil},
		{"page_hinkley", map[string]any{"threshold": 20}, errors, []int{1040}, nil},
		{"ddm", nil, errors, []int{1072}, []int{803}},
		{"eddm", nil, errors, []int{1023, 1095, 1162, 1247, 1312, 1378, 1530, 1764, 1822, 1892, 1957}, []int{245}},
		{"hddm_a", nil, errors, []int{1017}, []int{1015}},
		{"hddm_w", nil, errors, []int{1015, 1770}, []int{1013}},
		{"fhddm", nil, errors, []int{}, nil},
		{"ewma", nil, errors, []int{1004}, nil}, // Frouros reports the first only
		{"adwin", nil, values, []int{1055}, nil},
		{"page_hinkley", nil, values, []int{1121}, nil},
		{"cusum", nil, values, []int{1121}, nil},
	} {
		alarms, warnings := watch(newWatcher(t, c.detector, c.params), c.values, nil)
		if !slices.Equal(alarms, c.alarms) || len(c.firstWarnings) > 0 && warnings[0] != c.firstWarnings[0] {
			t.Errorf("%s: alarms %v, want %v; warnings %v, first %v", c.detector, alarms, c.alarms, warnings, c.firstWarnings)
		}
	}
}
