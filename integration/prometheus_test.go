//go:build integration

package integration

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/anchorwatch/anchorwatch/detectors"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// TestPrometheus lets a real Prometheus scrape the agent, load its rules, and answer.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	const predictions, labels = "prometheus-predictions", "prometheus-labels"
	kafka.topic(t, predictions, 2)
	kafka.topic(t, labels, 1)
	in := install(t, site{group: "prometheus", predictions: predictions, labels: labels})
	in.start()
	s := newStream(11, lately(), 6, 200, nineOfTen)
	out := &outlet{client: kafka.client(t), stream: s, predictions: predictions, labels: labels, predictionPartitions: 2, labelPartitions: 1, reader: in}
	out.until(t, s.end())
	eventually(t, "windows are judged", func() bool { return newestJudged(in) != nil }, in.said)

	lint := exec.Command("promtool", "check", "metrics")
	lint.Stdin = strings.NewReader(in.metrics())
	if out, err := lint.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
	api := startPrometheus(t, in.web)
	eventually(t, "Prometheus has scraped the agent", func() bool {
		value, ok := query(t, api, `up{job="anchorwatch"}`)
		return ok && value == 1
	})
	for expression, want := range map[string]float64{
		`anchorwatch_ready`: 1,
		`anchorwatch_predictions_total{model="credit",version="1"}`:                                 float64(s.totals().samples),
		`count(anchorwatch_build_info)`:                                                             1,
		`count(anchorwatch_feature_missing_ratio{model="credit"})`:                                  2,
		`sum(anchorwatch_kafka_consumer_lag_messages)`:                                              0,
		`sum(anchorwatch_rule_state{model="credit",rule="accuracy-drop",state=~"ok|insufficient"})`: 1,
		`sum(anchorwatch_events_rejected_total{reason!="duplicate"}) or vector(0)`:                  0,
	} {
		if got, ok := query(t, api, expression); !ok || got != want {
			t.Errorf("Prometheus says that %s is %v (there: %v), want %v", expression, got, ok, want)
		}
	}
	var got, want float64
	eventually(t, "Prometheus and the API name the same accuracy", func() bool {
		want, _ = measured(*newestJudged(in), "accuracy", "")
		got, _ = query(t, api, `anchorwatch_performance_accuracy{model="credit",version="1",window="1m"}`)
		return got == want && got > 0.8
	}, func() string { return fmt.Sprintf("%v and %v", got, want) })
	rulesLoaded(t, api)
}

// newestJudged returns the newest window whose performance has been judged and that is not final yet; nil if there is none.
func newestJudged(in *setup) (newest *sinks.Window) {
	for _, w := range in.windows() {
		if w.Judged && w.Phase == detectors.Performance && (newest == nil || w.Window.End > newest.Window.End) {
			newest = &w
		}
	}
	return newest
}

// startPrometheus runs Prometheus with the rules that the program writes, and returns the base of its API.
func startPrometheus(t *testing.T, target string) (api string) {
	t.Helper()
	ports, err := freePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if out, err := exec.Command(binary, "dashboards", "--out="+folder).CombinedOutput(); err != nil {
		t.Fatalf("anchorwatch dashboards: %v\n%s", err, out)
	}
	config := fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%s]
scrape_configs: [{job_name: anchorwatch, static_configs: [{targets: ["%s"]}]}]
`, filepath.Join(folder, "alerts.yml"), target)
	path := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	server := exec.Command("prometheus", "--config.file="+path, "--storage.tsdb.path="+filepath.Join(folder, "data"), "--web.listen-address="+ports[0])
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("what Prometheus said:\n%s", said.String())
		}
	})
	return "http://" + ports[0] + "/api/v1/"
}

// query asks for the value of an expression that gives one series; false if it gives none, or nobody answers.
func query(t *testing.T, api, expression string) (float64, bool) {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	if !read(api+"query?query="+url.QueryEscape(expression), &answer) || len(answer.Data.Result) == 0 {
		return 0, false
	}
	value, err := strconv.ParseFloat(answer.Data.Result[0].Value[1].(string), 64)
	return value, err == nil
}

// rulesLoaded wants every rule of the file to have been evaluated without an error.
func rulesLoaded(t *testing.T, api string) {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Name  string
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	eventually(t, "all rules are evaluated", func() bool {
		if !read(api+"rules", &answer) {
			return false
		}
		for _, group := range answer.Data.Groups {
			for _, rule := range group.Rules {
				if rule.Health != "ok" {
					return false
				}
			}
		}
		return len(answer.Data.Groups) > 0
	}, func() string { return fmt.Sprintf("%+v", answer) })
}

// read gets JSON; false if nobody answers with it.
func read(address string, into any) bool {
	answer, err := http.Get(address)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into) == nil
}
