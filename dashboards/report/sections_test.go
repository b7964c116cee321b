package report

import (
	"bytes"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors/performance"
)

// every is a page with something in each section.
func every() page {
	number := func(x float64) *float64 { return &x }
	var promises []promise
	for i := range 10 {
		p := (float64(i) + 0.5) / 10
		hit := p * p
		promises = append(promises, promise{p, interval{&hit, number(max(hit-0.06, 0)), number(min(hit+0.06, 1))}, 100})
	}
	points := make([]point, 12)
	for i := range points {
		v := 0.8 + 0.1*math.Sin(float64(i))
		points[i] = point{interval{&v, number(v - 0.03), number(v + 0.03)}, "2026-01-0" + string(rune('1'+i%9))}
	}
	points[5] = point{}
	level := interval{number(0.85), number(0.84), number(0.86)}
	return page{
		Headline: "About 1 in 3 answers are wrong, was 1 in 5; all of it in country = PT.",
		Current:  source{"cur.csv", "300 rows", "2026-01-01 to 2026-02-01"}, Reference: source{Path: "ref.csv", Rows: "400 rows"},
		Verdicts: []verdict{
			answer("Did the inputs move?", uneasy, "Yes", "2 of 3 inputs", "amount is farthest."),
			answer("Did the answers move?", fine, "No", "0 of 2 output columns", "score is farthest."),
			answer("Did the model get worse?", bad, "Yes", "accuracy 0.8 → 0.66", "n = 300."),
			answer("Can the inputs be trusted?", unknown, "Cannot be told", "too few rows", ""),
		},
		Stories: []story{{"chunk 3", "amount looks a thousand times larger in country = PT."}, {"", "Nothing else happened."}},
		Faults: []fault{
			{"unit change", "amount", "amount is about 1,000 times what it was, in 100 of 300 rows.", "from chunk 3 on", "Chance alone would call 1 in 1,000,000 columns so."},
			{"stuck", "sensor", "sensor has had the value 7 for 120 rows on end.", "", ""},
		},
		FaultsLeftOut: "3 more faults not shown.",
		Segments:      []string{"All of the drop is in country = PT: accuracy 0.31 there (0.24 – 0.39, n = 120), 0.80 elsewhere."},
		Drivers: []driver{
			{0.621, 1, "amount", "0.621", "62.1", "rises as accuracy falls (ρ = −0.83)", []shift{{"0 to 10", "40 %", "3 %"}, {"above 1000", "0 %", "33 %"}}, true},
			{0.021, 2, "age", "0.021", "2.1", "", nil, false},
		},
		Performance: &performanceView{Rows: []score{{
			Name: "accuracy", Reference: cell{"0.800", "0.760 – 0.840", "n 400", ""}, Now: cell{"0.660", "0.600 – 0.720", "n 300", ""},
			Whisker: newWhisker("accuracy", interval{number(0.8), number(0.76), number(0.84)}, interval{number(0.66), number(0.6), number(0.72)}), Change: "−0.140", Worse: true,
		}}},
		Estimates: &estimatesView{
			Trust: "Estimated 0.91 – 0.99 where 0.60 – 0.94 came true.", Rows: []estimate{{"roc_auc", "0.950", "0.930 – 0.970", "0.700", "+0.250", "3 %"}},
			Courses: []course{*newCourse("estimated_roc_auc", "", level, points)},
		},
		Matrices: []matrix{{"Now", []string{"no", "yes"}, []matrixRow{
			{"no", []matrixCell{{"80", "80 %", "71 % – 87 %", 5, true}, {"20", "20 %", "", 2, false}}},
			{"yes", []matrixCell{{"50", "50 %", "", 4, false}, {"50", "50 %", "", 4, true}}},
		}, "2 more classes."}},
		Reliabilities: []reliability{*newReliability("Score of yes", promises)},
		Fairness: []attribute{{
			"country",
			[]string{"selection_rate", "accuracy"},
			[]group{{"DE", "200", []cell{{"0.500", "0.43 – 0.57", "", ""}, {"0.800", "", "", ""}}, false}, {"<missing>", "4", []cell{{Value: "–"}, {Value: "–"}}, true}},
			[]overall{{"demographic_parity_difference", "0.020", "0.210", "0.11 – 0.31", ""}},
		}},
		Multivariate: []multivariate{{"mmd", "maximum mean discrepancy", "0.120", "", "< 0.0001", "0.050", "", true, "3 of 12", newCourse("mmd", "", interval{}, points)}},
		Columns: columnsView{Total: 1, Cards: []columnCard{{
			Name: "country", Kind: "categorical", Role: "input", Drifted: true, Summary: "psi 2.100, limit 0.100.", Tested: true, Adjusted: true,
			Categories: []category{{"PT", "0 %", "33 %", "0", "33", true, false}, {"ES", "10 %", "0 %", "10", "0", false, true}},
			Measures:   []measureRow{{Name: "psi", Value: "2.100", Threshold: "0.100", P: "", PAdjusted: "0.0100", Effect: "0.4", Drifted: true}},
		}}},
		Thresholds: []threshold{{"psi", "0.100", "max(0.1, χ²(9, 1 − 0.01/3)·(1/300 + 1/400))", "What chance alone may do."}},
		Notes:      []string{"binary model, positive class \"yes\""},
	}
}

