package rules

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
)

// elecWindow is one row of testdata/elec2_accuracy.csv.
type elecWindow struct {
	key            profile.Key
	labeled, final uint64
	atEnd, atLast  float64
}

// The versions' own out-of-fold accuracies, and when they were live.
var elecVersions = map[string]struct {
	baseline float64
	from, to string
}{
	"1": {0.8072, "1996-11-12", "1997-09-04"},
	"2": {0.7748, "1997-09-04", "1998-09-17"},
	"3": {0.8299, "1998-09-17", "1998-11-26"}, // the stream stands still in the window from then on
}

func instant(t *testing.T, text string) profile.Instant {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse(time.DateOnly, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return profile.InstantOf(at)
}

// readElec returns the windows of each version while it was live.
func readElec(t *testing.T) []elecWindow {
	t.Helper()
	file, err := os.Open("testdata/elec2_accuracy.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(text string) float64 {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	var windows []elecWindow
	for _, row := range rows[1:] {
		w := elecWindow{
			key: profile.Key{
				Model: "elec", Version: row[0], Window: "14d", Start: instant(t, row[1]), End: instant(t, row[2]),
			},
			labeled: uint64(number(row[4])), atEnd: number(row[5]), final: uint64(number(row[6])), atLast: number(row[7]),
		}
		live := elecVersions[w.key.Version]
		if w.key.End > instant(t, live.from) && w.key.Start < instant(t, live.to) {
			windows = append(windows, w)
		}
	}
	return windows
}

func (w elecWindow) accuracy(phase detectors.Phase) detectors.Report {
	m := detectors.Measurement{
		Name: "accuracy", Value: w.atEnd, N: w.labeled, Baseline: new(elecVersions[w.key.Version].baseline), Status: detectors.OK,
	}
	r := detectors.Report{
		Key: w.key, Phase: phase, Horizon: 1, Judged: w.labeled >= 200, AsOf: w.key.End, Complete: true, Labeled: w.labeled,
	}
	if phase == detectors.Final {
		m.Value, m.N = w.atLast, w.final
		r.Horizon, r.AsOf = 0, profile.Dusk
	}
	r.Measurements = []detectors.Measurement{m}
	return r
}

// outOfRange is the drift report: three inputs leave version 1's range in the window from 1997-05-01 (0.786 of its rows, then
// at least 0.996); versions 2 and 3, trained on such rows, see at most 0.124 and 0.045 outside.
func (w elecWindow) outOfRange(t *testing.T) detectors.Report {
	t.Helper()
	share := map[string]float64{"1": 0, "2": 0.124, "3": 0.045}[w.key.Version]
	switch begun := instant(t, "1997-05-01"); {
	case w.key.Version == "1" && w.key.Start == begun:
		share = 0.786
	case w.key.Version == "1" && w.key.Start > begun:
		share = 0.996
	}
	r := detectors.Report{Key: w.key, Phase: detectors.Drift, Judged: true, AsOf: w.key.End, Complete: true}
	for _, column := range []string{"transfer", "vicdemand", "vicprice"} {
		r.Measurements = append(r.Measurements, detectors.Measurement{
			Name: "out_of_range_rate", Column: column, Value: share, N: 672, Status: detectors.OK,
		})
	}
	return r
}

// TestElectricityMarket tells two and a half years of a real stream: exactly these transitions, and no other.
func TestElectricityMarket(t *testing.T) {
	e := compiledEngine(
		t,
		Rule{
			Name: "accuracy", Measure: "accuracy", Below: MustLimit("baseline - 0.10"), Clear: MustLimit("baseline - 0.05"),
			Wait: new(time.Duration(0)), MinSamples: new(200), MinCoverage: new(0.5), Severity: Page, Retrain: true,
		},
		Rule{Name: "range", Measure: "out_of_range_rate", Above: MustLimit("0.5")},
	)
	windows := readElec(t)
	var got []string
	tell := func(transitions []Transition) {
		for _, tr := range transitions {
			got = append(got, fmt.Sprintf("%s %s %s v%s %s %.4f/%.4f",
				tr.At.Time().Format(time.DateOnly), tr.Kind, tr.Rule, tr.Version, tr.Column, tr.Value, tr.Threshold))
		}
	}
	for i, w := range windows {
		if i > 0 && windows[i-1].key.Version != w.key.Version { // silent for one window while a newer one speaks
			tell(e.Supersede(Succession{Model: "elec", Old: windows[i-1].key.Version, New: w.key.Version, At: w.key.End}))
		}
		tell(e.Evaluate(w.outOfRange(t)))
		tell(e.Evaluate(w.accuracy(detectors.Performance)))
		tell(e.Advance(w.key.End))
	}
	want := []string{
		"1997-05-29 fire range v1 transfer 0.9960/0.5000",
		"1997-05-29 fire range v1 vicdemand 0.9960/0.5000",
		"1997-05-29 fire range v1 vicprice 0.9960/0.5000",
		"1997-07-10 fire accuracy v1  0.5599/0.7072",
		"1997-09-18 supersede accuracy v1  0.5792/0.7072",
		"1997-09-18 supersede range v1 transfer 0.9960/0.5000",
		"1997-09-18 supersede range v1 vicdemand 0.9960/0.5000",
		"1997-09-18 supersede range v1 vicprice 0.9960/0.5000",
		"1997-09-18 resolve range v2 transfer 0.1240/0.5000",
		"1997-09-18 resolve range v2 vicdemand 0.1240/0.5000",
		"1997-09-18 resolve range v2 vicprice 0.1240/0.5000",
		"1997-09-18 resolve accuracy v2  0.7046/0.6748",
		"1998-07-23 fire accuracy v2  0.5426/0.6748",
		"1998-10-01 supersede accuracy v2  0.7496/0.6748",
		"1998-10-01 resolve accuracy v3  0.8908/0.7299",
	}
	if !slices.Equal(got, want) {
		t.Errorf("transitions:\n%q\nwant:\n%q", got, want)
	}

	var notes []Contradiction
	for _, w := range windows {
		notes = append(notes, e.Review(w.accuracy(detectors.Final))...)
	}
	if len(notes) != 1 || notes[0].Told.Kind != Resolve || notes[0].Told.Version != "2" ||
		fmt.Sprintf("%.3f", notes[0].Value) != "0.668" || fmt.Sprintf("%.4f", notes[0].Threshold) != "0.6748" {
		t.Errorf("contradictions: %+v, want version 2's first window, which its final labels would fail", notes)
	}
	if again := e.Review(windows[22].accuracy(detectors.Final)); len(again) != 0 {
		t.Errorf("reviewed twice: %+v", again)
	}
}
