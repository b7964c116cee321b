package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The picture of the README is drawn from what anchorwatch backtest --json prints for the example.
func TestPicture(t *testing.T) {
	const path = "assets/elec.svg"
	got := draw(readRun(t, run(t, "backtest", "--json", "--config", "anchorwatch.yml", "--predictions", "live.jsonl.gz", "--labels", "labels.jsonl.gz")))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got != page(t, path) {
		t.Errorf("%s is not what a run draws: see whether the change is meant, then go test ./docs -update", path)
	}
}

// line is a line of the public JSON, as far as the picture needs it.
type line struct {
	Type, Version, Phase, State, Rule, Transition, Severity string
	At                                                      time.Time
	Judged                                                  bool
	Window                                                  json.RawMessage
	Measurements                                            []struct {
		Name            string
		Value, Baseline float64
	}
	Threshold float64
}

// judged is a window that was judged with labels.
type judged struct {
	start, end      time.Time
	version         string
	value, baseline float64
}

// story is what the picture tells.
type story struct {
	windows    []judged
	limits     map[string]float64 // by version
	fires      []time.Time        // of pages
	resolved   []time.Time
	takeOvers  []time.Time
	warning    time.Time
	warnedCols int
}

func readRun(t *testing.T, lines string) story {
	t.Helper()
	s := story{limits: map[string]float64{}}
	for text := range strings.Lines(lines) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		page := l.Type == "transition" && l.Severity == "page"
		switch {
		case l.Type == "window" && l.Phase == "performance" && l.Judged:
			var w struct{ Start, End time.Time }
			if err := json.Unmarshal(l.Window, &w); err != nil {
				t.Fatal(err)
			}
			s.windows = append(s.windows, judged{w.Start, w.End, l.Version, l.Measurements[0].Value, l.Measurements[0].Baseline})
		case page && l.Transition == "fire":
			s.fires = append(s.fires, l.At)
		case page && l.Transition == "resolve":
			s.resolved = append(s.resolved, l.At)
		case l.Type == "transition" && l.Transition == "fire":
			s.warning, s.warnedCols = l.At, s.warnedCols+1
		case l.Type == "retrain" && l.State == "new_version_seen":
			s.takeOvers = append(s.takeOvers, l.At)
		}
		if page {
			s.limits[l.Version] = l.Threshold
		}
	}
	return s
}

// The plot's place in the picture.
const (
	left, right, top, bottom = 46, 866, 66, 318
	lowest, highest          = 0.5, 1.0
)

