package dashboards_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/anchorwatch/anchorwatch/dashboards"
	"github.com/anchorwatch/anchorwatch/sinks/prometheus"
)

var update = flag.Bool("update", false, "rewrite the committed files")

// TestCommittedFiles regenerates both files and compares them with those in the repository.
func TestCommittedFiles(t *testing.T) {
	for path, generate := range map[string]func() ([]byte, error){
		"anchorwatch.json": dashboards.Grafana, "alerts.yml": dashboards.PrometheusRules,
	} {
		got, err := generate()
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what is generated now: go test ./dashboards -update", path)
		}
	}
}

// board is the part of the dashboard that the tests look at.
type board struct {
	Inputs     json.RawMessage `json:"__inputs"`
	ID         *int
	UID        string
	Templating struct {
		List []struct {
			Name, Type, Definition string
			Refresh                int
		}
	}
	Panels []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ H, W, X, Y int }
		FieldConfig              struct{ Defaults struct{ Unit string } }
		Targets                  []struct {
			Expr, LegendFormat, RefID string
			Datasource                struct{ Type, UID string }
		}
	}
}

func read(t *testing.T) board {
	t.Helper()
	generated, err := dashboards.Grafana()
	if err != nil {
		t.Fatal(err)
	}
	var b board
	if err := json.Unmarshal(generated, &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Panels) < 20 {
		t.Fatalf("only %d panels were read", len(b.Panels))
	}
	return b
}

// TestVariables are the rules about sources and variables, after Grafana's dashboard-linter.
func TestVariables(t *testing.T) {
	b := read(t)
	if b.Inputs != nil || b.ID != nil || b.UID == "" {
		t.Error("provisioning wants a uid, no id and no __inputs")
	}
	var names []string
	for _, v := range b.Templating.List {
		names = append(names, v.Name)
		if v.Type == "query" && v.Refresh != 2 {
			t.Errorf("variable %s is not refreshed when the time range changes", v.Name)
		}
		if v.Definition != "" {
			checkQuery(t, "variable "+v.Name, regexp.MustCompile(`label_values\((.*), \w+\)`).FindStringSubmatch(v.Definition)[1])
		}
	}
	if want := []string{"datasource", "job", "instance", "model", "version", "window"}; !slices.Equal(names, want) {
		t.Errorf("variables %v, want %v", names, want)
	}
}

