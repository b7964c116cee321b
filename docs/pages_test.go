package docs_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/agent/config"
	"github.com/anchorwatch/anchorwatch/agent/event"
	"github.com/anchorwatch/anchorwatch/agent/source"
	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/examples/elec"
	"github.com/anchorwatch/anchorwatch/rules"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

// Every event of events.md is what its fence says: a prediction, a label, or refused for that reason.
func TestEvents(t *testing.T) {
	const path = "events.md"
	mapped, err := config.Parse("anchorwatch.yml", []byte(blocks(t, path, "yaml")[0].text))
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range blocks(t, path, "json") {
		t.Run(fmt.Sprintf("%d %s", i, b.info), func(t *testing.T) {
			o := event.Options{Models: []string{"churn"}, Dictionary: &event.Dictionary{}}
			words := strings.Fields(b.info)
			kind := words[len(words)-1]
			o.Streams = func(string) event.Stream { return event.Predictions }
			switch words[0] {
			case "label":
				o.Streams = func(string) event.Stream { return event.Labels }
			case "either":
				o.Streams = nil
			case "mapped":
				o.Mapping = event.Mapping(mapped.Mapping)
			}
			decoder, err := event.NewDecoder(o)
			if err != nil {
				t.Fatal(err)
			}
			var batch event.Batch
			reason := decoder.Decode(source.Record{Value: []byte(b.text), Time: time.Unix(1763708400, 0)}, &batch)
			got := reason.String()
			switch {
			case len(batch.Predictions) == 1:
				got = "prediction"
			case len(batch.Labels) == 1:
				got = "label"
			}
			if got != kind {
				t.Errorf("%s: want %s, got %s", b.text, kind, got)
			}
		})
	}
}

// Every reason for a refusal is in events.md.
func TestReasons(t *testing.T) {
	text := page(t, "events.md")
	for _, reason := range event.Reasons() {
		if !strings.Contains(text, "`"+reason.String()+"`") {
			t.Errorf("events.md does not name %s", reason)
		}
	}
}

// Every measure and every default rule is in rules.md.
func TestRules(t *testing.T) {
	text := page(t, "rules.md")
	for name := range rules.Measures() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("rules.md does not name the measure %s", name)
		}
	}
	keys := page(t, "config.md")
	for _, name := range detectors.StreamMethodsOnRequest() {
		if !strings.Contains(text, "`"+name+"`") || !strings.Contains(keys, name) {
			t.Errorf("rules.md or config.md does not name the measure on request %s", name)
		}
	}
	for _, rule := range rules.Defaults() {
		if !strings.Contains(text, "`"+rule.Name+"`") {
			t.Errorf("rules.md does not name the default rule %s", rule.Name)
		}
	}
}