var (
	first = time.Date(1996, 11, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(1999, 3, 10, 0, 0, 0, 0, time.UTC)
)

func x(t time.Time) float64 {
	return left + (right-left)*float64(t.Sub(first))/float64(last.Sub(first))
}

func y(value float64) float64 {
	return bottom - (bottom-top)*(value-lowest)/(highest-lowest)
}

const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 372" role="img" aria-label="Accuracy of the electricity model in 14-day windows, with two pages, two retrain requests and two take-overs">
<title>Accuracy per 14-day window: 1997-07-10 page and retrain request, version 2, resolved; 1998-07-23 page and retrain request, version 3, resolved</title>
<style>
.ground{fill:#fff}.text{fill:#1f2328}.dim{fill:#59636e}.grid{stroke:#d1d9e0}.line{stroke:#0a66c2}.dot{fill:#0a66c2}
.limit{stroke:#59636e}.bad{fill:#c8102e}.badline{stroke:#c8102e}.new{stroke:#1a7f37}.newtext{fill:#1a7f37}.warn{fill:#9a6700}.warnline{stroke:#9a6700}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117}.text{fill:#f0f6fc}.dim{fill:#9198a1}.grid{stroke:#3d444d}.line{stroke:#58a6ff}.dot{fill:#58a6ff}
.limit{stroke:#9198a1}.bad{fill:#ff7b72}.badline{stroke:#ff7b72}.new{stroke:#3fb950}.newtext{fill:#3fb950}.warn{fill:#d29922}.warnline{stroke:#d29922}}
text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif}.big{font-size:15px;font-weight:600}
</style>
<rect class="ground" width="880" height="372" rx="6"/>
<text class="text big" x="14" y="24">elec: accuracy of each 14-day window, on the labels received by its end</text>
`

// draw makes the picture: one function, because it is read from back to front as the picture is.
func draw(s story) string {
	var b strings.Builder
	b.WriteString(head)
	for value := 0.5; value < 1.01; value += 0.1 {
		fmt.Fprintf(&b, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n<text class=\"dim\" x=\"14\" y=\"%.1f\">%.0f %%</text>\n", left, y(value), right, y(value)+4, value*100)
	}
	for month := first; month.Before(last); month = month.AddDate(0, 1, 0) {
		if month.Month()%3 == 1 {
			fmt.Fprintf(&b, "<text class=\"dim\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x(month), bottom+18, month.Format("2006-01"))
		}
	}
	fmt.Fprintf(&b, "<path class=\"warnline\" d=\"M%.1f %d V%d\"/>\n", x(s.warning), top+18, bottom)
	fmt.Fprintf(&b, "<text class=\"warn\" x=\"%.1f\" y=\"%d\" text-anchor=\"end\">warning: %d inputs out of range</text>\n", x(s.warning)-5, top+27, s.warnedCols)
	for i, at := range s.takeOvers {
		fmt.Fprintf(&b, "<path class=\"new\" d=\"M%.1f %d V%d\"/>\n", x(at), top-8, bottom)
		fmt.Fprintf(&b, "<text class=\"newtext\" x=\"%.1f\" y=\"%d\">version %d takes over</text>\n", x(at)+5, top-10, i+2)
		fmt.Fprintf(&b, "<text class=\"newtext\" x=\"%.1f\" y=\"%d\">resolved %s</text>\n", x(at)+5, top+6, s.resolved[i].Format(time.DateOnly))
	}
	for i, at := range s.fires {
		fmt.Fprintf(&b, "<path class=\"badline\" d=\"M%.1f %d V%d\"/>\n", x(at), top-8, bottom)
		fmt.Fprintf(&b, "<text class=\"bad\" x=\"%.1f\" y=\"%d\" text-anchor=\"end\">page %d, retrain request</text>\n", x(at)-5, top-10, i+1)
		fmt.Fprintf(&b, "<text class=\"bad\" x=\"%.1f\" y=\"%d\" text-anchor=\"end\">%s</text>\n", x(at)-5, top+6, at.Format(time.DateOnly))
	}
	for _, run := range byVersion(s.windows) {
		from, to, limit := x(run[0].start), x(run[len(run)-1].end), y(s.limits[run[0].version])
		fmt.Fprintf(&b, "<path class=\"limit\" stroke-dasharray=\"5 4\" d=\"M%.1f %.1fH%.1f\"/>\n", from, limit, to)
		var points []string
		for _, w := range run {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(w.end), y(w.value)))
		}
		fmt.Fprintf(&b, "<polyline class=\"line\" fill=\"none\" stroke-width=\"1.5\" points=\"%s\"/>\n", strings.Join(points, " "))
		for _, w := range run {
			class := "dot"
			if w.value < s.limits[w.version] {
				class = "bad"
			}
			fmt.Fprintf(&b, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\"><title>%s to %s, version %s: accuracy %.4f, baseline %.4f</title></circle>\n",
				class, x(w.end), y(w.value), w.start.Format(time.DateOnly), w.end.Format(time.DateOnly), w.version, w.value, w.baseline)
		}
	}
	fmt.Fprintf(&b, "<path class=\"limit\" stroke-dasharray=\"5 4\" d=\"M14 354H44\"/>\n")
	b.WriteString("<text class=\"dim\" x=\"52\" y=\"358\">ten points under the version's own baseline; two windows running below it page.</text>\n")
	b.WriteString("<text class=\"dim\" x=\"866\" y=\"358\" text-anchor=\"end\">Drawn from anchorwatch backtest --json.</text>\n</svg>\n")
	return b.String()
}

// byVersion cuts the windows where the version changes.
func byVersion(windows []judged) (runs [][]judged) {
	for i, w := range windows {
		if i == 0 || w.version != windows[i-1].version {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], w)
	}
	return slices.DeleteFunc(runs, func(run []judged) bool { return len(run) == 0 })
}