// TestPanels are the rules about each panel, and that none lies on another.
func TestPanels(t *testing.T) {
	b := read(t)
	ids, taken := make(map[int]bool), make(map[[2]int]string)
	for _, p := range b.Panels {
		if ids[p.ID] {
			t.Errorf("panel id %d stands twice", p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x > 23 {
					t.Fatalf("%q lies on %q or outside at %d, %d", p.Title, other, x, y)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q lacks a title, description, unit or query", p.Title)
		}
		for _, target := range p.Targets {
			if target.Datasource.Type != "prometheus" || target.Datasource.UID != "${datasource}" {
				t.Errorf("panel %q does not ask the chosen source", p.Title)
			}
			if target.LegendFormat == "" || !strings.Contains(target.Expr, `job=~"$job", instance=~"$instance"`) {
				t.Errorf("panel %q: no legend, or %s ignores job and instance", p.Title, target.Expr)
			}
			checkQuery(t, "panel "+p.Title, target.Expr)
			checkLegend(t, p.Title, target.Expr, target.LegendFormat)
		}
	}
}

// checkLegend holds a legend's labels to those that the query keeps.
func checkLegend(t *testing.T, title, expr, legend string) {
	t.Helper()
	for _, label := range regexp.MustCompile(`{{(\w+)}}`).FindAllStringSubmatch(legend, -1) {
		if !regexp.MustCompile(`by \([^)]*\b` + label[1] + `\b`).MatchString(expr) {
			t.Errorf("panel %q: the legend names %s, which %s does not keep", title, label[1], expr)
		}
	}
}

type ruleFile struct {
	Groups []struct {
		Rules []struct {
			Alert, Record, Expr string
			Labels, Annotations map[string]string
		}
	}
}

func readRules(t *testing.T) ruleFile {
	t.Helper()
	generated, err := dashboards.PrometheusRules()
	if err != nil {
		t.Fatal(err)
	}
	var file ruleFile
	if err := yaml.Unmarshal(generated, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestRules holds every rule's query to the catalogue, and every alert to words and a test of its own.
func TestRules(t *testing.T) {
	tested, err := os.ReadFile("alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	alerts := 0
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			checkQuery(t, rule.Alert+rule.Record, rule.Expr)
			if rule.Alert == "" {
				continue
			}
			alerts++
			if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("%s lacks a severity, a summary or a description", rule.Alert)
			}
			if !strings.Contains(string(tested), "alertname: "+rule.Alert+"\n") {
				t.Errorf("%s has no case in alerts_test.yml", rule.Alert)
			}
		}
	}
	if alerts < 10 {
		t.Errorf("only %d alerts were read", alerts)
	}
}

var (
	metricPattern  = regexp.MustCompile(`\banchorwatch_[a-z0-9_]+`)
	selectPattern  = regexp.MustCompile(`(anchorwatch_[a-z0-9_]+){([^}]*)}`)
	matcherPattern = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"`)
	groupPattern   = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right) \(([^)]*)\)`)
	ratedPattern   = regexp.MustCompile(`(?:rate|increase)\((anchorwatch_[a-z0-9_]+)(?:{[^}]*})?\[(.*?)\]\)`)
)

// targetLabels are those that Prometheus adds.
var targetLabels = []string{"job", "instance", "pod"}

// checkQuery reads a query by patterns: every metric is in the catalogue and has the labels asked for, every grouping
// label belongs to one of the metrics, counters are only read through rate or increase.
func checkQuery(t *testing.T, where, expr string) {
	t.Helper()
	allowed := slices.Clone(targetLabels)
	for _, name := range metricPattern.FindAllString(expr, -1) {
		metric, suffix, ok := lookUp(name)
		if !ok {
			t.Errorf("%s: %s is not in the catalogue", where, name)
			continue
		}
		allowed = append(allowed, metric.Labels...)
		if suffix == "_bucket" {
			allowed = append(allowed, "le")
		}
		if metric.Type != prometheus.Gauge && !isRated(expr, name) {
			t.Errorf("%s: the counter %s is read without rate or increase", where, name)
		}
	}
	for _, selector := range selectPattern.FindAllStringSubmatch(expr, -1) {
		metric, _, _ := lookUp(selector[1])
		for _, matcher := range matcherPattern.FindAllStringSubmatch(selector[2], -1) {
			if !slices.Contains(metric.Labels, matcher[1]) && !slices.Contains(targetLabels, matcher[1]) {
				t.Errorf("%s: %s has no label %s", where, selector[1], matcher[1])
			}
		}
	}
	for _, group := range groupPattern.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(group[1], ",") {
			if label = strings.TrimSpace(label); !slices.Contains(allowed, label) {
				t.Errorf("%s: none of the metrics has the label %s", where, label)
			}
		}
	}
	if strings.HasPrefix(where, "panel") {
		for _, rated := range ratedPattern.FindAllStringSubmatch(expr, -1) {
			if rated[2] != "$__rate_interval" {
				t.Errorf("%s: a rate over %s ignores the scrape interval", where, rated[2])
			}
		}
	}
}

func isRated(expr, name string) bool {
	reads, rated := 0, 0
	for _, found := range metricPattern.FindAllString(expr, -1) {
		if found == name {
			reads++
		}
	}
	for _, found := range ratedPattern.FindAllStringSubmatch(expr, -1) {
		if found[1] == name {
			rated++
		}
	}
	return reads == rated
}

// lookUp finds a metric, a histogram also by the names of its series.
func lookUp(name string) (metric prometheus.Metric, suffix string, ok bool) {
	for _, m := range prometheus.Catalogue() {
		rest, found := strings.CutPrefix(name, m.FullName())
		if !found {
			continue
		}
		if rest == "" && m.Type != prometheus.Histogram {
			return m, "", true
		}
		if m.Type == prometheus.Histogram && slices.Contains([]string{"_bucket", "_sum", "_count"}, rest) {
			return m, rest, true
		}
	}
	return prometheus.Metric{}, "", false
}
