package web_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/dashboards/web"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/detectors/profile"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type views struct{ snapshot *admin.Snapshot }

func (v views) Snapshot() *admin.Snapshot { return v.snapshot }
func (v views) Refused() []admin.Refused  { return nil }

func get(t *testing.T, snapshot *admin.Snapshot, path string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	web.New(web.Options{Views: views{snapshot}}).ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return recorder
}

var day = profile.InstantOf(time.Date(1997, 5, 1, 0, 0, 0, 0, time.UTC))

func at(days int) profile.Instant { return day.Add(time.Duration(days) * 24 * time.Hour) }

// story is an electricity model whose accuracy falls after its prices have moved, and its successor.
func story() *admin.Snapshot {
	s := &admin.Snapshot{
		At: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC),
		Status: admin.Status{
			Version: "0.1.0", Environment: "production", UptimeSeconds: 4210, Ready: true, CaughtUp: true,
			PredictionWatermark: sinks.Moment(at(72)), LabelWatermark: sinks.Moment(at(71)),
			Join:       admin.Join{Pending: 1312, Bytes: 210_000, MaxBytes: 64 << 20},
			Checkpoint: admin.Checkpoint{At: time.Date(2026, 11, 21, 7, 59, 48, 0, time.UTC), AgeSeconds: 12, Bytes: 412_000},
			Partitions: []admin.Partition{{Topic: "predictions", Position: 36192, HighWatermark: 36192, Watermark: sinks.Moment(at(72))}},
			Refused:    map[string]uint64{"bad_json": 3},
		},
		Models: []admin.Model{
			{Name: "elec", Version: "1", Task: "binary", State: rules.Firing, Baseline: &admin.Baseline{Samples: 9072}, Samples: 11376, Labeled: 10912},
			{Name: "elec", Version: "2", Task: "binary", State: rules.OK, Superseded: true},
		},
		Rules: []admin.Rule{{
			Rule: "accuracy-drop", Model: "elec", Version: "1", Window: "14d", Severity: rules.Page, State: rules.Firing,
			Measure: "accuracy", Value: 0.56, Threshold: 0.707, Since: sinks.Moment(at(42)), Evaluated: sinks.Moment(at(70)),
		}},
		Incidents: []admin.Incident{{
			ID: "inc_1", Model: "elec", Severity: rules.Page, OpenedAt: sinks.Moment(at(14)), Rules: []string{"accuracy-drop"},
			Timeline: []admin.Entry{
				{At: sinks.Moment(at(14)), Text: "vicprice leaves its range: out_of_range_rate 0.861 > 0.5 in two windows"},
				{At: sinks.Moment(at(70)), Text: "accuracy 0.560 < 0.707 in two windows: page"},
				{At: sinks.Moment(at(70)), Text: "retraining requested"},
			},
		}, {
			ID: "inc_0", Model: "elec", Severity: rules.Warning, OpenedAt: sinks.Moment(at(0)), ResolvedAt: new(sinks.Moment(at(14))),
		}},
		Retrains: []admin.Retrain{{
			ID: "rt_1", Model: "elec", Version: "1", State: "running", Rule: "accuracy-drop", RequestedAt: sinks.Moment(at(70)),
			TrainingStart: sinks.Moment(at(42)), TrainingEnd: sinks.Moment(at(126)),
		}},
	}
	for i, accuracy := range []float64{0.873, 0.808, 0.79, 0.649, 0.56} {
		s.Windows = append(s.Windows, window(i, accuracy))
	}
	return s
}

func window(i int, accuracy float64) sinks.Window {
	measurements := []detectors.Measurement{{
		Name: "accuracy", Value: accuracy, Lower: new(accuracy - 0.05), Upper: new(accuracy + 0.05), Baseline: new(0.807), Status: detectors.OK,
	}}
	for name, psi := range map[string]float64{"vicprice": 5.4, "vicdemand": 0.31, "transfer": 0.17, "nswprice": 0.12, "nswdemand": 0.08, "day": 0.01, "period": 0} {
		measurements = append(measurements, detectors.Measurement{Name: "psi", Column: name, Value: psi, Threshold: new(0.2), Status: detectors.OK})
	}
	// A second statistic of the same column, farther past its threshold: it is the one to show.
	measurements = append(measurements, detectors.Measurement{Name: "ks", Column: "vicdemand", Value: 0.45, Threshold: new(0.25), Status: detectors.OK})
	return sinks.NewWindow(detectors.Report{
		Key:   profile.Key{Model: "elec", Version: "1", Window: "14d", Start: at(14 * i), End: at(14 * (i + 1))},
		Phase: detectors.Performance, Judged: true, Complete: true, Samples: 672, Labeled: 640, Measurements: measurements,
	})
}

