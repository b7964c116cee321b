//go:build integration

package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/anchorwatch/anchorwatch/agent/admin"
	"github.com/anchorwatch/anchorwatch/sinks"
)

// setup is one anchorwatch as somebody has installed it: a configuration, a folder for state, addresses. Its process
// may be started, ended and started again.
type setup struct {
	t       *testing.T
	config  string
	state   string
	results string // the file sink
	web     string
	admin   string

	mu      sync.Mutex
	output  bytes.Buffer
	process *exec.Cmd
	ended   chan struct{}
	starts  int
}

// site is what differs from one configuration to another.
type site struct {
	group               string
	predictions, labels string // topics
	broker              *broker
	receivers           *receivers
	models              string // of the configuration, indented by two; default: creditModel
	time                string // section; default: tenSeconds
	join                string
	maxLag              string
}

// creditModel is the model that most tests watch.
const creditModel = `
  - name: credit
    baseline: BASELINE
    positive_class: 1
    windows: [{name: 1m, size: 1m}]
    rules:
      - {name: accuracy-drop, measure: accuracy, below: 0.7, clear: 0.75, for: 2, clear_for: 2, wait: 0s, min_samples: 40, min_coverage: 0.5, severity: page, retrain: true}
      - {name: income-missing, measure: missing_rate, column: income, above: 0.9, min_samples: 40}
`

// tenSeconds are rules of event time that let a test end soon.
const tenSeconds = `{out_of_orderness: 10s, allowed_lateness: 10s, label_delay: 2m}`

// install writes a configuration.
func install(t *testing.T, s site) *setup {
	t.Helper()
	ports, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	in := &setup{
		t: t, config: filepath.Join(folder, "anchorwatch.yml"), state: filepath.Join(folder, "state"),
		results: filepath.Join(folder, "results.ndjson"), web: ports[0], admin: ports[1],
	}
	if s.broker == nil {
		s.broker = kafka
	}
	if s.receivers == nil {
		s.receivers = newReceivers(t)
	}
	models := strings.ReplaceAll(either(s.models, creditModel), "BASELINE", strings.Replace(baselineFile, "-1.", "-{version}.", 1))
	text := fmt.Sprintf(`environment: integration
kafka: {brokers: ["%s"], group: %s, predictions: [%s], labels: [%s], max_lag: %s}
time: %s
join: %s
models: %s
slack: {token: %s, channel: %s, api_url: "%s/api/"}
retrain: {url: "%s/retrain", secret: %s, min_span: 10m, cooldown: 1h}
sinks: {file: results.ndjson}
checkpoint: {interval: 1s}
`, s.broker.address, s.group, s.predictions, s.labels, either(s.maxLag, "5m"), either(s.time, tenSeconds), either(s.join, "{max_pending: 64MiB}"), models,
		slackToken, slackChannel, s.receivers.url, s.receivers.url, retrainSecret)
	if err := os.WriteFile(in.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.kill()
		if t.Failed() {
			t.Logf("what anchorwatch said:\n%s", in.said())
		}
	})
	return in
}

func either(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// start runs the agent and waits until it answers.
func (s *setup) start() {
	s.t.Helper()
	s.process = exec.Command(binary, "run", "--config.file="+s.config, "--storage.path="+s.state,
		"--web.listen-address="+s.web, "--web.admin-address="+s.admin)
	s.process.Stdout, s.process.Stderr = s, s
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.starts++
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	eventually(s.t, "anchorwatch is ready", func() bool {
		answer, err := http.Get("http://" + s.web + "/-/ready")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, s.said)
}

// Write takes in what the process prints.
func (s *setup) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.Write(b)
}

// said returns everything the process printed so far, of all its lives.
func (s *setup) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.String()
}

// kill ends the process as kill -9 does.
func (s *setup) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		<-s.ended
		s.process = nil
	}
}