// Every section that a comparison may fill one day is drawn as its view says, and is absent without it.
func TestEverySection(t *testing.T) {
	var full, empty bytes.Buffer
	if err := draw(&full, every()); err != nil {
		t.Fatal(err)
	}
	if err := draw(&empty, page{}); err != nil {
		t.Fatal(err)
	}
	for section, fact := range map[string]string{
		"What happened": "country = PT", "Broken input": "unit change", "What moved most": "rises as accuracy falls", "Performance": "▼ worse",
		"Performance without labels": "not to be trusted", "Answers in detail": "Up: how often it came true", "Groups": "too small to judge",
		"All inputs together": "mmd", "Every column": "gone", "Where the limits come from": "χ²",
	} {
		if !strings.Contains(full.String(), section) || !strings.Contains(full.String(), fact) {
			t.Errorf("section %q is not drawn, or does not say %q", section, fact)
		}
		if section != "Every column" && regexp.MustCompile(`>`+section+`\b`).MatchString(empty.String()) {
			t.Errorf("section %q is drawn though there is nothing in it", section)
		}
	}
	if path := os.Getenv("REPORT_SECTIONS"); path != "" { // to look at it
		if err := os.WriteFile(path, full.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A scale gives a pixel for whatever is asked of it.
func TestScaleTakesWhatever(t *testing.T) {
	hostile := []float64{0, 1, -1, math.MaxFloat64, -math.MaxFloat64, 5e-324, math.NaN(), math.Inf(1), math.Inf(-1)}
	for _, low := range hostile {
		for _, high := range hostile {
			for _, v := range hostile {
				if got := (scale{low, high, 10, 90}).at(v); !(got >= 10 && got <= 90) {
					t.Errorf("%v in [%v, %v]: %v", v, low, high, got)
				}
			}
		}
	}
	if got := (scale{0, 4, 0, 100}).at(1); got != 25 {
		t.Errorf("a quarter of the way is at %v", got)
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0 %", 1: "100 %", 0.5: "50 %", 0.1234: "12 %", 0.0123: "1.2 %", 1e-9: "< 0.1 %", 0.99999: "> 99.9 %", 0.995: "99.5 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	if got, want := commandLine([]string{"a", "--b=c,d", "it's", "", "$(rm)", "ä b"}), `a --b=c,d 'it'\''s' '' '$(rm)' 'ä b'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCourseHasGaps(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	at := func(x float64) point { return point{interval{number(x), number(x - 1), number(x + 1)}, ""} }
	c := newCourse("mae", "", interval{}, []point{at(1), at(2), {}, at(3), at(4)})
	if got := strings.Count(c.Line, "M"); got != 2 {
		t.Errorf("%d lines", got)
	}
	if got := strings.Count(c.Band, "z"); got != 2 {
		t.Errorf("%d bands", got)
	}
	if newCourse("mae", "", interval{}, []point{at(1), {}}) != nil {
		t.Error("one point is no course")
	}
}

// Many chunks share cells, which show the largest distance among them.
// A matrix of many classes shows the most frequent, and says so.
func TestMatrixOfManyClasses(t *testing.T) {
	var cells []performance.ConfusionCell
	for i := range 20 {
		name := string(rune('a' + i))
		cells = append(cells, performance.ConfusionCell{Actual: name, Predicted: name, N: uint64(100 - i)})
	}
	m := newMatrix("Now", cells)
	if len(m.Classes) != 12 || m.Classes[11] != "l" || m.LeftOut != "Of 20 classes these are the 12 most frequent." {
		t.Errorf("%d classes, %q", len(m.Classes), m.LeftOut)
	}
	if m = newMatrix("Now", cells[:12]); m.LeftOut != "" {
		t.Error(m.LeftOut)
	}
}

func TestStripOfManyChunks(t *testing.T) {
	distances, drifted := make([]float64, 1000), make([]bool, 1000)
	distances[500], drifted[500] = 0.9, true
	s := newStrip("x", distances, drifted)
	cells := 0
	for _, c := range s.Cells {
		cells += strings.Count(c, "M")
	}
	if cells != heatCells || strings.Count(s.Cells[heatLevels-1], "M") != 1 || strings.Count(s.Lines, "M") != 1 {
		t.Errorf("%d cells, %q, %q", cells, s.Cells[heatLevels-1], s.Lines)
	}
	if !strings.Contains(s.Label, "1 of 1\u202F000 chunks") {
		t.Errorf("label %q", s.Label)
	}
}