func TestOverview(t *testing.T) {
	response := get(t, story(), "/")
	body := response.Body.String()
	if response.Code != 200 || !strings.HasPrefix(response.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s", response.Code, response.Header().Get("Content-Type"))
	}
	const path = "testdata/overview.html"
	if *update {
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if body != string(want) {
		t.Errorf("the page differs from %s (rewrite with -update)", path)
	}
	for _, fact := range []string{
		"0.560", "baseline 0.807", "95 % labelled", "vicprice", "retraining requested", "caught up", "1 h 10 min", "2 past the threshold",
		"accuracy over 5 judged windows: lowest 0.560, highest 0.873, newest 0.560, baseline 0.807", "ended 2 d ago", "1997-05-01 00:00 to 1997-05-15 00:00", "<td>ks</td>",
	} {
		if !strings.Contains(body, fact) {
			t.Errorf("the page does not say %q", fact)
		}
	}
	wellFormed(t, body)
}

// wellFormed reads the page with a parser that knows nothing of HTML but its void elements.
func wellFormed(t *testing.T, body string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(body))
	decoder.AutoClose, decoder.Entity, decoder.Strict = xml.HTMLAutoClose, xml.HTMLEntity, false
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
	}
}

// TestHostileNames puts an attack into every text that a stranger may choose: none comes out as markup.
func TestHostileNames(t *testing.T) {
	const attack = `"><img src=x onerror=alert(1)><script>alert(2)</script>' onload='`
	s := story()
	s.Models[0].Name, s.Models[0].Version = attack, attack
	for i := range s.Windows {
		w := &s.Windows[i]
		w.Model, w.Version, w.Window.Name = attack, attack, attack
		for j := range w.Measurements {
			if m := &w.Measurements[j]; m.Column != "" {
				m.Column, m.Name = attack, attack
			}
		}
	}
	s.Rules[0].Rule, s.Rules[0].Column, s.Rules[0].Segment = attack, attack, sinks.Segment{attack: attack}
	s.Incidents[0].Model, s.Incidents[0].Timeline[0].Text, s.Incidents[0].Rules[0] = attack, attack, attack
	s.Retrains[0].Rule, s.Retrains[0].Reason, s.Retrains[0].State = attack, attack, attack
	s.Status.Refused = map[string]uint64{attack: 1}
	s.Status.Environment, s.Status.Partitions[0].Topic = attack, attack
	body := get(t, s, "/").Body.String()
	if strings.Contains(body, "<img") || strings.Contains(body, "<script") {
		t.Error("a name became markup")
	}
	decoder := xml.NewDecoder(strings.NewReader(body))
	decoder.AutoClose, decoder.Entity, decoder.Strict = xml.HTMLAutoClose, xml.HTMLEntity, false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, attribute := range element.Attr {
			if strings.HasPrefix(attribute.Name.Local, "on") {
				t.Errorf("<%s> has the attribute %s", element.Name.Local, attribute.Name.Local)
			}
		}
	}
	if strings.Count(body, "alert(1)") < 10 {
		t.Error("the names are not shown")
	}
}

// TestStrictPolicy forbids what the Content-Security-Policy would block, in the template itself.
func TestStrictPolicy(t *testing.T) {
	source, err := os.ReadFile("templates/overview.html")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?i)<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://`).Find(source); found != nil {
		t.Errorf("the template contains %q", found)
	}
	for _, name := range []string{"web.go", "page.go", "plot.go", "format.go"} {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`template\.(HTML|JS|CSS|URL|Srcset)`).Find(code); found != nil {
			t.Errorf("%s switches escaping off: %s", name, found)
		}
	}
}

func TestPathsAndCaching(t *testing.T) {
	body := get(t, story(), "/").Body.String()
	style := regexp.MustCompile(`href="(static/style-[0-9a-f]{12}\.css)"`).FindStringSubmatch(body)
	if style == nil {
		t.Fatal("the page links no stylesheet")
	}
	response := get(t, nil, "/"+style[1])
	if response.Code != 200 || !strings.Contains(response.Header().Get("Cache-Control"), "immutable") || response.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("stylesheet: %d %v", response.Code, response.Header())
	}
	for _, path := range []string{"/nowhere", "/static/", "/static/style.css", "/templates/overview.html"} {
		if response := get(t, story(), path); response.Code != 404 {
			t.Errorf("%s: %d, want 404", path, response.Code)
		}
	}
}

func TestStartingAndEmpty(t *testing.T) {
	if body := get(t, nil, "/").Body.String(); !strings.Contains(body, "The agent is starting") {
		t.Error("before the first snapshot the page does not say so")
	}
	empty := get(t, &admin.Snapshot{Status: admin.Status{LagSeconds: sinks.Number(math.NaN())}}, "/").Body.String()
	for _, want := range []string{"No incident is open", "No model has been seen yet", "– behind"} {
		if !strings.Contains(empty, want) {
			t.Errorf("an empty agent's page does not say %q", want)
		}
	}
}

func TestRefreshIsAskedFor(t *testing.T) {
	for query, want := range map[string]bool{"": false, "?refresh=10": true, "?refresh=0": false, "?refresh=-1": false, "?refresh=x": false, "?refresh=999999": false} {
		if got := strings.Contains(get(t, story(), "/"+query).Body.String(), "http-equiv"); got != want {
			t.Errorf("%q reloads: %v, want %v", query, got, want)
		}
	}
}