// terminate ends the process as an orderly shutdown does, and returns its exit code and how long it took.
func (s *setup) terminate() (code int, took time.Duration) {
	s.t.Helper()
	begun := time.Now()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatalf("anchorwatch still runs %v after SIGTERM", patience)
	}
	code, s.process = s.process.ProcessState.ExitCode(), nil
	return code, time.Since(begun)
}

// command runs another command of the program against the running agent.
func (s *setup) command(name string) (stdout string, code int) {
	s.t.Helper()
	c := exec.Command(binary, name, "--url=http://"+s.admin)
	out, _ := c.CombinedOutput()
	return string(out), c.ProcessState.ExitCode()
}

// ask reads the data of an API answer; nothing if nobody answers.
func (s *setup) ask(path string, into any) {
	answer, err := http.Get("http://" + s.web + "/api/v1/" + path)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	var envelope struct{ Data json.RawMessage }
	if json.NewDecoder(answer.Body).Decode(&envelope) == nil {
		_ = json.Unmarshal(envelope.Data, into)
	}
}

// status asks for the status; the zero value if nobody answers.
func (s *setup) status() (status admin.Status) {
	s.ask("status", &status)
	return status
}

// owns tells whether the agent has partitions to read.
func (s *setup) owns() bool { return len(s.status().Partitions) > 0 }

// windows asks for all windows.
func (s *setup) windows() (windows []sinks.Window) {
	s.ask("windows", &windows)
	return windows
}

// alerts asks for incidents and rules.
func (s *setup) alerts() (answer struct {
	Incidents []admin.Incident
	Rules     []admin.Rule
},
) {
	s.ask("alerts", &answer)
	return answer
}

// awaitFinal waits until a window is final, all input has been read, and all notices are out.
func (s *setup) awaitFinal(end time.Time) {
	s.t.Helper()
	eventually(s.t, "the last window is final", func() bool {
		if status := s.status(); !status.CaughtUp || status.PendingNotices > 0 {
			return false
		}
		for _, w := range s.windows() {
			if w.Model == "credit" && w.Window.End.Time().Equal(end) && w.Final {
				return true
			}
		}
		return false
	}, s.said, func() string { status, _ := s.command("status"); return status })
}

// scrape reads /metrics.
func (s *setup) scrape() map[string]*dto.MetricFamily {
	s.t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(s.metrics()))
	if err != nil {
		s.t.Fatal(err)
	}
	return families
}

// metrics returns the text of a scrape.
func (s *setup) metrics() string {
	s.t.Helper()
	answer, err := http.Get("http://" + s.web + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// metric sums the series of a metric that have the labels, given in pairs of name and value.
func (s *setup) metric(name string, labels ...string) (sum float64) {
	s.t.Helper()
	family := s.scrape()["anchorwatch_"+name]
	for _, series := range family.GetMetric() {
		if fits(series, labels) {
			sum += series.GetCounter().GetValue() + series.GetGauge().GetValue()
		}
	}
	return sum
}

func fits(series *dto.Metric, labels []string) bool {
	for i := 0; i < len(labels); i += 2 {
		has := false
		for _, l := range series.GetLabel() {
			has = has || l.GetName() == labels[i] && l.GetValue() == labels[i+1]
		}
		if !has {
			return false
		}
	}
	return true
}

// lines reads the file sink.
func (s *setup) lines() (windows []sinks.Window) {
	s.t.Helper()
	file, err := os.Open(s.results)
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var w sinks.Window
		if err := json.Unmarshal(scanner.Bytes(), &w); err != nil {
			s.t.Fatalf("%s: %v in %s", s.results, err, scanner.Text())
		}
		windows = append(windows, w)
	}
	if scanner.Err() != nil {
		s.t.Fatal(scanner.Err())
	}
	return windows
}

// memory returns the process's resident memory in bytes.
func (s *setup) memory() int64 {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				s.t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	s.t.Fatal("the kernel does not say how much memory anchorwatch has")
	return 0
}