// Every configuration that the pages show is accepted as it stands.
func TestConfigurations(t *testing.T) {
	t.Setenv("RETRAIN_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
	t.Setenv("SLACK_TOKEN", "xoxb-none")
	t.Setenv("KAFKA_PASSWORD", "none")
	for _, path := range []string{"../README.md", "events.md", "rules.md", "operations.md"} {
		for _, b := range blocks(t, path, "yaml") {
			if _, err := config.Parse("anchorwatch.yml", []byte(b.text)); err != nil {
				t.Errorf("%s:\n%s%v", path, b.text, err)
			}
		}
	}
}

// The files under deploy are YAML, and the configuration inside one of them is accepted.
func TestDeploy(t *testing.T) {
	t.Setenv("RETRAIN_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
	t.Setenv("SLACK_TOKEN", "xoxb-none")
	found := 0
	for _, path := range []string{"../deploy/compose.yml", "../deploy/kubernetes/sidecar.yml"} {
		decoder := yaml.NewDecoder(strings.NewReader(page(t, path)))
		for {
			var document struct {
				Kind    string
				Data    map[string]string
				Configs map[string]struct{ Content string }
			}
			if err := decoder.Decode(&document); err != nil {
				if err.Error() == "EOF" {
					break
				}
				t.Fatalf("%s: %v", path, err)
			}
			texts := []string{document.Data["anchorwatch.yml"], document.Configs["anchorwatch"].Content}
			for _, text := range slices.DeleteFunc(texts, func(text string) bool { return text == "" }) {
				found++
				// Compose writes a dollar as two.
				if _, err := config.Parse("anchorwatch.yml", []byte(strings.ReplaceAll(text, "$$", "$"))); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
	}
	if found != 2 {
		t.Errorf("%d configurations, want one in each file", found)
	}
}

// The lines that json.md shows are among those of a run. What depends on the baseline's content is left out.
func TestBacktestLines(t *testing.T) {
	const path = "json.md"
	args := []string{"backtest", "--config", "anchorwatch.yml", "--predictions", "live.jsonl.gz", "--labels", "labels.jsonl.gz"}
	lines := strings.Split(requestID.ReplaceAllString(run(t, append(args, "--json")...), "…"), "\n")
	for _, b := range blocks(t, path, "json") {
		if !slices.Contains(lines, requestID.ReplaceAllString(strings.TrimSpace(b.text), "…")) {
			t.Errorf("no run prints %s", b.text)
		}
	}
	text := run(t, args...)
	for line := range strings.Lines(blocks(t, path, "text")[0].text) {
		if !strings.Contains(text, line) {
			t.Errorf("no run prints %s", line)
		}
	}
}

// Every key of the public JSON is named in its section of json.md. The values of params and yardstick have names of parameters and measures.
func TestJSONKeys(t *testing.T) {
	oracle, err := filepath.Abs("../cmd/anchorwatch/testdata/oracle")
	if err != nil {
		t.Fatal(err)
	}
	elec, cards := oracle+"/elec2", oracle+"/cards_mc"
	for _, c := range []struct {
		section string
		args    []string
	}{
		{"`anchorwatch backtest --json`", []string{"backtest", "--json", "--config", "anchorwatch.yml", "--predictions", "live.jsonl.gz", "--labels", "labels.jsonl.gz"}},
		{"compare", []string{"compare", "--json", "--methods", "all", "--protected", "daypart", "--chunk-period", "30d", "--labels", elec + ".labels.jsonl.gz", elec + ".reference.csv.gz", elec + ".analysis.csv.gz"}},
		{"compare", []string{"compare", "--json", "--labels", cards + ".labels.jsonl.gz", cards + ".reference.csv.gz", cards + ".analysis.csv.gz"}},
		{"watch", []string{"watch", "--json", "--detector", "fhddm", "--column", "features.period", "--param", "short_window_size=20", "live.jsonl.gz"}},
		{"baseline show", []string{"baseline", "show", "--json", "baseline_v1.awb"}},
	} {
		_, section, found := strings.Cut(page(t, "json.md"), "\n## "+c.section+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		missing := map[string]bool{}
		var visit func(any)
		visit = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				for key, value := range v {
					if !regexp.MustCompile("[`\".]" + key + "[`\"]").MatchString(section) {
						missing[key] = true
					}
					if key != "params" && key != "yardstick" {
						visit(value)
					}
				}
			case []any:
				for _, value := range v {
					visit(value)
				}
			}
		}
		for line := range strings.Lines(run(t, c.args...)) {
			var object any
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatal(err)
			}
			visit(object)
		}
		if len(missing) > 0 || !found {
			t.Errorf("the section %s of json.md (found: %v) does not name %v", c.section, found, slices.Sorted(maps.Keys(missing)))
		}
	}
}

// Every key of the API is named in its section of json.md; windows are those of backtest.
func TestAPIKeys(t *testing.T) {
	_, section, _ := strings.Cut(page(t, "json.md"), "\n## API\n")
	var visit func(reflect.Type)
	visit = func(v reflect.Type) {
		switch v.Kind() {
		case reflect.Slice, reflect.Pointer:
			visit(v.Elem())
		case reflect.Struct:
			for field := range v.Fields() {
				key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if key != "" && !strings.Contains(section, "`"+key+"`") {
					t.Errorf("json.md does not name %s of %s", key, v)
				}
				visit(field.Type)
			}
		default: // a value
		}
	}
	for _, v := range []any{admin.Status{}, admin.Model{}, admin.Rule{}, admin.Incident{}, admin.Retrain{}} {
		visit(reflect.TypeOf(v))
	}
	for _, silence := range []admin.Silence{admin.Held, admin.Waiting, admin.Standby, admin.Partial} {
		if !strings.Contains(section, "`"+string(silence)+"`") {
			t.Errorf("json.md does not name %s", silence)
		}
	}
}

// What detectors.md says of the example's errors is what watch says.
func TestDetectorsOnExample(t *testing.T) {
	labels := map[string]string{}
	for _, e := range exampleEvents(t, "labels.jsonl.gz") {
		labels[e.ID] = e.Label
	}
	var errors strings.Builder
	rows := 0
	for _, e := range exampleEvents(t, "live.jsonl.gz") {
		if label, ok := labels[e.ID]; ok {
			rows++
			fmt.Fprintln(&errors, label != e.Prediction.Label)
		}
	}
	stream := filepath.Join(t.TempDir(), "errors.csv")
	if err := os.WriteFile(stream, []byte(errors.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	alarms := func(args ...string) int {
		return strings.Count(run(t, append(append([]string{"watch", "--detector"}, args...), stream)...), "\talarm\t")
	}
	want := fmt.Sprintf("%d,%03d labelled rows, half-hourly and strongly alike within a day, `adwin` alarms %d times,\n`ddm` %d, `eddm` %d times, and `e_mean`, told nothing, %d times; with `block=48`, a day, %d times.",
		rows/1000, rows%1000, alarms("adwin"), alarms("ddm"), alarms("eddm"), alarms("e_mean"), alarms("e_mean", "--param", "block=48"))
	if !strings.Contains(page(t, "detectors.md"), want) {
		t.Errorf("detectors.md does not say %q", want)
	}
}

// exampleEvent is an event of the example, as far as its errors need it.
type exampleEvent struct {
	ID, Label  string
	Prediction struct{ Label string }
}

func exampleEvents(t *testing.T, name string) (events []exampleEvent) {
	t.Helper()
	file, err := elec.Files.Open("data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // embedded
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(unzipped); decoder.More(); {
		var e exampleEvent
		if err := decoder.Decode(&e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

// requestID is part of a request's name, which depends on the whole content of a baseline.
var requestID = regexp.MustCompile(`anchorwatch-elec-[a-z2-7]{26}`)

var (
	commandHelp = regexp.MustCompile(`(?m)^([a-z]+)[^\n]*\n    \S`)
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// Every command that the program offers is in the README, and the README's two commands are those it promises.
func TestReadmeCommands(t *testing.T) {
	text := page(t, "../README.md")
	for _, match := range commandHelp.FindAllStringSubmatch(run(t, "--help"), -1) {
		if match[1] != "help" && !strings.Contains(text, "| `anchorwatch "+match[1]+"`") {
			t.Errorf("README.md does not list anchorwatch %s", match[1])
		}
	}
	for _, command := range []string{"go run ./cmd/anchorwatch demo", "go test ./..."} {
		if !strings.Contains(text, "\n"+command) {
			t.Errorf("README.md does not show %s", command)
		}
	}
}

// Links between pages lead to files and headings that exist.
func TestLinks(t *testing.T) {
	pages := []string{"../README.md", "../CONTRIBUTING.md", "../CHANGELOG.md", "../examples/elec/README.md"}
	for _, pattern := range []string{"*.md", "decisions/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	for _, path := range pages {
		for _, match := range link.FindAllStringSubmatch(page(t, path), -1) {
			target, err := url.Parse(match[1])
			if err != nil || target.Scheme != "" {
				continue
			}
			to := path
			if target.Path != "" {
				to = filepath.Join(filepath.Dir(path), target.Path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", path, match[1])
				continue
			}
			if target.Fragment != "" && !slices.Contains(headings(page(t, to)), target.Fragment) {
				t.Errorf("%s: %s has no such heading", path, match[1])
			}
		}
	}
}

// headings returns the anchors that a page's headings get.
func headings(text string) (anchors []string) {
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			anchor := strings.ToLower(strings.TrimSpace(title))
			anchor = strings.Map(func(r rune) rune {
				if strings.ContainsRune("`.,:?()[]+&/'\"", r) {
					return -1
				}
				return r
			}, anchor)
			anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
		}
	}
	return anchors
}

var (
	file   = regexp.MustCompile("`([a-z]+/[a-z/]+\\.go)`")
	metric = regexp.MustCompile("`(anchorwatch_[a-z_]+)")
)

// The files that architecture.md, and CONTRIBUTING.md, send a reader to exist.
func TestFileMap(t *testing.T) {
	for _, path := range []string{"architecture.md", "../CONTRIBUTING.md"} {
		for _, match := range file.FindAllStringSubmatch(page(t, path), -1) {
			if _, err := os.Stat(filepath.Join("..", match[1])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

// The metrics that the pages name are in the catalogue.
func TestMetrics(t *testing.T) {
	var names []string
	for _, m := range prometheus.Catalogue() {
		names = append(names, m.FullName())
	}
	for _, path := range []string{"../README.md", "events.md", "operations.md", "rules.md"} {
		for _, match := range metric.FindAllStringSubmatch(page(t, path), -1) {
			if !slices.Contains(names, match[1]) {
				t.Errorf("%s: no metric %s", path, match[1])
			}
		}
	}
}

// The flags that operations.md lists are those of run.
func TestFlags(t *testing.T) {
	text := page(t, "operations.md")
	for _, match := range regexp.MustCompile(`--(?:\[no-\])?([a-z][a-z.-]+)`).FindAllStringSubmatch(run(t, "run", "--help"), -1) {
		if !slices.Contains([]string{"help", "help-long", "help-man", "version"}, match[1]) && !strings.Contains(text, "`--"+match[1]+"`") {
			t.Errorf("operations.md does not name --%s", match[1])
		}
	}
}
